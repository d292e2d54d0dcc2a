"""The commands `hotline audit ...` and `hotline retention`. Each imports its parts when it runs."""

import re
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

import click

from hotline.local.ending import fail, sentences

if TYPE_CHECKING:
    from hotline.store.audit import Sought, Verified, Written
    from hotline.store.database import Engine
    from hotline.store.proving import Standing

_json_option: Final = click.option("--json", "as_json", is_flag=True, help="One JSON object a line, times in UTC.")


class _Seal(click.ParamType[str]):
    """A seal as `verify` prints it."""

    name = "seal"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not re.fullmatch(r"[0-9a-fA-F]{64}", str(value)):
            self.fail("A seal is 64 hexadecimal digits, as this command and the dispatcher's log print it.", param, ctx)
        return str(value).lower()


@click.group()
def audit() -> None:
    """Read and verify who did or looked at what."""


@audit.command()
@click.option("--head", type=_Seal(), help="A seal that was printed or logged earlier: finds a lost end as well.")
def verify(head: str | None) -> None:
    """See that nobody has changed the audit trail.

    Computes the seal of every row anew. Ends with 1 when a row was changed, is missing or was put in, or when the
    database does not refuse changes any more.
    """
    from hotline.local.looking import database
    from hotline.store.audit import find_unguarded
    from hotline.store.audit import verify as verify_all

    shows = sys.stderr.isatty()
    with sentences(), database() as engine:
        verified = verify_all(engine, head, progress=_progress if shows else None)
        with engine.connect() as connection:
            unguarded = find_unguarded(connection)
    if shows:
        click.echo("\r\033[K", nl=False, err=True)
    click.echo(_told(verified))
    if verified.fault:
        fail(f"The audit trail is not whole. {verified.fault}")
    if unguarded:
        fail(f"The database does not refuse changes any more: switch its trigger {', '.join(unguarded)} on again.")


@audit.command()
@_json_option
@click.option("--who", help="Only what this person, or this part of the line, did.")
@click.option("--action", help="Only this, like facts.revealed.")
@click.option("--call", "call_sid", help="Only what concerns the call with this SID.")
def show(as_json: bool, who: str | None, action: str | None, call_sid: str | None) -> None:
    """Show who did or looked at what, newest first."""
    from hotline.local.showing import show as show_rows
    from hotline.store.audit import Sought

    sought = Sought(who=who, action=action, call_sid=call_sid)
    show_rows(lambda engine: _entries(engine, sought), as_json)


@click.command()
@_json_option
def retention(as_json: bool) -> None:
    """Show how much of each kind is kept, due, held and overdue.

    Held is what a legal hold keeps although its time is up, open what somebody still works on or waits for. Ends with 1
    when something should have been erased more than a day ago.
    """
    from hotline import clock
    from hotline.local.given import settings_here
    from hotline.local.listing import json_lines, table_lines
    from hotline.local.looking import database
    from hotline.store.keeping import keeping_of
    from hotline.store.proving import standing

    with sentences():
        keeping = keeping_of(settings_here())
        with database(unhurried=True) as engine:
            found = list(standing(engine, keeping, clock.now()))
    rows = map(_row, found)
    for line in json_lines(rows) if as_json else table_lines(rows):
        click.echo(line)
    overdue = [one for one in found if one.overdue]
    if overdue:
        many = ", ".join(f"{one.kind.replace('_', ' ')} ({one.overdue})" for one in overdue)
        fail(f"More than a day overdue: {many}. See that `hotline dispatcher` runs, and what its log says.")


def _progress(rows: int) -> None:
    click.echo(f"\r{rows} rows", nl=False, err=True)


def _told(verified: "Verified") -> str:
    if not verified.rows:
        return "No row was verified."
    counted = "1 row is" if verified.rows == 1 else f"{verified.rows} rows are"
    return f"{counted} right. The seal of the last one is {verified.head}."


def _entries(engine: "Engine", sought: "Sought") -> Iterator[dict[str, Any]]:
    from hotline.store.audit import read_all

    return map(_entry, read_all(engine, sought))


def _entry(written: "Written") -> dict[str, Any]:
    entry = asdict(written.entry)
    done_at = entry.pop("at").astimezone(UTC).isoformat()
    return {"id": written.id, "done_at": done_at, **entry}


def _row(one: "Standing") -> dict[str, Any]:
    row = asdict(one)
    oldest = row.pop("oldest")
    return {**row, "oldest_at": oldest.astimezone(UTC).isoformat() if oldest else None}
