"""The page as the program that it is, over a real line: from a key to a stopped card, through a restart, to the end."""

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from hotline.local.child import Command, kill_group, launch
from hotline.local.embedded import Postgres, Valkey
from hotline.local.ports import free_port, is_well
from tests.phone.page.browser import Browser
from tests.waiting import eventually
from tests.whole.conftest import Person, anybody, crowd, register
from tests.whole.running import HOTLINE, RunningLine, new_mobile, running_line


@dataclass
class RunningPage:
    """`hotline phone --page`."""

    child: subprocess.Popen[bytes]
    address: str
    log: Path

    def opened(self) -> Browser:
        return Browser(self.address)


@pytest.fixture(scope="module")
def real_line(
    postgres_server: Postgres, migrated_template: str, valkey_server: Valkey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningLine]:
    directory = tmp_path_factory.mktemp("line")
    for name, made_from in (("page_running", migrated_template), ("page_running_backend", "template1")):
        postgres_server.create_database(name, made_from)
    with running_line(
        directory,
        database_url=postgres_server.url("page_running"),
        backend_database_url=postgres_server.url("page_running_backend"),
        redis_url=f"{valkey_server.url()}/7",
        cardstatus_people=str(register(directory / "people.csv", crowd())),
        operator_numbers="+81312345678",
        number_languages="+81120950178=ja,+81120017827=en",
    ) as line:
        yield line
    for name in ("page_running", "page_running_backend"):
        postgres_server.drop_database(name)


@contextmanager
def running_page(line: RunningLine, log: Path) -> Iterator[RunningPage]:
    port = free_port()
    environment = {**line.environment, "CARDSTATUS_DATABASE_URL": line.backend_database_url}
    with log.open("wb") as out:
        child = launch(Command("phone", (HOTLINE, "phone", "--page", "--port", str(port)), environment), out)
    try:
        eventually(lambda: is_well(port, "/healthz") or child.poll() is not None, "the page is up", 60)
        yield RunningPage(child, f"http://127.0.0.1:{port}", log)
    finally:
        kill_group(child)


@pytest.fixture(scope="module")
def real_page(real_line: RunningLine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPage]:
    with running_page(real_line, tmp_path_factory.mktemp("page") / "phone.log") as page:
        yield page


@pytest.fixture
def browser(real_page: RunningPage) -> Iterator[Browser]:
    browser = real_page.opened()
    yield browser
    if browser.call and not browser.all("over"):
        browser.does("hang-up")


def answers(browser: Browser, *entries: str) -> None:
    """Each entry into the next question, without hearing it to its end."""
    for entry in entries:
        heard = len(browser.all("said"))
        browser.does("keys", keys=entry)
        eventually(lambda heard=heard: len(browser.all("said")) > heard, f"something is said after {entry}")


def reports_lost(browser: Browser, person: Person) -> None:
    """From the main menu to the read-back."""
    answers(browser, "2", "1", f"{person.keyed_birth_date}#", f"{person.postal_code}#", "2163402#")


