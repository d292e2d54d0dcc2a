"""The commands `hotline status` and `hotline runbook`."""

import json
import sys
import time
from contextlib import suppress
from typing import Any, Final

import click

from hotline.local.ending import MISCONFIGURED, fail, sentences

EVERY_S: Final = 2.0
"""Seconds between two looks with --watch."""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object, times in UTC.")
@click.option("--watch", is_flag=True, help="Look again every two seconds, until Ctrl-C.")
def status(as_json: bool, watch: bool) -> None:
    """Show on one screen how promises, queue and workers stand.

    Ends with 0 when nothing is wrong, with 1 when something can wait until the day, with 2 when somebody should be
    awake.
    """
    from hotline.local.given import settings_here
    from hotline.store.database import connect_to
    from hotline.suspensions.queue import connect_dispatcher

    with sentences():
        settings = settings_here()
    engine = connect_to(settings.database_url.get_secret_value(), application="hotline status", connections=1)
    redis = connect_dispatcher(settings.redis_url.get_secret_value())
    code = 0
    with redis, suppress(KeyboardInterrupt):
        code = _show(engine, redis, as_json, clear=False)
        while watch:
            time.sleep(EVERY_S)
            code = _show(engine, redis, as_json, clear=not as_json)
    engine.dispose()
    sys.exit(code)


@click.command()
@click.argument("name", required=False)
def runbook(name: str | None) -> None:
    """Say what to do about a trouble, or which runbooks there are."""
    from hotline.oncall.runbook import names, read

    if name is None:
        click.echo("\n".join(names()))
        return
    text = read(name)
    if text is None:
        fail(f"There is no runbook {name}; `hotline runbook` lists them all.", MISCONFIGURED)
    click.echo(text.rstrip())


def _show(engine: Any, redis: Any, as_json: bool, *, clear: bool) -> int:
    from hotline import clock
    from hotline.oncall.limits import check
    from hotline.oncall.standing import look
    from hotline.oncall.status import EXIT_CODES, screen, worst
    from hotline.oncall.status import as_json as objects

    standing = look(engine, redis, clock.now())
    breaches = list(check(standing))
    if clear:
        click.clear()
    if as_json:
        click.echo(json.dumps(objects(standing, breaches), default=_written, ensure_ascii=False))
    else:
        for line in screen(standing, breaches):
            click.echo(line)
    return EXIT_CODES[worst(breaches)]


def _written(value: Any) -> str:
    return value.isoformat().replace("+00:00", "Z") if hasattr(value, "isoformat") else str(value)
