"""One call: its story, what was keyed, its notes and its sound."""

import pytest
from playwright.sync_api import expect

from hotline import clock
from hotline.console.access import Role
from hotline.phone import sounds
from hotline.phone.exchange import Recording
from hotline.store.tables import messages
from tests.console.stories import CALLER
from tests.store.rows import end_call, start_call

KEYED = ("1980-03-01", "100-0001", "2-16", CALLER)
"""What the caller of the story keyed, and whom they called from."""


@pytest.fixture
def recorded(office, told):
    """The sound of the message that the caller left, at the carrier."""
    with office.engine.connect() as connection:
        sid = connection.execute(messages.select().where(messages.c.id == told.message)).one().recording_sid
    sound = sounds.tone(2.0)
    office.carrier.exchange.keep(Recording(sid, told.sid, sound, clock.now()))
    return sound


def test_the_story_is_told_in_the_callers_language_and_the_operators(sits_down, told, language):
    seat = sits_down(Role.OPERATOR, language=language).at(f"/calls/{told.sid}")
    timeline = seat.page.locator(".timeline")
    seat.reads("The caller pressed keys", ".timeline")
    seat.reads("Request %(receipt)s accepted: %(what)s", ".timeline", receipt=told.receipt, what=seat.says("Card"))
    said = timeline.locator("blockquote").first
    expect(said.locator("p[lang=ne]")).to_be_visible()
    expect(said.locator(f"p[lang={language}]")).to_be_visible()
    expect(timeline.locator("time").filter(has_text="+8.0 s")).to_have_count(1)
    for keyed in KEYED:
        seat.misses(keyed, "body")


def test_what_was_keyed_is_shown_for_a_reason_and_hidden_after_a_minute(sits_down, told, language):
    seat = sits_down(Role.OPERATOR, language=language)
    seat.page.clock.install()
    seat.at(f"/calls/{told.sid}")
    facts = seat.page.locator("#keyed-facts")
    seat.field("Reason", "#keyed-facts").fill("called back, comparing")
    seat.clicks("Show for a minute")
    for keyed in KEYED:
        expect(facts).to_contain_text(keyed)
    seat.page.clock.run_for(50_000)
    expect(facts).to_contain_text(KEYED[0])
    seat.page.clock.run_for(11_000)
    expect(seat.finds("button", "Show for a minute")).to_be_visible()
    for keyed in KEYED:
        seat.misses(keyed, "body")


def test_without_javascript_it_is_shown_and_hidden_too(sits_down, told):
    seat = sits_down(Role.OPERATOR, java_script_enabled=False).at(f"/calls/{told.sid}")
    seat.field("Reason", "#keyed-facts").fill("called back, comparing")
    seat.clicks("Show for a minute").reads(KEYED[0])
    seat.clicks("Hide it now", role="link").is_at(f"/calls/{told.sid}").misses(KEYED[0])


def test_a_note_is_kept_and_one_with_a_my_number_is_not(sits_down, told, language):
    seat = sits_down(Role.OPERATOR, language=language).at(f"/calls/{told.sid}").forgives(400)
    seat.fills("Note", "It may be 1234 5678 9018.").clicks("Keep the note")
    seat.reads("There are twelve digits in it, which may be a My Number. It must not be kept: take them out.")
    expect(seat.field("Note")).to_have_value("It may be 1234 5678 9018.")
    seat.fills("Note", "She calls <b>again</b> at noon.").clicks("Keep the note")
    seat.reads("The note is kept.")
    expect(seat.page.locator("#notes .written")).to_have_text("She calls <b>again</b> at noon.")


def test_the_message_is_heard_in_place_and_from_the_middle(sits_down, told, recorded):
    seat = sits_down(Role.OPERATOR).at(f"/calls/{told.sid}")
    answers = []
    seat.page.on("response", lambda got: "/recordings/" in got.url and answers.append(got))
    heard = seat.page.locator("audio").evaluate(
        """async (audio) => {
            audio.muted = true;
            await audio.play();
            audio.currentTime = 1;
            await new Promise((done) => audio.addEventListener("seeked", done, { once: true }));
            audio.pause();
            return { length: audio.duration, at: audio.currentTime };
        }"""
    )
    assert heard["length"] == pytest.approx(2.0, abs=0.05)
    assert heard["at"] >= 1
    assert {(one.status, one.headers["content-type"]) for one in answers} == {(206, "audio/wav")}
    part = seat.context.request.get(answers[0].url, headers={"Range": "bytes=44-63"})
    assert (part.status, part.body()) == (206, recorded[44:64])


def test_a_hold_is_put_on_the_call_and_taken_away(sits_down, told):
    seat = sits_down(Role.SUPERVISOR).at(f"/calls/{told.sid}")
    for button, said in (
        ("Keep everything of this call", "Nothing of this call will be erased until the hold is taken away."),
        ("Take the hold away", "The hold is gone: what is due will be erased within minutes."),
    ):
        seat.field("Reason", "section[aria-labelledby=hold]").fill("a court asks")
        seat.clicks(button).reads(said)


def test_a_call_that_goes_on_tells_its_story_as_it_happens(sits_down, office):
    sid = start_call(office.engine, at=clock.now(), language="th")
    seat = sits_down(Role.OPERATOR)
    seat.page.clock.install()
    seat.at(f"/calls/{sid}").reads("on the line now")
    end_call(office.engine, sid, clock.now())
    seat.page.clock.run_for(3100)
    seat.reads("The call ended: %(how)s", ".timeline", how="hung up")
