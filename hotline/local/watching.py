"""The commands `hotline watch` and `hotline troubles`. Each imports its parts when it runs."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import click

from hotline.local.ending import MISCONFIGURED, fail, sentences

if TYPE_CHECKING:
    from hotline.store.troubles import Trouble

EVERY_S: Final = 5.0
"""Seconds between two looks."""

_json_option: Final = click.option("--json", "as_json", is_flag=True, help="One JSON object a line, times in UTC.")


@click.command()
def watch() -> None:
    """Wake somebody when the line does not keep what it promises.

    HOTLINE_ROSTER names who is told. Several may run, on different machines: one of them acts, the others stand by.
    """
    from hotline.local.given import settings_here
    from hotline.logs import start_logging
    from hotline.oncall.pager import is_address
    from hotline.oncall.roster import RosterFault, read_roster
    from hotline.oncall.watch import run

    with sentences():
        settings = settings_here()
    if settings.hotline_roster is None:
        fail("HOTLINE_ROSTER is missing: it names the file that says who is told.", MISCONFIGURED)
    try:
        roster = read_roster(settings.hotline_roster)
    except RosterFault as fault:
        fail(str(fault), MISCONFIGURED)
    for person in roster.person:
        if not all(map(is_address, person.tell)):
            fail(f"The roster has an address of {person.name} that Apprise does not know.", MISCONFIGURED)
    start_logging()
    run(settings, roster, EVERY_S)


@click.group(invoke_without_command=True)
@click.pass_context
@_json_option
def troubles(ctx: click.Context, as_json: bool) -> None:
    """Show what is wrong and what was, newest first."""
    if ctx.invoked_subcommand is not None:
        return
    from hotline.local.showing import show
    from hotline.store.troubles import find_newest

    def rows(engine: Any) -> Iterator[dict[str, Any]]:
        with engine.connect() as connection:
            yield from map(_row, find_newest(connection))

    show(rows, as_json)


@troubles.command()
@click.argument("number", type=int)
@click.option("--who", required=True, help="Your name, as the others know you.")
def take(number: int, who: str) -> None:
    """Say that you have it, so that nobody else is told."""
    from hotline import clock
    from hotline.local.looking import database
    from hotline.store.troubles import find_newest
    from hotline.store.troubles import take as take_it

    with sentences(), database() as engine:
        with engine.begin() as connection:
            is_mine = take_it(connection, number, who[:100], clock.now())
        with engine.connect() as connection:
            found = next((one for one in find_newest(connection) if one.id == number), None)
    if not is_mine:
        fail(_why_not(number, found))
    click.echo(f"You have trouble {number}; nobody else is told of it. What to do: hotline runbook {_limit(found)}")


def _why_not(number: int, found: "Trouble | None") -> str:
    if found is None:
        return f"There is no trouble {number}; `hotline troubles` shows them."
    return f"Trouble {number} is over." if found.over_at else f"{found.taken_by} has trouble {number}."


def _limit(found: "Trouble | None") -> str:
    return found.limit_name if found else ""


def _row(one: "Trouble") -> dict[str, Any]:
    return {
        "id": one.id,
        "limit": one.limit_name,
        "severity": one.severity,
        "opened_at": _written(one.opened_at),
        "over_at": _written(one.over_at),
        "taken_by": one.taken_by,
        "told": one.told,
        "said": one.said,
    }


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
