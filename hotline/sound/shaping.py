"""Sound brought to what a telephone plays: 8 kHz, one loudness, no silence around it, no clicks at its ends."""

import io
import wave
from typing import Final

import numpy as np
import soxr

from hotline.sound.engine import CannotReadAloud, Samples, Spoken

RATE: Final = 8000
"""Samples a second on the telephone."""

WIDTH: Final = 2
"""Bytes of a sample in a file."""

LOUDNESS_DB: Final = -20.0
"""Root mean square of the speech in a file, below full scale: as loud as Twilio's voices."""

PEAK: Final = 0.89
"""No sample is larger, so that no exchange on the way clips it: 1 dB below full scale."""

FADE_S: Final = 0.004
"""At both ends of a file, so that neighbours join without a click."""

FRAME_S: Final = 0.01
"""What loudness is measured in."""

QUIET_DB: Final = -34.0
"""Below the loudest frame: what is quieter there is a pause, or the end."""

MARGIN_S: Final = 0.02
"""Kept around the first and the last audible frame: soft consonants begin before they can be measured."""

_KNEE: Final = 0.6
"""Above this amplitude the sound is bent towards PEAK instead of being cut off."""


def shaped(spoken: Spoken) -> Samples:
    """The sound as it goes into files: at RATE, trimmed, levelled and faded; raises CannotReadAloud for silence."""
    samples = spoken.samples
    if spoken.rate != RATE:
        samples = soxr.resample(samples, spoken.rate, RATE).astype(np.float32)
    return faded(levelled(trimmed(samples)))


def trimmed(samples: Samples) -> Samples:
    """Without the silence at both ends."""
    audible = np.flatnonzero(_is_speech(samples))
    if not len(audible):
        raise CannotReadAloud("The sound is silent from its beginning to its end.")
    frame, margin = int(RATE * FRAME_S), int(RATE * MARGIN_S)
    return samples[max(audible[0] * frame - margin, 0) : (audible[-1] + 1) * frame + margin]


def levelled(samples: Samples) -> Samples:
    """With the speech in it at LOUDNESS_DB and no sample above PEAK."""
    # Bending the peaks takes a little of the loudness away; three rounds come within a tenth of a decibel.
    for _ in range(3):
        samples = _limited(samples * np.float32(10 ** ((LOUDNESS_DB - loudness_db(samples)) / 20)))
    return samples


def faded(samples: Samples) -> Samples:
    """With both ends going out to nothing."""
    length = min(int(RATE * FADE_S), len(samples) // 2)
    ramp = np.linspace(0, 1, length, dtype=np.float32)
    result = samples.copy()
    result[:length] *= ramp
    result[len(result) - length :] *= ramp[::-1]
    return result


def silence(seconds: float) -> Samples:
    """Nothing, for so long."""
    return np.zeros(round(RATE * seconds), dtype=np.float32)


def with_pause(samples: Samples, seconds: float) -> Samples:
    """The sound and then silence: where both ends are silent, files follow each other without a click."""
    return np.concatenate((samples, silence(seconds)))


def loudness_db(samples: Samples) -> float:
    """The root mean square of the speech in it, in decibels below full scale; its pauses do not count."""
    frames = _frames(samples)[_is_speech(samples)]
    return float(10 * np.log10(np.mean(np.square(frames, dtype=np.float64)) + 1e-12))


def wav(samples: Samples) -> bytes:
    """A whole WAV file: RATE, one channel, 16 bits."""
    written = io.BytesIO()
    with wave.open(written, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(WIDTH)
        sound.setframerate(RATE)
        sound.writeframes(np.clip(np.rint(samples * 32767), -32768, 32767).astype("<i2").tobytes())
    return written.getvalue()


def samples_of(file: bytes) -> Spoken:
    """The sound of a WAV file, of any rate and number of channels, mixed into one; raises CannotReadAloud."""
    try:
        with wave.open(io.BytesIO(file)) as sound:
            width, channels, rate = sound.getsampwidth(), sound.getnchannels(), sound.getframerate()
            frames = sound.readframes(sound.getnframes())
    except (wave.Error, EOFError) as error:
        raise CannotReadAloud(f"It is no plain WAV file ({error}): save it as WAV, PCM.") from error
    frames = frames[: len(frames) // (width * channels) * width * channels]
    if width == 1:
        samples = np.frombuffer(frames, np.uint8).astype(np.float32) / np.float32(128) - np.float32(1)
    else:
        # The upper two bytes of each sample are more than a telephone can carry.
        raw = np.frombuffer(frames, np.uint8).reshape(-1, width)[:, -2:]
        samples = np.ascontiguousarray(raw).view("<i2")[:, 0].astype(np.float32) / np.float32(32768)
    return Spoken(samples.reshape(-1, channels).mean(axis=1, dtype=np.float32), rate)


def _limited(samples: Samples) -> Samples:
    size = np.abs(samples)
    bent = _KNEE + (PEAK - _KNEE) * np.tanh((size - _KNEE) / (PEAK - _KNEE))
    return np.where(size > _KNEE, np.sign(samples) * bent, samples).astype(np.float32)


def _frames(samples: Samples) -> Samples:
    frame = int(RATE * FRAME_S)
    missing = -len(samples) % frame
    return np.pad(samples, (0, missing)).reshape(-1, frame)


def _is_speech(samples: Samples) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    energy = np.mean(np.square(_frames(samples), dtype=np.float64), axis=1)
    if not len(energy) or energy.max() < 1e-8:
        return np.zeros(len(energy), dtype=np.bool_)
    return np.asarray(energy > energy.max() * 10 ** (QUIET_DB / 10), dtype=np.bool_)
