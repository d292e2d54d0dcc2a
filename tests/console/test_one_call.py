"""One call: its story, what was keyed, notes, holds, recordings."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from hotline import clock
from hotline.console.access import Role
from hotline.speech.unfilled import unfilled
from hotline.store.console_tables import audit, notes
from hotline.store.tables import calls, requests, turns
from tests.console.forms import send
from tests.console.stories import CALLER, tell
from tests.store.rows import FACTS

KEYED = ("1980-03-01", "100-0001", "2-16", CALLER)
"""What the caller of the story keyed, and whom they called from."""


@pytest.fixture
def told(engine, vault):
    return tell(engine, vault)


def actions(engine, sid):
    with engine.connect() as connection:
        written = select(audit.c.action, audit.c.reason).where(audit.c.call_sid == sid).order_by(audit.c.id)
        return [tuple(row) for row in connection.execute(written)]


def test_a_call_is_told_in_plain_words(signed_in, told):
    page = signed_in(Role.OPERATOR).get(f"/console/calls/{told.sid}").text
    for words in ("The caller pressed keys", "Date of birth → Postal code", f"Request {told.receipt} accepted: Card"):
        assert words in page
    assert "Nobody found" in page
    assert "+4.0 s" in page


def test_sentences_are_shown_in_both_languages(signed_in, told):
    page = signed_in(Role.OPERATOR).get(f"/console/calls/{told.sid}").text
    assert re.search(r'<p lang="ne">[^<]*[ऀ-ॿ]', page)
    assert "We did not hear anything" in page or "did not hear" in page


def test_what_was_said_before_the_language_changed_stays_in_the_first_one(signed_in, told, engine):
    with engine.begin() as connection:
        first = (turns.c.call_sid == told.sid, turns.c.number == 2)
        connection.execute(update(turns).where(*first).values(language="pt"))
    shown = signed_in(Role.OPERATOR).get(f"/console/calls/{told.sid}").text
    assert unfilled("common.silence", "pt") in shown
    assert unfilled("common.silence", "ne") not in shown


def test_nothing_keyed_is_on_the_page(signed_in, told):
    page = signed_in(Role.SUPERVISOR, Role.AUDITOR).get(f"/console/calls/{told.sid}").text
    assert "…5678" in page
    assert not [keyed for keyed in KEYED if keyed in page]


def test_what_was_keyed_is_shown_for_a_reason_and_written_down(signed_in, told, engine):
    client = signed_in(Role.OPERATOR)
    page = send(client, f"/console/calls/{told.sid}", "/keyed", {"reveal-reason": "called back"})
    assert page.status_code == 200
    assert all(keyed in page.text for keyed in KEYED)
    assert 'http-equiv="refresh" content="60' in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert ("facts.revealed", "called back") in actions(engine, told.sid)
    assert not [keyed for keyed in KEYED if keyed in client.get(f"/console/calls/{told.sid}").text]


def test_without_a_reason_nothing_is_shown(signed_in, told, engine):
    page = send(signed_in(Role.OPERATOR), f"/console/calls/{told.sid}", "/keyed", {"reveal-reason": "  "})
    assert page.status_code == 400
    assert not [keyed for keyed in KEYED if keyed in page.text]
    assert "facts.revealed" not in [action for action, _ in actions(engine, told.sid)]


def test_erased_facts_say_when_and_why(signed_in, told, engine):
    gone = clock.now() - timedelta(days=1)
    with engine.begin() as connection:
        connection.execute(update(requests).values(facts_sealed=None, facts_erased_at=gone))
        connection.execute(update(calls).values(caller_sealed=None, caller_erased_at=gone))
    page = send(signed_in(Role.OPERATOR), f"/console/calls/{told.sid}", "/keyed", {"reveal-reason": "asked"}).text
    assert page.count("Erased on schedule") == 2
    assert clock.in_japan(gone).strftime("%Y-%m-%d %H:%M:%S") in page


def test_a_fragment_hides_itself_after_a_minute(signed_in, told):
    client = signed_in(Role.OPERATOR)
    fragment = send(
        client, f"/console/calls/{told.sid}", "/keyed", {"reveal-reason": "asked"}, headers={"HX-Request": "true"}
    ).text
    assert 'hx-trigger="load delay:60s"' in fragment
    assert "<html" not in fragment
    hidden = client.get(f"/console/calls/{told.sid}/keyed").text
    assert not [keyed for keyed in KEYED if keyed in hidden]


def test_a_note_is_kept_sealed(signed_in, told, engine):
    client = signed_in(Role.OPERATOR)
    answer = send(client, f"/console/calls/{told.sid}", "/notes", {"note-note": "She calls <b>again</b> at noon."})
    assert answer.status_code == 303
    assert "She calls &lt;b&gt;again&lt;/b&gt; at noon." in client.get(f"/console/calls/{told.sid}").text
    with engine.connect() as connection:
        assert b"noon" not in connection.execute(select(notes.c.body_sealed)).scalar_one()


@pytest.mark.parametrize("number", ["123456789018", "1234 5678 9018", "1234-5678-9018", "１２３４５６７８９０１８"])
def test_a_note_with_what_may_be_a_my_number_is_refused(signed_in, told, engine, number):
    answer = send(signed_in(Role.OPERATOR), f"/console/calls/{told.sid}", "/notes", {"note-note": f"It is {number}."})
    assert answer.status_code == 400
    assert "may be a My Number" in answer.text
    with engine.connect() as connection:
        assert connection.execute(select(notes.c.id)).all() == []


def test_a_hold_is_set_and_taken_away_with_a_reason(signed_in, told, engine):
    client, page = signed_in(Role.SUPERVISOR), f"/console/calls/{told.sid}"
    send(client, page, "/hold", {"hold-reason": "a court asks", "release": "no"})
    assert "legal hold" in client.get(page).text
    again = send(client, page, "/hold", {"hold-reason": "a court asks", "release": "no"})
    assert again.status_code == 303
    assert "Somebody else did that already" in client.get(page).text
    send(client, page, "/hold", {"hold-reason": "settled", "release": "yes"})
    assert [one for one in actions(engine, told.sid) if one[0] != "call.looked_at"] == [
        ("call.held", "a court asks"),
        ("call.released", "settled"),
    ]


def test_a_forgotten_call_is_said_so(signed_in):
    page = signed_in(Role.OPERATOR).get("/console/calls/CA" + "0" * 32)
    assert page.status_code == 404
    assert "forgotten on schedule" in page.text


def test_the_keyed_facts_are_those_of_the_story():
    assert FACTS.birth_date.isoformat() in KEYED
