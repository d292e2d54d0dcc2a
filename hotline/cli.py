"""The command `hotline`. Every command imports its parts when it runs, so that `--help` is quick."""

import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import click

from hotline.local.audited import audit, retention
from hotline.local.counted import count_together
from hotline.local.drawn import callflow
from hotline.local.ending import fail, sentences
from hotline.local.marked import marks
from hotline.local.seeding.command import practice
from hotline.local.staffing import console, staff
from hotline.local.status import runbook, status
from hotline.local.watching import troubles, watch
from hotline.sound.commands import prompts

if TYPE_CHECKING:
    from hotline.settings import Settings


class _InOrder(click.Group):
    """Lists the commands in the order in which they are written here: the one that a newcomer needs comes first."""

    def list_commands(self, _ctx: click.Context, /) -> list[str]:
        return list(self.commands)


_json_option: Final = click.option("--json", "as_json", is_flag=True, help="One JSON object a line, times in UTC.")


@click.group(cls=_InOrder, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def main() -> None:
    """The telephone line that stops a lost My Number Card.

    On your own machine, `hotline run` starts everything. In production each process is started by itself, with its
    settings in the environment: `web`, `dispatcher` and `worker`, after `migrate`.
    """


@main.command()
def run() -> None:
    """Start the whole line on this machine.

    PostgreSQL, Valkey and the card-status backend come along unless the settings name others; without any TWILIO_...
    setting a practice carrier does too, which brings text messages and rings made-up operators. What else is missing
    in the settings is invented. A practice call shows that it works. Ctrl-C stops everything and leaves the data.
    """
    from hotline.local.run import run as run_here

    sys.exit(run_here())


@main.command()
@click.option("--url", help="Voice URL of another line; its account SID and token must be in the settings.")
@click.option("--from", "caller", default="+819012345678", show_default=True, help="Number to call from.")
@click.option("--page", is_flag=True, help="Serve the telephone as a page for browsers on this machine instead.")
@click.option("--port", type=click.IntRange(1, 65535), help="Of the page.  [default: two above HOTLINE_PORT]")
def phone(url: str | None, caller: str, page: bool, port: int | None) -> None:
    """Dial the line from this terminal, or from a page.

    Press keys or type what you say, and read what you would hear; ? lists the keys. When operators' telephones ring,
    you answer for them too. The line that `hotline run` has started is found by itself, and so is its page.
    """
    settings = _settings(also_local=True)
    if page:
        from hotline.local.page import serve

        with sentences():
            serve(settings, port)
    from hotline.local.dialling import dial

    sys.exit(dial(settings, url, caller))


@main.command()
@click.option("--url", help="Messaging URL of another line; its account SID and token must be in the settings.")
@click.option("--from", "writer", default="+819012345678", show_default=True, help="Number to write from.")
@click.option("--wait", "wait_s", type=click.FloatRange(0), default=0, help="Seconds to read on when the input ends.")
def text(url: str | None, writer: str, wait_s: float) -> None:
    """Write text messages to the line from this terminal.

    Each line that you type is a message. What the line answers is shown, also what it sends later. Ctrl-D ends it; the
    conversation goes on with the next message from the same number. The line that `hotline run` has started is found
    by itself.
    """
    from hotline.local.dialling import write

    with sentences():
        sys.exit(write(_settings(also_local=True), url, writer, wait_s))


@main.command()
@click.option("--host", default="0.0.0.0", show_default=True, help="Address to listen on.")
def web(host: str) -> None:
    """Answer Twilio's webhooks on HOTLINE_PORT."""
    from hotline.calls.chosen import offered_languages
    from hotline.local.serving import address_of, become_server

    settings = _settings()
    with sentences():
        offered_languages(settings)
    count_together(settings, alone=True)
    become_server(address_of(host, settings.hotline_port), "hotline.wsgi:app", ahead="hotline.app")


@main.command()
def dispatcher() -> None:
    """Hand accepted requests to the workers.

    Again and again, until each is done. Several may run.
    """
    settings = _working_settings()
    count_together(settings)
    from hotline.app import build_chores, build_texts
    from hotline.store.database import connect_to
    from hotline.suspensions.dispatch import run as dispatch

    url = settings.database_url.get_secret_value()
    with sentences():
        chores = build_chores(settings, connect_to(url, application="hotline chores", connections=1, autocommit=True))
        texts = build_texts(settings, connect_to(url, application="hotline texts", connections=2))
    dispatch(settings, chores, texts)


@main.command()
def worker() -> None:
    """Have the card-status backend stop what was accepted.

    Several may run.
    """
    settings = _working_settings()
    count_together(settings)
    from hotline.suspensions.worker import run as work

    work(settings)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8001, show_default=True)
