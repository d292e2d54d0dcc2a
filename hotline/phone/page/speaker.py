"""The loudspeaker of a page: the line's words are read aloud ahead, told as they begin, and last as they sound."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from hotline import clock
from hotline.phone.faults import WebhookFault
from hotline.phone.page.shelf import Shelf, Sound
from hotline.phone.page.tongues import Tongues
from hotline.phone.transcript import Who
from hotline.phone.verbs import Document, Gather, Say, seconds_to_say

NO_SOUND: Final = 13420
"""Twilio's code for a `<Play>` that is no sound."""

_LEAST_WAV: Final = 45  # bytes: the header, and anything at all after it
_A_RECORDING: Final = "(a recording is played)"


@dataclass(slots=True)
class Passage:
    """What one document made the line say."""

    fetched_at: datetime
    has_begun: bool = False
    heard_at: datetime | None = None
    """When its first sentence had been heard to the end; None when it was not."""


class Speaker:
    """For one call. Only the thread that drives the call uses it, but for `passages`."""

    def __init__(self, shelf: Shelf, tongues: Tongues, tell: Callable[..., None]) -> None:
        self._shelf = shelf
        self._tongues = tongues
        self._tell = tell
        self._recordings: dict[str, Sound] = {}
        self._ahead: list[Future[Sound | None]] = []
        self._first: Passage | None = None
        self.passages: list[Passage] = []
        """What was heard so far; any thread may read it."""

    def expects(self, document: Document) -> None:
        """Its sentences are read aloud while the first of them is heard."""
        self.passages.append(Passage(clock.now()))
        for reading in self._ahead:
            # What the last document would still have said is not wanted any more.
            reading.cancel()
        self._ahead = [
            self._shelf.prepare(sentence.text, self._tongues.code_of(sentence)) for sentence in _sentences(document)
        ]

    def keeps(self, url: str, sound: bytes) -> None:
        """Passed on to the page as it is; raises WebhookFault when no browser could play it."""
        content_type = _kind_of(sound)
        if content_type is None:
            raise WebhookFault(f"{url} is a broken recording.", NO_SOUND)
        if url not in self._recordings:
            self._recordings[url] = self._shelf.keep(sound, content_type)

    def says(self, who: Who, sentence: Say) -> float:
        """As long as its sound; where nothing reads it aloud, about as long as a voice needs."""
        code = self._tongues.code_of(sentence)
        sound = self._shelf.read(sentence.text, code)
        seconds = seconds_to_say(sentence.text) if sound is None else sound.seconds
        spoken: dict[str, Any] = {"text": sentence.text, "language": code, "tag": sentence.language}
        self._begin("said", who, sound, seconds, spoken)
        return seconds

    def plays(self, who: Who, url: str) -> float:
        """As long as the recording is."""
        sound = self._recordings[url]
        words, code = self._tongues.words_of("/".join(urlsplit(url).path.split("/")[-2:])) or (_A_RECORDING, "en")
        spoken = {"text": words, "language": code, "tag": self._tongues.tag_of(code)}
        self._begin("played", who, sound, sound.seconds, spoken)
        return sound.seconds

    def beeps(self) -> None:
        """The page makes the tone."""
        self._tell("tone")

    def hushes(self) -> None:
        """The page stops the sound; whoever cut the first sentence off has not heard it."""
        self._first = None
        self._tell("hushed")

    def has_finished(self) -> None:
        """What was being said has been heard to its end."""
        if self._first is not None:
            self._first.heard_at = clock.now()
            self._first = None

    def _begin(self, kind: str, who: Who, sound: Sound | None, seconds: float, spoken: dict[str, Any]) -> None:
        self._first = None
        if who is Who.LINE and self.passages and not self.passages[-1].has_begun:
            self._first = self.passages[-1]
            self._first.has_begun = True
        address = None if sound is None else f"/sounds/{sound.id}.wav"
        whom = "operator" if who is Who.OPERATOR else "line"
        self._tell(kind, who=whom, **spoken, sound=address, seconds=round(seconds, 3))


def _sentences(document: Document) -> Iterator[Say]:
    for verb in document.verbs:
        inside = verb.inside if isinstance(verb, Gather) else (verb,)
        yield from (talk for talk in inside if isinstance(talk, Say))


def _kind_of(sound: bytes) -> str | None:
    """The content type, by how the file begins; None when it is nothing that a browser plays."""
    if sound[:4] == b"RIFF" and sound[8:12] == b"WAVE":
        whole = len(sound) >= _LEAST_WAV and b"fmt " in sound and b"data" in sound
        return "audio/wav" if whole else None
    if sound[:3] == b"ID3" or (len(sound) > 1 and sound[0] == 0xFF and sound[1] & 0xE0 == 0xE0):
        return "audio/mpeg"
    return None
