"""What a caller keys shows nowhere but sealed, whatever goes wrong on the way."""

from hotline.phone.caller import Caller
from tests.drills.line import DrillLine
from tests.drills.people import MARKED
from tests.drills.traces import Trace, lasting, moving
from tests.waiting import eventually

CALLER_NUMBER, CALL_BACK_NUMBER, MY_NUMBER = "+819087615243", "08046135279", "918273645546"

FORMS = {
    "birth date": ("1947-11-29", "1947/11/29", "19471129", "3221129", "1947, 11, 29"),
    "postal code": ("9174635", "917-4635", "917*4635"),
    "house number": ("8371*5926", "83715926", "8371-5926"),
    "caller": ("9087615243", "90-8761-5243"),
    "call-back number": ("8046135279", "80-4613-5279"),
    "twelve digits": (MY_NUMBER, "9182-7364-5546"),
    "spoken words": ("zebra finch",),
}


def test_what_was_keyed_shows_nowhere_but_sealed(line):
    seen: list[Trace] = []
    line.confirmed.append(MARKED.person)
    caller = _keys_everything(line)
    request = _is_stopped_with_every_trouble(line, caller, seen)
    caller.waits_until_hears("is stopped", 20).hears_receipt_number()
    _asks_for_a_call_back(line)
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
    caller.hears("stop it now, press 1")
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


def _asks_for_a_call_back(line: DrillLine) -> None:
    caller = line.caller(number=CALLER_NUMBER).dials().presses("9", "1", "0")
    caller.hears("another number, press 2").presses("2").keys(f"{CALL_BACK_NUMBER}#").presses("1").is_hung_up_on()
    assert line.rows("SELECT FROM follow_ups WHERE call_sid = %s AND reason = 'call_back'", caller.call_sid)


def _said_of_it(caller: Caller) -> tuple[str, ...]:
    """The sentences that read the facts back, as the caller heard them."""
    said = [entry.partition("): ")[2] for entry in caller.transcript]
    starts = ("Date of birth: ", "Postal code: ", "House number: ")
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
