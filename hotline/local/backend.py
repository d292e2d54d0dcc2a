"""The reference card-status backend as a program of its own."""

import os
import sys
from pathlib import Path

from hotline.cardstatus.reference.errors import CannotServe
from hotline.cardstatus.reference.serve import serve
from hotline.local.child import CannotStart
from hotline.local.given import BACKEND_DATABASE_URL, given_settings, home_of, local_settings
from hotline.local.home import Home
from hotline.local.lines import to_terminal
from hotline.local.plan import BACKEND_DATABASE
from hotline.local.ports import must_be_free
from hotline.local.postgres import Postgres
from hotline.local.programs import reference_backend, server
from hotline.local.supervised import lasting, supervised
from hotline.logs import start_logging
from hotline.settings import SettingsFault


def run_backend(host: str, port: int, *, faults: bool) -> int:
    """Run it until SIGTERM or SIGINT; returns the exit code. Without a database it gets an embedded one."""
    try:
        given, token = given_settings(), local_settings().get("CARDSTATUS_TOKEN")
    except SettingsFault as fault:
        sys.stderr.write(f"{fault}\n")
        return 2
    if not token:
        sys.stderr.write("CARDSTATUS_TOKEN is missing: set it to what the line sends as its bearer token.\n")
        return 2
    try:
        if BACKEND_DATABASE_URL in given:
            people = given.get("CARDSTATUS_PEOPLE")
            start_logging()
            serve(host, port, given[BACKEND_DATABASE_URL], token, Path(people) if people else None, faults)
        else:
            os.environ["CARDSTATUS_TOKEN"] = token
            _run_with_database(Home(home_of(given) / "cardstatus"), host, port, faults)
    except (CannotServe, CannotStart) as fault:
        sys.stderr.write(f"{fault}\n")
        return 1
    return 0


def _run_with_database(home: Home, host: str, port: int, faults: bool) -> None:
    lines = to_terminal()
    with supervised(home, lines) as supervisor:
        must_be_free(port, "for the card-status backend", "stop what uses it, or choose another with --port.")
        postgres = Postgres(home.directory / "postgres")
        supervisor.start([server(postgres)])
        postgres.create_database(BACKEND_DATABASE)
        os.environ[BACKEND_DATABASE_URL] = postgres.url(BACKEND_DATABASE)
        supervisor.start([reference_backend(host, port, faults=faults)])
        lasting(supervisor)
