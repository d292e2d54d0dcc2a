"""Accounts of the console from the terminal, over a real database."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from passlib.totp import TOTP

from hotline import clock
from hotline.cli import main
from hotline.console.accounts.invitations import Invitations
from hotline.console.app import create_console
from hotline.local.invented import PRACTICE_CODES, PRACTICE_PASSWORD, invented, keep
from hotline.local.practice_account import EMAIL, make_account
from hotline.settings import NAMES
from hotline.store.audit import read
from hotline.store.database import connect_to
from hotline.store.staff import find_member_by_email
from tests.console.conftest import console_settings
from tests.console.staff import Colleague, enter_code, enter_password


@pytest.fixture
def settings(database_url):
    return console_settings(database_url)


@pytest.fixture
def engine(database_url):
    engine = connect_to(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def hotline(settings, database_url: str, tmp_path: Path, monkeypatch) -> Callable[..., Result]:
    """Runs `hotline staff ...` over the database."""
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    known = {
        "HOTLINE_HOME": str(tmp_path),
        "HOTLINE_PUBLIC_URL": settings.hotline_public_url,
        "HOTLINE_ENCRYPTION_KEYS": settings.hotline_encryption_keys[0].get_secret_value(),
        "HOTLINE_SECRET_KEY": settings.hotline_secret_key.get_secret_value(),
        "DATABASE_URL": database_url,
        "REDIS_URL": "redis://127.0.0.1:1",
        "TWILIO_ACCOUNT_SID": settings.twilio_account_sid,
        "TWILIO_AUTH_TOKEN": "token of a test",
        "CARDSTATUS_URL": "http://127.0.0.1:1",
        "CARDSTATUS_TOKEN": "token of the backend",
    }
    return lambda *words: CliRunner().invoke(main, ["staff", *words], env=known, catch_exceptions=False)


@pytest.fixture
def chief(hotline):
    return hotline("add", "--role", "administrator", "--role", "auditor", "Chief@City.Example", "--name", "Chief")


def _member(engine):
    with engine.connect() as connection:
        return find_member_by_email(connection, "chief@city.example")


def test_the_first_account_is_made_with_an_invitation_to_pass_on(chief, engine, settings):
    assert chief.exit_code == 0
    token = chief.stdout.strip().removeprefix("http://localhost/console/invitation/")
    member = _member(engine)
    assert Invitations(settings).read(token).staff_id == member.id
    assert (member.roles, member.has_password) == (("administrator", "auditor"), False)
    assert "works once, for 3 days" in chief.stderr
    with engine.connect() as connection:
        [written] = read(connection)
    assert (written.entry.who, written.entry.action) == ("hotline staff", "staff.invited")


def test_an_account_is_made_once(chief, hotline):
    again = hotline("add", "--role", "operator", "chief@city.example", "--name", "Other")
    assert again.exit_code == 1
    assert "has an account already: `hotline staff invite chief@city.example`" in again.stderr


@pytest.mark.parametrize("wrong", ["chief", "chief@", "a b@city.example"])
def test_what_is_no_address_is_refused(hotline, wrong):
    done = hotline("add", "--role", "operator", wrong, "--name", "Other")
    assert (done.exit_code, "is no e-mail address" in done.stderr) == (1, True)


def test_a_new_invitation_ends_the_one_before(chief, hotline, engine):
    first = _member(engine).invited_at
    done = hotline("invite", "chief@city.example")
    assert "/console/invitation/" in done.stdout
    assert _member(engine).invited_at > first


def test_everybody_is_listed(chief, hotline):
    [row] = [json.loads(line) for line in hotline("list", "--json").stdout.splitlines()]
    assert (row["email"], row["roles"], row["state"]) == ("chief@city.example", ["administrator", "auditor"], "open")


def test_somebody_is_locked_and_let_in_again(chief, hotline, engine):
    assert "signed out everywhere" in hotline("lock", "CHIEF@city.example").stdout
    assert not _member(engine).active
    assert "`hotline staff unlock chief@city.example` comes first" in hotline("invite", "chief@city.example").stderr
    hotline("unlock", "chief@city.example")
    assert _member(engine).active


def test_locking_the_last_administrator_says_so(chief, hotline):
    assert "the last administrator" in hotline("lock", "chief@city.example").stderr


@pytest.mark.parametrize("command", ["invite", "lock", "unlock"])
def test_nobody_is_named_as_such(hotline, command):
    done = hotline(command, "nobody@city.example")
    assert done.exit_code == 1
    assert "Nobody has the address nobody@city.example" in done.stderr


def test_the_practice_account_signs_in_with_what_the_run_prints(hotline, settings, engine, tmp_path: Path):
    kept = invented({})
    keep(tmp_path, kept)
    for _ in range(2):
        make_account(settings, kept)
    app = create_console(settings)
    client = app.test_client()
    practising = Colleague(engine, 1, EMAIL, kept[PRACTICE_PASSWORD], TOTP(key=kept[PRACTICE_CODES]))
    page = enter_password(client, practising).headers["Location"]
    assert enter_code(client, page, hotline("code").stdout.strip()).headers["Location"] == "/console/"
    app.extensions["hotline.engine"].dispose()
    with engine.connect() as connection:
        member = find_member_by_email(connection, EMAIL)
    assert member.roles == ("administrator", "supervisor")
    assert member.signed_in_at <= clock.now()


def test_without_a_local_run_there_is_no_practice_code(hotline):
    done = hotline("code")
    assert (done.exit_code, "`make run` makes one" in done.stderr) == (1, True)
