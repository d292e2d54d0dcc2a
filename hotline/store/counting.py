"""How many requests there were, for the limits of the line."""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from hotline.store.tables import calls, requests


def count_accepted(
    connection: Connection,
    since: datetime,
    *,
    caller_print: str | None = None,
    person_print: str | None = None,
    withheld: bool = False,
) -> int:
    """How many requests were accepted at that moment or later.

    A fingerprint narrows it to the calls of that caller, or to that person. None does not narrow it: `withheld` does,
    to the calls of all who withheld their number.
    """
    counted = select(func.count()).select_from(requests).where(requests.c.accepted_at >= since)
    if caller_print is not None:
        counted = counted.where(_is_of_caller(caller_print))
    if withheld:
        counted = counted.join(calls).where(calls.c.caller_print.is_(None))
    if person_print is not None:
        counted = counted.where(requests.c.person_print == person_print)
    return connection.execute(counted).scalar_one()


def count_persons(connection: Connection, caller_print: str, since: datetime) -> int:
    """For how many different persons requests were accepted at that moment or later, in calls of this caller."""
    persons = select(func.count(requests.c.person_print.distinct()))
    counted = persons.where(requests.c.accepted_at >= since, _is_of_caller(caller_print))
    return connection.execute(counted).scalar_one()


def _is_of_caller(caller_print: str) -> ColumnElement[bool]:
    return requests.c.call_sid.in_(select(calls.c.sid).where(calls.c.caller_print == caller_print))
