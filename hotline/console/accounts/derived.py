"""The secrets of the console, each made from HOTLINE_SECRET_KEY for one purpose."""

import base64
from dataclasses import dataclass, field
from typing import Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


@dataclass(frozen=True, slots=True)
class Derived:
    """One secret for each purpose, so that whoever learns one of them knows none of the others.

    Another HOTLINE_SECRET_KEY changes them all: sessions end, and passwords and second factors no longer fit.
    """

    sessions: str = field(repr=False)
    passwords: str = field(repr=False)
    """Mixed into every password before it is hashed, so that a stolen table alone cannot be tried out."""
    codes: str = field(repr=False)
    """Seals the secrets that authenticator apps share."""
    recovery: bytes = field(repr=False)
    """Seals recovery codes; a Fernet key."""
    invitations: str = field(repr=False)

    @classmethod
    def of(cls, secret: str) -> Self:
        """All of them, from HOTLINE_SECRET_KEY."""
        return cls(
            sessions=_key(secret, "sessions").decode(),
            passwords=_key(secret, "passwords").decode(),
            codes=_key(secret, "codes").decode(),
            recovery=_key(secret, "recovery codes"),
            invitations=_key(secret, "invitations").decode(),
        )


def _key(secret: str, purpose: str) -> bytes:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"hotline console: {purpose}".encode())
    return base64.urlsafe_b64encode(derivation.derive(secret.encode()))
