"""What is keyed and who called: sealed at rest, shortened to a fingerprint everywhere else."""

import hashlib
import hmac
import json
from collections.abc import Iterable
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class CannotUnseal(Exception):
    """A sealed value was made with a key that is no longer in HOTLINE_ENCRYPTION_KEYS."""


class Vault:
    """Seals values with the first of the keys and unseals with any of them, so that keys can be rotated."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def seal(self, value: Any) -> bytes:
        """Encrypt any JSON value."""
        return self._fernet.encrypt(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())

    def unseal(self, sealed: bytes) -> Any:
        """The value that was sealed; raises CannotUnseal when none of the keys fits."""
        try:
            return json.loads(self._fernet.decrypt(sealed))
        except InvalidToken:
            raise CannotUnseal(
                "A sealed value fits none of HOTLINE_ENCRYPTION_KEYS: put the key it was sealed with back."
            ) from None

    def reseal(self, sealed: bytes) -> bytes:
        """The same value under the first key; raises CannotUnseal when none of the keys fits."""
        try:
            return self._fernet.rotate(sealed)
        except InvalidToken:
            raise CannotUnseal(
                "A sealed value fits none of HOTLINE_ENCRYPTION_KEYS: put the key it was sealed with back."
            ) from None


def new_key() -> str:
    """A fresh key for HOTLINE_ENCRYPTION_KEYS."""
    return Fernet.generate_key().decode()


def fingerprint(secret: str, text: str) -> str:
    """Twelve hexadecimal digits that tell two texts apart in a log without telling either.

    Keyed with the secret, because telephone numbers are few enough to be tried one by one.
    """
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()[:12]
