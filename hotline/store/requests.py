"""Suspension requests: accepted with a turn, handed to workers until the backend has answered."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Connection, bindparam, func, literal, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from stdnum import damm

from hotline.callflow.effects import Reason
from hotline.callflow.events import Answer, Loss, Target
from hotline.callflow.state import Outcome
from hotline.store.follow_ups import reopening
from hotline.store.said import noted_with
from hotline.store.tables import calls, follow_ups, requests

CHANNEL: Final = "hotline_requests"
"""The commit of a request that is new, or sent again, notifies it, without payload."""

sent_at: Final = func.coalesce(requests.c.sent_again_at, requests.c.accepted_at)
"""Since when the backend may know the key of a request: what is too old is measured from it."""


class Status(StrEnum):
    """How a request stands. Only `accepted` is open; every other status is final."""

    ACCEPTED = "accepted"
    SUSPENDED = "suspended"
    ALREADY_SUSPENDED = "already_suspended"
    NOT_HELD = "not_held"
    NOT_FOUND = "not_found"
    AMBIGUOUS = "ambiguous"
    NEEDS_OPERATOR = "needs_operator"
    """The backend refused it, or did not answer until the line gave up."""


OUTCOMES: Final[Mapping[Status, Outcome]] = {
    Status.ACCEPTED: Outcome.ACCEPTED,
    Status.NEEDS_OPERATOR: Outcome.ACCEPTED,
    Status.SUSPENDED: Outcome.STOPPED,
    Status.ALREADY_SUSPENDED: Outcome.STOPPED,
    Status.NOT_HELD: Outcome.NOT_HELD,
    Status.NOT_FOUND: Outcome.NOT_IDENTIFIED,
    Status.AMBIGUOUS: Outcome.NOT_IDENTIFIED,
}
"""What a request in each status has made of its call."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How a request stands, for the caller who waits for it."""

    receipt_number: str
    status: Status
    answers: Mapping[Target, Answer]
    """Empty until the backend has answered."""
    accepted_at: datetime
    municipality: str | None = field(repr=False)
    """Of the registered address, as the backend names it; None until it has answered, or when it does not know."""
    slowed: bool = False
    """Whether the line itself has not handed it to a worker yet, because there were many."""


@dataclass(frozen=True, slots=True)
class FoundReceipt:
    """The request with a receipt number, for somebody who asks how it stands."""

    call_sid: str
    facts_sealed: bytes | None = field(repr=False)
    """Only who knows them may be told anything; None once erased."""
    progress: Progress
    targets: tuple[Target, ...]
    finished_at: datetime | None
    """None while the request is open."""
    loss: Loss | None


def status_of(answers: Mapping[Target, Answer]) -> Status:
    """What the answers for single targets amount to for the whole request."""
    said = set(answers.values())
    for weightiest in (Answer.NOT_FOUND, Answer.AMBIGUOUS, Answer.SUSPENDED, Answer.ALREADY_SUSPENDED):
        if weightiest in said:
            return Status(weightiest.value)
    return Status.NOT_HELD


def accept(
    connection: Connection,
    *,
    call_sid: str,
    turn: int,
    targets: Sequence[Target],
    facts_sealed: bytes,
    now: datetime,
    person_print: str | None = None,
    due_at: datetime | None = None,
) -> str:
    """Promise to stop the targets, as part of the caller's turn; returns the receipt number.

    The promise stands once the transaction is committed, and that commit wakes the dispatchers. A second one for
    the same turn raises IntegrityError. `person_print` is a keyed fingerprint of the facts, None to count it for
    nobody. No worker gets the request before `due_at`; left out, it is due at once.
    """
    while True:
        row = {
            "id": uuid4(),
            "call_sid": call_sid,
            "turn": turn,
            "receipt_number": new_receipt_number(),
            "targets": [target.value for target in targets],
            "facts_sealed": facts_sealed,
            "person_print": person_print,
            "status": Status.ACCEPTED,
            "accepted_at": now,
            "due_at": due_at or now,
        }
        receipt_number: str | None = connection.execute(_ACCEPT, row).scalar_one_or_none()
        if receipt_number is not None:
            return receipt_number


def new_receipt_number() -> str:
    """Eight random digits that do not begin with 0; the last is Damm's check digit.

    It catches every single wrong digit and every two neighbours swapped.
    """
    body = str(secrets.choice(range(1_000_000, 10_000_000)))
    return body + str(damm.calc_check_digit(body))


def find_newest(connection: Connection, call_sid: str) -> Progress | None:
    """How the newest request of a call stands, or None when it made none."""
    row = connection.execute(_FIND_NEWEST, {"sid": call_sid}).one_or_none()
    return None if row is None else _progress(row)


def find_by_receipt(connection: Connection, receipt_number: str) -> FoundReceipt | None:
    """The request with this receipt number, or None. Whether to tell of it, whoever asks has to prove."""
    row = connection.execute(_FIND_BY_RECEIPT, {"number": receipt_number}).one_or_none()
    if row is None:
        return None
    loss = None if row.loss is None else Loss(row.loss)
    return FoundReceipt(row.call_sid, row.facts_sealed, _progress(row), _targets(row), row.finished_at, loss)


def find_newest_id(connection: Connection, call_sid: str) -> UUID | None:
    """The newest request of a call, or None when it made none."""
    newest = select(requests.c.id).where(requests.c.call_sid == call_sid).order_by(requests.c.turn.desc()).limit(1)
    return connection.execute(newest).scalar_one_or_none()


