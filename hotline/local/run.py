"""`make run`: the whole hotline on this machine, until Ctrl-C."""

import os
from collections.abc import Callable, Mapping

from hotline.calls.chosen import offered_languages
from hotline.local.child import CannotStart
from hotline.local.given import given_settings, home_of
from hotline.local.home import Home
from hotline.local.invented import PRACTICE_PASSWORD, keep, read_kept
from hotline.local.lines import Lines, to_terminal
from hotline.local.plan import BACKEND_DATABASE, DATABASE, Plan, make_plan, ports_must_be_free
from hotline.local.practice import practise
from hotline.local.practice_account import EMAIL, make_account, practises_in_console
from hotline.local.programs import (
    line,
    operators_console,
    practice_carrier,
    practice_phone,
    reference_backend,
    server,
)
from hotline.local.supervised import lasting, supervised
from hotline.local.supervisor import Supervisor
from hotline.settings import SettingsFault, load_settings
from hotline.store.database import DATABASE_TROUBLE
from hotline.store.migrating import migrate


def run() -> int:
    """Start everything, place a practice call, stay until asked to stop; returns the exit code."""
    lines = to_terminal()
    try:
        given = given_settings()
        _run_in(Home(home_of(given)), given, lines)
    except (CannotStart, SettingsFault) as fault:
        lines.say("hotline", str(fault))
        return 1
    return 0


def _run_in(home: Home, given: Mapping[str, str], lines: Lines) -> None:
    with supervised(home, lines) as supervisor:
        plan = make_plan(home.directory, given, read_kept(home.directory))
        ports_must_be_free(plan)
        _take_settings(plan)
        _start(plan, supervisor, lines)
        with lines.held_back():
            practise(plan, _watchful(lines, supervisor))
        for text in _addresses(plan):
            lines.say("hotline", text)
        lasting(supervisor)


def _take_settings(plan: Plan) -> None:
    """From here on this program and all that it starts find their settings in the environment."""
    os.environ.update(plan.settings)
    os.environ["PYTHONUNBUFFERED"] = "1"
    offered_languages(load_settings())
    keep(plan.home, plan.kept)


def _start(plan: Plan, supervisor: Supervisor, lines: Lines) -> None:
    embedded = [one for one in (plan.postgres, plan.valkey) if one]
    if embedded:
        lines.say("hotline", "starting the embedded servers")
        supervisor.start([server(one) for one in embedded])
    lines.say("hotline", "bringing the databases up to date")
    if plan.postgres:
        plan.postgres.create_database(DATABASE)
        plan.postgres.create_database(BACKEND_DATABASE)
    _migrate(plan.settings["DATABASE_URL"])
    if practises_in_console(plan):
        make_account(load_settings(), plan.kept)
    lines.say("hotline", "starting the line")
    backend = [reference_backend("127.0.0.1", plan.backend_port)] if plan.backend_port else []
    carrier = [practice_carrier(plan.carrier_port)] if plan.carrier_port else []
    phone = [practice_phone(plan.phone_port)] if plan.phone_port else []
    supervisor.start([*backend, *carrier, *line(plan), operators_console(plan.console_port), *phone])


def _migrate(url: str) -> None:
    try:
        migrate(url)
    except DATABASE_TROUBLE as error:
        raise CannotStart("PostgreSQL does not answer: see that it runs and that DATABASE_URL is right.") from error


def _watchful(lines: Lines, supervisor: Supervisor) -> Callable[[str, str], None]:
    """Says lines, and uses each as a moment to look after the programs and to hear of the end."""

    def say(name: str, text: str) -> None:
        lines.say(name, text)
        supervisor.pause(0)

    return say


def _addresses(plan: Plan) -> list[str]:
    settings = load_settings()
    public = settings.hotline_public_url
    page = [f"call it            http://127.0.0.1:{plan.phone_port}"] if plan.phone_port else []
    write = ["write to it        .venv/bin/hotline text"]
    return [
        *page,
        *_ways_into_the_console(plan),
        f"the line answers   POST {public}/voice/incoming{' and /sms/incoming' if settings.sends_texts else ''}",
        f"is it well?        http://127.0.0.1:{plan.port}/healthz and /readyz",
        f"backend            {plan.settings['CARDSTATUS_URL']}",
        f"data and settings  {plan.home}",
        "call from here     .venv/bin/hotline phone",
        *(write if settings.sends_texts else []),
        "look at it         .venv/bin/hotline calls | requests | follow-ups | texts | messages",
        "Ctrl-C stops everything.",
    ]


def _ways_into_the_console(plan: Plan) -> list[str]:
    address = f"look after it      {load_settings().console_url}/console/"
    if not practises_in_console(plan):
        return [
            address,
            "  sign in          by the link of .venv/bin/hotline staff add --role administrator EMAIL --name NAME",
        ]
    return [
        address,
        f"  sign in          {EMAIL}",
        f"  password         {plan.kept[PRACTICE_PASSWORD]}",
        "  code             .venv/bin/hotline staff code",
    ]
