"""The follow-ups: taken, handed over, resolved, and never overwritten unseen."""

import html
import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from hotline import clock
from hotline.callflow.effects import Reason
from hotline.console.access import Role
from hotline.store.console_tables import audit, notes, staff
from hotline.store.tables import calls, follow_ups, requests
from tests.console.forms import hidden, send
from tests.console.staff import make_person
from tests.console.stories import tell
from tests.store.rows import NOON


@pytest.fixture
def told(engine, vault):
    return tell(engine, vault)


@pytest.fixture
def page(told):
    return f"/console/follow-ups/{told.follow_up}"


def row(engine, follow_up_id):
    with engine.connect() as connection:
        return connection.execute(select(follow_ups).where(follow_ups.c.id == follow_up_id)).one()


def actions(engine):
    with engine.connect() as connection:
        written = select(audit.c.action).where(audit.c.action.like("follow_up.%")).order_by(audit.c.id)
        return [one for one in connection.execute(written).scalars() if one != "follow_up.looked_at"]


def test_what_waits_longest_stands_first(signed_in, engine, vault):
    later, sooner = tell(engine, vault), tell(engine, vault, reason=Reason.CALL_BACK)
    with engine.begin() as connection:
        old = clock.now() - timedelta(days=2)
        connection.execute(update(follow_ups).where(follow_ups.c.id == sooner.follow_up).values(opened_at=old))
    shown = signed_in(Role.OPERATOR).get("/console/follow-ups").text
    assert shown.index(f"/follow-ups/{sooner.follow_up}") < shown.index(f"/follow-ups/{later.follow_up}")
    assert "overdue" in shown


def test_only_those_of_one_reason_are_shown(signed_in, engine, vault):
    told, other = tell(engine, vault), tell(engine, vault, reason=Reason.CALL_BACK)
    shown = signed_in(Role.OPERATOR).get("/console/follow-ups?reason=call_back").text
    assert f"/follow-ups/{other.follow_up}" in shown
    assert f"/follow-ups/{told.follow_up}" not in shown


def test_the_list_goes_on_page_by_page_and_repeats_nothing(signed_in, engine, vault):
    told = tell(engine, vault)
    with engine.begin() as connection:
        first = connection.execute(select(follow_ups)).one()
        for number in range(60):
            sid = tell_bare(connection, number)
            connection.execute(
                follow_ups.insert(), {"call_sid": sid, "reason": "call_back", "opened_at": first.opened_at}
            )
    client = signed_in(Role.OPERATOR)
    pages, address = [], "/console/follow-ups"
    while address:
        shown = client.get(address).text
        pages.append(set(links(shown)))
        address = next((one for one in hrefs(shown) if "after=" in one), None)
    assert [len(one) for one in pages] == [50, 11]
    assert not pages[0] & pages[1]
    assert told.follow_up in pages[0]


def tell_bare(connection, number):
    sid = f"CA{number:032x}"
    row = {"sid": sid, "called": "+81120950178", "language": "en", "status": "completed", "outcome": "call_back"}
    moments = {"started_at": NOON, "turned_at": NOON, "ended_at": NOON}
    connection.execute(calls.insert(), {**row, **moments, "step": "goodbye", "turn": 1})
    return sid


def hrefs(shown):
    return [html.unescape(one) for one in re.findall(r'href="([^"]*)"', shown)]


def links(shown):
    return [int(one.rpartition("/")[2]) for one in hrefs(shown) if one.rpartition("/")[2].isdecimal()]


def test_it_says_what_to_do(signed_in, page):
    shown = signed_in(Role.OPERATOR).get(page).text
    assert "compare the facts, correct them and send the request again" in shown


def test_what_was_stopped_since_is_not_called_unstopped(signed_in, engine, vault):
    told = tell(engine, vault, status="suspended")
    shown = signed_in(Role.OPERATOR).get(f"/console/follow-ups/{told.follow_up}").text
    assert "It is stopped now." in shown
    assert "Nothing is stopped." not in shown


