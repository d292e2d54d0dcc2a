"""Settings: where they come from, and what is said when they are wrong."""

from datetime import timedelta
from pathlib import Path

import pytest

from hotline.privacy import new_key
from hotline.settings import NAMES, Settings, SettingsFault, gather, load_settings
from hotline.store.keeping import Keeping, keeping_of, usual_keeping

DAY = timedelta(days=1)

RIGHT = {
    "HOTLINE_PUBLIC_URL": "https://line.example/",
    "HOTLINE_ENCRYPTION_KEYS": "FIRST, SECOND",
    "HOTLINE_SECRET_KEY": "a long enough secret",
    "DATABASE_URL": "postgresql://localhost/hotline",
    "REDIS_URL": "redis://localhost",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "auth-token-in-secret",
    "CARDSTATUS_URL": "https://backend.example",
    "CARDSTATUS_TOKEN": "backend-token-in-secret",
}
REQUIRED = set(RIGHT)


@pytest.fixture(autouse=True)
def nothing_given(monkeypatch, tmp_path: Path):
    """No setting of the machine that runs the tests, and no `.env`."""
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)


@pytest.fixture
def given(monkeypatch):
    """Sets everything that is required, and what a test says."""

    def set_all(**others: str) -> None:
        keys = {"HOTLINE_ENCRYPTION_KEYS": f"{new_key()}, {new_key()}"}
        for name, value in {**RIGHT, **keys, **others}.items():
            monkeypatch.setenv(name, value)

    return set_all


def _faults() -> list[str]:
    with pytest.raises(SettingsFault) as raised:
        load_settings()
    return str(raised.value).splitlines()[1:]


def test_everything_that_is_missing_is_named_at_once():
    faults = _faults()
    assert {fault.split()[1] for fault in faults} == REQUIRED
    assert all("is missing: set it (or " in fault for fault in faults)


def test_what_is_required_is_enough(given):
    given()
    settings = load_settings()
    assert settings.hotline_port == 8000
    assert settings.hotline_public_url == "https://line.example"
    assert len(settings.hotline_encryption_keys) == 2
    assert settings.operator_numbers == ()


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("HOTLINE_PORT", "eight"),
        ("HOTLINE_PORT", "70000"),
        ("HOTLINE_PUBLIC_URL", "line.example"),
        ("HOTLINE_ENCRYPTION_KEYS", "not-a-key"),
        ("HOTLINE_ENCRYPTION_KEYS", ""),
        ("HOTLINE_SECRET_KEY", "short"),
        ("TWILIO_ACCOUNT_SID", "AC123"),
        ("TWILIO_AUTH_TOKEN", ""),
        ("CARDSTATUS_URL", "nowhere"),
        ("CARDSTATUS_TOKEN", ""),
        ("OPERATOR_NUMBERS", "+81312345678,none"),
        ("OPERATOR_RINGING", "all"),
        ("NUMBER_LANGUAGES", "ja"),
        ("NUMBER_LANGUAGES", "+81120950178"),
        ("NUMBER_LANGUAGES", "+81120950178="),
        ("NUMBER_LANGUAGES", "0120950178=ja"),
        ("TEXT_SENDER", "My Number"),
        ("TEXT_SENDER", "05012345678"),
        ("TEXT_SENDER", "MG123"),
        ("TWILIO_API_URL", "api.twilio.com"),
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "mysql://localhost/hotline"),
        ("REDIS_URL", ""),
        ("REDIS_URL", "localhost:6379"),
        ("HOTLINE_KEEP_FACTS_DAYS", "0"),
        ("HOTLINE_KEEP_FACTS_DAYS", "a month"),
        ("HOTLINE_KEEP_RECORDINGS_DAYS", "31"),
        ("HOTLINE_KEEP_CALLS_DAYS", "29"),
        ("HOTLINE_KEEP_CALLS_DAYS", "3651"),
        ("HOTLINE_CONSOLE_PORT", "0"),
        ("HOTLINE_CONSOLE_URL", "line.example"),
        ("HOTLINE_CONSOLE_URL", "https://line.example/console/"),
        ("HOTLINE_PROXIES", "-1"),
        ("OIDC_ISSUER", "login"),
    ],
)
def test_a_wrong_value_is_named_alone(given, name, wrong):
    given(**{name: wrong})
    [fault] = _faults()
    assert fault.startswith(f"  - {name} is ")


