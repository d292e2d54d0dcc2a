"""Whom a local run practises with."""

from datetime import date
from pathlib import Path

from hotline.cardstatus.reference.made_up import DEMO, made_up_people
from hotline.cardstatus.reference.people import Held, Person
from hotline.local.register import candidates, next_person


def person(birth_date: date, house_number: str = "2-16-3 402", card: Held = Held.ACTIVE) -> Person:
    return Person("somebody", birth_date, "1000001", house_number, "somewhere", card, Held.ACTIVE)


FIRST, LATER = date(1980, 3, 1), date(1990, 1, 9)


def test_the_last_one_comes_first_and_is_keyed_group_by_group():
    found = candidates((person(FIRST), person(LATER, "5番8号")))
    assert [one.birth_date for one in found] == ["19900109", "19800301"]
    assert [one.house_number for one in found] == ["5*8", "2*16*3*402"]
    assert {one.postal_code for one in found} == {"1000001"}


def test_nobody_whose_card_cannot_be_stopped():
    assert candidates((person(FIRST, card=Held.SUSPENDED), person(LATER, card=Held.NONE))) == []


def test_nobody_who_could_be_mistaken_for_another():
    assert candidates((person(FIRST), person(FIRST, "9-9"))) == []
    assert candidates((person(FIRST, ""),)) == []


def test_everybody_has_their_turn_and_then_it_begins_anew(tmp_path: Path):
    people_file = tmp_path / "people.csv"
    rows = ["name,birth_date,postal_code,house_number,municipality,card,smartphone"]
    rows += [f"somebody,19{year}-01-01,1000001,1-2,somewhere,active,none" for year in (70, 80)]
    people_file.write_text("\n".join(rows))
    turns = [next_person(tmp_path, str(people_file)) for _ in range(3)]
    assert [one.birth_date for one in turns if one] == ["19800101", "19700101", "19800101"]


def test_a_register_without_anybody_to_practise_with_gives_none(tmp_path: Path):
    people_file = tmp_path / "people.csv"
    header = "name,birth_date,postal_code,house_number,municipality,card,smartphone"
    people_file.write_text(f"{header}\nsomebody,1980-01-01,1000001,1-2,somewhere,suspended,none\n")
    assert next_person(tmp_path, str(people_file)) is None


def test_the_made_up_register_lasts_for_thousands_of_runs_and_spares_the_demo_people():
    found = candidates(made_up_people())
    assert len(found) > 2000
    demo = {f"{one.birth_date:%Y%m%d}" for one in DEMO}
    assert not demo & {one.birth_date for one in found[:2000]}
