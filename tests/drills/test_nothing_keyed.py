"""What a caller keys, says or writes shows nowhere but sealed, whatever goes wrong on the way."""

from hotline.phone.caller import Caller
from hotline.phone.exchange import Trouble
from tests.drills.line import DrillLine
from tests.drills.people import MARKED
from tests.drills.traces import Trace, lasting, moving
from tests.waiting import eventually

CALLER_NUMBER, CALL_BACK_NUMBER, MY_NUMBER = "+819087615243", "08046135279", "918273645546"
TEXT_NUMBER, WRITER_NUMBER = "07051627384", "+816013572468"

FORMS = {
    "birth date": ("1947-11-29", "1947/11/29", "19471129", "3221129", "1947, 11, 29"),
    "postal code": ("9174635", "917-4635", "917*4635"),
    "house number": ("8371*5926", "83715926", "8371-5926"),
    "caller": ("9087615243", "90-8761-5243"),
    "call-back number": ("8046135279", "80-4613-5279"),
    "twelve digits": (MY_NUMBER, "9182-7364-5546"),
    "spoken words": ("zebra finch",),
    "number of a text": ("7051627384", "70-5162-7384"),
    "body of a text": ("My Number Card line: ",),
    "writer": ("6013572468", "60-1357-2468"),
    "written words": ("narwhal waltz",),
    "birth date for a receipt": ("1951-04-27", "19510427", "1951, 4, 27"),
    "words on tape": ("marmot serenade",),
}


def test_what_was_keyed_shows_nowhere_but_sealed(line):
    seen: list[Trace] = []
    line.confirmed.append(MARKED.person)
    caller = _keys_everything(line)
    request = _is_stopped_with_every_trouble(line, caller, seen)
    caller.waits_until_hears("is stopped", 20).hears_receipt_number()
    _is_sent_a_text(line, caller, seen)
    _asks_for_a_call_back(line)
    _asks_with_the_receipt_number(line, caller.receipt_number)
    _writes(line, seen)
    seen += [*moving(line), *lasting(line)]
    # The search would find what is there.
    for innocent in (str(request["id"]), request["receipt_number"], caller.call_sid):
        assert any(innocent.encode() in trace for _, trace in seen)
    assert _found(seen, FORMS | {"read back": _said_of_it(caller)}) == []


def _keys_everything(line: DrillLine) -> Caller:
    """With misses, speech, twelve digits, and webhooks that are refused."""
    caller = line.caller(number=CALLER_NUMBER).dials()
    for entry in MARKED.entries()[:4]:
        caller.keys(entry)
    caller.says("zebra finch").keys(f"{MY_NUMBER}#")
    for entry in MARKED.entries()[4:]:
        caller.keys(entry)
    caller.hears("press 1 to stop")
    turn, fields = line.next_turn_of(caller), caller.fields(Digits=MARKED.person.keyed_birth_date)
    assert caller.posts(turn, fields, sign=False).status_code == 403
    assert caller.posts(turn, {**fields, "CallSid": MARKED.person.postal_code}).status_code == 400
    assert caller.posts("/voice/turn?turn=1", fields).status_code == 200
    return caller


def _is_stopped_with_every_trouble(line: DrillLine, caller: Caller, seen: list[Trace]) -> dict[str, object]:
    """Each trouble writes logs of its own: refusals, broken connections, PostgreSQL gone for worker and web server."""
    line.kill("worker-1")
    caller.presses("1")
    eventually(line.jobs_waiting, "the job is in the queue")
    seen += moving(line)
    line.running.faults(error_share=1)
    line.start("worker-1")
    line.says("worker-1", "status 503")
    seen += moving(line)
    line.running.faults(drop_share=1, drop="before")
    line.time_passes()
    line.is_tried(caller, 2)
    line.says("worker-1", "ConnectionError")
    line.running.faults()
    turn = line.next_turn_of(caller)
    with line.backend_held(MARKED):
        line.time_passes()
        line.backend_waits()
        seen += moving(line)
        line.kill("postgres")
        assert caller.posts(turn, caller.fields(Digits=MARKED.person.postal_code)).ok
    line.says("worker-1", "a try failed")
    line.start("postgres")
    line.time_passes()
    return line.is_stopped_once(caller)


def _is_sent_a_text(line: DrillLine, caller: Caller, seen: list[Trace]) -> None:
    """Twilio's answer is lost first, and nobody knows whether it was sent; then a callback tells."""
    line.running.carrier.misbehaves(Trouble.BROKEN_AFTER)
    caller.presses("1", "1", "2").keys("0312345678#").keys(f"{TEXT_NUMBER}#").presses("1").hears("on its way")
    sid = caller.call_sid
    caller.hangs_up()
    told = "SELECT FROM texts WHERE call_sid = %s AND status = 'delivered'"
    eventually(lambda: line.rows(told, sid), "the text has arrived")
    # What is searched for is what was sent.
    (text,) = [one for one in line.running.carrier.messages if one.to == f"+81{TEXT_NUMBER[1:]}"]
    assert text.body.startswith(FORMS["body of a text"])
    seen += moving(line)


def _asks_with_the_receipt_number(line: DrillLine, receipt_number: str) -> None:
    """And a birth date that is another's, twice; then a person, who is away, and a message on tape."""
    caller = line.caller(number=CALLER_NUMBER).dials().presses("4")
    for _ in range(2):
        caller.keys(f"{receipt_number}#").keys("19510427#").hears("do not belong together")
    caller.presses("3").says("marmot serenade").presses("#").hears("Your message is recorded").is_hung_up_on()
    assert line.rows("SELECT FROM messages WHERE call_sid = %s", caller.call_sid)


def _writes(line: DrillLine, seen: list[Trace]) -> None:
    """Words that nobody understands, twelve digits, and an answer that Twilio refuses to bring."""
    line.running.carrier.refuses(WRITER_NUMBER, 21610)
    line.kill("worker-1")
    texter = line.writes(number=WRITER_NUMBER)
    texter.writes("narwhal waltz")
    seen += moving(line)
    line.start("worker-1")
    line.says("dispatcher", "code 21610")
    texter.writes("narwhal waltz").reads("Please write one of the numbers").writes(MY_NUMBER).reads("never asks for it")
    assert texter.posts("/sms/incoming", texter.fields(Body="narwhal waltz"), sign=False).status_code == 403


def _asks_for_a_call_back(line: DrillLine) -> None:
    caller = line.caller(number=CALLER_NUMBER).dials().presses("0")
    caller.hears("another number, press 2").presses("2").keys(f"{CALL_BACK_NUMBER}#").presses("1").is_hung_up_on()
    assert line.rows("SELECT FROM follow_ups WHERE call_sid = %s AND reason = 'call_back'", caller.call_sid)


def _said_of_it(caller: Caller) -> tuple[str, ...]:
    """The sentences that read the facts back, as the caller heard them."""
    said = [entry.partition("): ")[2] for entry in caller.transcript]
    starts = ("Born ", "Postal code ", "House number ")
    facts = [sentence.removeprefix(start) for sentence in said for start in starts if sentence.startswith(start)]
    assert len(facts) >= len(starts)
    return tuple(facts)


def _found(seen: list[Trace], forms: dict[str, tuple[str, ...]]) -> list[str]:
    """Which facts show where: as text, or as the hexadecimal digits in which PostgreSQL writes bytes."""
    return [
        f"the {fact} is in {where}"
        for where, trace in seen
        for fact, written in forms.items()
        for form in written
        if form.encode() in trace or form.encode().hex().encode() in trace
    ]