@pytest.mark.parametrize(
    ("name", "wrong", "said"),
    [
        ("TEXT_SENDER", "My Number", "write a number like +815012345678, or a messaging service like MG and 32"),
        ("NUMBER_LANGUAGES", "ja", "write number and language like +81120950178=ja, with commas between the pairs"),
        ("OPERATOR_RINGING", "all", "write 'together' or 'in-turn'"),
        ("HOTLINE_PORT", "eight", "write a whole number from 1 to 65535"),
        ("HOTLINE_SECRET_KEY", "short", "write 16 characters or more"),
        ("HOTLINE_PUBLIC_URL", "line.example", "write an address like https://line.example.jp"),
        ("DATABASE_URL", "localhost", "write it like postgresql://user@host/database"),
        ("HOTLINE_CONSOLE_URL", "https://line.example/console/", "the console is at /console/ there"),
        ("REDIS_URL", "localhost:6379", "write it like redis://host:6379/0"),
        ("TWILIO_ACCOUNT_SID", "AC123", "write AC and 32 hexadecimal digits"),
        ("TWILIO_AUTH_TOKEN", "", "is empty: set it (or TWILIO_AUTH_TOKEN_FILE)"),
        ("HOTLINE_KEEP_FACTS_DAYS", "0", "write a whole number of days from 1 to 3650"),
        ("HOTLINE_KEEP_RECORDINGS_DAYS", "31", "from 1 to 30, because callers are told that number before they speak"),
        ("HOTLINE_KEEP_CALLS_DAYS", "29", "no fewer than HOTLINE_KEEP_FACTS_DAYS and HOTLINE_KEEP_RECORDINGS_DAYS"),
        ("OPERATOR_NUMBERS", "none", "each number is written like +81312345678, with commas between them"),
    ],
)
def test_a_wrong_value_is_answered_with_what_to_write(given, name, wrong, said):
    given(**{name: wrong})
    [fault] = _faults()
    assert said in fault
    assert fault.endswith(".")


def test_lists_are_written_with_commas_and_blanks_do_not_count(given):
    given(
        HOTLINE_LANGUAGES="ja, en ,,zh",
        NUMBER_LANGUAGES=" +81120950178=ja, +81120017827 = en,",
        OPERATOR_NUMBERS="+81312345678, +81312345679",
    )
    settings = load_settings()
    assert settings.hotline_languages == ("ja", "en", "zh")
    assert settings.number_languages == {"+81120950178": "ja", "+81120017827": "en"}
    assert settings.operator_numbers == ("+81312345678", "+81312345679")


@pytest.mark.parametrize("sender", ["+815012345678", "MG" + "0a" * 16])
def test_texts_are_sent_once_there_is_all_that_it_takes(given, monkeypatch, sender):
    needed = {"TWILIO_API_KEY": "SK1", "TWILIO_API_SECRET": "in-secret", "TEXT_SENDER": sender}
    given(**needed)
    assert load_settings().sends_texts
    for name in needed:
        monkeypatch.delenv(name)
        assert not load_settings().sends_texts
        monkeypatch.setenv(name, needed[name])


def test_operators_are_rung_together_and_in_japanese_unless_told_otherwise(given):
    for others in ({}, {"OPERATOR_RINGING": "", "OPERATOR_LANGUAGE": ""}):
        given(**others)
        settings = load_settings()
        assert (settings.operator_ringing, settings.operator_language) == ("together", "ja")
    given(OPERATOR_RINGING="in-turn", OPERATOR_LANGUAGE="en")
    settings = load_settings()
    assert (settings.operator_ringing, settings.operator_language) == ("in-turn", "en")


def test_the_console_is_where_the_line_is_unless_told_otherwise(given):
    for others in ({}, {"HOTLINE_CONSOLE_URL": "", "HOTLINE_CONSOLE_PORT": "", "HOTLINE_PROXIES": ""}):
        given(**others)
        settings = load_settings()
        assert (settings.console_url, settings.hotline_console_port) == ("https://line.example", 8003)
        assert settings.hotline_proxies == 0
    given(HOTLINE_CONSOLE_URL="https://staff.example/", HOTLINE_PROXIES="1")
    assert (load_settings().console_url, load_settings().hotline_proxies) == ("https://staff.example", 1)


def test_single_sign_on_takes_all_three_settings(given, monkeypatch):
    needed = {"OIDC_ISSUER": "https://login.example", "OIDC_CLIENT_ID": "hotline", "OIDC_CLIENT_SECRET": "in-secret"}
    given(**needed)
    assert load_settings().signs_in_elsewhere
    for name in needed:
        monkeypatch.setenv(name, "")
        assert not load_settings().signs_in_elsewhere
        monkeypatch.setenv(name, needed[name])


def test_wrong_and_missing_are_named_together(given, monkeypatch):
    given(HOTLINE_PORT="0")
    monkeypatch.delenv("REDIS_URL")
    assert [fault.split()[1] for fault in _faults()] == ["HOTLINE_PORT", "REDIS_URL"]


