"""The file with the people of the register."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from hotline.cardstatus.reference.errors import CannotServe
from hotline.cardstatus.reference.made_up import DEMO, made_up_people
from hotline.cardstatus.reference.people import Held, Person, read_people

TODAY = date(2026, 11, 23)
GOOD = "見本 花子,1980-03-01,1000001,2-16-3 402,千代田区,active,suspended"

CSV = Callable[..., Path]


def test_everybody_in_the_file_is_read(csv_file: CSV) -> None:
    people = read_people(csv_file(GOOD, "", '"見本, 太郎",2026-11-23,9040001,,沖縄市,none,none'), TODAY)
    assert people == (
        Person("見本 花子", date(1980, 3, 1), "1000001", "2-16-3 402", "千代田区", Held.ACTIVE, Held.SUSPENDED),
        Person("見本, 太郎", TODAY, "9040001", "", "沖縄市", Held.NONE, Held.NONE),
    )


def test_a_file_from_a_spreadsheet_is_read(tmp_path: Path, csv_file: CSV) -> None:
    path = tmp_path / "spreadsheet.csv"
    path.write_bytes(b"\xef\xbb\xbf" + csv_file(GOOD).read_bytes().replace(b"\n", b"\r\n"))
    assert len(read_people(path, TODAY)) == 1


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (",1980-03-01,1000001,1-2,千代田区,active,none", "name is empty"),
        ("見本,1980-02-30,1000001,1-2,千代田区,active,none", "birth_date is not a day that exists"),
        ("見本,19800301,1000001,1-2,千代田区,active,none", "birth_date is not a day that exists"),
        ("見本,2026-11-24,1000001,1-2,千代田区,active,none", "birth_date is in the future"),
        ("見本,1980-03-01,100-0001,1-2,千代田区,active,none", "postal_code is not seven digits"),
        ("見本,1980-03-01,１０００００１,1-2,千代田区,active,none", "postal_code is not seven digits"),
        (f"見本,1980-03-01,1000001,{'1-' * 51},千代田区,active,none", "house_number is longer than 100"),
        ("見本,1980-03-01,1000001,1\0-2,千代田区,active,none", "house_number is longer than 100 characters, or not"),
        (f"見本,1980-03-01,1000001,1-2,{'区' * 65},active,none", "municipality is longer than 64 characters"),
        ("見本,1980-03-01,1000001,1-2,千代\0田区,active,none", "municipality is longer than 64 characters, or not"),
        ("見本,1980-03-01,1000001,1-2,千代田区,lost,none", "card is not one of active, suspended, none"),
        ("見本,1980-03-01,1000001,1-2,千代田区,active,", "smartphone is not one of active, suspended, none"),
        ("見本,1980-03-01,1000001,1-2,千代田区,active", "it has 6 values instead of 7"),
        ('見本,1980-03-01,1000001,"1"-2,千代田区,active,none', "the quotes are wrong"),
        ('見本,1980-03-01,1000001,"1-2,千代田区,active,none', "the quotes are wrong"),
    ],
)
def test_a_fault_is_named_with_its_line(csv_file: CSV, line: str, fault: str) -> None:
    with pytest.raises(CannotServe) as refused:
        read_people(csv_file(GOOD, line), TODAY)
    assert f"Line 3: {fault}" in str(refused.value)


def test_every_fault_is_named_at_once(csv_file: CSV) -> None:
    two_lines = '"見本\n花子",1980-03-01,1000001,1-2,千代田区,active,none'
    bad = "見本,1980-13-01,12,1-2,千代田区,lost,active"
    with pytest.raises(CannotServe) as refused:
        read_people(csv_file(two_lines, bad, GOOD, bad), TODAY)
    named = [line.split(":")[0].strip(" -") for line in str(refused.value).splitlines()[1:]]
    assert named == ["Line 4"] * 3 + ["Line 6"] * 3


def test_what_stands_in_a_wrong_line_is_not_repeated(csv_file: CSV) -> None:
    with pytest.raises(CannotServe) as refused:
        read_people(csv_file("見本,7305-55-55,73055550,7305555,千代田区,7305555,73055550"), TODAY)
    assert "73055" not in str(refused.value)
    assert "7305-" not in str(refused.value)


def test_a_wrong_header_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text(f"name,birthday\n{GOOD}\n", "utf-8")
    with pytest.raises(CannotServe, match="Line 1: the header is not name,birth_date"):
        read_people(path, TODAY)


@pytest.mark.parametrize("content", ["", "\n"])
def test_an_empty_file_is_a_fault(tmp_path: Path, content: str) -> None:
    path = tmp_path / "people.csv"
    path.write_text(content, "utf-8")
    with pytest.raises(CannotServe, match="Nobody is in it"):
        read_people(path, TODAY)


def test_a_file_with_a_header_alone_is_a_fault(csv_file: CSV) -> None:
    with pytest.raises(CannotServe, match="Nobody is in it"):
        read_people(csv_file(), TODAY)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotServe, match=r"nowhere\.csv cannot be read: No such file"):
        read_people(tmp_path / "nowhere.csv", TODAY)


def test_a_file_in_another_encoding_is_refused(tmp_path: Path, csv_file: CSV) -> None:
    path = tmp_path / "shift_jis.csv"
    path.write_bytes(csv_file(GOOD).read_text("utf-8").encode("shift_jis"))
    with pytest.raises(CannotServe, match="not written in UTF-8") as refused:
        read_people(path, TODAY)
    assert refused.value.__cause__ is None


def test_nothing_of_a_person_shows_in_repr(csv_file: CSV) -> None:
    (person,) = read_people(csv_file(GOOD), TODAY)
    assert repr(person) == "Person(card=<Held.ACTIVE: 'active'>, smartphone=<Held.SUSPENDED: 'suspended'>)"


def test_the_made_up_people_are_the_same_every_time() -> None:
    assert made_up_people() == made_up_people()
    assert len(made_up_people()) > 2000


def test_two_facts_find_everybody_made_up_but_the_demo_neighbours() -> None:
    others = made_up_people()[len(DEMO) :]
    assert len({(person.birth_date, person.postal_code) for person in (*others, *DEMO)}) == len(others) + len(DEMO) - 2


def test_the_made_up_people_would_pass_as_a_file(csv_file: CSV) -> None:
    lines = [
        f"{person.name},{person.birth_date},{person.postal_code},{person.house_number},{person.municipality},"
        f"{person.card},{person.smartphone}"
        for person in made_up_people()
    ]
    assert read_people(csv_file(*lines), TODAY) == made_up_people()
