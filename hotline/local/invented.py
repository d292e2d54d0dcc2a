"""Settings that nobody gave: invented once for local use, and kept."""

import secrets
from base64 import b32encode
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from dotenv import dotenv_values

from hotline.local.child import CannotStart
from hotline.privacy import new_key

KEPT_IN: Final = "local.env"
"""The file in HOTLINE_HOME. The environment and `.env` win over it."""

VALKEY_PASSWORD: Final = "LOCAL_VALKEY_PASSWORD"
"""No setting of the hotline: only the embedded Valkey asks for it."""

PRACTICE_PASSWORD: Final = "LOCAL_PRACTICE_PASSWORD"
PRACTICE_CODES: Final = "LOCAL_PRACTICE_CODES"
"""No settings of the hotline either: with them the practice account signs in to the console."""


def invented(kept: Mapping[str, str]) -> dict[str, str]:
    """A value for each secret that local use needs; what was invented before stays."""
    fresh = {
        "HOTLINE_ENCRYPTION_KEYS": new_key(),
        "HOTLINE_SECRET_KEY": secrets.token_urlsafe(32),
        "TWILIO_ACCOUNT_SID": f"AC{secrets.token_hex(16)}",
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        "CARDSTATUS_TOKEN": secrets.token_urlsafe(32),
        VALKEY_PASSWORD: secrets.token_urlsafe(32),
        # Short enough to be typed, and the secret of an authenticator app in the letters that those understand.
        PRACTICE_PASSWORD: "-".join(secrets.token_hex(3) for _ in range(3)),
        PRACTICE_CODES: b32encode(secrets.token_bytes(20)).decode(),
    }
    return {name: kept.get(name) or value for name, value in fresh.items()}


def read_kept(home: Path) -> dict[str, str]:
    """What the newest run has kept; empty when there was none."""
    return {name: value for name, value in dotenv_values(home / KEPT_IN, interpolate=False).items() if value}


def keep(home: Path, values: Mapping[str, str]) -> None:
    """Write them for the next run and for commands that look at this one; only its owner can read the file."""
    written = home / f"{KEPT_IN}.new"
    try:
        written.unlink(missing_ok=True)
        written.touch(mode=0o600)
        written.write_text("".join(f"{name}='{value}'\n" for name, value in sorted(values.items())), "utf-8")
        written.replace(home / KEPT_IN)
    except OSError as error:
        raise CannotStart(f"{home / KEPT_IN} cannot be written ({error.strerror}): make it writable.") from error
