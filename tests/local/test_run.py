"""`make run`, with real processes."""

import json
import re
import signal
import socket
import stat
import urllib.request
from collections.abc import Iterator

import psutil
import pytest

from hotline import clock
from hotline.calls.by_text import UNREAD_FOR
from hotline.local.invented import read_kept
from tests.local.running_here import UP, Place, new_place, run_in
from tests.waiting import eventually

NEW_EACH_TIME = {"REDIS_URL", "TWILIO_API_URL", "TWILIO_API_KEY", "TWILIO_API_SECRET"}


@pytest.fixture
def place() -> Iterator[Place]:
    with new_place() as place:
        yield place


def test_a_run_shows_a_stopped_card_ctrl_c_ends_it_and_the_next_one_goes_on(place):
    with run_in(place) as run:
        run.shows(UP)
        first = _receipt_number(run.text)
        _shows_a_stopped_card(run.text)
        with urllib.request.urlopen(f"http://127.0.0.1:{place.settings['HOTLINE_PORT']}/readyz", timeout=10) as ready:
            assert ready.status == 200
        _shows_a_page_to_call_from(run.text)
        _shows_the_console(place, run.text)
        started = run.family()
        assert len(started) >= 8
        assert run.ends(signal.SIGINT) == 0
    _are_gone(started)
    assert stat.S_IMODE((place.home / "local.env").stat().st_mode) == 0o600
    invented = read_kept(place.home)

    with run_in(place) as run:
        run.shows(UP)
        second = _receipt_number(run.text)
        _shows_a_stopped_card(run.text)
        requests = place.rows("requests")
        calls = place.rows("calls")
        _stops_a_card_by_text(place)
        started = run.family()
        assert run.ends(signal.SIGTERM) == 0
    _are_gone(started)
    assert [(row["receipt_number"], row["status"]) for row in requests] == [(first, "suspended"), (second, "suspended")]
    assert [(row["outcome"], row["status"]) for row in calls] == [("stopped", "completed")] * 2
    kept = read_kept(place.home)
    assert {name: kept[name] for name in kept.keys() - NEW_EACH_TIME} == {
        name: invented[name] for name in invented.keys() - NEW_EACH_TIME
    }


def test_what_dies_is_started_again_and_a_killed_run_leaves_nothing_in_the_way(place):
    with run_in(place) as run:
        run.shows(UP)
        [valkey] = [one for one in run.family() if one.name().startswith("valkey")]
        valkey.kill()
        run.shows("valkey ended (killed by SIGKILL); it starts again in 1 s")
        eventually(lambda: any(one.name().startswith("valkey") and one != valkey for one in run.family()))

        with run_in(place) as second:
            assert second.process.wait(60) == 1
        assert f"already runs here, as process {run.process.pid}" in second.text
        assert len(second.text.splitlines()) == 1

        left = run.family()
        run.process.kill()
    _are_gone(left)
    with run_in(place) as run:
        run.shows(UP)
        _shows_a_stopped_card(run.text)
        assert run.ends(signal.SIGINT) == 0


def test_ctrl_c_while_it_starts_leaves_nothing(place):
    with run_in(place) as run:
        run.shows("starting the line")
        started = run.family()
        assert run.ends(signal.SIGINT) == 0
    _are_gone(started)
    assert run.text.splitlines()[-1] == "hotline    | stopped"


def test_servers_from_outside_are_used_as_they_are(place, database_url, valkey_url, empty_database_url):
    place.settings |= {
        "DATABASE_URL": database_url,
        "REDIS_URL": valkey_url,
        "CARDSTATUS_DATABASE_URL": empty_database_url,
        "TWILIO_AUTH_TOKEN": "given",
    }
    with run_in(place) as run:
        run.shows(UP)
        _shows_a_stopped_card(run.text)
        assert not [one for one in run.family() if one.name().startswith(("postgres", "valkey"))]
        assert run.ends(signal.SIGINT) == 0
    kept = read_kept(place.home)
    assert not {"DATABASE_URL", "REDIS_URL", "CARDSTATUS_DATABASE_URL"} & set(kept)
    # With Twilio, whoever has these numbers would be rung.
    assert not {"OPERATOR_NUMBERS", "TWILIO_API_URL", "TEXT_SENDER"} & set(kept)
    assert "hotline text" not in run.text
    assert kept["TWILIO_AUTH_TOKEN"] != "given"
    assert not (place.home / "postgres").exists()


