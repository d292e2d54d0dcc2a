"""The whole line, the practice phone's page, and a real Chromium, once for all tests of the page."""

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from hotline.local.child import Command, kill_group, launch
from hotline.local.embedded import Postgres, Valkey
from hotline.local.ports import free_port, is_well
from tests.browser import chromium
from tests.browser.telephone import By, Telephone
from tests.waiting import eventually
from tests.whole.conftest import ALWAYS_OPEN, Person, register
from tests.whole.running import HOTLINE, READY_WITHIN_S, RunningLine, running_line

NUMBERS = "+81120950178=ja,+81120017827=en"
PEOPLE = [Person(f"頁{day}", f"1965-08-{day:02}", "1000001", "2-16-3") for day in range(1, 29)]

IN_A_HURRY = Path(__file__).with_name("in_a_hurry.py")

_people = iter(PEOPLE)

expect.set_options(timeout=20_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One browser and one line are enough: the tests of the page stay together in one process, and so do those of the
    console, which share nothing with them.
    """
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            is_console = here / "console" in item.path.parents
            item.add_marker(pytest.mark.xdist_group("console in a browser" if is_console else "browser"))


@dataclass
class PhoneServer:
    """The practice phone's page as a program of its own."""

    line: RunningLine
    port: int
    child: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        environment = dict(self.line.environment) | {"CARDSTATUS_DATABASE_URL": self.line.backend_database_url}
        environment["GUNICORN_CMD_ARGS"] = f"--config={quote(str(IN_A_HURRY))}"
        command = (HOTLINE, "phone", "--page", "--port", str(self.port))
        with (self.line.directory / "phone.log").open("ab") as log:
            self.child = launch(Command("phone", command, environment, self.line.directory), log)
        eventually(self._is_well, "the page is served", READY_WITHIN_S)

    def kill(self) -> None:
        assert self.child
        kill_group(self.child)
        self.child = None

    def _is_well(self) -> bool:
        assert self.child
        assert self.child.poll() is None, self.line.log_of("phone")
        return is_well(self.port, "/healthz")


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = chromium.start(playwright)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def phone_line(
    browser: Browser,
    postgres_server: Postgres,
    migrated_template: str,
    valkey_server: Valkey,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[RunningLine]:
    """Only where there is a browser: without one nothing needs to start."""
    directory = tmp_path_factory.mktemp("page")
    databases = {"browser_line": migrated_template, "browser_backend": "template1"}
    for name, template in databases.items():
        postgres_server.create_database(name, template)
    with running_line(
        directory,
        database_url=postgres_server.url("browser_line"),
        backend_database_url=postgres_server.url("browser_backend"),
        redis_url=f"{valkey_server.url()}/8",
        cardstatus_people=str(register(directory / "people.csv", PEOPLE)),
        operator_numbers="+81312345678",
        number_languages=NUMBERS,
        gunicorn_cmd_args=f"--config={quote(str(ALWAYS_OPEN))}",
    ) as line:
        yield line
    for name in databases:
        postgres_server.drop_database(name)


@pytest.fixture(scope="session")
def phone_server(phone_line: RunningLine) -> Iterator[PhoneServer]:
    server = PhoneServer(phone_line, free_port())
    server.start()
    yield server
    if server.child:
        server.kill()


Opens = Callable[..., Telephone]


@pytest.fixture
def opens(browser: Browser, phone_server: PhoneServer) -> Iterator[Opens]:
    """Opens the page, each time as a person of their own; what is given is how their browser is set.

    `voice` is a script that says what the browser can speak with.
    """
    contexts = []

    def open_page(by: By = By.MOUSE, voice: str | None = None, **how: Any) -> Telephone:
        how = {"locale": "en-GB", "has_touch": by is By.TOUCH} | how
        context = browser.new_context(**how)
        contexts.append(context)
        if voice:
            context.add_init_script(voice)
        return Telephone(context.new_page(), phone_server.address, by).opens()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def person() -> Person:
    """Somebody whose card no other test stops."""
    return next(_people)
