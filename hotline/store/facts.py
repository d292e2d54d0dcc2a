"""What a caller keyed, as it is kept with a request."""

from datetime import date
from typing import Any

from hotline.callflow.effects import Facts
from hotline.privacy import CannotUnseal, Vault


def seal_facts(vault: Vault, facts: Facts) -> bytes:
    """The facts, encrypted; raises ValueError when birth date or postal code is missing."""
    if facts.birth_date is None or facts.postal_code is None:
        raise ValueError("A request needs a birth date and a postal code: ask for both before accepting it.")
    return vault.seal(
        {
            "birth_date": facts.birth_date.isoformat(),
            "postal_code": facts.postal_code,
            "house_number": facts.house_number,
        }
    )


def unseal_facts(vault: Vault, sealed: bytes) -> Facts:
    """The facts that were sealed; raises CannotUnseal when no key fits, or what was sealed are no facts."""
    parts: Any = vault.unseal(sealed)
    try:
        return Facts(date.fromisoformat(parts["birth_date"]), parts["postal_code"], parts["house_number"])
    except (KeyError, TypeError, ValueError):
        # Not `from error`: its text quotes the birth date.
        raise CannotUnseal("What is sealed in this request are no facts: look which version wrote it.") from None
