"""How long recordings and tones last."""

import io
import wave
from typing import Final

TONE_S: Final = 0.5
"""Seconds for one tone, or for one `w` between tones."""

_BYTES_A_SECOND: Final = 8000
"""Of telephone sound, for everything that is not plain WAV."""


def seconds_of(sound: bytes) -> float:
    """The length of a recording: exact for plain WAV, else guessed from its size."""
    try:
        with wave.open(io.BytesIO(sound)) as recording:
            return float(recording.getnframes()) / float(recording.getframerate())
    except (wave.Error, EOFError):
        return len(sound) / _BYTES_A_SECOND
