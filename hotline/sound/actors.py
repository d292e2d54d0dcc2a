"""Voice actors' files, which take the place of an engine's."""

from pathlib import Path
from typing import Final

import numpy as np

from hotline.sound.engine import CannotReadAloud, Samples
from hotline.sound.shaping import RATE, samples_of, shaped

MOST_CLIPPED: Final = 0.001
"""The share of samples at full scale beyond which a recording is distorted for everybody to hear."""

FULL_SCALE: Final = 0.999

SHORTEST, LONGEST = 0.4, 2.5
"""How long a recording may be, as parts of what an engine needs for the same words: else it says others."""

LEEWAY_S: Final = 0.5
"""Seconds by which every recording may differ: short words are said in many ways."""


def recorded(path: Path, expected_s: float) -> Samples:
    """The actor's file as it goes among the rendered ones; raises CannotReadAloud for one that must not be played.

    `expected_s` is how long an engine takes to say the same.
    """
    spoken = samples_of(path.read_bytes())
    if len(spoken.samples) and np.mean(np.abs(spoken.samples) >= FULL_SCALE) > MOST_CLIPPED:
        raise CannotReadAloud("It is distorted, because it was recorded too loud: record it again.")
    samples = shaped(spoken)
    seconds = len(samples) / RATE
    if not expected_s * SHORTEST - LEEWAY_S <= seconds <= expected_s * LONGEST + LEEWAY_S:
        raise CannotReadAloud(
            f"It lasts {seconds:.1f} s, and its words take about {expected_s:.1f} s: it is cut short, or says others."
        )
    return samples