def test_a_port_in_use_is_named_before_anything_starts(place):
    port = int(place.settings["HOTLINE_PORT"])
    for taken in (port, port + 1, port + 3):
        with socket.create_server(("127.0.0.1", taken)):
            said = place.hotline("run", exit_code=1).stdout
        assert f"Port {taken}, for the" in said
        assert "HOTLINE_PORT" in said
        assert len(said.splitlines()) == 1
    assert not (place.home / "postgres").exists()


def test_a_home_that_cannot_be_written_is_named(place):
    place.home.touch()
    said = place.hotline("run", exit_code=1).stdout
    assert f"HOTLINE_HOME {place.home} cannot be written to" in said
    assert len(said.splitlines()) == 1


def test_wrong_settings_are_named_before_anything_starts(place):
    place.settings |= {"OPERATOR_NUMBERS": "none", "HOTLINE_SECRET_KEY": "short", "CARDSTATUS_URL": "nowhere"}
    said = place.hotline("run", exit_code=1).stdout
    assert all(name in said for name in ("OPERATOR_NUMBERS", "HOTLINE_SECRET_KEY", "CARDSTATUS_URL"))
    assert not (place.home / "postgres").exists()


def test_a_language_that_is_none_is_named_before_anything_starts(place):
    place.settings["HOTLINE_LANGUAGES"] = "ja,xx"
    said = place.hotline("run", exit_code=1).stdout
    assert "HOTLINE_LANGUAGES is wrong: xx is no language of the line." in said
    assert len(said.splitlines()) == 1
    assert not (place.home / "postgres").exists()


def test_a_file_of_a_setting_that_cannot_be_read_is_named(place):
    place.settings["TWILIO_AUTH_TOKEN_FILE"] = str(place.directory / "missing")
    assert "TWILIO_AUTH_TOKEN_FILE cannot be read" in place.hotline("run", exit_code=1).stdout


def _stops_a_card_by_text(place: Place) -> None:
    """Of Hanako Suzuki, who stands first in the made-up register."""
    with place.writing() as text:
        text.types("Hello", "9", "1", "2", "1", "1980-03-01", "100-0001", "2-16-3-402")
        text.shows("If this is right", 30)
        read = clock.now() + UNREAD_FOR
        eventually(lambda: clock.now() >= read, what="the read-back can have been read")
        text.types("1")
        text.shows("The card is stopped.", 30)
    (sent,) = place.rows("texts")
    assert (sent["purpose"], sent["status"]) == ("turn", "delivered")


def _shows_the_console(place: Place, shown: str) -> None:
    address = f"http://localhost:{int(place.settings['HOTLINE_PORT']) + 3}/console/"
    assert address in shown
    assert "practice@hotline.example" in shown
    assert read_kept(place.home)["LOCAL_PRACTICE_PASSWORD"] in shown
    with urllib.request.urlopen(f"{address}sign-in", timeout=10) as page:
        assert page.status == 200
    assert re.fullmatch(r"\d{6}\n", place.hotline("staff", "code").stdout.split("It counts")[0])


def _shows_a_page_to_call_from(shown: str) -> None:
    """Before all other addresses: it is what a newcomer opens first."""
    addresses = [line for line in shown.splitlines() if re.search(r"http://127\.0\.0\.1:\d+", line)]
    found = next(line for line in addresses if "listens on" not in line and "CALLER" not in line)
    assert "call it" in found
    with urllib.request.urlopen(f"{found.split()[-1]}/line", timeout=10) as answer:
        line = json.load(answer)
    assert [one["language"] for one in line["numbers"]] == ["ja", "en"]
    assert len(line["people"]) == 3
    assert all(language["has_voice"] for language in line["languages"])


def _receipt_number(text: str) -> str:
    found = re.search(r"receipt number (\d+)$", text, re.MULTILINE)
    assert found, text
    return found[1]


def _shows_a_stopped_card(text: str) -> None:
    lines = text.splitlines()
    talk = [line for line in lines if line.startswith("call ")]
    assert any("CALLER presses 2" in line for line in talk), text
    assert any("card is stopped" in line for line in talk), text
    assert any(re.match(r"queue      \| request suspended at", line) for line in lines), text
    assert any(re.match(r"backend    \| card stopped at", line) for line in lines), text
    assert any(re.search(r"\d\.\d\d s from the confirming key to the stopped card", line) for line in lines), text
    assert "Traceback" not in text


def _are_gone(started: list[psutil.Process]) -> None:
    gone, alive = psutil.wait_procs(started, timeout=30)
    assert not alive
    assert len(gone) == len(started)
