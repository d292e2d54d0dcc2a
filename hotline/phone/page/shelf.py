"""Sounds that pages play: texts read aloud ahead of time, and recordings passed on."""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

from hotline.phone import sounds

SHELF_LIMIT: Final = 64 * 1024 * 1024
"""Bytes of sound that are kept: more than an hour. What was not asked for longest goes first."""

ReadAloud = Callable[[str, str], bytes | None]
"""A text and the code of its language -> a WAV file, or None when nothing reads it aloud."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A sound on the shelf."""

    id: str
    """Drawn at random: it tells nothing of what is said."""
    content_type: str
    seconds: float
    content: bytes = field(repr=False)


class Shelf:
    """The sounds of all calls. Any thread may use it; a text that is wanted twice is read once."""

    def __init__(self, read_aloud: ReadAloud, limit: int = SHELF_LIMIT) -> None:
        self._read_aloud = read_aloud
        self._limit = limit
        self._lock = threading.Lock()
        self._calm = threading.Condition()
        self._urgent = 0
        # One: it makes ready what comes later. What is wanted at once is read by whoever wants it.
        self._reader = ThreadPoolExecutor(1, "reader")
        self._texts: dict[tuple[str, str], Future[Sound | None]] = {}
        self._sounds: OrderedDict[str, Sound] = OrderedDict()
        self._names: dict[str, tuple[str, str]] = {}
        self._size = 0

    def prepare(self, text: str, language: str) -> "Future[Sound | None]":
        """Read the text aloud when nothing is wanted at once, unless that is done already.

        Whoever does not want it any more may cancel it.
        """
        return self._reading((text, language))

    def read(self, text: str, language: str) -> Sound | None:
        """The text read aloud, now; None when nothing reads it."""
        key = (text, language)
        reading = self._reading(key)
        if not reading.cancel():
            return reading.result()
        # It waits behind others: read here, and before them.
        with self._calm:
            self._urgent += 1
        try:
            sound = self._read(key)
        finally:
            with self._calm:
                self._urgent -= 1
                self._calm.notify_all()
        done: Future[Sound | None] = Future()
        done.set_result(sound)
        with self._lock:
            self._texts[key] = done
        return sound

    def keep(self, content: bytes, content_type: str = "audio/wav") -> Sound:
        """Put a sound on the shelf."""
        sound = Sound(secrets.token_hex(16), content_type, sounds.seconds_of(content), content)
        with self._lock:
            self._add(sound)
        return sound

    def find(self, sound_id: str) -> Sound | None:
        """The sound, if it is still there."""
        with self._lock:
            if sound := self._sounds.get(sound_id):
                self._sounds.move_to_end(sound_id)
            return sound

    def _reading(self, key: tuple[str, str]) -> "Future[Sound | None]":
        with self._lock:
            known = self._texts.get(key)
            if known is None or (known.done() and not self._still_has(known)):
                known = self._texts[key] = self._reader.submit(self._read_in_peace, key)
            return known

    def _read_in_peace(self, key: tuple[str, str]) -> Sound | None:
        # Engines read one text at a time, and whoever asks again and again would keep the others from it.
        with self._calm:
            self._calm.wait_for(lambda: not self._urgent)
        return self._read(key)

    def _read(self, key: tuple[str, str]) -> Sound | None:
        content = self._read_aloud(*key)
        if content is None:
            return None
        sound = self.keep(content)
        with self._lock:
            self._names[sound.id] = key
        return sound

    def _still_has(self, done: "Future[Sound | None]") -> bool:
        """Asked for again: whether it is there, and then it goes last."""
        sound = None if done.cancelled() or done.exception() else done.result()
        if sound is None or sound.id not in self._sounds:
            return False
        self._sounds.move_to_end(sound.id)
        return True

    def _add(self, sound: Sound) -> None:
        self._sounds[sound.id] = sound
        self._size += len(sound.content)
        while self._size > self._limit and len(self._sounds) > 1:
            name, gone = self._sounds.popitem(last=False)
            self._size -= len(gone.content)
            self._texts.pop(self._names.pop(name, ("", "")), None)
