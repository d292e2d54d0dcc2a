"""The commands `hotline practice ...`."""

import secrets
import time
from typing import Final

import click

from hotline.local.ending import fail, sentences

INTERRUPTED: Final = 130
"""The exit code of a program that Ctrl-C has ended."""


@click.group()
def practice() -> None:
    """Make a line for practice look as if it had run for months."""


@practice.command()
@click.option("--calls", type=click.IntRange(1, 20_000_000), default=200_000, show_default=True, help="How many.")
@click.option(
    "--days", type=click.IntRange(1, 1000), default=90, show_default=True, help="Over how many days until now."
)
@click.option("--seed", type=click.IntRange(0), help="Makes the same history again, in another database.")
def seed(calls: int, days: int, seed: int | None) -> None:
    """Fill the database with a believable history of made-up calls.

    Callers, holders and operators do not exist, and nothing is marked as real: it is refused where the card-status
    backend is not on this machine. The line that `hotline run` has started is found by itself, and may go on.
    Ctrl-C stops it; what is written by then stays. The figures are counted at the end.
    """
    from hotline import clock
    from hotline.local.given import settings_here
    from hotline.local.looking import database
    from hotline.local.seeding import seed as seeding
    from hotline.store.database import connect_unhurried

    with sentences():
        settings = settings_here()
        seeding.must_be_practice(settings)
        now = clock.now()
        asked = seeding.asked_of(seeding.Wanted(calls, days, secrets.randbelow(10**6) if seed is None else seed), now)
        begun = time.monotonic()
        try:
            with database():
                # Its tables are there.
                engine = connect_unhurried(settings.database_url.get_secret_value(), "hotline practice")
                with click.progressbar(length=calls, label="Calls", show_pos=True) as bar:
                    history = seeding.seed(engine, settings, asked, bar.update)
                written = time.monotonic()
                with click.progressbar(length=days + 1, label="Figures, by day", show_pos=True) as bar:
                    seeding.count_figures(engine, history, asked, now, bar.update)
        except KeyboardInterrupt:
            fail("Stopped. What was written stays; the dispatcher counts its figures.", INTERRUPTED)
    rate = calls / (written - begun)
    click.echo(
        f"{calls} calls over {days} days in {written - begun:.1f} s, {rate:.0f} a second, and their figures in "
        f"{time.monotonic() - written:.1f} s. `--seed {asked.seed}` makes the same again."
    )
