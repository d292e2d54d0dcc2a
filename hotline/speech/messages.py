"""A reply as text messages."""

import re
from typing import Final

from hotline.callflow.replies import Hold, Reply, Sentence
from hotline.speech.speak import write

LONGEST: Final = 1600
"""Characters of the longest body that Twilio takes."""

LATER: Final = Sentence("text.later")
"""Where a caller on the telephone would hold, a writer is told that another message comes."""

_BLANK_TOO_MANY: Final = re.compile(r"(?<=[。：；，！？]) ")
"""Full-width punctuation brings its own."""


def write_reply(reply: Reply, language: str) -> tuple[str, ...]:
    """The bodies of the messages, one sentence a line; nearly always one body. No sentence is torn apart."""
    later = (LATER,) if isinstance(reply.ending, Hold) else ()
    bodies: list[str] = []
    for sentence in (*reply.said, *later):
        line = write(sentence, language)
        if bodies and len(bodies[-1]) + 1 + len(line) <= LONGEST:
            bodies[-1] += f"\n{line}"
        else:
            bodies.append(line)
    return tuple(bodies)


def write_message(sentences: tuple[Sentence, ...], language: str) -> str:
    """One message of these sentences, as short as it can be."""
    return _BLANK_TOO_MANY.sub("", " ".join(write(sentence, language) for sentence in sentences))
