"""The console as it is served to browsers, with a history behind it, the line beside it and a carrier that rings."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Final

from flask import Flask
from flask_babel import force_locale, gettext, ngettext
from werkzeug.serving import make_server

from hotline import clock
from hotline.app import create_app
from hotline.console.app import create_console
from hotline.local.ports import free_port
from hotline.local.seeding import seed as seeding
from hotline.phone.carrier import PracticeCarrier, practice_carrier
from hotline.phone.exchange import Account
from hotline.privacy import Vault
from hotline.settings import Settings
from hotline.store.database import Engine, connect_unhurried
from tests.console.conftest import console_settings

CALLS: Final = 300
DAYS: Final = 6
LINE_NUMBER: Final = "+81120950178"
ACCOUNT: Final = Account(
    "AC" + "0" * 32, "token of a test", "SK" + "0" * 32, "the secret of the tests", frozenset({LINE_NUMBER})
)


@dataclass
class Served:
    """An application at a port, which can go away and come back."""

    app: Flask
    port: int = field(default_factory=free_port)
    _stop: ExitStack | None = None

    @property
    def address(self) -> str:
        """Passkeys work at this name and at no number."""
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        with ExitStack() as stack:
            server = make_server("127.0.0.1", self.port, self.app, threaded=True)
            server.daemon_threads = True
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
            thread.start()
            stack.callback(server.server_close)
            stack.callback(thread.join)
            stack.callback(server.shutdown)
            self._stop = stack.pop_all()

    def stop(self) -> None:
        if self._stop:
            self._stop.close()
        self._stop = None


@contextmanager
def served(app: Flask, port: int) -> Iterator[Served]:
    """The application at this port until the block ends."""
    one = Served(app, port)
    one.start()
    yield one
    one.stop()


@dataclass(frozen=True)
class Office:
    """Where operators work."""

    app: Flask
    address: str
    settings: Settings
    carrier: PracticeCarrier

    @property
    def engine(self) -> Engine:
        return self.app.extensions["hotline.engine"]

    @property
    def vault(self) -> Vault:
        return self.app.extensions["hotline.desk"].vault

    def says(self, language: str, text: str, **values: object) -> str:
        """How the pages say this in a language, from their own catalogue."""
        with self.app.test_request_context(), force_locale(language):
            return str(gettext(text, **values))

    def counts(self, language: str, one: str, many: str, number: int) -> str:
        with self.app.test_request_context(), force_locale(language):
            return str(ngettext(one, many, number))


@contextmanager
def open_office(database_url: str) -> Iterator[Office]:
    """The console, the line and the carrier, until the block ends."""
    console_port, line_port = free_port(), free_port()
    with ExitStack() as everything:
        carrier = everything.enter_context(practice_carrier(ACCOUNT))
        settings = console_settings(
            database_url,
            hotline_public_url=f"http://127.0.0.1:{line_port}",
            hotline_console_url=f"http://localhost:{console_port}",
            twilio_api_key=ACCOUNT.api_key,
            twilio_api_secret=ACCOUNT.api_secret,
            twilio_api_url=carrier.url,
        )
        _remember_calls(settings)
        for make, port in ((create_console, console_port), (create_app, line_port)):
            app = make(settings)
            # Browsers that ask whether a file is as before would leave it open here: Flask closes what it sends only.
            app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 3600
            everything.callback(app.extensions["hotline.engine"].dispose)
            everything.enter_context(served(app, port))
            if make is create_console:
                office = Office(app, f"http://localhost:{port}", settings, carrier)
        yield office


def _remember_calls(settings: Settings) -> None:
    """A history, the same each time but for the moments."""
    engine, now = connect_unhurried(settings.database_url.get_secret_value(), "tests"), clock.now()
    asked = seeding.asked_of(seeding.Wanted(CALLS, DAYS, seed=7), now)
    history = seeding.seed(engine, settings, asked, lambda _: None)
    seeding.count_figures(engine, history, asked, now, lambda _: None)
    engine.dispose()
