import re
from dataclasses import replace

import pytest
from twilio.rest import Client

from hotline.phone.carrier import practice_carrier
from hotline.phone.exchange import Account
from hotline.phone.faults import NotAsExpected, TextFailed
from hotline.phone.texter import Texter
from tests.phone.scripted_line import ACCOUNT_SID, NUMBER, TOKEN

MOBILE = "+819012345678"


@pytest.fixture
def texter(line):
    """A texter for a line that answers with these texts, one document a request."""

    def text(*answers: str, **how: object) -> Texter:
        line.says("/sms", *(f"<Message>{answer}</Message>" if answer else "" for answer in answers))
        return Texter(line.line(sms_url="/sms"), **how)

    return text


@pytest.fixture
def carrier():
    with practice_carrier(Account(ACCOUNT_SID, TOKEN)) as running:
        yield running


def later(carrier, body, to=MOBILE):
    """The line sends something by itself."""
    client = Client(ACCOUNT_SID, TOKEN)
    client.api.base_url = carrier.url
    client.messages.create(to=to, from_="+815031234567", body=body)


def test_a_text_reaches_the_line_as_twilio_brings_it(line, texter):
    person = texter("はい。").writes("2")
    (request,) = line.at("/sms")
    assert request.method == "POST"
    assert re.fullmatch("SM[0-9a-f]{32}", request["MessageSid"])
    assert request["MessageSid"] == request["SmsSid"] == request["SmsMessageSid"] == person.message_sid
    assert (request["From"], request["To"], request["Body"]) == (MOBILE, NUMBER, "2")
    assert (request["AccountSid"], request["ApiVersion"]) == (ACCOUNT_SID, "2010-04-01")
    assert (request["NumMedia"], request["NumSegments"], request["SmsStatus"]) == ("0", "1", "received")
    assert (request["FromCountry"], request["ToCountry"], request["FromCity"]) == ("JP", "JP", "")
    assert "CallSid" not in request


def test_each_text_has_a_sid_of_its_own_and_a_repeated_one_keeps_it(line, texter):
    texter("One.").writes("1").writes("1").sends_again()
    first, second, again = (one["MessageSid"] for one in line.at("/sms"))
    assert first != second == again
    assert line.at("/sms")[2]["Body"] == "1"


def test_what_was_read_since_the_last_text_counts(line, texter):
    person = texter("Which one?", "Your birth date?").writes("STOP CARD").reads("which  one").writes("1")
    person.reads("birth date").reads_nothing_of("which one")
    with pytest.raises(NotAsExpected, match=r"never read 'which one'"):
        person.reads("which one")
    assert person.messages == ["Which one?", "Your birth date?"]


def test_a_texter_who_reads_too_much_complains(texter):
    person = texter("Your card.").writes("1")
    with pytest.raises(NotAsExpected, match="The texter read 'card'"):
        person.reads_nothing_of("card")
    with pytest.raises(NotAsExpected, match="read something"):
        person.reads_nothing()


def test_the_line_may_leave_a_text_unanswered(texter):
    texter("").writes("thanks").reads_nothing()


def test_the_transcript_has_one_line_for_each_text(texter):
    person = texter("Stopped.\nNumber: 1").writes("はい\nyes").sends_again()
    assert person.transcript == [
        "CALLER writes: はい ⏎ yes",
        "LINE writes: Stopped. ⏎ Number: 1",
        "EVENT the same message is delivered again",
        "LINE writes: Stopped. ⏎ Number: 1",
    ]


def test_lines_are_told_as_they_come(texter):
    told = []
    person = texter("Hi.").tells(lambda entry: told.append(str(entry))).writes("1")
    assert told == person.transcript


def test_a_complaint_ends_with_the_transcript(texter):
    with pytest.raises(NotAsExpected) as complaint:
        texter("Hi.").writes("1").reads("stopped")
    assert str(complaint.value) == "The texter never read 'stopped'.\nCALLER writes: 1\nLINE writes: Hi."