def test_a_setting_can_come_from_a_file(given, monkeypatch, tmp_path: Path):
    given()
    secret = tmp_path / "secret"
    secret.write_text("from the file\n")
    monkeypatch.delenv("TWILIO_AUTH_TOKEN")
    monkeypatch.setenv("TWILIO_AUTH_TOKEN_FILE", str(secret))
    assert load_settings().twilio_auth_token.get_secret_value() == "from the file"


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_can_come_from_a_file(name, tmp_path: Path):
    (tmp_path / "value").write_text("x")
    assert gather({f"{name}_FILE": str(tmp_path / "value")}) == ({name: "x"}, [])


def test_a_file_that_cannot_be_read_is_named(given, monkeypatch):
    given()
    monkeypatch.setenv("CARDSTATUS_TOKEN_FILE", "missing")
    assert _faults() == ["  - CARDSTATUS_TOKEN_FILE cannot be read: No such file or directory."]


@pytest.mark.parametrize(
    ("env_file", "environment", "counts"),
    [
        ("TWILIO_AUTH_TOKEN=dotenv", {}, "dotenv"),
        ("TWILIO_AUTH_TOKEN=dotenv", {"TWILIO_AUTH_TOKEN": "environment"}, "environment"),
        ("TWILIO_AUTH_TOKEN=dotenv", {"TWILIO_AUTH_TOKEN_FILE": "a-file"}, "file"),
        ("TWILIO_AUTH_TOKEN_FILE=a-file", {}, "file"),
        ("TWILIO_AUTH_TOKEN_FILE=a-file", {"TWILIO_AUTH_TOKEN": "environment"}, "environment"),
        ("", {"TWILIO_AUTH_TOKEN": "environment", "TWILIO_AUTH_TOKEN_FILE": "a-file"}, "environment"),
    ],
)
def test_the_environment_wins_over_dotenv_and_a_value_over_a_file(tmp_path: Path, env_file, environment, counts):
    (tmp_path / ".env").write_text(env_file)
    (tmp_path / "a-file").write_text("file")
    assert gather(environment) == ({"TWILIO_AUTH_TOKEN": counts}, [])


def test_optional_settings_may_be_empty(given):
    optional = {
        "TWILIO_AUTH_TOKEN_NEXT",
        "TWILIO_API_KEY",
        "TWILIO_API_SECRET",
        "TWILIO_API_URL",
        "TEXT_SENDER",
        "CARDSTATUS_PEOPLE",
        "OPERATOR_NUMBERS",
        "HOTLINE_LANGUAGES",
        "NUMBER_LANGUAGES",
    }
    given(**dict.fromkeys(optional, ""))
    settings = load_settings()
    assert settings.twilio_auth_token_next is None
    assert settings.cardstatus_people is None
    assert settings.operator_numbers == settings.hotline_languages == ()
    assert settings.number_languages == {}
    assert (settings.text_sender, settings.twilio_api_url) == (None, None)


def test_secrets_are_never_in_text(given):
    urls = {"DATABASE_URL": "postgresql://line:in-secret@host/line", "REDIS_URL": "redis://:in-secret@host"}
    given(TWILIO_AUTH_TOKEN_NEXT="next-token-in-secret", TWILIO_API_SECRET="api-in-secret", **urls)
    settings = load_settings()
    for text in (repr(settings), str(settings), settings.model_dump_json()):
        assert "in-secret" not in text
        assert not any(key.get_secret_value() in text for key in settings.hotline_encryption_keys)


def test_a_wrong_secret_is_not_repeated(given):
    given(HOTLINE_ENCRYPTION_KEYS="wrong-in-secret", HOTLINE_SECRET_KEY="in-secret", TWILIO_ACCOUNT_SID="in-secret")
    with pytest.raises(SettingsFault) as raised:
        load_settings()
    assert "in-secret" not in str(raised.value)


def test_settings_do_not_change(given):
    given()
    settings = load_settings()
    with pytest.raises(Exception, match="frozen"):
        settings.hotline_port = 1
    assert isinstance(settings, Settings)


def test_where_nothing_is_said_things_are_kept_for_a_month_and_calls_for_three_years(given):
    given(HOTLINE_KEEP_FACTS_DAYS="")
    assert keeping_of(load_settings()) == usual_keeping() == Keeping(30 * DAY, 30 * DAY, 1096 * DAY)


def test_how_long_things_are_kept_can_be_said(given):
    given(HOTLINE_KEEP_FACTS_DAYS="7", HOTLINE_KEEP_RECORDINGS_DAYS="1", HOTLINE_KEEP_CALLS_DAYS="7")
    assert keeping_of(load_settings()) == Keeping(7 * DAY, DAY, 7 * DAY)


def test_calls_are_kept_as_long_as_their_facts_also_where_only_those_are_given(given):
    given(HOTLINE_KEEP_FACTS_DAYS="1097")
    [fault] = _faults()
    assert fault.startswith("  - HOTLINE_KEEP_CALLS_DAYS is wrong: ")
