"""espeak-ng, which reads many languages in a few milliseconds. Its library keeps one state, and no two threads."""

import ctypes
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from hotline.sound.engine import CannotReadAloud, Spoken

LONGEST_PATH: Final = 120
"""espeak keeps the path of its files in 160 bytes, and adds their names to it; a longer one is cut without a word."""

_SYNCHRONOUS: Final = 2
_NEVER_EXIT: Final = 0x8000
_UTF8: Final = 1
_SSML: Final = 0x10
_RATE: Final = 1
_GOES_ON: Final = 0

_Heard: Final = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


@dataclass(frozen=True, slots=True)
class Espeak:
    """One voice of espeak-ng, and maybe a second one for some of the words."""

    voice: str
    words_a_minute: int
    other_voice: str | None = None
    other_words: re.Pattern[str] | None = None
    """What the second voice reads."""

    @property
    def name(self) -> str:
        """See Engine."""
        return (
            f"espeak-ng {' and '.join(filter(None, (self.voice, self.other_voice)))}, {self.words_a_minute} words/min"
        )

    def read(self, text: str, pace: float = 1.0) -> Spoken:
        """See Engine."""
        marked = self._with_voices(text)
        words_a_minute = round(self.words_a_minute * pace)
        samples = _library().read(marked or text, self.voice, words_a_minute, is_marked=marked is not None)
        return Spoken(np.frombuffer(samples, "<i2").astype(np.float32) / np.float32(32768), _library().rate)

    def _with_voices(self, text: str) -> str | None:
        """The text with marks where the voices change; None when one reads all of it."""
        if self.other_voice is None or self.other_words is None or not self.other_words.search(text):
            return None
        return f"<speak>{''.join(self._marked(text, self.other_words, self.other_voice))}</speak>"

    def _marked(self, text: str, words: re.Pattern[str], voice: str) -> Iterator[str]:
        end = 0
        for found in words.finditer(text):
            yield escape(text[end : found.start()])
            yield f"<voice name={quoteattr(voice)}>{escape(found.group())}</voice>"
            end = found.end()
        yield escape(text[end:])


@dataclass(frozen=True, slots=True)
class _Library:
    """The library, begun once a process."""

    espeak: Any
    rate: int
    folder: Path | tempfile.TemporaryDirectory[str]
    """Kept, so that a short path to the files lasts as long as the process."""
    lock: Lock = field(default_factory=Lock)

    def read(self, text: str, voice: str, words_a_minute: int, *, is_marked: bool) -> bytes:
        heard = bytearray()

        def take(samples: Any, count: int, _events: Any) -> int:
            if samples and count:
                heard.extend(ctypes.string_at(samples, count * 2))
            return _GOES_ON

        listener = _Heard(take)
        encoded = text.encode() + b"\0"
        flags = _UTF8 | (_SSML if is_marked else 0)
        with self.lock:
            self._choose(voice, words_a_minute)
            self.espeak.espeak_SetSynthCallback(listener)
            failed = self.espeak.espeak_Synth(encoded, len(encoded), 0, 1, 0, flags, None, None)
        if failed or not heard:
            raise CannotReadAloud(f"espeak-ng read nothing of a text of {len(text)} letters with its voice {voice}.")
        return bytes(heard)

    def _choose(self, voice: str, words_a_minute: int) -> None:
        if self.espeak.espeak_SetVoiceByName(voice.encode()):
            raise CannotReadAloud(f"espeak-ng has no voice {voice}: readers.toml must name one that it has.")
        self.espeak.espeak_SetParameter(_RATE, words_a_minute, 0)


@cache
def _library() -> _Library:
    # Two threads may come here at once before the first is done, and a second beginning would end the first one's.
    with _LOADING:
        return _begun()


_LOADING: Final = Lock()


@cache
def _begun() -> _Library:
    try:
        import espeakng_loader

        folder = _short(Path(espeakng_loader.get_data_path()))
        espeak = ctypes.CDLL(espeakng_loader.get_library_path())
    except (ImportError, OSError, RuntimeError) as error:
        raise CannotReadAloud(
            f"espeak-ng cannot be loaded ({error}): install the requirements again, with `make run`."
        ) from error
    path = folder if isinstance(folder, Path) else Path(folder.name) / "espeak"
    rate = espeak.espeak_Initialize(_SYNCHRONOUS, 0, str(path).encode(), _NEVER_EXIT)
    if rate <= 0:
        raise CannotReadAloud(f"espeak-ng does not find its files in {path}: install the requirements again.")
    return _Library(espeak, rate, folder)


def _short(folder: Path) -> Path | tempfile.TemporaryDirectory[str]:
    """The folder, or a temporary one with the link `espeak` to it when its path is too long."""
    if len(str(folder).encode()) <= LONGEST_PATH:
        return folder
    made = tempfile.TemporaryDirectory(prefix="hotline-")
    (Path(made.name) / "espeak").symlink_to(folder)
    return made
