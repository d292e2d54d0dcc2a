"""Calls for the pages to show."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import insert, select, update

from hotline import clock
from hotline.callflow.effects import Reason
from hotline.privacy import Vault
from hotline.store.database import Engine
from hotline.store.follow_ups import open_follow_up
from hotline.store.tables import calls, follow_ups, messages, requests, turns
from hotline.store.tables import tries as tries_table
from tests.store.rows import promise, start_call

CALLER = "+819012345678"
STEPS = ("main_menu", "target", "birth_date", "postal_code", "house_number", "confirm", "waiting", "goodbye")


@dataclass(frozen=True)
class Told:
    """A call that ended without a stopped card."""

    sid: str
    request_id: UUID
    receipt: str
    follow_up: int
    message: int
    began: datetime


def tell(engine: Engine, vault: Vault, *, status: str = "not_found", reason: Reason = Reason.NOT_IDENTIFIED) -> Told:
    """A call in Nepali, whose caller the backend did not find, and who left a message."""
    began = clock.now() - timedelta(minutes=20)
    sid = start_call(
        engine,
        at=began,
        language="ne",
        outcome="not_identified",
        caller_sealed=vault.seal(CALLER),
        caller_print="print of the caller",
    )
    with engine.begin() as connection:
        for number, step in enumerate(STEPS, 1):
            turn = {
                "call_sid": sid,
                "number": number,
                "at": began + timedelta(seconds=4 * number),
                "from_step": STEPS[max(0, number - 2)],
                "to_step": step,
                "event": "Dialled" if number == 1 else "KeysPressed",
                "prompts": ["common.silence"] if number == 2 else [],
            }
            connection.execute(insert(turns), turn)
        accepted = began + timedelta(seconds=30)
        request_id = promise(connection, sid, at=accepted, vault=vault)
        done = {"status": status, "answers": {"card": status}, "due_at": None, "attempts": 1}
        finished = accepted + timedelta(seconds=1)
        connection.execute(update(requests).where(requests.c.id == request_id).values(**done, finished_at=finished))
        connection.execute(
            insert(tries_table),
            {
                "request_id": request_id,
                "number": 1,
                "handed_over_at": accepted,
                "answered_at": finished,
                "said": status,
            },
        )
        open_follow_up(connection, call_sid=sid, reason=reason, now=finished, request_id=request_id)
        left = {"call_sid": sid, "recording_sid": "RE" + uuid4().hex, "seconds": 14, "recorded_at": finished}
        message = connection.execute(insert(messages).returning(messages.c.id), left).scalar_one()
        ended = {
            "ended_at": began + timedelta(seconds=60),
            "status": "completed",
            "step": "goodbye",
            "ended_step": "goodbye",
        }
        connection.execute(update(calls).where(calls.c.sid == sid).values(ended))
        receipt = connection.execute(select(requests.c.receipt_number).where(requests.c.id == request_id)).scalar_one()
        of_call = follow_ups.c.call_sid == sid
        follow_up = connection.execute(select(follow_ups.c.id).where(of_call)).scalar_one()
    return Told(sid, request_id, receipt, follow_up, message, began)
