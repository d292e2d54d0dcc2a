"""The text messages that callers ask for: the result, the receipt number, and what to do next, in few words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from hotline.callflow.events import Answer, Loss, Target
from hotline.callflow.line import Now
from hotline.callflow.replies import Day, Digits, Sentence, Value
from hotline.callflow.steps.information import DAYS_TO_APPLY, FEE_YEN

_STOPPED: Final = (Answer.SUSPENDED, Answer.ALREADY_SUSPENDED)
_UNIDENTIFIED: Final = (Answer.NOT_FOUND, Answer.AMBIGUOUS)


@dataclass(frozen=True, slots=True)
class Told:
    """What a message tells of a request."""

    receipt_number: str
    answers: Mapping[Target, Answer]
    """Empty when a person must go on with it."""
    loss: Loss | None = None
    municipality: str | None = None


def compose(told: Told, now: Now) -> tuple[Sentence, ...]:
    """The sentences of the message. What it says is true at this moment: it is composed when it is sent."""
    receipt = Digits((told.receipt_number[:4], told.receipt_number[4:]))
    return (
        Sentence("sms.from"),
        *_results(told),
        Sentence("sms.receipt", {"receipt_number": receipt}),
        *_steps(told, now),
        Sentence("sms.ask", {"key": "4"}),
    )


def _results(told: Told) -> tuple[Sentence, ...]:
    if not told.answers:
        return (Sentence("result.given_up"),)
    unidentified = [answer for answer in told.answers.values() if answer in _UNIDENTIFIED]
    if unidentified:
        return (Sentence(f"result.{unidentified[0].value}"),)
    return tuple(Sentence(f"result.{target.value}.{answer.value}") for target, answer in told.answers.items())


def _steps(told: Told, now: Now) -> tuple[Sentence, ...]:
    if not any(answer in _STOPPED for answer in told.answers.values()):
        return ()
    police = () if told.loss in (Loss.HOME, Loss.DISASTER) else (Sentence("sms.police"),)
    return (*police, _counter(told, now)) if Target.CARD in told.answers else police


def _counter(told: Told, now: Now) -> Sentence:
    limit: dict[str, Value] = {"day": Day(now.in_days(DAYS_TO_APPLY)), "fee": FEE_YEN}
    if told.municipality is None:
        return Sentence("sms.counter_unknown", limit)
    return Sentence("sms.counter", {**limit, "municipality": told.municipality})
