"""The hours of the line: the real file, the real holidays, and what is said about a wrong file."""

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from hotline.callflow.hours import Part
from hotline.calls.opening import HoursFault, load_hours
from hotline.clock import JAPAN
from hotline.settings import SettingsFault


def at(day: str, moment: str) -> datetime:
    """A moment in Japan."""
    return datetime.fromisoformat(f"{day}T{moment}").replace(tzinfo=JAPAN)


MONDAY, SATURDAY, SUNDAY = "2026-11-16", "2026-11-21", "2026-11-22"
LABOUR_THANKSGIVING, SUBSTITUTE, CHILDREN = "2026-11-23", "2026-05-06", "2026-05-05"


@pytest.mark.parametrize(
    ("day", "opens", "closes"),
    [
        (MONDAY, "09:30", "20:00"),
        ("2026-11-24", "09:30", "20:00"),
        (SATURDAY, "09:30", "17:30"),
        (SUNDAY, "09:30", "17:30"),
        (LABOUR_THANKSGIVING, "09:30", "17:30"),
        (CHILDREN, "09:30", "17:30"),
        (SUBSTITUTE, "09:30", "17:30"),
        ("2026-12-28", "09:30", "20:00"),
        ("2027-01-04", "09:30", "20:00"),
    ],
)
def test_questions_keep_the_hours_of_the_day(day, opens, closes):
    hours = load_hours()
    before, after = at(day, opens).replace(hour=9, minute=29), at(day, closes)
    assert not hours.is_open(Part.QUESTIONS, before)
    assert hours.is_open(Part.QUESTIONS, at(day, opens))
    assert hours.is_open(Part.QUESTIONS, after.replace(hour=after.hour - 1, minute=59))
    assert not hours.is_open(Part.QUESTIONS, after)


@pytest.mark.parametrize("day", ["2026-12-29", "2026-12-31", "2027-01-01", "2027-01-03"])
def test_nobody_answers_questions_around_the_new_year(day):
    assert not load_hours().is_open(Part.QUESTIONS, at(day, "12:00"))


def test_after_the_yearly_break_it_opens_on_the_fourth_of_january():
    assert load_hours().opens_next(Part.QUESTIONS, at("2026-12-28", "20:00")) == at("2027-01-04", "09:30")


def test_it_opens_again_on_the_same_day_or_the_next():
    hours = load_hours()
    assert hours.opens_next(Part.QUESTIONS, at(MONDAY, "03:00")) == at(MONDAY, "09:30")
    assert hours.opens_next(Part.QUESTIONS, at(MONDAY, "20:00")) == at("2026-11-17", "09:30")


def test_hours_are_japan_s_wherever_the_clock_stands():
    assert load_hours().is_open(Part.QUESTIONS, datetime(2026, 11, 17, 0, 30, tzinfo=UTC))
    assert not load_hours().is_open(Part.QUESTIONS, datetime(2026, 11, 17, 12, 0, tzinfo=UTC))


@pytest.mark.parametrize("part", [Part.REISSUE, Part.PROTECTION])
def test_what_needs_nobody_never_closes(part):
    assert load_hours().is_open(part, at("2027-01-01", "03:00"))


def written(tmp_path: Path, words: str) -> Path:
    path = tmp_path / "hours.toml"
    path.write_text(words, "utf-8")
    return path


def test_another_file_sets_other_hours(tmp_path):
    words = 'away = ["08-13", "08-15"]\n[reissue]\nweekdays = ["00:00", "23:59"]\nholidays = ["10:00", "12:00"]'
    hours = load_hours(written(tmp_path, words))
    assert hours.weeks[Part.REISSUE].weekdays.closes == time(23, 59)
    assert hours.away is not None
    assert [date(2026, 8, day) in hours.away for day in (12, 13, 15, 16)] == [False, True, True, False]
    assert hours.is_open(Part.QUESTIONS, at("2027-01-01", "03:00"))


def test_a_file_without_a_yearly_break_has_none(tmp_path):
    assert load_hours(written(tmp_path, "")).away is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("[questions", "cannot be read"),
        ("[lost]\n", "[lost] is no part of the line that has hours, they are questions, reissue, protection"),
        ("questions = 1", 'weekdays in [questions] must be like ["09:30", "20:00"]'),
        ("[questions]\n", 'weekdays in [questions] must be like ["09:30", "20:00"]'),
        ('[questions]\nweekdays = ["09:30", "20:00"]', 'holidays in [questions] must be like ["09:30", "20:00"]'),
        ('[questions]\nweekdays = ["9.30", "20:00"]', "weekdays in [questions] must be like"),
        ('[questions]\nweekdays = ["09:30"]', "weekdays in [questions] must be like"),
        ('[questions]\nweekdays = ["09:30", "24:00"]', "weekdays in [questions] must be like"),
        ('[questions]\nweekdays = ["20:00", "09:30"]', "opens at 20:00 and closes at 09:30, which is not later"),
        ('away = "12-29"', 'away must be like ["12-29", "01-03"]'),
        ('away = ["12-29"]', 'away must be like ["12-29", "01-03"]'),
        ('away = ["12-29", "02-30"]', 'away must be like ["12-29", "01-03"]'),
        ('away = ["12-29", "13-01"]', 'away must be like ["12-29", "01-03"]'),
        ("away = [1, 2]", 'away must be like ["12-29", "01-03"]'),
    ],
)
def test_a_wrong_file_stops_the_start_with_a_sentence(tmp_path, words, said):
    with pytest.raises(HoursFault) as raised:
        load_hours(written(tmp_path, words))
    sentence = str(raised.value)
    assert sentence.startswith("hours.toml ")
    assert said in sentence
    assert sentence.endswith(".")
    assert isinstance(raised.value, SettingsFault)


def test_a_missing_file_stops_the_start_with_a_sentence(tmp_path):
    with pytest.raises(HoursFault, match=r"hours\.toml cannot be read: "):
        load_hours(tmp_path / "hours.toml")
