"""The command `hotline`."""

import json
import subprocess
import sys
from datetime import timedelta

import pytest

from hotline.privacy import Vault, new_key
from hotline.store.messages import keep_message
from tests.cli.conftest import HOTLINE, NOWHERE, Done, everything
from tests.store.rows import NOON, accept_request, start_call
from tests.store.text_rows import promise_text

REQUIRED = {
    "HOTLINE_PUBLIC_URL",
    "HOTLINE_ENCRYPTION_KEYS",
    "HOTLINE_SECRET_KEY",
    "DATABASE_URL",
    "REDIS_URL",
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "CARDSTATUS_URL",
    "CARDSTATUS_TOKEN",
}
LISTINGS = ("calls", "requests", "follow-ups", "texts", "messages")


def _objects(done: Done) -> list[dict[str, object]]:
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_help_names_every_command_and_loads_none_of_their_parts(program):
    done = program("--help")
    commands = [line.split()[0] for line in done.stdout.partition("Commands:\n")[2].splitlines()]
    assert commands[:3] == ["run", "phone", "text"]
    assert {"web", "dispatcher", "worker", "cardstatus", "migrate"} < set(commands)
    assert set(LISTINGS) < set(commands)
    assert "..." not in done.stdout.partition("Commands:\n")[2]
    imported = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "import hotline.cli"], capture_output=True, text=True, check=True
    ).stderr
    assert not [name for name in ("flask", "sqlalchemy", "twilio", "pydantic", "redis") if f" {name}\n" in imported]


@pytest.mark.parametrize("command", ["web", "dispatcher", "worker"])
def test_a_production_process_names_everything_that_is_missing(program, command):
    done = program(command)
    assert done.returncode == 2
    assert {line.split()[1] for line in done.stderr.splitlines()[1:]} == REQUIRED
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["phone", "text"])
def test_who_calls_before_a_line_runs_is_told_how_to_start_one(program, command):
    done = program(command)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith("\nOr start the line here with `hotline run`: it invents what is missing.\n")


def test_the_web_process_names_a_language_that_is_none_without_a_traceback(program):
    done = program("web", **everything(), OPERATOR_LANGUAGE="xx")
    assert done.returncode == 2
    assert done.stderr.startswith("OPERATOR_LANGUAGE is wrong: xx is no language of the line.")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", [*LISTINGS, "migrate"])
def test_without_a_database_it_says_how_to_get_one(hotline, command):
    done = hotline(command)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "DATABASE_URL is missing: set it, or start the line here with `hotline run`.\n"


@pytest.mark.parametrize("command", [*LISTINGS, "migrate"])
def test_a_database_that_is_away_gets_a_sentence(hotline, command):
    done = hotline(command, DATABASE_URL=NOWHERE)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("The database does not answer: ")
    assert len(done.stderr.splitlines()) == 1


def test_a_file_that_cannot_be_read_gets_a_sentence(hotline):
    for command in ("calls", "cardstatus"):
        done = hotline(command, DATABASE_URL_FILE="missing")
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == "DATABASE_URL_FILE cannot be read: No such file or directory.\n"


def test_an_address_that_is_none_gets_a_sentence(hotline):
    done = hotline("calls", DATABASE_URL="mysql://localhost/x")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "DATABASE_URL is wrong: write it like postgresql://user@host/database.\n"


@pytest.mark.parametrize("command", ["dispatcher", "worker"])
def test_a_process_on_a_database_without_tables_says_what_to_do(program, empty_database_url, command):
    done = program(command, **everything(empty_database_url))
    assert done.returncode == 1
    assert "run `hotline migrate`" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_without_tables_gets_them_from_migrate(hotline, empty_database_url):
    assert "run `hotline migrate`" in hotline("calls", DATABASE_URL=empty_database_url).stderr
    for _ in range(2):
        assert hotline("migrate", DATABASE_URL=empty_database_url).stdout == "The database is up to date.\n"
    assert _objects(hotline("calls", "--json", DATABASE_URL=empty_database_url)) == []


def test_calls_are_one_object_a_line(hotline, engine, database_url):
    first = start_call(engine)
    second = start_call(engine, at=NOON + timedelta(seconds=1))
    rows = _objects(hotline("calls", "--json", DATABASE_URL=database_url))
    assert [row["sid"] for row in rows] == [first, second]
    assert rows[0].keys() == {"sid", "language", "status", "outcome", "last_step", "turns", "started_at", "ended_at"}
    assert rows[0]["started_at"] == "2026-11-23T03:00:00Z"
    assert _objects(hotline("calls", "--json", "--sid", second, DATABASE_URL=database_url)) == rows[1:]


