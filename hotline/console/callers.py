"""Who called, as far as everybody may see it."""

from flask_babel import gettext as _

from hotline.console.shown import masked
from hotline.privacy import CannotUnseal, Vault


def shown_caller(vault: Vault, sealed: bytes | None) -> str:
    """The end of a caller's number; a sentence for one that is withheld, erased or cannot be read."""
    try:
        return masked(None if sealed is None else vault.unseal(sealed))
    except CannotUnseal:
        return str(_("cannot be read"))
