"""The account with which the console of a local run is tried out."""

from collections.abc import Mapping
from typing import Final

from passlib.totp import TOTP

from hotline.local.given import CannotLook, given_settings, home_of
from hotline.local.invented import PRACTICE_CODES, PRACTICE_PASSWORD, read_kept
from hotline.local.plan import Plan
from hotline.settings import Settings

EMAIL: Final = "practice@hotline.example"
"""With which it signs in."""

ROLES: Final = ("administrator", "supervisor")
"""Together they may do everything that there is to try, but for what an auditor alone may."""


def practises_in_console(plan: Plan) -> bool:
    """Whether a known password opens nothing here but made-up calls, in a database that is this run's own."""
    return plan.can_practise and plan.postgres is not None


def make_account(settings: Settings, kept: Mapping[str, str]) -> None:
    """Make the account, or give it back its password, its codes and its roles."""
    from hotline.console.accounts.practising import Practising, equip

    practising = Practising(
        email=EMAIL, name="Practice", roles=ROLES, password=kept[PRACTICE_PASSWORD], codes=kept[PRACTICE_CODES]
    )
    equip(settings, practising)


def present_code() -> tuple[str, int]:
    """What an authenticator app would show now, and for how many seconds; raises CannotLook."""
    kept = read_kept(home_of(given_settings()))
    if not kept.get(PRACTICE_CODES):
        raise CannotLook("There is no practice account here: `make run` makes one.")
    shown = TOTP(key=kept[PRACTICE_CODES]).generate()
    return str(shown.token), max(1, int(shown.remaining))