@pytest.mark.parametrize(
    ("answer", "number"),
    [
        ("Receipt number: 4820 1938", "48201938"),
        ("受付番号: 48201938 です。", "48201938"),
        ("2026-11-23 12:30. Call 0120-95-0178 or +81-3-1234-5678. Number 4820-1938.", "48201938"),
        ("2026年11月23日、４８２０１９３８", "48201938"),
    ],
)
def test_a_receipt_number_is_told_from_dates_and_telephone_numbers(texter, answer, number):
    assert texter(answer).writes("1").reads_receipt_number().receipt_number == number


def test_a_texter_without_a_receipt_number_complains(texter):
    with pytest.raises(NotAsExpected, match="never read a receipt number"):
        texter("On 2026-11-23. Call 0120-95-0178.").writes("1").reads_receipt_number()


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ("<Response><Say>Hi</Say></Response>", 200, "may not stand inside"),
        ("", 200, "does not begin"),
        ("<Response/>", 500, "answered 500"),
    ],
)
def test_an_answer_that_twilio_could_not_use_is_told_with_the_transcript(line, body, status, words):
    line.answers("/sms", body, status=status)
    with pytest.raises(TextFailed, match=words) as failure:
        Texter(line.line(sms_url="/sms")).writes("1")
    assert str(failure.value).endswith("CALLER writes: 1")


def test_a_line_without_text_messages_cannot_be_written_to(line):
    with pytest.raises(ValueError, match="takes no text messages"):
        Texter(line.line()).writes("1")


def test_nothing_is_known_of_a_text_before_writing(line):
    with pytest.raises(ValueError, match="writes"):
        Texter(line.line(sms_url="/sms")).sends_again()


def test_somebody_hostile_may_post_past_the_telephone(line, texter):
    person = texter("Hi.").writes("1")
    assert person.posts("/sms", person.fields(Body="2", From="anonymous")).status_code == 200
    assert [one["Body"] for one in line.at("/sms")] == ["1", "2"]
    person.posts("/sms", person.fields(), sign=False)
    person.posts("/sms", person.fields(), token="another token")
    unsigned, wrong = line.received[2:]
    assert "X-Twilio-Signature" not in unsigned.headers
    assert not wrong.signature_fits
    # The line under test refuses these; this one only writes down who came.
    del line.received[2:]


def person_with(carrier, line, **how) -> Texter:
    line.says("/sms", "<Message>One moment.</Message>")
    return Texter(replace(line.line(sms_url="/sms"), carrier_url=carrier.url), **how)


def test_what_the_line_sends_later_arrives(line, carrier):
    person = person_with(carrier, line).writes("1").reads("one moment").reads_nothing_of("stopped")
    later(carrier, "Your card is stopped. 4820 1938")
    later(carrier, "For somebody else.", to="+818011112222")
    person.waits_until_reads("is stopped", within_s=10).reads("one moment").reads_receipt_number()
    assert person.messages == ["One moment.", "Your card is stopped. 4820 1938"]
    assert person.transcript[-1] == "LINE writes: Your card is stopped. 4820 1938"


def test_what_the_line_sends_is_read_in_its_order(line, carrier):
    for text in ("One.", "Two.", "Three."):
        later(carrier, text)
    assert carrier.settles()
    assert person_with(carrier, line).messages == ["One.", "Two.", "Three."]


def test_what_came_before_a_text_is_no_answer_to_it(line, carrier):
    person = person_with(carrier, line).writes("1")
    later(carrier, "Your card is stopped.")
    assert carrier.settles()
    person.writes("2").reads_nothing_of("stopped")
    assert len(person.messages) == 3


def test_somebody_who_never_wrote_reads_as_well(line, carrier):
    later(carrier, "Your receipt number: 4820 1938")
    assert person_with(carrier, line).waits_until_reads_receipt_number(within_s=10).receipt_number == "48201938"


def test_a_text_that_was_lost_is_never_read(line, carrier):
    carrier.loses(MOBILE, 30003)
    later(carrier, "Your card is stopped.")
    assert carrier.settles()
    person_with(carrier, line).reads_nothing()


def test_waiting_ends_when_its_time_is_over(line, carrier):
    waits = []
    person = person_with(carrier, line, wait=waits.append).writes("1")
    with pytest.raises(NotAsExpected, match=r"did not read 'is stopped' within 0\.1 s"):
        person.waits_until_reads("is stopped", within_s=0.1)
    assert waits
