"""What a local run consists of: which parts are given from outside, which are started here, and with what settings."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from hotline.local.given import BACKEND_DATABASE_URL
from hotline.local.invented import VALKEY_PASSWORD, invented
from hotline.local.ports import free_port, is_on_this_machine, must_be_free, port_of, somebody_listens
from hotline.local.postgres import Postgres
from hotline.local.valkey import Valkey

DEFAULT_PORT: Final = 8000

DATABASE: Final = "hotline"
BACKEND_DATABASE: Final = "cardstatus"
"""Databases of the embedded PostgreSQL. The reference backend has one of its own, as a real one would."""

TEXT_SENDER: Final = "+815031234567"
"""From which text messages come, for practice."""

NUMBERS: Final = {"+81120950178": "ja", "+81120017827": "en"}
"""What a practice phone dials, and in which language it is answered there."""

OPERATORS: Final = ("+81312345678", "+81312345679")
"""Whom a practice phone rings: two, so that one can be busy while a caller waits."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What will run. None for a part says that it is given from outside."""

    home: Path
    port: int
    postgres: Postgres | None
    valkey: Valkey | None
    backend_port: int | None
    carrier_port: int | None
    """Of the practice carrier, which brings text messages; None when Twilio is given."""
    phone_port: int | None
    """Of the page of the practice phone; None where a practice call could stop the card of a real person."""
    console_port: int
    """Of the operators' console."""
    settings: Mapping[str, str] = field(repr=False)
    """For every program that is started."""
    kept: Mapping[str, str] = field(repr=False)
    """What is written down: all that was invented or made here, nothing that was given.

    Also what was invented and does not count now: data may be sealed with it.
    """

    @property
    def can_practise(self) -> bool:
        """Whether a practice call cannot stop the card of a real person."""
        return can_practise(self.settings["CARDSTATUS_URL"])


def make_plan(home: Path, given: Mapping[str, str], kept: Mapping[str, str]) -> Plan:
    """`given` counts first, then what was invented before (`kept`), then what is invented now."""
    invented_once = invented(kept)
    port = _port(given)
    backend_port = _backend_port(given, port)
    has_databases = "DATABASE_URL" in given and (backend_port is None or BACKEND_DATABASE_URL in given)
    postgres = None if has_databases else Postgres(home / "postgres")
    valkey = None
    made = {**invented_once, "HOTLINE_PORT": str(port), "HOTLINE_PUBLIC_URL": f"http://127.0.0.1:{port}"}
    console = _number(given.get("HOTLINE_CONSOLE_PORT", ""), _beside(port, 3))
    # Passkeys need a name; an address of digits has none.
    made |= {"HOTLINE_CONSOLE_PORT": str(console), "HOTLINE_CONSOLE_URL": f"http://localhost:{console}"}
    made["NUMBER_LANGUAGES"] = ",".join(f"{number}={language}" for number, language in NUMBERS.items())
    if postgres:
        made |= {"DATABASE_URL": postgres.url(DATABASE), BACKEND_DATABASE_URL: postgres.url(BACKEND_DATABASE)}
    if "REDIS_URL" not in given:
        valkey = Valkey(home / "valkey", free_port(), password=invented_once[VALKEY_PASSWORD])
        made["REDIS_URL"] = valkey.url()
    carrier_port = None if any(name.startswith("TWILIO_") for name in given) else free_port()
    if carrier_port:
        made |= _practised_with(carrier_port)
    if backend_port:
        made["CARDSTATUS_URL"] = f"http://127.0.0.1:{backend_port}"
    made = {name: value for name, value in made.items() if name not in given}
    # Absolute, because each program may be started from anywhere.
    settings = {**made, **given, "HOTLINE_HOME": str(home)}
    page = phone_port(port) if can_practise(settings.get("CARDSTATUS_URL", "")) else None
    kept_now = {**invented_once, **made}
    return Plan(home, port, postgres, valkey, backend_port, carrier_port, page, console, settings, kept_now)


def can_practise(backend_url: str) -> bool:
    """Whether behind the backend at this address there are no cards of real people."""
    return is_on_this_machine(backend_url)


def phone_port(line_port: int) -> int:
    """Where the page of the practice phone is: two above the line, behind the reference backend."""
    return _beside(line_port, 2)


def ports_must_be_free(plan: Plan) -> None:
    """Raises CannotStart, which names the port and who has it."""
    must_be_free(plan.port, "for the line (HOTLINE_PORT)", "stop what uses it, or set HOTLINE_PORT to another.")
    if plan.backend_port:
        remedy = "stop what uses it, or set HOTLINE_PORT or CARDSTATUS_URL to others."
        must_be_free(plan.backend_port, "for the reference card-status backend", remedy)
    if plan.phone_port:
        remedy = "stop what uses it, or set HOTLINE_PORT to another."
        must_be_free(plan.phone_port, "for the page of the practice phone", remedy)
    remedy = "stop what uses it, or set HOTLINE_PORT or HOTLINE_CONSOLE_PORT to others."
    must_be_free(plan.console_port, "for the operators' console", remedy)


def _practised_with(carrier_port: int) -> dict[str, str]:
    """What text messages and operators need. Only a practice phone ever rings these numbers: with a setting of Twilio's
    among those given they might be real people's.
    """
    return {
        "TWILIO_API_URL": f"http://127.0.0.1:{carrier_port}",
        "TWILIO_API_KEY": f"SK{secrets.token_hex(16)}",
        "TWILIO_API_SECRET": secrets.token_hex(16),
        "TEXT_SENDER": TEXT_SENDER,
        "OPERATOR_NUMBERS": ",".join(OPERATORS),
    }


def _port(given: Mapping[str, str]) -> int:
    return _number(given.get("HOTLINE_PORT", ""), DEFAULT_PORT)


def _number(text: str, otherwise: int) -> int:
    # A wrong one is named together with all other faults, when the settings are read as a whole.
    return int(text) if text.isdecimal() and 1 <= int(text) <= 65535 else otherwise


def _beside(port: int, by: int) -> int:
    return port + by if port + by <= 65535 else port - by


def _backend_port(given: Mapping[str, str], port: int) -> int | None:
    url = given.get("CARDSTATUS_URL")
    if url is None:
        return port + 1 if port < 65535 else port - 1
    try:
        return port_of(url) if is_on_this_machine(url) and not somebody_listens(url) else None
    except ValueError:
        # No address at all: named together with all other faults.
        return None
