"""Birthdays as people outside East Asia tell them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.callflow.languages import LANGUAGES
from hotline.callflow.replies import Entry, Listen
from hotline.speech.dates import read_date
from hotline.speech.hearing import read_text
from hotline.speech.speak import wording


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "April 5, 1975"),
        ("en", "the 5th of April 1975"),
        ("fil", "ika-5 ng Abril 1975"),
        ("fil", "April 5 1975"),
        ("pt", "5 de abril de 1975"),
        ("pt", "05/04/1975"),
        ("es", "5 de abril de 1975"),
        ("es", "5.4.1975"),
        ("id", "5 April 1975"),
        ("id", "05-04-1975"),
        ("vi", "ngày 5 tháng 4 năm 1975"),
        ("vi", "5 thang 4 nam 1975"),
        ("vi", "5/4/1975"),
        ("th", "5 เมษายน 1975"),
        ("th", "วันที่ 5 เมษา พ.ศ. 2518"),
        ("th", "5เมษายน2518"),
        ("th", "5 เม.ย. 2518"),
        ("th", "5/4/2518"),
        ("ne", "1975 अप्रिल 5"),
        ("ne", "१९७५ अप्रिल ५ तारिख"),
    ],
)
def test_a_birthday_may_have_its_day_first_or_the_name_of_its_month(language: str, told: str) -> None:
    assert read_text(told, language, Listen(Entry())) == "19750405"


@pytest.mark.parametrize("language", ["en", "fil", "pt", "es", "id", "vi", "th", "ne"])
@given(day=st.dates(date(1900, 1, 1), date(2026, 12, 31)))
def test_every_date_that_the_line_writes_is_understood_again(language: str, day: date) -> None:
    written = f"{wording().voice(language).say_day(day)} {day.year}"
    assert read_date(written, language) == f"{day:%Y%m%d}"


def test_peruvians_and_others_have_a_ninth_month() -> None:
    assert read_date("5 de setiembre de 1975", "es") == read_date("5 de septiembre de 1975", "es") == "19750905"


def test_the_eleventh_month_is_not_the_first() -> None:
    assert read_date("5 tháng 11 năm 1975", "vi") == "19751105"


@pytest.mark.parametrize("language", ["en", "fil", "ne"])
def test_nobody_guesses_which_figure_is_the_month(language: str) -> None:
    assert read_date("5/4/1975", language) is None
    assert read_date("13/4/1975", language) == read_date("4/13/1975", language) == "19750413"


@pytest.mark.parametrize(
    "told", ["April 1975", "5 April", "5 April 75", "April 5 or 6, 1975", "born April 5, 1975", "may"]
)
def test_what_is_no_whole_date_and_nothing_else_is_none(told: str) -> None:
    assert read_date(told, "en") is None


@given(language=st.sampled_from(LANGUAGES), told=st.text() | st.from_regex(r"[0-9]{1,5000} (abr|may)[ 0-9]*"))
def test_anything_at_all_is_eight_digits_or_none(language: str, told: str) -> None:
    found = read_date(told, language)
    assert found is None or (len(found) == 8 and found.isdecimal())
