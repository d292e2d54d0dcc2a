"""Dial and Enqueue: ringing the operators, asking one of them, connecting, waiting in a queue."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from hotline.phone.leg import CALL_LIMIT_S, CallerHungUp, Ending, Leg, Party, new_sid
from hotline.phone.moments import Doing, Keys, OperatorAnswers, OperatorHangsUp, OperatorIsBusy, Steps, Wait
from hotline.phone.transcript import Who
from hotline.phone.verbs import Dial, Enqueue, Leave, Number, Record, Reject
from hotline.phone.webhooks import Ask

Follow = Callable[[Leg, Ask], Steps[Ending]]
"""Runs document after document on a leg."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a verb is done: on which leg, in the document from which URL, and how further documents are run."""

    leg: Leg
    url: str
    follow: Follow

    def ask(self, url: str | None, method: str, extra: dict[str, str]) -> Ask | None:
        """A request to a URL in the document; None when there is none."""
        return None if url is None else Ask(urljoin(self.url, url), method, extra)


@dataclass(slots=True)
class _Attempt:
    """How reaching an operator went so far."""

    sid: str
    status: str = "canceled"
    answered_s: float | None = None
    is_bridged: bool = False
    rang: tuple[Number, ...] = ()
    """Whose telephones rang last; only that of who answered, once somebody has."""

    def fields(self, now_s: float) -> dict[str, str]:
        """What the action is told, after Twilio's reference of `<Dial>`, "Request parameters".

        Somebody who answers and is hung up on by the number's own document counts as "completed" there, as people
        found who screen their calls; that nobody spoke with the caller is told by DialBridged alone.
        """
        fields = {"DialCallSid": self.sid, "DialCallStatus": self.status, "DialBridged": str(self.is_bridged).lower()}
        if self.answered_s is not None:
            fields["DialCallDuration"] = str(round(now_s - self.answered_s))
        return fields


def dial(place: Place, verb: Dial) -> Steps[Ask | None]:
    """Ring the numbers; the request to the action, or None when the document goes on with its next verb."""
    leg, attempt = place.leg, _Attempt(new_sid("CA"))
    try:
        yield from _reach(place, verb, attempt)
        _tell(place, verb, attempt, "completed", attempt.status)
    except CallerHungUp:
        _tell(place, verb, attempt, "completed", attempt.status)
        leg.hang_up()
        if ask := place.ask(verb.action, verb.method, attempt.fields(leg.seconds)):
            leg.tell(ask)
        raise
    # What was keyed meanwhile went to the operator's ear and not to the line.
    leg.keys_ahead = ""
    return place.ask(verb.action, verb.method, attempt.fields(leg.seconds))


def _reach(place: Place, verb: Dial, attempt: _Attempt) -> Steps[None]:
    for numbers in [(number,) for number in verb.numbers] if verb.in_turn else [verb.numbers]:
        listed = ", ".join(number.number for number in numbers)
        place.leg.transcript.event(f"the operators' telephones ring: {listed}")
        attempt.rang = numbers
        _tell(place, verb, attempt, "initiated", "initiated")
        _tell(place, verb, attempt, "ringing", "ringing")
        answer = yield from _ring(place.leg, verb.timeout_s)
        if isinstance(answer, OperatorAnswers):
            yield from _talk_with(place, verb, attempt, _picked_up(numbers, answer), answer)
            return
        attempt.status = answer
        place.leg.transcript.event(f"no operator is reached: {answer}")


def _talk_with(place: Place, verb: Dial, attempt: _Attempt, number: Number, answer: OperatorAnswers) -> Steps[None]:
    """The first who answers has the call, the others stop ringing; who declines it does not start them again."""
    leg = place.leg
    attempt.answered_s, attempt.rang = leg.seconds, (number,)
    _tell(place, verb, attempt, "answered", "in-progress")
    operator = _operator(leg, verb, attempt, number)
    if number.url:
        taken = yield from _ask_operator(place, number, operator, answer)
        if not taken:
            attempt.status = "completed"
            leg.transcript.event("whoever answered did not take the call")
            return
    attempt.status, attempt.is_bridged = "completed", True
    yield from _connect(leg, answer.talk_s, verb.time_limit_s)


def _picked_up(numbers: Sequence[Number], answer: OperatorAnswers) -> Number:
    for number in numbers:
        if answer.number in (None, number.number):
            return number
    listed = ", ".join(number.number for number in numbers)
    raise ValueError(f"{answer.number} cannot answer: what rings is {listed}.")


def _ring(leg: Leg, timeout_s: float) -> Steps[OperatorAnswers | str]:
    """Who answered, or the DialCallStatus when nobody did."""
    until = leg.seconds + timeout_s
    while True:
        happening = yield from leg.wait(Doing.RINGING, max(0.0, until - leg.seconds))
        if happening is None:
            return "no-answer"
        if isinstance(happening, OperatorIsBusy):
            return "busy"
        if isinstance(happening, OperatorAnswers):
            return happening


def _operator(leg: Leg, verb: Dial, attempt: _Attempt, number: Number) -> Leg:
    """The telephone of a number, answered."""
    operator = Leg(
        _party(leg, verb, attempt, number),
        leg.webhooks,
        leg.transcript,
        hearer=Who.OPERATOR,
        forbidden=(Dial, Enqueue, Reject, Leave),
        handset=leg.handset,
    )
    operator.answer()
    return operator