def test_a_request_is_found_by_its_receipt_number_as_it_is_spoken(hotline, engine, database_url):
    accept_request(engine)
    accept_request(engine)
    rows = _objects(hotline("requests", "--json", DATABASE_URL=database_url))
    number = str(rows[1]["receipt_number"])
    spoken = f"{number[:4]}-{number[4:6]} {number[6:]}"
    assert _objects(hotline("requests", "--json", "--receipt", spoken, DATABASE_URL=database_url)) == rows[1:]
    assert {"receipt_number", "status", "targets", "call_sid", "accepted_at", "finished_at", "attempts"} <= rows[
        1
    ].keys()
    assert rows[1]["targets"] == ["card"]


def test_tables_are_for_people(hotline, engine, database_url):
    accept_request(engine)
    headings, row = hotline("requests", DATABASE_URL=database_url).stdout.splitlines()
    assert headings.startswith("receipt number  status    targets")
    assert row[headings.index("targets") :].startswith("card ")
    assert row[headings.index("finished at") :].startswith("-")


def test_texts_tell_what_became_of_them_and_nothing_else(hotline, engine, database_url):
    call_sid = start_call(engine)
    promise_text(engine, call_sid, request_id=accept_request(engine, call_sid), number="+819087654321", body="a secret")
    promise_text(engine, at=NOON + timedelta(seconds=1))
    rows = _objects(hotline("texts", "--json", DATABASE_URL=database_url))
    assert [row["call_sid"] == call_sid for row in rows] == [True, False]
    assert (rows[0]["purpose"], rows[0]["status"], rows[0]["created_at"]) == ("steps", "due", "2026-11-23T03:00:00Z")
    number = str(rows[0]["receipt_number"])
    spoken = f"{number[:4]}-{number[4:]}"
    assert _objects(hotline("texts", "--json", "--receipt", spoken, DATABASE_URL=database_url)) == rows[:1]
    names = {"id", "call_sid", "receipt_number", "purpose", "language", "status", "segments", "error_code", "attempts"}
    assert rows[0].keys() == names | {"created_at", "due_at", "told_at"}
    headings, first, _ = hotline("texts", DATABASE_URL=database_url).stdout.splitlines()
    assert first[headings.index("status") :].startswith("due ")
    assert "87654321" not in first + str(rows)


def test_messages_tell_where_the_recording_is_and_how_long(hotline, engine, database_url):
    call_sid, recording_sid = start_call(engine, language="ne"), f"RE{7:032x}"
    with engine.begin() as connection:
        keep_message(connection, call_sid=call_sid, recording_sid=recording_sid, seconds=12, now=NOON)
    (row,) = _objects(hotline("messages", "--json", DATABASE_URL=database_url))
    assert row == {
        "id": row["id"],
        "call_sid": call_sid,
        "language": "ne",
        "recording_sid": recording_sid,
        "seconds": 12,
        "recorded_at": "2026-11-23T03:00:00Z",
        "deleted_at": None,
    }
    headings, shown = hotline("messages", DATABASE_URL=database_url).stdout.splitlines()
    assert shown[headings.index("recorded at") :].startswith("2026-11-23 12:00:00")


def test_a_line_without_texts_cannot_be_written_to(program):
    done = program("text", **everything())
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("This line takes no text messages: TWILIO_API_KEY, ")


def test_an_empty_table_says_so_beside_the_output(hotline, database_url):
    done = hotline("follow-ups", DATABASE_URL=database_url)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "There are none.\n")


def test_a_closed_pipe_is_no_trouble(settings_of, engine, database_url):
    for _ in range(20):
        start_call(engine)
    environment = settings_of(DATABASE_URL=database_url)
    with subprocess.Popen(
        [HOTLINE, "calls"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as listing:
        listing.stdout.close()
        assert listing.stderr.read() == b""


def test_keys_are_new_each_time_and_seal(hotline):
    one, other = hotline("keys", "new").stdout.strip(), hotline("keys", "new").stdout.strip()
    assert one != other
    vault = Vault([one, other])
    assert vault.unseal(vault.seal("x")) == "x"


def test_rotated_keys_can_be_taken_away(hotline, engine, database_url):
    old, new = new_key(), new_key()
    accept_request(engine, start_call(engine, sealed=None), vault=Vault([old]))
    settings = everything(database_url)
    del settings["HOTLINE_ENCRYPTION_KEYS"]
    done = hotline("keys", "rotate", HOTLINE_ENCRYPTION_KEYS=f"{new},{old}", **settings)
    assert (done.returncode, done.stdout) == (0, "1 values are sealed with the first key.\n")
    assert hotline("keys", "rotate", HOTLINE_ENCRYPTION_KEYS=new, **settings).returncode == 0
    lost = hotline("keys", "rotate", HOTLINE_ENCRYPTION_KEYS=old, **settings)
    assert lost.returncode == 1
    assert lost.stderr.startswith("1 values fit none of the keys")


def test_the_backend_wants_a_token(program):
    done = program("cardstatus")
    assert done.returncode == 2
    assert done.stderr.startswith("CARDSTATUS_TOKEN is missing")


def test_prompts_are_checked(hotline):
    done = hotline("prompts", "check")
    assert (done.returncode, done.stderr) == (0, "")
    assert "ja: complete.\n" in done.stdout
