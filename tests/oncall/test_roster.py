import pytest
from pydantic import SecretStr

from hotline.oncall.limits import Severity
from hotline.oncall.pager import breathe, is_address, tell
from hotline.oncall.roster import Person, RosterFault, read_roster
from hotline.oncall.watching import Page
from tests.oncall.receiving import receiving

ROSTER = """
repeat_minutes = 3
dead_mans_switch = "json://localhost/alive"

[[person]]
name = "Ai"
tell = ["json://localhost/a-secret"]

[[person]]
name = "Ben"
tell = ["mailto://user:a-secret@example.com"]
tickets = true
"""


@pytest.fixture
def written(tmp_path):
    def write(text: str):
        file = tmp_path / "roster.toml"
        file.write_text(text, "utf-8")
        return file

    return write


@pytest.fixture
def received():
    with receiving() as told:
        yield told


def test_a_roster_says_who_is_told_when(written):
    roster = read_roster(written(ROSTER))
    assert roster.repeat.total_seconds() == 180
    assert [[one.name for one in roster.whom(Severity.PAGE, told)] for told in range(4)] == [
        ["Ai"],
        ["Ben"],
        ["Ai", "Ben"],
        ["Ai", "Ben"],
    ]
    assert [one.name for one in roster.whom(Severity.TICKET, 0)] == ["Ben"]
    assert not roster.whom(Severity.TICKET, 1)
    assert "a-secret" not in repr(roster)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("person = 1 1", "is no TOML"),
        ("", "wrong at person"),
        ('[[person]]\nname = "Ai"\ntell = []', "wrong at person.0.tell"),
        ('[[person]]\nname = "Ai"\ntell = ["json://a-secret"]\ntelephon = "1"', "wrong at person.0.telephon"),
        ('repeat_minutes = 0\n[[person]]\nname = "Ai"\ntell = ["json://a-secret"]', "wrong at repeat_minutes"),
    ],
)
def test_a_wrong_roster_is_told_with_its_place_and_nothing_secret(written, text, said):
    with pytest.raises(RosterFault, match=said) as fault:
        read_roster(written(text))
    assert "a-secret" not in str(fault.value)


def test_a_roster_that_is_not_there_is_said_to_be(tmp_path):
    with pytest.raises(RosterFault, match=r"roster\.toml cannot be read: No such file"):
        read_roster(tmp_path / "roster.toml")


def test_a_page_reaches_whoever_it_is_for(received):
    bodies, address = received
    assert tell(Person(name="Ai", tell=(SecretStr(address),)), Page("PAGE: no_worker", "No worker lives."))
    assert (bodies[0]["title"], bodies[0]["message"]) == ("PAGE: no_worker", "No worker lives.")


def test_of_several_addresses_each_is_tried_and_one_is_enough(received, free_port):
    bodies, address = received
    nowhere, refuses = SecretStr(f"json://127.0.0.1:{free_port}"), SecretStr(f"{address}/refuses")
    page = Page("a title", "a text")
    assert not tell(Person(name="Ai", tell=(nowhere, refuses)), page)
    assert tell(Person(name="Ai", tell=(nowhere, SecretStr(address))), page)
    assert len(bodies) == 2


def test_a_dead_mans_switch_is_told_that_the_watch_lives(received):
    bodies, address = received
    assert breathe(SecretStr(address))
    assert bodies[0]["title"] == "The watch lives."


def test_an_address_that_nobody_carries_to_is_known_before_it_is_needed():
    assert is_address(SecretStr("json://localhost"))
    assert not is_address(SecretStr("pigeon://loft"))
