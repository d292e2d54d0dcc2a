"""How Flask-Security is set up here."""

from datetime import timedelta
from typing import Any, Final

from hotline.console.accounts.derived import Derived
from hotline.console.accounts.messages import CATEGORIES, MESSAGES
from hotline.settings import Settings
from hotline.speech.places import THE_LINE

PASSWORD_LENGTH: Final = 12
"""The fewest characters of a password."""

ARGON2ID: Final = {"argon2__memory_cost": 19 * 1024, "argon2__rounds": 2, "argon2__parallelism": 1}
"""How much work a password is: OWASP's least for argon2id (Password Storage Cheat Sheet: 19 MiB, two passes, one lane).

Behind it are a second factor and the lock-out; more would let a handful of strangers who guess slow down everybody.
"""

SESSION_LIMIT: Final = timedelta(hours=12)
"""After this everybody signs in again: longer than any shift."""

FRESH_FOR: Final = timedelta(minutes=15)
"""For how long after a sign-in, or after the last page of this kind, people and second factors can be changed."""

CODE_WINDOW_S: Final = 30
"""Seconds by which the clock of an authenticator app may be wrong: one code before and one after."""

ISSUER: Final = "Hotline"
"""What authenticator apps and passkeys call the console."""

ADDRESSES: Final = {
    "LOGIN_URL": "/sign-in",
    "LOGOUT_URL": "/sign-out",
    "VERIFY_URL": "/confirm",
    "CHANGE_URL": "/account/password",
    "TWO_FACTOR_SETUP_URL": "/account/second-factor",
    "TWO_FACTOR_TOKEN_VALIDATION_URL": "/sign-in/code",
    "TWO_FACTOR_SELECT_URL": "/sign-in/choose",
    "TWO_FACTOR_RESCUE_URL": "/sign-in/rescue",
    "MULTI_FACTOR_RECOVERY_URL": "/sign-in/recovery-code",
    "MULTI_FACTOR_RECOVERY_CODES_URL": "/account/codes",
    "WAN_REGISTER_URL": "/account/passkeys",
    "WAN_DELETE_URL": "/account/passkeys/remove",
    "WAN_SIGNIN_URL": "/sign-in/passkey",
    "WAN_VERIFY_URL": "/confirm/passkey",
}
"""Below the console's own address."""

TEMPLATES: Final = {
    "LOGIN_USER_TEMPLATE": "sign_in",
    "VERIFY_TEMPLATE": "confirm",
    "CHANGE_PASSWORD_TEMPLATE": "password",
    "TWO_FACTOR_VERIFY_CODE_TEMPLATE": "code",
    "TWO_FACTOR_SETUP_TEMPLATE": "second_factor",
    "TWO_FACTOR_SELECT_TEMPLATE": "choose",
    "MULTI_FACTOR_RECOVERY_TEMPLATE": "recovery_code",
    "WAN_REGISTER_TEMPLATE": "passkeys",
    "WAN_SIGNIN_TEMPLATE": "passkey",
    "WAN_VERIFY_TEMPLATE": "confirm_passkey",
}


def configuration(settings: Settings, derived: Derived, root: str) -> dict[str, Any]:
    """Everything that Flask and Flask-Security are told about accounts; `root` is where the console begins."""
    chosen: dict[str, Any] = {
        "URL_PREFIX": root,
        # Whoever wants the library's own pages, styles or scripts gets none.
        "STATIC_FOLDER": None,
        "I18N_DOMAIN": "console",
        "I18N_DIRNAME": [str(THE_LINE.locales)],
        "INPUT_NORMALIZE_FORM": "NFC",
        "EMAIL_VALIDATOR_ARGS": {"globally_deliverable": False, "check_deliverability": False},
        "RETURN_GENERIC_RESPONSES": True,
        "API_ENABLED_METHODS": ["session"],
        "TRACKABLE": True,
        "POST_LOGIN_VIEW": f"{root}/",
        "POST_LOGOUT_VIEW": f"{root}/sign-in",
        "POST_CHANGE_VIEW": f"{root}/account",
        "POST_VERIFY_VIEW": f"{root}/account",
        "FRESHNESS": FRESH_FOR,
        "FRESHNESS_GRACE_PERIOD": FRESH_FOR,
        "CACHE_CONTROL": {"no-store": True},
        "CLI_USERS_NAME": None,
        "CLI_ROLES_NAME": None,
        **_passwords(derived),
        **_second_factors(derived),
        **_passkeys(),
        **ADDRESSES,
        **{name: f"accounts/{template}.html" for name, template in TEMPLATES.items()},
        **{f"MSG_{name}": (text, CATEGORIES.get(name, "error")) for name, text in MESSAGES.items()},
    }
    return {
        "HOTLINE_CONSOLE_ADDRESS": settings.console_url,
        "HOTLINE_SIGN_IN_ELSEWHERE": settings.oidc_name or settings.oidc_issuer
        if settings.signs_in_elsewhere
        else None,
        **_sessions(settings, derived),
        **{f"SECURITY_{name}": value for name, value in chosen.items()},
    }


def _sessions(settings: Settings, derived: Derived) -> dict[str, Any]:
    is_secure = settings.console_url.startswith("https://")
    return {
        "SECRET_KEY": derived.sessions,
        # The prefix has browsers refuse a cookie of this name that a neighbour, or a page without TLS, would plant.
        "SESSION_COOKIE_NAME": "__Host-hotline" if is_secure else "hotline",
        "SESSION_COOKIE_SECURE": is_secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "PERMANENT_SESSION_LIFETIME": SESSION_LIMIT,
    }


def _passwords(derived: Derived) -> dict[str, Any]:
    return {
        "PASSWORD_HASH": "argon2",
        "PASSWORD_HASH_PASSLIB_OPTIONS": ARGON2ID,
        "PASSWORD_SCHEMES": ["argon2"],
        "PASSWORD_SALT": derived.passwords,
        "PASSWORD_LENGTH_MIN": PASSWORD_LENGTH,
        "CHANGEABLE": True,
        "SEND_PASSWORD_CHANGE_EMAIL": False,
    }


def _second_factors(derived: Derived) -> dict[str, Any]:
    return {
        "TWO_FACTOR": True,
        "TWO_FACTOR_REQUIRED": True,
        "TWO_FACTOR_ALWAYS_VALIDATE": True,
        "TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "TWO_FACTOR_AUTHENTICATOR_VALIDITY": CODE_WINDOW_S,
        "TWO_FACTOR_RESCUE_EMAIL": False,
        "TWO_FACTOR_POST_SETUP_VIEW": "account.show",
        "TOTP_SECRETS": {"1": derived.codes},
        "TOTP_ISSUER": ISSUER,
        "MULTI_FACTOR_RECOVERY_CODES": True,
        "MULTI_FACTOR_RECOVERY_CODES_N": 10,
        "MULTI_FACTOR_RECOVERY_CODES_KEYS": [derived.recovery],
    }


def _passkeys() -> dict[str, Any]:
    return {
        "WEBAUTHN": True,
        "WAN_RP_NAME": ISSUER,
        "WAN_ALLOW_AS_FIRST_FACTOR": True,
        "WAN_ALLOW_AS_MULTI_FACTOR": True,
        # A hint would tell strangers whose address has an account.
        "WAN_ALLOW_USER_HINTS": False,
        "WAN_ALLOW_AS_VERIFY": ["first"],
    }
