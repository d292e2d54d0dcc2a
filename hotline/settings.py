"""All configuration, read once from the environment and `.env`, typed; every fault is named at once."""

import os
import re
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import phonenumbers
from cryptography.fernet import Fernet
from dotenv import dotenv_values
from pydantic import (
    AnyHttpUrl,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    field_validator,
)

SENDER: Final = re.compile(r"\+[1-9]\d{6,14}|MG[0-9a-f]{32}", re.ASCII)
"""What Twilio sends text messages from."""

COUNTED_TOGETHER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Where prometheus-client looks, when it is loaded, for the directory in which the processes of a machine count."""

RECORDINGS_DAYS_TOLD: Final = 30
"""For how many days at most a voice message is kept, as callers are told before they leave one."""

LONGEST_KEPT_DAYS: Final = 3650
"""For how many days at most anything is kept: more is taken for a mistake."""

_SCHEMES: Final = {
    "database_url": ("postgresql://", "postgresql+psycopg://", "postgres://"),
    "redis_url": ("redis://", "rediss://", "unix://"),
}
"""How the addresses of the two servers begin."""

_WHAT_TO_WRITE: Final = {
    "HOTLINE_PORT": "write a whole number from 1 to 65535",
    "HOTLINE_PUBLIC_URL": "write an address like https://line.example.jp",
    "HOTLINE_KEEP_FACTS_DAYS": f"write a whole number of days from 1 to {LONGEST_KEPT_DAYS}",
    "HOTLINE_KEEP_RECORDINGS_DAYS": f"write a whole number of days from 1 to {RECORDINGS_DAYS_TOLD}, "
    "because callers are told that number before they speak",
    "HOTLINE_KEEP_CALLS_DAYS": f"write a whole number of days up to {LONGEST_KEPT_DAYS}, and no fewer than "
    "HOTLINE_KEEP_FACTS_DAYS and HOTLINE_KEEP_RECORDINGS_DAYS",
    "HOTLINE_SECRET_KEY": "write 16 characters or more",
    "HOTLINE_METRICS_TOKEN": "write 16 characters or more",
    "DATABASE_URL": "write it like postgresql://user@host/database",
    "REDIS_URL": "write it like redis://host:6379/0",
    "TWILIO_ACCOUNT_SID": "write AC and 32 hexadecimal digits, as Twilio's console shows it",
    "TWILIO_API_URL": "write an address like https://api.twilio.com",
    "CARDSTATUS_URL": "write an address like https://cards.example.jp",
    "OPERATOR_RINGING": "write 'together' or 'in-turn'",
    "HOTLINE_CONSOLE_PORT": "write a whole number from 1 to 65535",
    "HOTLINE_CONSOLE_URL": "write an address like https://line.example.jp; the console is at /console/ there",
    "HOTLINE_PROXIES": "write a whole number from 0 to 9",
    "OIDC_ISSUER": "write an address like https://login.example.jp",
}
"""For each setting whose check does not say it by itself."""


class SettingsFault(Exception):
    """The configuration is wrong; the text names every fault and what to do."""


class Settings(BaseModel):
    """What a process of the hotline must be told. The README's table explains each."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hotline_port: int = Field(8000, ge=1, le=65535)
    hotline_home: Path = Path(".hotline")
    hotline_recordings: Path | None = None
    hotline_public_url: str
    hotline_encryption_keys: tuple[SecretStr, ...] = Field(min_length=1)
    hotline_secret_key: SecretStr = Field(min_length=16)
    hotline_keep_facts_days: int = Field(30, ge=1, le=LONGEST_KEPT_DAYS)
    """What a caller has for the visit to the counter: the receipt number tells the holder how it stands for so long."""
    hotline_keep_recordings_days: int = Field(30, ge=1, le=RECORDINGS_DAYS_TOLD)
    hotline_keep_calls_days: int = Field(1096, ge=1, le=LONGEST_KEPT_DAYS, validate_default=True)
    """Three years and a leap day. Whoever learns of a damage may claim it for three years (Civil Code of Japan,
    article 724): a wrong stop can be answered for from the log."""
    hotline_languages: tuple[str, ...] = ()
    number_languages: dict[str, str] = Field(default_factory=dict)
    database_url: SecretStr = Field(min_length=1)
    redis_url: SecretStr = Field(min_length=1)
    twilio_account_sid: str = Field(pattern=r"^AC[0-9a-fA-F]{32}$")
    twilio_auth_token: SecretStr = Field(min_length=1)
    twilio_auth_token_next: SecretStr | None = None
    twilio_api_key: str | None = None
    twilio_api_secret: SecretStr | None = None
    twilio_api_url: str | None = None
    text_sender: str | None = None
    cardstatus_url: str
    cardstatus_token: SecretStr = Field(min_length=1)
    cardstatus_people: Path | None = None
    operator_numbers: tuple[str, ...] = ()
    operator_ringing: Literal["together", "in-turn"] = "together"
    operator_language: str = "ja"
    hotline_metrics_token: SecretStr | None = Field(None, min_length=16)
    hotline_metrics_directory: Path | None = None
    hotline_roster: Path | None = None
    hotline_console_port: int = Field(8003, ge=1, le=65535)
    hotline_console_url: str | None = None
    hotline_proxies: int = Field(0, ge=0, le=9)
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    oidc_name: str | None = None

    @property
    def console_url(self) -> str:
        """The address of the operators' console, without its path."""
        return self.hotline_console_url or self.hotline_public_url

    @property
    def signs_in_elsewhere(self) -> bool:
        """Whether everything is there that single sign-on needs."""
        return None not in (self.oidc_issuer, self.oidc_client_id, self.oidc_client_secret)

    @property
    def deletes_recordings(self) -> bool:
        """Whether everything is there that deleting recordings at Twilio needs."""
        return None not in (self.twilio_api_key, self.twilio_api_secret)

    @property
    def sends_texts(self) -> bool:
        """Whether everything is there that sending text messages needs."""
        return None not in (self.twilio_api_key, self.twilio_api_secret, self.text_sender)

    @field_validator("hotline_encryption_keys", "hotline_languages", "operator_numbers", mode="before")
    @classmethod
    def _split_at_commas(cls, value: Any) -> Any:
        return tuple(filter(None, (part.strip() for part in value.split(",")))) if isinstance(value, str) else value

    @field_validator("number_languages", mode="before")
    @classmethod
    def _split_pairs(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        pairs = [part.partition("=") for part in value.split(",") if part.strip()]
        if not all(number.strip().startswith("+") and mark and language for number, mark, language in pairs):
            raise ValueError("write number and language like +81120950178=ja, with commas between the pairs")
        return {number.strip(): language.strip() for number, _, language in pairs}

    @field_validator("hotline_keep_calls_days")
    @classmethod
    def _outlives_what_belongs_to_it(cls, days: int, info: ValidationInfo) -> int:
        parts = (info.data.get(f"hotline_keep_{part}_days", 0) for part in ("facts", "recordings"))
        if days < max(parts):
            raise ValueError("a call is kept at least as long as what belongs to it")
        return days

    @field_validator("hotline_encryption_keys")
    @classmethod
    def _are_fernet_keys(cls, keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for key in keys:
            try:
                Fernet(key.get_secret_value())
            except ValueError:
                raise ValueError("each key is 32 bytes in URL-safe base64; `hotline keys new` makes one") from None
        return keys

    @field_validator("hotline_public_url", "cardstatus_url", "twilio_api_url", "hotline_console_url", "oidc_issuer")
    @classmethod
    def _is_a_web_address(cls, url: str | None) -> str | None:
        if url is None:
            return None
        TypeAdapter(AnyHttpUrl).validate_python(url)
        return url.rstrip("/")

    @field_validator("hotline_console_url")
    @classmethod
    def _is_without_a_path(cls, url: str | None) -> str | None:
        if url is not None and urlsplit(url).path:
            raise ValueError("it has a path")
        return url

    @field_validator("database_url", "redis_url")
    @classmethod
    def _can_be_connected_to(cls, url: SecretStr, info: ValidationInfo) -> SecretStr:
        if not url.get_secret_value().startswith(_SCHEMES[str(info.field_name)]):
            raise ValueError("unknown scheme")
        return url

    @field_validator("text_sender")
    @classmethod
    def _can_send(cls, sender: str | None) -> str | None:
        if sender is not None and not SENDER.fullmatch(sender):
            raise ValueError(
                "write a number like +815012345678, or a messaging service like MG and 32 hexadecimal digits"
            )
        return sender

    @field_validator("operator_numbers")
    @classmethod
    def _are_telephone_numbers(cls, numbers: tuple[str, ...]) -> tuple[str, ...]:
        for number in numbers:
            try:
                possible = phonenumbers.is_possible_number(phonenumbers.parse(number))
            except phonenumbers.NumberParseException:
                possible = False
            if not possible:
                raise ValueError("each number is written like +81312345678, with commas between them")
        return numbers

    @field_validator(
        *("twilio_auth_token_next", "twilio_api_key", "twilio_api_secret", "twilio_api_url", "text_sender"),
        *("cardstatus_people", "hotline_recordings", "hotline_console_url"),
        *("oidc_issuer", "oidc_client_id", "oidc_client_secret", "oidc_name"),
        mode="before",
    )
    @classmethod
    def _empty_is_unset(cls, value: Any) -> Any:
        return None if value == "" else value

    @field_validator(
        *("operator_ringing", "operator_language", "hotline_console_port", "hotline_proxies"),
        *("hotline_keep_facts_days", "hotline_keep_recordings_days", "hotline_keep_calls_days"),
        mode="before",
    )
    @classmethod
    def _empty_is_usual(cls, value: Any, info: ValidationInfo) -> Any:
        return cls.model_fields[info.field_name].default if value == "" and info.field_name else value


NAMES: Final = tuple(name.upper() for name in Settings.model_fields)
"""The names of all settings, as they stand in the environment. Each is also understood as NAME_FILE."""


def load_settings() -> Settings:
    """The settings of this process; raises SettingsFault that names every missing or wrong one."""
    values, faults = gather(os.environ)
    try:
        settings = Settings.model_validate({name.lower(): value for name, value in values.items()})
    except ValidationError as error:
        faults += [_sentence(fault["loc"], fault["type"], fault["msg"]) for fault in error.errors()]
    if faults:
        raise SettingsFault("The hotline cannot start:\n" + "\n".join(f"  - {fault}" for fault in faults))
    return settings


def gather(environment: "os._Environ[str] | dict[str, str]") -> tuple[dict[str, str], list[str]]:
    """The settings that are given, by name, and what is wrong with the NAME_FILE ones.

    The environment wins over `.env` in the working directory; in each, NAME wins over NAME_FILE.
    """
    values: dict[str, str] = {}
    faults: list[str] = []
    for source in (dotenv_values(".env"), environment):
        for name in NAMES:
            if source.get(f"{name}_FILE"):
                try:
                    values[name] = Path(str(source[f"{name}_FILE"])).read_text("utf-8").strip()
                except OSError as error:
                    faults.append(f"{name}_FILE cannot be read: {error.strerror}.")
            if source.get(name) is not None:
                values[name] = str(source[name])
    return values, faults


def _sentence(location: tuple[int | str, ...], kind: str, message: str) -> str:
    name = str(location[0]).upper() if location else "A setting"
    if kind == "missing":
        return f"{name} is missing: set it (or {name}_FILE) in the environment or in .env."
    if kind == "too_short" and name not in _WHAT_TO_WRITE:
        return f"{name} is empty: set it (or {name}_FILE) in the environment or in .env."
    # The value itself is never shown, it may be a secret.
    return f"{name} is wrong: {_WHAT_TO_WRITE.get(name) or message.removeprefix('Value error, ')}."