def test_a_card_is_stopped_and_everything_behind_is_seen(real_line, real_page, browser):
    somebody = anybody()
    browser.dials(to="+81120017827", caller=new_mobile()).sees("said", language="en")
    reports_lost(browser, somebody)
    answers(browser, "1")
    stopped = browser.sees("clock").told
    told = browser.sees("told").told
    browser.does("hang-up")
    browser.sees("over", by="caller", status="completed")

    (call,) = real_line.listed("calls", browser.sid)
    (request,) = [one for one in real_line.listed("requests") if one["call_sid"] == browser.sid]
    assert (call["outcome"], call["language"], request["status"]) == ("stopped", "en", "suspended")
    behind = [event.told for event in browser.all("behind")]
    numbers = [one["turn"] for one in behind if one["kind"] == "turn"]
    assert numbers == list(range(1, len(numbers) + 1))
    assert [one["to_step"] for one in behind if one["kind"] == "turn"][-1] == "result"
    receipt = request["receipt_number"]
    (backend,) = [one for one in behind if one["kind"] == "backend"]
    assert (backend["receipt_number"], backend["target"], backend["answer"]) == (receipt, "card", "suspended")
    assert 0 <= backend["seconds_from_confirmation"] < 30
    queue = [(one["state"], one["receipt_number"]) for one in behind if one["kind"] == "queue"]
    assert queue == [("due", receipt), ("handed over", receipt), ("asked", receipt)]
    moments = [one["at"] for one in behind if one["kind"] == "queue"]
    assert moments == sorted(moments), "what came first is told as later"
    assert [one["status"] for one in behind if one["kind"] == "request"][-1] == "suspended"
    assert 0 < stopped["seconds"] < told["seconds"]
    assert stopped["answered_at"] < stopped["confirmed_at"] <= stopped["stopped_at"]
    assert any(event.told["sound"] for event in browser.all("said"))
    kept = browser.asks("GET", f"/calls/{browser.call}/transcript.txt").text
    assert f"BACKEND card: suspended, receipt number {receipt}" in kept
    assert kept.splitlines()[-1] == f"From answer to stopped card: {stopped['seconds']:.1f} seconds"

    _knows_nothing_keyed(json.dumps(behind), somebody)
    _knows_nothing_keyed(real_page.log.read_text("utf-8"), somebody)


def _knows_nothing_keyed(text: str, person: Person) -> None:
    for fact in (person.keyed_birth_date, person.birth_date, person.postal_code, "2163402", "2*16*3*402"):
        assert fact not in text


def test_people_whose_card_was_stopped_are_not_shown_to_the_next_visitor(real_line, browser):
    first, second, third = (person["birth_date"] for person in browser.asks("GET", "/line").json()["people"])
    shown = next(person for person in browser.asks("GET", "/line").json()["people"])
    browser.dials(caller=new_mobile()).sees("said")
    entries = (shown["birth_date"], shown["postal_code"], shown["house_number"])
    answers(browser, "2", "1", *(f"{entry}#" for entry in entries), "1")
    browser.sees("behind", kind="backend", answer="suspended")
    left = [person["birth_date"] for person in browser.asks("GET", "/line").json()["people"]]
    assert left[:2] == [second, third]
    assert first not in left


def test_the_call_survives_a_web_server_that_is_killed_and_started_again(real_line, browser):
    browser.dials(caller=new_mobile()).sees("said", language="ja")
    answers(browser, "2")
    real_line.kill("web")
    browser.does("keys", keys="1")
    browser.sees("trouble")
    before = len(browser.all("said"))
    real_line.launch("web")
    browser.sees("recovered")
    eventually(lambda: len(browser.all("said")) > before, "the line speaks again")
    real_line.awaits("web")
    assert not browser.all("over")
    steps = [event.told["to_step"] for event in browser.all("behind", kind="turn")]
    eventually(
        lambda: browser.all("behind", kind="turn", to_step="birth_date"), f"the birth date is asked for: {steps}"
    )


def test_the_end_of_the_page_waits_for_no_stream(real_line, tmp_path):
    with running_page(real_line, tmp_path / "phone.log") as page:
        browser = page.opened().dials()
        browser.sees("said")
        page.child.send_signal(signal.SIGTERM)
        assert page.child.wait(5) == 0
    assert "Traceback" not in page.log.read_text("utf-8")
    with running_page(real_line, tmp_path / "again.log") as page:
        browser.address = page.address
        answer = browser.does("keys", keys="1")
        assert (answer.status_code, answer.json()["code"]) == (404, "call_unknown")


def test_the_page_is_not_started_where_cards_may_be_real(real_line):
    elsewhere = {**real_line.environment, "CARDSTATUS_URL": "https://cards.example.jp"}
    done = subprocess.run([HOTLINE, "phone", "--page"], env=elsewhere, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "behind CARDSTATUS_URL there may be cards of real people" in done.stderr