@click.option("--faults", is_flag=True, help="Let whoever has the token program faults, for drills and tests.")
def cardstatus(host: str, port: int, faults: bool) -> None:
    """Run the reference card-status backend.

    Its people are made up, or those in the file CARDSTATUS_PEOPLE: CSV with the header
    name,birth_date,postal_code,house_number,municipality,card,smartphone, where card and smartphone are active,
    suspended or none. It keeps them in CARDSTATUS_DATABASE_URL, or else in an embedded PostgreSQL under HOTLINE_HOME.
    Who asks must send CARDSTATUS_TOKEN.
    """
    from hotline.local.backend import run_backend

    sys.exit(run_backend(host, port, faults=faults))


@main.command()
def migrate() -> None:
    """Bring the tables in DATABASE_URL up to date. Doing it twice changes nothing."""
    from hotline.local.looking import database_url, reached
    from hotline.store.migrating import migrate as bring_up_to_date

    with sentences(), reached():
        bring_up_to_date(database_url())
    click.echo("The database is up to date.")


@main.command()
@_json_option
@click.option("--sid", help="Only the call with this SID.")
def calls(as_json: bool, sid: str | None) -> None:
    """Show the calls, oldest first."""
    from hotline.local.showing import show
    from hotline.store.listings import list_calls

    show(lambda engine: list_calls(engine, sid), as_json)


@main.command()
@_json_option
@click.option("--receipt", help="Only the request with this receipt number; spaces and hyphens do not count.")
def requests(as_json: bool, receipt: str | None) -> None:
    """Show the requests to stop something, oldest first."""
    from hotline.local.showing import show
    from hotline.store.listings import list_requests

    number = receipt and receipt.replace("-", "").replace(" ", "")
    show(lambda engine: list_requests(engine, number), as_json)


@main.command("follow-ups")
@_json_option
@click.option("--open", "only_open", is_flag=True, help="Only those that nobody has resolved.")
def follow_ups(as_json: bool, only_open: bool) -> None:
    """Show what people must do for callers, oldest first."""
    from hotline.local.showing import show
    from hotline.store.listings import list_follow_ups

    show(lambda engine: (row for row in list_follow_ups(engine) if not (only_open and row["resolved_at"])), as_json)


@main.command()
@_json_option
@click.option("--receipt", help="Only those about this receipt number; spaces and hyphens do not count.")
def texts(as_json: bool, receipt: str | None) -> None:
    """Show what became of promised text messages, oldest first.

    Neither the numbers that they go to nor what they say is shown.
    """
    from hotline.local.showing import show
    from hotline.store.listings import list_texts

    number = receipt and receipt.replace("-", "").replace(" ", "")
    show(lambda engine: list_texts(engine, number), as_json)


@main.command()
@_json_option
def messages(as_json: bool) -> None:
    """Show the voice messages that callers left, oldest first."""
    from hotline.local.showing import show
    from hotline.store.listings import list_messages

    show(list_messages, as_json)


@main.group()
def keys() -> None:
    """Make and change the keys that seal what is keyed."""


@keys.command("new")
def new() -> None:
    """Print a new key for HOTLINE_ENCRYPTION_KEYS."""
    from hotline.privacy import new_key

    click.echo(new_key())


@keys.command("rotate")
def rotate() -> None:
    """Seal everything anew with the first of HOTLINE_ENCRYPTION_KEYS.

    Put a new key in front of the old ones, restart every process, run this, then take the old keys away.
    """
    from hotline.local.looking import database
    from hotline.privacy import Vault
    from hotline.store.sealed import reseal_all

    settings = _settings(also_local=True)
    with sentences(), database() as engine:
        done = reseal_all(engine, Vault(key.get_secret_value() for key in settings.hotline_encryption_keys))
    click.echo(f"{done.values} values are sealed with the first key.")
    if done.unreadable:
        fail(f"{done.unreadable} values fit none of the keys: put the key they were sealed with back, and repeat it.")


for command in (watch, status, troubles, runbook, console, staff, audit, retention, practice, prompts, callflow):
    main.add_command(command)
prompts.add_command(marks)


@main.command(hidden=True)
@click.argument("message")
def migration(message: str) -> None:
    """Write a migration from what has changed in the tables, against a database made for the purpose."""
    from hotline.local.migration import write

    click.echo(f"Written: {write(message)}. Read it before you commit it.")


def _settings(*, also_local: bool = False) -> "Settings":
    """The settings; without them, a sentence for each that is missing or wrong, and the end.

    `also_local` takes what nobody gave from the newest `hotline run` in HOTLINE_HOME.
    """
    from hotline.local.given import settings_here
    from hotline.settings import load_settings

    with sentences():
        return settings_here() if also_local else load_settings()


def _working_settings() -> "Settings":
    """The settings of a process that works on the database; without this version's tables it does not start."""
    from hotline.logs import start_logging
    from hotline.store.database import DATABASE_TROUBLE, NOT_MIGRATED, connect_to, is_migrated

    settings = _settings()
    start_logging()
    engine = connect_to(settings.database_url.get_secret_value(), connections=1)
    # A database that is away is waited for.
    with suppress(*DATABASE_TROUBLE):
        if not is_migrated(engine):
            fail(NOT_MIGRATED)
    engine.dispose()
    return settings
