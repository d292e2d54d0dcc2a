"""What came of each try of a request: for operators who look at it, never what a worker acts on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CTE, Connection, Select, func, literal, select
from sqlalchemy.dialects.postgresql import Insert, insert

from hotline.store.tables import tries

MOST_CHARACTERS: Final = 64
"""Of what a try came to; what is longer is cut."""


@dataclass(frozen=True, slots=True)
class SeenTry:
    """One handing-over of a request to a worker, as it was written down."""

    number: int
    """Counted from 1."""
    handed_over_at: datetime
    answered_at: datetime | None
    """When it was over, one way or the other; None while it lasts, and for good when its worker died."""
    said: str | None
    """A status when the backend answered, else why it did not, such as `status 503`; None as long as nobody knows."""


def list_tries(connection: Connection, request_id: UUID) -> list[SeenTry]:
    """Every try of the request, the first one first."""
    found = select(*(tries.c[name] for name in SeenTry.__slots__)).where(tries.c.request_id == request_id)
    return [SeenTry(*row) for row in connection.execute(found.order_by(tries.c.number))]


def note_try(connection: Connection, request_id: UUID, number: int, said: str, at: datetime) -> None:
    """Write what a try came to. It does not wait for the disk: a crash of PostgreSQL may forget it, and nothing else.

    A try of which nobody wrote that it was handed over was handed over all the same, when this is known of it.
    """
    which = select(literal(request_id, tries.c.request_id.type))
    noted = _noted(which, number, said, at).returning(func.set_config("synchronous_commit", "off", True))
    connection.execute(noted)


def noted_with(answered: CTE, number: int, said: str, at: datetime) -> CTE:
    """The same as a part of the statement that writes the answer, for the request `answered.c.id`, if it has one."""
    return _noted(select(answered.c.id), number, said, at).cte("noted")


def handed_over(claimed: CTE, at: datetime) -> CTE:
    """As a part of the statement that claims: each of `claimed`, with `id` and `attempts`, is handed over now."""
    moment = literal(at, tries.c.handed_over_at.type)
    begun = insert(tries).from_select(
        ["request_id", "number", "handed_over_at"], select(claimed.c.id, claimed.c.attempts, moment)
    )
    # A number comes again when its claim was taken back, although Redis had got the job: the newer one counts.
    anew = {"handed_over_at": begun.excluded.handed_over_at, "answered_at": None, "said": None}
    return begun.on_conflict_do_update(constraint=tries.primary_key, set_=anew).cte("handed_over")


def _noted(which: Select[Any], number: int, said: str, at: datetime) -> Insert:
    moment = literal(at, tries.c.handed_over_at.type)
    told = literal(said[:MOST_CHARACTERS])
    row = which.add_columns(literal(number, tries.c.number.type), moment, moment, told)
    noted = insert(tries).from_select(["request_id", "number", "handed_over_at", "answered_at", "said"], row)
    new = {"answered_at": noted.excluded.answered_at, "said": noted.excluded.said}
    return noted.on_conflict_do_update(constraint=tries.primary_key, set_=new)
