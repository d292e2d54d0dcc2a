"""What is kept of a call between two turns, as JSON to be sealed."""

from dataclasses import dataclass, field
from typing import Any, Final

from cattrs import BaseValidationError
from cattrs.preconf.json import make_converter

from hotline.callflow.state import State
from hotline.privacy import CannotUnseal, Vault

_CONVERTER: Final = make_converter(omit_if_default=True)


@dataclass(frozen=True, slots=True)
class Saved:
    """The state of a call and the newest answer it was given, as the telephone network understands it."""

    state: State
    answer: str = field(repr=False)

    def seal(self, vault: Vault) -> bytes:
        """Encrypted, for the call's row."""
        state: Any = _CONVERTER.unstructure(self.state)
        return vault.seal({"state": state, "answer": self.answer})


def unseal(vault: Vault, sealed: bytes) -> Saved:
    """What was sealed; raises privacy.CannotUnseal when its key is gone, or a newer version wrote it.

    A state written by an older version is understood as long as steps keep their names: what it lacks has its
    default, what is no longer known is passed over.
    """
    parts = vault.unseal(sealed)
    try:
        return Saved(_CONVERTER.structure(parts["state"], State), parts["answer"])
    except (BaseValidationError, KeyError, TypeError):
        # Not `from error`: its text quotes what the call knew.
        raise CannotUnseal("What is sealed in this call is no state: look which version wrote it.") from None
