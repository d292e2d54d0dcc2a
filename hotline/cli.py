"""The command `hotline`. Every command imports its parts when it runs, so that `--help` is quick."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

if TYPE_CHECKING:
    from hotline.settings import Settings

_MISCONFIGURED: Final = 2
_SERVER: Final = (
    *("--worker-class=gthread", "--workers=2", "--threads=4", "--keep-alive=75", "--graceful-timeout=15"),
    *("--no-control-socket", "--log-level=warning"),
)


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

    PostgreSQL, Valkey and the card-status backend come along unless the settings name others; what else is missing in
    the settings is invented. A practice call shows that it works. Ctrl-C stops everything and leaves the data.
    """
    from hotline.local.run import run as run_here

    sys.exit(run_here())


@main.command()
@click.option("--url", help="Voice URL of another line; its account SID and token must be in the settings.")
@click.option("--from", "caller", default="+819012345678", show_default=True, help="Number to call from.")
def phone(url: str | None, caller: str) -> None:
    """Dial the line from this terminal.

    Press keys, read what it says. The line that `hotline run` has started is found by itself.
    """
    from hotline.local.dialling import dial

    sys.exit(dial(_settings(also_local=True), url, caller))


@main.command()
@click.option("--host", default="0.0.0.0", show_default=True, help="Address to listen on.")
def web(host: str) -> None:
    """Answer Twilio's webhooks on HOTLINE_PORT."""
    settings = _settings()
    # This process becomes the web server, so that signals and exit codes are the server's own.
    gunicorn = str(Path(sys.executable).with_name("gunicorn"))
    address = f"[{host}]" if ":" in host else host
    os.execv(gunicorn, [gunicorn, f"--bind={address}:{settings.hotline_port}", *_SERVER, "hotline.wsgi:app"])


@main.command()
def dispatcher() -> None:
    """Hand accepted requests to the workers.

    Again and again, until each is done. Several may run.
    """
    settings = _working_settings()
    from hotline.app import build_chores, build_texts
    from hotline.store.database import connect_to
    from hotline.suspensions.dispatch import run as dispatch

    url = settings.database_url.get_secret_value()
    with _sentences():
        chores = build_chores(settings, connect_to(url, application="hotline chores", connections=1, autocommit=True))
        texts = build_texts(settings, connect_to(url, application="hotline texts", connections=2))
    dispatch(settings, chores, texts)


@main.command()
def worker() -> None:
    """Have the card-status backend stop what was accepted.

    Several may run.
    """
    settings = _working_settings()
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
    from hotline.store.database import migrate as bring_up_to_date

    with _sentences(), reached():
        bring_up_to_date(database_url())
    click.echo("The database is up to date.")


@main.command()
@_json_option
@click.option("--sid", help="Only the call with this SID.")
def calls(as_json: bool, sid: str | None) -> None:
    """Show the calls, oldest first."""
    from hotline.local.looking import database
    from hotline.store.listings import list_calls

    with _sentences(), database() as engine:
        _show(list_calls(engine, sid), as_json)


@main.command()
@_json_option
@click.option("--receipt", help="Only the request with this receipt number; spaces and hyphens do not count.")
def requests(as_json: bool, receipt: str | None) -> None:
    """Show the requests to stop something, oldest first."""
    from hotline.local.looking import database
    from hotline.store.listings import list_requests

    with _sentences(), database() as engine:
        _show(list_requests(engine, receipt and receipt.replace("-", "").replace(" ", "")), as_json)


@main.command("follow-ups")
@_json_option
@click.option("--open", "only_open", is_flag=True, help="Only those that nobody has resolved.")
def follow_ups(as_json: bool, only_open: bool) -> None:
    """Show what people must do for callers, oldest first."""
    from hotline.local.looking import database
    from hotline.store.listings import list_follow_ups

    with _sentences(), database() as engine:
        rows = list_follow_ups(engine)
        _show((row for row in rows if not (only_open and row["resolved_at"])), as_json)


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
    with _sentences(), database() as engine:
        done = reseal_all(engine, Vault(key.get_secret_value() for key in settings.hotline_encryption_keys))
    click.echo(f"{done.values} values are sealed with the first key.")
    if done.unreadable:
        _fail(f"{done.unreadable} values fit none of the keys: put the key they were sealed with back, and repeat it.")


@main.group()
def prompts() -> None:
    """Look after what the line says."""


@prompts.command("check")
def check() -> None:
    """See that every prompt can be spoken, written and understood in every language.

    Walks through the whole conversation, which takes a while, and ends with 1 when something is wrong.
    """
    from hotline.speech.check import main as check_all

    sys.exit(check_all())


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
    from hotline.local.given import local_settings
    from hotline.settings import load_settings

    with _sentences():
        if also_local:
            os.environ.update(local_settings())
        return load_settings()


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
            _fail(NOT_MIGRATED)
    engine.dispose()
    return settings


@contextmanager
def _sentences() -> Iterator[None]:
    """Within, what is expected to fail ends this process with a sentence instead of a traceback."""
    from hotline.local.given import CannotLook
    from hotline.settings import SettingsFault

    try:
        yield
    except SettingsFault as fault:
        _fail(str(fault), _MISCONFIGURED)
    except CannotLook as fault:
        _fail(str(fault))


def _show(rows: Iterator[Mapping[str, Any]], as_json: bool) -> None:
    from hotline.local.listing import json_lines, table_lines

    is_empty = True
    for line in json_lines(rows) if as_json else table_lines(rows):
        click.echo(line)
        is_empty = False
    if is_empty:
        click.echo("There are none.", err=True)


def _fail(sentence: str, exit_code: int = 1) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(exit_code)
