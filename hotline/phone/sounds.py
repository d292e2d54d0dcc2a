"""Recordings and tones: how long they last, and one to stand for what a caller says."""

import io
import math
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


def tone(seconds: float) -> bytes:
    """A soft tone of this length, as the WAV file of a telephone call."""
    waves = bytes(128 + round(20 * math.sin(math.tau * 440 * moment / _BYTES_A_SECOND)) for moment in range(200))
    sound = io.BytesIO()
    with wave.open(sound, "wb") as recording:
        recording.setnchannels(1)
        recording.setsampwidth(1)
        recording.setframerate(_BYTES_A_SECOND)
        # 200 samples are eleven whole waves, so that they follow each other without a click.
        frames = round(_BYTES_A_SECOND * seconds)
        recording.writeframes((waves * (frames // 200 + 1))[:frames])
    return sound.getvalue()
