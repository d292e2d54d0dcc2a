"""What the accounts of one console work with."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, cast

from flask import current_app, request

from hotline import clock
from hotline.console.accounts.derived import Derived
from hotline.console.desk import Desk
from hotline.console.trail import trail
from hotline.store import staff

if TYPE_CHECKING:
    from hotline.console.accounts.person import Person

EXTENSION: Final = "hotline.accounts"

FAILED: Final = "staff.sign_in_failed"
"""The action in the audit trail."""

FAILURES_FROM_ONE_ADDRESS: Final = 100
"""Wrong sign-ins from one network address after which no more are tried from there for a while.

A whole office may share an address, so it is ten times what shuts an account.
"""

WATCHED_FOR: Final = timedelta(minutes=15)
"""For how long a wrong sign-in counts against its network address."""


@dataclass(frozen=True, slots=True)
class Accounts:
    """The database, and the secrets."""

    desk: Desk
    derived: Derived
    session: Any
    """Through which people are read and written, in a transaction that ends with the request at the latest."""

    def failed(self, person: "Person | None", how: str) -> None:
        """Count a wrong sign-in and write it down, whatever becomes of the request."""
        with self.desk.engine.begin() as connection:
            # What a stranger wrote as an address may be a password in the wrong field: it is not kept.
            subject = "no account" if person is None else f"staff {person.id}"
            is_shut = person is not None and staff.count_failure(connection, person.id, clock.now())
            trail(connection, FAILED, subject, how=how)
            if is_shut:
                trail(connection, "staff.shut_out", subject, minutes=staff.SHUT_FOR.total_seconds() // 60)

    def is_too_much(self) -> bool:
        """Whether too many wrong sign-ins came from the network address of this request."""
        since = clock.now() - WATCHED_FOR
        with self.desk.engine.connect() as connection:
            count = staff.count_failures_from(connection, request.remote_addr or "", FAILED, since)
        return count >= FAILURES_FROM_ONE_ADDRESS

    def note(self, action: str, subject: str, **details: str) -> None:
        """Write into the audit trail, in the transaction of what is done to people in this request."""
        trail(self.session.connection(), action, subject, **details)

    def find(self, **known: object) -> "Person | None":
        """The person of whom one thing is known, such as `email`."""
        return cast("Person | None", current_app.extensions["security"].datastore.find_user(**known))

    def commit(self) -> None:
        """Keep what was done to people in this request."""
        self.session.commit()


def accounts() -> Accounts:
    """The accounts of the console that answers this request."""
    return cast(Accounts, current_app.extensions[EXTENSION])
