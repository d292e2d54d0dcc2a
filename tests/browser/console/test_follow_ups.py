"""What is left to people: taken, handed over, called back, corrected, and finished by one of them only."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from hotline.callflow.effects import Reason
from hotline.cardstatus.client import Answered
from hotline.console.access import Role
from hotline.console.words import FOLLOW_UP_ACTS
from hotline.phone.stand_ins import CallerDoes, OperatorDoes
from hotline.store.follow_ups import open_follow_up
from hotline.store.requests import Answer
from hotline.store.tables import follow_ups, requests
from hotline.suspensions.job import Stopper
from tests.console.stories import tell

ALICE, BOB = {"which": 1}, {"which": 2}


@pytest.fixture
def page(told):
    return f"/follow-ups/{told.follow_up}"


def test_it_is_taken_noted_and_resolved(sits_down, page, told, language):
    seat = sits_down(Role.OPERATOR, language=language).at("/follow-ups")
    seat.chooses("Which", "nobodys")
    expect(seat.page).to_have_url(re.compile("whose=nobodys"))
    seat.page.locator(f'a[href$="{page}"]').click()
    seat.clicks("Take it").reads("It is yours now.").reads("It is yours.")
    seat.chooses("What came of it", "told")
    seat.field("Note", "section[aria-labelledby=done]").fill("Reached her at work.")
    seat.clicks("Resolve", exact=True).reads("Resolved.").reads("Reached her at work.")
    seat.at("/follow-ups?whose=resolved")
    row = seat.page.locator("tr", has=seat.page.locator(f'a[href$="{page}"]'))
    expect(row).to_contain_text(seat.says("The caller was told"))
    seat.at(page).clicks("Open it again").reads("It is open again.")


def test_it_is_handed_over_to_a_colleague_who_finds_it_among_theirs(sits_down, office, page):
    alice, bob = sits_down(Role.OPERATOR, **ALICE), sits_down(Role.OPERATOR, **BOB)
    alice.at(page).clicks("Take it").reads("It is yours now.")
    alice.page.locator("summary", has_text="Hand it over").click()
    alice.chooses("To", str(bob.person.id))
    alice.field("Note", "section[aria-labelledby=whose]").fill("She speaks Nepali only.")
    alice.clicks("Hand it over", exact=True).reads("%(who)s has it now.", who=bob.person.row().name)
    bob.at("/follow-ups?whose=mine")
    bob.page.locator(f'a[href$="{page}"]').click()
    bob.reads("It is yours.").reads("She speaks Nepali only.")


def test_of_two_at_once_the_slower_learns_who_was_faster_and_loses_no_word(sits_down, page, language):
    alice, bob = (sits_down(Role.OPERATOR, language=language, **who) for who in (ALICE, BOB))
    bob.forgives(409)
    for seat in (alice, bob):
        seat.at(page)
    alice.clicks("Take it").reads("It is yours now.")
    note = bob.field("Note", "section[aria-labelledby=done]")
    note.fill("I called, and nobody answered.")
    bob.chooses("What came of it", "not_reached").clicks("Resolve", exact=True)
    said = bob.page.get_by_role("alert")
    expect(said).to_contain_text(bob.says(str(FOLLOW_UP_ACTS["follow_up.taken"])))
    expect(said).to_contain_text(alice.person.row().name)
    expect(note).to_have_value("I called, and nobody answered.")
    expect(bob.field("What came of it")).to_have_value("not_reached")
    bob.clicks("Resolve", exact=True).reads("Resolved.").reads("I called, and nobody answered.")


def _asks_to_be_called_back(office, told):
    with office.engine.begin() as connection:
        number = office.vault.seal("+81312349999")
        open_follow_up(connection, call_sid=told.sid, reason=Reason.CALL_BACK, now=told.began, call_back_sealed=number)
        those = (follow_ups.c.call_sid == told.sid) & (follow_ups.c.reason == Reason.CALL_BACK)
        return connection.execute(select(follow_ups.c.id).where(those)).scalar_one()


def _calls_back(seat, office, told):
    seat.at("/account").fills("Your telephone", "03-1234-5678").clicks("Save").reads("Your account is changed.")
    seat.at(f"/follow-ups/{_asks_to_be_called_back(office, told)}").reads(
        "Your telephone rings first; press 1 there, and %(caller)s is rung.", caller="…9999"
    )
    seat.clicks("Call back", exact=True)
    return seat


def test_the_caller_is_called_back_and_the_page_says_that_they_talked(sits_down, office, told, language):
    seat = sits_down(Role.OPERATOR, language=language)
    _calls_back(seat, office, told).reads("They talked", "#calling")
    assert office.carrier.settles()
    assert office.carrier.lost_callbacks == []
    assert office.carrier.calls[-1].order.to == "+81312345678"
    seat.at(f"/calls/{told.sid}").reads("They talked", ".timeline")


def test_a_caller_who_is_busy_can_be_tried_again(sits_down, office, told):
    office.carrier.practises(OperatorDoes.TAKES, CallerDoes.BUSY)
    seat = sits_down(Role.OPERATOR, **BOB)
    _calls_back(seat, office, told).reads("The caller was talking to somebody", "#calling")
    office.carrier.practises()
    seat.clicks("Call back", exact=True).reads("They talked", "#calling")


class Backend:
    """Knows one person, and no other facts."""

    def suspend(self, key, targets, facts):
        is_known = facts.birth_date.isoformat() == "1980-03-11"
        return Answered("B-1", dict.fromkeys(targets, Answer.SUSPENDED if is_known else Answer.NOT_FOUND), "千代田区")


def _worker_does(office, told):
    """What dispatcher and worker do with a request that is sent again."""
    with office.engine.begin() as connection:
        of_it = requests.c.id == told.request_id
        claimed = update(requests).where(of_it).values(attempts=requests.c.attempts + 1).returning(requests.c.attempts)
        attempt = connection.execute(claimed).scalar_one()
    Stopper(office.engine, office.vault, Backend()).stop(str(told.request_id), attempt)


def test_a_request_is_corrected_sent_again_and_stops_the_card(sits_down, office, page, told, language):
    seat = sits_down(Role.OPERATOR, language=language).forgives(400)
    seat.at(page).clicks("Correct and send again", role="link")
    seat.fills("Date of birth", "1980-02-30").fills("Postal code", "100-0001").fills("House number", "2-16-3")
    seat.fills("Reason", "Read the date back to the caller")
    seat.page.get_by_role("checkbox").check()
    seat.clicks("Send it to the backend")
    expect(seat.field("Date of birth")).to_have_attribute("aria-invalid", "true")
    seat.fills("Date of birth", "1980-03-11").clicks("Send it to the backend")
    seat.is_at(f"/calls/{told.sid}").reads("Request %(receipt)s sent again by an operator", receipt=told.receipt)
    _worker_does(office, told)
    seat.at(f"/calls/{told.sid}").reads(
        "Request %(receipt)s: %(status)s", ".timeline", receipt=told.receipt, status=seat.says("Stopped")
    )


def test_a_request_that_stopped_something_is_not_sent_again(sits_down, office):
    told = tell(office.engine, office.vault, status="suspended")
    seat = sits_down(Role.OPERATOR).at(f"/requests/{told.receipt}/again")
    seat.reads("It stands so that there is nothing to send").clicks("To the call", role="link")
    seat.is_at(f"/calls/{told.sid}")
