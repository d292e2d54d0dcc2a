from datetime import date

import pytest

from hotline.callflow.effects import Facts
from hotline.suspensions.sending_again import NOT_SENT, WRONG, Entered, Part, WrongFacts, read_facts
from tests.store.rows import NOON

RIGHT = Entered("1980-03-01", "100-0001", "2-16-3")
BORN = date(1980, 3, 1)


@pytest.mark.parametrize(
    "birth_date",
    ["1980-03-01", "1980/3/1", "19800301", "3550301", "１９８０－０３－０１", "1980年3月1日", " 1980.3.01 "],
)
def test_a_birth_date_is_read_in_every_way_in_which_it_is_written(birth_date: str) -> None:
    assert read_facts(Entered(birth_date, "1000001", ""), NOON) == Facts(BORN, "1000001", None)


@pytest.mark.parametrize("postal_code", ["1000001", "100-0001", "〒100-0001", "１００ー０００１", "100 0001"])
def test_a_postal_code_is_kept_without_its_hyphen(postal_code: str) -> None:
    assert read_facts(Entered("19800301", postal_code, ""), NOON).postal_code == "1000001"


@pytest.mark.parametrize("house_number", ["2-16-3", "2*16*3", "２－１６－３", "2 16 3", "-2-16-3-", "2−16−3"])
def test_a_house_number_is_kept_as_it_would_be_keyed(house_number: str) -> None:
    assert read_facts(Entered("19800301", "1000001", house_number), NOON).house_number == "2*16*3"


@pytest.mark.parametrize("house_number", ["", "  "])
def test_a_house_number_may_be_left_out(house_number: str) -> None:
    assert read_facts(Entered("19800301", "1000001", house_number), NOON).house_number is None


@pytest.mark.parametrize(
    ("part", "typed", "says"),
    [
        (Part.BIRTH_DATE, "", "no birth date"),
        (Part.BIRTH_DATE, "the first of March", "no birth date"),
        (Part.BIRTH_DATE, "1980-02-30", "calendar"),
        (Part.BIRTH_DATE, "3650301", "era did not have"),
        (Part.BIRTH_DATE, "2026-11-24", "in the future"),
        (Part.BIRTH_DATE, "123456789012", "My Number"),
        (Part.POSTAL_CODE, "100-001", "seven digits"),
        (Part.POSTAL_CODE, "", "seven digits"),
        (Part.POSTAL_CODE, "1234-5678-9012", "My Number"),
        (Part.HOUSE_NUMBER, "2 chome", "written in digits"),
        (Part.HOUSE_NUMBER, "---", "written in digits"),
        (Part.HOUSE_NUMBER, "1234567890123", "too many digits"),
        (Part.HOUSE_NUMBER, "１２３４ ５６７８ ９０１２", "My Number"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence_that_does_not_quote_it(part: Part, typed: str, says: str) -> None:
    given = {one.value: getattr(RIGHT, one) for one in Part} | {part.value: typed}
    with pytest.raises(WrongFacts) as raised:
        read_facts(Entered(**given), NOON)
    assert list(raised.value.sentences) == [part]
    assert says in raised.value.sentences[part]
    assert not typed.strip() or typed not in str(raised.value)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(WrongFacts) as raised:
        read_facts(Entered("", "", "x"), NOON)
    assert set(raised.value.sentences) == set(Part)


def test_a_date_whose_zero_was_left_out_is_never_taken_for_one_of_an_era() -> None:
    # Its digits alone, 2011203, would be the third of December in the first year of Taisho.
    assert read_facts(Entered("2011-2-03", "1000001", ""), NOON).birth_date == date(2011, 2, 3)
    with pytest.raises(WrongFacts):
        read_facts(Entered("2011-203", "1000001", ""), NOON)


def test_the_day_in_japan_is_what_counts() -> None:
    # Three in the afternoon in London is the next day in Japan.
    evening = NOON.replace(hour=15)
    assert read_facts(Entered("2026-11-24", "1000001", ""), evening).birth_date == date(2026, 11, 24)


def test_nothing_that_was_typed_shows() -> None:
    assert repr(RIGHT) == "Entered()"
    assert all(sentence.endswith(".") for sentence in (*WRONG.values(), *NOT_SENT.values()))