def _party(leg: Leg, verb: Dial, attempt: _Attempt, number: Number) -> Party:
    return Party(
        account_sid=leg.party.account_sid,
        call_sid=attempt.sid,
        from_number=verb.caller_id or leg.party.from_number,
        to_number=number.number,
        direction="outbound-dial",
        parent_sid=leg.party.call_sid,
    )


def _tell(place: Place, verb: Dial, attempt: _Attempt, event: str, status: str) -> None:
    """Tell those who asked to be told what becomes of the call to their number."""
    for number in attempt.rang:
        if number.callback is None or event not in number.callback_events:
            continue
        talked = {}
        if event == "completed":
            seconds = 0.0 if attempt.answered_s is None else place.leg.seconds - attempt.answered_s
            talked = {"CallDuration": str(round(seconds))}
        told = {**_party(place.leg, verb, attempt, number).fields(status), **talked}
        place.leg.errands.append(Ask(urljoin(place.url, number.callback), number.callback_method, told))
    place.leg.run_errands()


def _ask_operator(place: Place, number: Number, operator: Leg, answer: OperatorAnswers) -> Steps[bool]:
    """Run the number's own document at the operator's ear; whether the operator stayed until its end."""
    course = place.follow(operator, Ask(urljoin(place.url, number.url or ""), number.method))
    pressing = answer.pressing
    try:
        wait = next(course)
        while True:
            if pressing and wait.doing in (Doing.LISTENING, Doing.HOLDING):
                operator.transcript.add(Who.OPERATOR, f"presses {pressing}")
                wait, pressing = course.send(Keys(pressing)), ""
            else:
                yield from place.leg.wait(Doing.OPERATOR_LISTENS, wait.seconds)
                wait = course.send(None)
    except StopIteration as over:
        return over.value is Ending.OVER


def _connect(leg: Leg, talk_s: float | None, limit_s: float) -> Steps[None]:
    """Let caller and operator talk until the operator hangs up or the time is over."""
    leg.transcript.event("the caller is connected with an operator")
    until = leg.seconds + min(limit_s if talk_s is None else talk_s, limit_s)
    while True:
        happening = yield from leg.wait(Doing.CONNECTED, max(0.0, until - leg.seconds))
        if happening is None or isinstance(happening, OperatorHangsUp):
            leg.transcript.event("the operator hangs up")
            return


def enqueue(place: Place, verb: Enqueue) -> Steps[Ask | Ending | None]:
    """Wait in the queue; the request to the action, the end of the call, or None when the document goes on."""
    leg, stay = place.leg, _Stay(new_sid("QU"), place.leg.seconds)
    outside = leg.forbidden
    leg.transcript.event(f"the caller waits in the queue {verb.queue}")
    leg.forbidden = (Dial, Enqueue, Record, Reject)
    try:
        yield from _queue(place, verb, stay)
    except CallerHungUp:
        leg.hang_up()
        if ask := place.ask(verb.action, verb.method, stay.fields()):
            leg.tell(ask)
        raise
    finally:
        leg.forbidden = outside
    if stay.line_hung_up:
        return Ending.HUNG_UP
    return place.ask(verb.action, verb.method, stay.fields())


@dataclass(slots=True)
class _Stay:
    """A caller's time in a queue."""

    sid: str
    began_s: float
    result: str = "hangup"
    waited_s: float = 0.0
    line_hung_up: bool = False

    def fields(self) -> dict[str, str]:
        return {"QueueSid": self.sid, "QueueResult": self.result, "QueueTime": str(round(self.waited_s))}

    def fields_meanwhile(self) -> dict[str, str]:
        waited = str(round(self.waited_s))
        return {
            "QueueSid": self.sid,
            "QueuePosition": "1",
            "QueueTime": waited,
            "AvgQueueTime": waited,
            "CurrentQueueSize": "1",
        }


def _queue(place: Place, verb: Enqueue, stay: _Stay) -> Steps[None]:
    """Run the waiting document over and over until an operator takes the call or the document ends it."""
    leg = place.leg
    while True:
        course = _pastime(place, verb, stay)
        try:
            wait = next(course)
            while True:
                listens = wait.doing in (Doing.LISTENING, Doing.BETWEEN_KEYS)
                happening = yield wait if listens else Wait(Doing.QUEUED, wait.seconds)
                if isinstance(happening, OperatorAnswers):
                    leg.seconds += min(happening.after_s, wait.seconds)
                    stay.result, stay.waited_s = "bridged", leg.seconds - stay.began_s
                    yield from _connect(leg, happening.talk_s, CALL_LIMIT_S)
                    return
                wait = course.send(happening)
        except StopIteration as over:
            if over.value is not Ending.OVER:
                stay.result, stay.line_hung_up = "leave", over.value is Ending.HUNG_UP
                return
        finally:
            if stay.result != "bridged":
                stay.waited_s = leg.seconds - stay.began_s


def _pastime(place: Place, verb: Enqueue, stay: _Stay) -> Steps[Ending]:
    ask = place.ask(verb.wait_url, verb.wait_method, stay.fields_meanwhile())
    if ask is not None:
        return (yield from place.follow(place.leg, ask))
    yield from place.leg.sit_out(Doing.QUEUED, CALL_LIMIT_S)
    return Ending.OVER
