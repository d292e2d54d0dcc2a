"""What every engine that reads aloud does; another one, or a better one, takes its place here."""

from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

Samples: TypeAlias = npt.NDArray[np.float32]
"""Sound as amplitudes between -1 and 1."""


class CannotReadAloud(Exception):
    """A text was not read: its engine is missing or failed, or nothing reads its language. The text says what to do."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What an engine made of a text."""

    samples: Samples
    rate: int
    """Samples a second."""


class Engine(Protocol):
    """Reads texts aloud in one language."""

    @property
    def name(self) -> str:
        """What the index of the recordings names as their maker."""
        ...

    def read(self, text: str, pace: float = 1.0) -> Spoken:
        """The text as sound, at the engine's own rate and level; below 1 it is read slower. Raises CannotReadAloud."""
        ...