def test_a_skipped_house_number_that_stopped_nothing_is_not_called_a_stop(signed_in, engine, vault):
    told = tell(engine, vault, reason=Reason.NO_HOUSE_NUMBER)
    shown = signed_in(Role.OPERATOR).get(f"/console/follow-ups/{told.follow_up}").text
    assert "This request has stopped nothing." in shown
    assert "Stopped by two facts only" not in shown


def test_it_is_taken_given_back_and_resolved(signed_in, engine, told, page):
    client = signed_in(Role.OPERATOR)
    send(client, page, "/take", {})
    assert row(engine, told.follow_up).taken_by is not None
    assert "It is yours." in client.get(page).text
    send(client, page, "/take", {})
    assert row(engine, told.follow_up).taken_by is None
    answer = send(client, page, "/resolve", {"resolve-resolution": "told", "resolve-note": "She knows."})
    assert answer.status_code == 303
    done = row(engine, told.follow_up)
    assert (done.resolution, done.resolved_by is not None, done.version) == ("told", True, 3)
    assert actions(engine) == ["follow_up.taken", "follow_up.given_back", "follow_up.resolved"]
    assert "She knows." in client.get(page).text


def test_what_was_resolved_too_early_is_opened_again(signed_in, engine, told, page):
    client = signed_in(Role.OPERATOR)
    send(client, page, "/resolve", {"resolve-resolution": "done"})
    send(client, page, "/resolve", {})
    assert row(engine, told.follow_up).resolved_at is None
    assert actions(engine) == ["follow_up.resolved", "follow_up.opened_again"]


def test_whoever_comes_too_late_is_told_who_was_faster_and_loses_nothing(signed_in, engine, told, page):
    first, second = signed_in(Role.OPERATOR), signed_in(Role.OPERATOR)
    stale = hidden(second.get(page).text, f"{page}/resolve")
    send(first, page, "/take", {})
    answer = second.post(
        f"{page}/resolve", data={**stale, "resolve-resolution": "done", "resolve-note": "My own words"}
    )
    assert answer.status_code == 409
    assert "took it" in answer.text
    assert "Person" in answer.text
    assert "My own words" in answer.text
    assert row(engine, told.follow_up).resolved_at is None
    with engine.connect() as connection:
        assert connection.execute(select(notes.c.id)).all() == []


def test_what_was_written_stays_also_when_somebody_else_resolved_it(signed_in, engine, told, page):
    first, second = signed_in(Role.OPERATOR), signed_in(Role.OPERATOR)
    stale = hidden(second.get(page).text, f"{page}/resolve")
    send(first, page, "/resolve", {"resolve-resolution": "done"})
    given = {"resolve-resolution": "told", "resolve-note": "My own words"}
    answer = second.post(f"{page}/resolve", data={**stale, **given})
    assert answer.status_code == 409
    assert re.search(r"<textarea[^>]*>\s*My own words", answer.text)
    assert row(engine, told.follow_up).resolution == "done"


def test_the_same_form_sent_twice_counts_once(signed_in, engine, told, page):
    client = signed_in(Role.OPERATOR)
    fields = hidden(client.get(page).text, f"{page}/take")
    assert [client.post(f"{page}/take", data=fields).status_code for _ in range(2)] == [303, 409]
    assert actions(engine) == ["follow_up.taken"]


def test_it_is_handed_over_to_somebody_who_works_on_it(signed_in, engine, told, page):
    colleague = make_person(engine, Role.OPERATOR)
    client = signed_in(Role.OPERATOR)
    answer = send(client, page, "/hand-over", {"hand-over-to": colleague.id, "hand-over-note": ""})
    assert answer.status_code == 303
    assert row(engine, told.follow_up).taken_by == colleague.id


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ON_CALL, Role.ADMINISTRATOR])
def test_it_is_not_handed_to_somebody_who_may_not_work_on_it(signed_in, engine, told, page, role):
    other = make_person(engine, role)
    make_person(engine, Role.OPERATOR)
    answer = send(signed_in(Role.OPERATOR), page, "/hand-over", {"hand-over-to": other.id})
    assert answer.status_code == 400
    assert "Choose somebody who works on follow-ups." in answer.text
    assert row(engine, told.follow_up).taken_by is None