def note_loss(connection: Connection, *, call_sid: str, loss: Loss | None, for_another: bool | None) -> None:
    """Write what the caller answered after the stop to every request of the call; None leaves what is there."""
    noted: dict[str, Any] = {"loss": loss, "for_another": for_another}
    said = {name: value for name, value in noted.items() if value is not None}
    if said:
        connection.execute(update(requests).where(requests.c.call_sid == call_sid).values(said))


def finish(
    connection: Connection,
    request_id: UUID,
    *,
    backend_id: str,
    answers: Mapping[Target, Answer],
    municipality: str | None,
    now: datetime,
    key: UUID | None = None,
    attempt: int = 0,
) -> bool:
    """Write what the backend said; False when the request was not open any more, and nothing is changed.

    The same when its key is not `key` any more, because it was sent again meanwhile; left out, the key is its id.
    With the number of a try it is also written what that came to.
    """
    status = status_of(answers)
    finished = (
        update(requests)
        .where(requests.c.status == Status.ACCEPTED, _has_key(request_id, key))
        .values(
            status=status,
            answers={target.value: answer.value for target, answer in answers.items()},
            backend_id=backend_id,
            municipality=municipality,
            due_at=None,
            finished_at=now,
        )
        .returning(requests.c.id)
        .cte("finished")
    )
    written = select(finished.c.id)
    if attempt:
        written = written.add_cte(noted_with(finished, attempt, status.value, now))
    return connection.execute(written).one_or_none() is not None


def give_up(connection: Connection, request_id: UUID, *, now: datetime, key: UUID | None = None) -> bool:
    """Leave an open request to an operator, with a follow-up; False when it was not open any more.

    The same when its key is not `key` any more; left out, the key is its id.
    """
    return bool(_give_up(connection, _has_key(request_id, key), now))


def give_up_old(connection: Connection, *, accepted_before: datetime, now: datetime) -> Sequence[UUID]:
    """Leave to operators, each with a follow-up, what is due and was accepted, or sent again, then or before."""
    return _give_up(connection, (requests.c.due_at <= now) & (sent_at <= accepted_before), now)


def lock_call(connection: Connection, call_sid: str) -> bool:
    """Keep the call from ending until this transaction is over; returns whether it has ended already.

    To be taken before anything of its requests is written: turns take the two in this order.
    """
    locked = select(calls.c.ended_at).where(calls.c.sid == call_sid).with_for_update(key_share=True)
    return connection.execute(locked).scalar_one() is not None


def _give_up(connection: Connection, which: ColumnElement[bool], now: datetime) -> Sequence[UUID]:
    given_up = (
        update(requests)
        .where(requests.c.status == Status.ACCEPTED, which)
        .values(status=Status.NEEDS_OPERATOR, due_at=None, finished_at=now)
        .returning(requests.c.id, requests.c.call_sid)
        .cte("given_up")
    )
    moment = literal(now, follow_ups.c.opened_at.type)
    fields = ("call_sid", "request_id", "reason", "opened_at")
    asked = select(given_up.c.call_sid, given_up.c.id, literal(Reason.NEEDS_OPERATOR.value), moment)
    opened = insert(follow_ups).from_select(fields, asked.ext(distinct_on(given_up.c.call_sid)))
    # One that was resolved is opened again: this is another promise that was not kept.
    return connection.execute(select(given_up.c.id).add_cte(reopening(opened).cte("opened"))).scalars().all()


def _has_key(request_id: UUID, key: UUID | None) -> ColumnElement[bool]:
    is_first = key is None or key == request_id
    known = requests.c.idempotency_key.is_(None) if is_first else requests.c.idempotency_key == key
    return (requests.c.id == request_id) & known


def _targets(row: Any) -> tuple[Target, ...]:
    return tuple(Target(target) for target in row.targets)


def _progress(row: Any) -> Progress:
    answers = {Target(target): Answer(answer) for target, answer in row.answers.items()}
    is_new = row.attempts == 0 and row.sent_again_at is None
    slowed = is_new and row.due_at is not None and row.due_at > row.accepted_at
    return Progress(row.receipt_number, Status(row.status), answers, row.accepted_at, row.municipality, slowed)


def _accept_statement() -> Any:
    """Insert and notify in one round trip; no row when another request has the receipt number."""
    names = ["id", "call_sid", "turn", "receipt_number", "targets", "facts_sealed", "person_print"]
    names += ["status", "accepted_at", "due_at"]
    accepted = (
        insert(requests)
        .values({name: bindparam(name, type_=requests.c[name].type) for name in names})
        .on_conflict_do_nothing(index_elements=[requests.c.receipt_number])
        .returning(requests.c.receipt_number)
        .cte("accepted")
    )
    return select(accepted.c.receipt_number, func.pg_notify(CHANNEL, ""))


_ACCEPT: Final = _accept_statement()
_FIND_BY_RECEIPT: Final = select(requests).where(requests.c.receipt_number == bindparam("number"))
_PROGRESS: Final = (
    *("receipt_number", "status", "answers", "accepted_at", "due_at", "attempts", "municipality", "sent_again_at"),
)
_FIND_NEWEST: Final = (
    # Without what is sealed: a caller who holds asks every few seconds.
    select(*(requests.c[name] for name in _PROGRESS))
    .where(requests.c.call_sid == bindparam("sid"))
    .order_by(requests.c.turn.desc())
    .limit(1)
)
