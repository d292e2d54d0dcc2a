"""Open JTalk, which reads Japanese with the right accents and readings."""

import io
from contextlib import redirect_stdout
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final

import numpy as np

from hotline.sound.engine import CannotReadAloud, Spoken

FULL_SCALE: Final = 32768
"""It gives amplitudes as 16-bit samples would have them, but as floats."""

_ONE_AT_A_TIME: Final = Lock()


@dataclass(frozen=True, slots=True)
class OpenJTalk:
    """Its one voice, Mei, at one pace."""

    speed: float
    """1.0 is the voice's own pace."""

    @property
    def name(self) -> str:
        """See Engine."""
        return f"Open JTalk, speed {self.speed:g}"

    def read(self, text: str, pace: float = 1.0) -> Spoken:
        """See Engine."""
        with _ONE_AT_A_TIME:
            samples, rate = _loaded().tts(text, speed=self.speed * pace)
        if not len(samples):
            raise CannotReadAloud(f"Open JTalk read nothing of a text of {len(text)} letters.")
        return Spoken((samples / FULL_SCALE).astype(np.float32), rate)


def _loaded() -> Any:
    try:
        # It prints what it could do better with another library.
        with redirect_stdout(io.StringIO()):
            import pyopenjtalk
    except (ImportError, OSError) as error:
        raise CannotReadAloud(
            f"Open JTalk cannot be loaded ({error}): install the requirements again, with `make run`."
        ) from error
    return pyopenjtalk
