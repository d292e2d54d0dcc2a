from datetime import UTC

import pytest

from hotline.phone.faults import NotAsExpected
from hotline.phone.practice import PracticePerson, place_practice_call
from tests.phone.documents import gather, hold, menu

PERSON = PracticePerson("19800301", "1000001", "2*16*3")
SAID = '<Say language="ja-JP">停止しました。受付番号は、ヨン ハチ ニー、ゼロ イチ キュウ、サン ナナ です。</Say>'


def steps(line, *, menus: int) -> None:
    """Menus, the three entries, the read-back, a hold, the result."""
    line.says("/voice", menu("ようこそ。"))
    line.says("/keyed", *[menu(f"Menu {n}") for n in range(menus - 1)])
    line.says("/keyed", gather("Birth date?"), gather("Postal code?"), gather("House number?"))
    line.says("/keyed", menu("Stop it?"), hold(seconds=1))
    line.says("/held", SAID + menu("Lost or stolen?"))
    line.says("/status", "")


@pytest.mark.parametrize(
    ("language", "keys"),
    [
        ("ja", ["2", "1", "19800301", "1000001", "2*16*3", "1"]),
        ("en", ["9", "1", "2", "1", "19800301", "1000001", "2*16*3", "1"]),
    ],
)
def test_a_practice_call_keys_the_facts_and_hears_the_receipt_number(line, language, keys):
    steps(line, menus=len(keys) - 4)
    told = []
    setup = line.line(status_url="/status")
    practised = place_practice_call(setup, PERSON, told.append, language=language, within_s=30)
    assert [one["Digits"] for one in line.at("/keyed")] == keys
    assert practised.receipt_number == "48201937"
    assert practised.call_sid == line.received[0]["CallSid"] == line.at("/status")[0]["CallSid"]
    assert practised.confirmed_at.tzinfo is UTC
    assert practised.confirmed_at < practised.told_at
    assert told[0] == "CALLER dials +81120950178"
    assert "LINE (en-US): One moment." in told
    assert told[-1] == "CALLER hangs up"


def test_a_practice_call_that_hears_no_receipt_number_complains(line):
    steps(line, menus=2)
    line.says("/held", "<Say>Nobody was found.</Say>")
    line._answers["/held"].pop(0)
    with pytest.raises(NotAsExpected, match="did not hear a receipt number"):
        place_practice_call(line.line(), PERSON, lambda _: None, within_s=30)
