"""What the pages work with."""

from dataclasses import dataclass

from hotline.calls.prints import Prints
from hotline.privacy import Vault
from hotline.settings import Settings
from hotline.store.database import Engine


@dataclass(frozen=True, slots=True)
class Desk:
    """The database, and what seals, finds and calls."""

    engine: Engine
    vault: Vault
    prints: Prints
    settings: Settings
