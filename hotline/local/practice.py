"""The practice call of a local run: a whole call, and what became of it in the queue and at the backend."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from secrets import randbelow
from typing import Any, Final

from hotline.cardstatus.reference.errors import CannotServe
from hotline.local.plan import Plan
from hotline.local.ports import get_json, is_on_this_machine, port_of
from hotline.local.register import next_person
from hotline.phone.call import Line
from hotline.phone.faults import CallFailed, NotAsExpected
from hotline.phone.practice import PracticeCall, place_practice_call
from hotline.settings import Settings, load_settings
from hotline.store.database import connect_to
from hotline.store.listings import list_requests

DIALLED: Final = "+81120950178"
"""The number that the practice phone dials: the line's toll-free one, in E.164."""

Say = Callable[[str, str], None]
"""Takes a name, under which it is shown, and a line."""


def practise(plan: Plan, say: Say) -> None:
    """Place the call and show it line by line, then say what came of it. A call that fails is told, not raised."""
    if not plan.can_practise:
        say("hotline", "no practice call: behind CARDSTATUS_URL there may be cards of real people")
        return
    try:
        person = next_person(plan.home, plan.settings.get("CARDSTATUS_PEOPLE"))
        if person is None:
            say("hotline", "no practice call: CARDSTATUS_PEOPLE has nobody with an active card and a house number")
            return
        say("hotline", "placing a practice call")
        seen = _newest(plan)
        call = place_practice_call(
            line_of(load_settings()), person, lambda text: say("call", text), language="en", number=_somebodys_number()
        )
    except (CallFailed, NotAsExpected, CannotServe) as fault:
        say("hotline", f"the practice call failed: {fault}")
        return
    _tell_outcome(plan, call, seen, say)


def _somebodys_number() -> str:
    """Another one each time: the line slows down whoever has many cards stopped in a day, and knows them again."""
    return f"+8190{randbelow(10**8):08}"


def line_of(settings: Settings) -> Line:
    """How a telephone number of this line would be set up at the carrier."""
    public, carrier = settings.hotline_public_url, settings.twilio_api_url
    return Line(
        voice_url=f"{public}/voice/incoming",
        token=settings.twilio_auth_token.get_secret_value(),
        account_sid=settings.twilio_account_sid,
        number=DIALLED,
        status_url=f"{public}/voice/status",
        sms_url=f"{public}/sms/incoming" if settings.sends_texts else None,
        # Twilio itself keeps what practice phones say and write to itself.
        carrier_url=carrier if carrier and is_on_this_machine(carrier) else None,
    )


def _tell_outcome(plan: Plan, call: PracticeCall, seen: int, say: Say) -> None:
    engine = connect_to(plan.settings["DATABASE_URL"], application="hotline run", connections=1)
    request = next(list_requests(engine, call.receipt_number), None)
    engine.dispose()
    for text in _in_the_queue(request):
        say("queue", text)
    stopped = [one for one in _applied(plan, seen) if _moment(one["applied_at"]) >= call.confirmed_at]
    for one in islice(stopped, 1):
        say("backend", f"{' and '.join(one['targets'])} stopped at {_clock_time(one['applied_at'])} (key {one['key']})")
        seconds = (_moment(one["applied_at"]) - call.confirmed_at).total_seconds()
        say("hotline", f"receipt number {call.receipt_number}")
        say("hotline", f"{seconds:.2f} s from the confirming key to the stopped card")
    if not stopped:
        say("backend", "nothing was stopped now")
        say("hotline", f"receipt number {call.receipt_number}; the card was not stopped by this call: {_why(request)}")


def _in_the_queue(request: Mapping[str, Any] | None) -> Iterator[str]:
    if request is None:
        yield "there is no request with this receipt number"
        return
    yield f"request accepted at {_clock_time(request['accepted_at'])}, for: {', '.join(request['targets'])}"
    yield f"handed to a worker {request['attempts']} time{'' if request['attempts'] == 1 else 's'}"
    if request["finished_at"]:
        yield f"request {request['status']} at {_clock_time(request['finished_at'])}"


def _why(request: Mapping[str, Any] | None) -> str:
    return str(request["status"]).replace("_", " ") if request else "its request is missing"


def _newest(plan: Plan) -> int:
    """The backend's cursor behind everything that it has stopped so far."""
    cursor = 0
    while page := _page(plan, cursor):
        if not page["suspensions"]:
            return cursor
        cursor = int(page["next"])
    return cursor


def _applied(plan: Plan, cursor: int) -> list[Mapping[str, Any]]:
    page = _page(plan, cursor)
    return list(page["suspensions"]) if page else []


def _page(plan: Plan, cursor: int) -> Mapping[str, Any] | None:
    port, token = port_of(plan.settings["CARDSTATUS_URL"]), plan.settings["CARDSTATUS_TOKEN"]
    page: Mapping[str, Any] | None = get_json(port, f"/v1/suspensions?limit=1000&after={cursor}", token)
    return page


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _clock_time(text: str) -> str:
    return f"{_moment(text).astimezone():%H:%M:%S.%f}"[:-3]
