"""What a telephone does with what it hears: how long words last, how patient it is, what it lets pass."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from hotline.phone import sounds
from hotline.phone.transcript import Who
from hotline.phone.verbs import Document, Say, seconds_to_say
from hotline.phone.webhooks import Webhooks

SILENT_WEBHOOKS_LIMIT: Final = 50
"""How many documents may follow each other without a sign from the caller before the call counts as a runaway loop."""


class Loudspeaker(Protocol):
    """Makes heard what the line says, and knows how long it lasts."""

    def expects(self, document: Document) -> None:
        """A document has come: what is in it will be said next."""

    def keeps(self, url: str, sound: bytes) -> None:
        """A recording was fetched that will be played; raises WebhookFault when it is none."""

    def says(self, who: Who, sentence: Say) -> float:
        """Begin to say it at the ear of the caller, or of an operator; the seconds that it lasts."""
        ...

    def plays(self, who: Who, url: str) -> float:
        """Begin to play a recording that is kept; the seconds that it lasts."""
        ...

    def beeps(self) -> None:
        """The tone before a recording."""

    def hushes(self) -> None:
        """What is being said is cut off."""


class Unheard:
    """Nobody listens: words last as long as a voice would need for them, and only their length is kept."""

    def __init__(self) -> None:
        self._lengths: dict[str, float] = {}

    def expects(self, document: Document) -> None:
        """Nothing has to be made ready."""

    def keeps(self, url: str, sound: bytes) -> None:
        """Only how long it is."""
        self._lengths[url] = sounds.seconds_of(sound)

    def says(self, who: Who, sentence: Say) -> float:  # noqa: ARG002
        """About as long as a voice needs."""
        return seconds_to_say(sentence.text)

    def plays(self, who: Who, url: str) -> float:  # noqa: ARG002
        """As long as the recording is."""
        return self._lengths[url]

    def beeps(self) -> None:
        """Nobody hears it."""

    def hushes(self) -> None:
        """Nothing was heard."""


def _unknown(url: str) -> str | None:  # noqa: ARG001
    return None


@dataclass(frozen=True, slots=True)
class Handset:
    """How a telephone takes a call."""

    loudspeaker: Loudspeaker = field(default_factory=Unheard)
    webhooks: Callable[[str], Webhooks] = Webhooks
    """Makes the HTTP side of a call, given the account's token."""
    forgives: bool = False
    """Whether a sentence or a recording that Twilio would leave out with a warning is left out here as well, and noted,
    instead of ending the call; so are callbacks that fail."""
    silent_limit: int = SILENT_WEBHOOKS_LIMIT
    words_of: Callable[[str], str | None] = _unknown
    """The words of a recording by its URL, for the transcript; empty for a pause, None when they are not known."""