def test_other_peoples_work_is_handed_over_by_supervisors_only(signed_in, engine, told, page):
    colleague = make_person(engine, Role.OPERATOR)
    client = signed_in(Role.OPERATOR)
    fields = hidden(client.get(page).text, f"{page}/hand-over")
    send(signed_in(Role.OPERATOR), page, "/take", {})
    refused = client.post(f"{page}/hand-over", data={**fields, "hand-over-to": colleague.id})
    assert refused.status_code == 403
    done = send(signed_in(Role.SUPERVISOR), page, "/hand-over", {"hand-over-to": colleague.id})
    assert done.status_code == 303
    assert row(engine, told.follow_up).taken_by == colleague.id


def test_a_made_up_resolution_is_refused(signed_in, engine, told, page):
    answer = send(signed_in(Role.OPERATOR), page, "/resolve", {"resolve-resolution": "<script>"})
    assert answer.status_code == 400
    assert "Choose what came of it." in answer.text
    assert row(engine, told.follow_up).resolved_at is None


def test_calling_back_needs_the_operators_own_telephone(signed_in, page):
    shown = signed_in(Role.OPERATOR).get(page).text
    assert "Calling back needs the key" in shown


def test_a_corrected_request_goes_out_once_and_keeps_its_receipt(signed_in, engine, told):
    client, page = signed_in(Role.OPERATOR), f"/console/requests/{told.receipt}/again"
    given = {"facts": "corrected", "birth_date": "1980-03-02", "postal_code": "100-0001", "house_number": "2-16-3"}
    fields = {**hidden(client.get(page).text, page), **given, "sure": "y", "reason": "called back"}
    assert [client.post(page, data=fields).status_code for _ in range(2)] == [303, 409]
    with engine.connect() as connection:
        sent = connection.execute(select(requests)).one()
        trail = connection.execute(select(audit).where(audit.c.action == "request.sent_again")).one()
    assert (sent.status, sent.receipt_number, sent.idempotency_key is not None) == ("accepted", told.receipt, True)
    assert trail.reason == "called back"
    assert "1980" not in trail.details


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"birth_date": "1980-02-30"}, "The calendar does not have this date"),
        ({"postal_code": "12"}, "A postal code has seven digits"),
        ({"house_number": "two"}, "written in digits"),
        ({"birth_date": "123456789018"}, "may be a My Number"),
        ({"sure": ""}, "Talk to the caller first"),
        ({"reason": ""}, "Write something here first."),
        ({"key": "no key"}, "Load the page again"),
        ({"facts": "none"}, "Choose which facts"),
        ({"birth_date": "1" * 5000}, "This is too long."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_sent(signed_in, engine, told, wrong, said):
    client, page = signed_in(Role.OPERATOR), f"/console/requests/{told.receipt}/again"
    given = {"facts": "corrected", "birth_date": "1980-03-02", "postal_code": "100-0001", "house_number": "2-16-3"}
    fields = {**hidden(client.get(page).text, page), **given, "sure": "y", "reason": "called back", **wrong}
    answer = client.post(page, data={name: value for name, value in fields.items() if value or name != "sure"})
    assert answer.status_code == 400
    assert said in answer.text
    with engine.connect() as connection:
        assert connection.execute(select(requests.c.status)).scalar_one() == "not_found"


def test_the_trail_names_who_did_it(signed_in, engine, told, page):
    send(signed_in(Role.OPERATOR), page, "/take", {})
    with engine.connect() as connection:
        written = connection.execute(select(audit).where(audit.c.action == "follow_up.taken")).one()
        who = connection.execute(select(staff).where(staff.c.id == written.staff_id)).one()
    assert (written.who, written.address, written.subject) == (who.email, "127.0.0.1", f"follow-up {told.follow_up}")
