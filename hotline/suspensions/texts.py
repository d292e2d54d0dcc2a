"""Sends the text messages that turns promised: each at most once, whatever dies in between."""

import logging
import random
import threading
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from types import TracebackType
from typing import Final, TypeAlias

from hotline import clock
from hotline.carrier.client import Carrier, Sent
from hotline.carrier.errors import Permanent, Retryable, Unknown
from hotline.carrier.numbers import is_japanese_mobile
from hotline.privacy import CannotUnseal, Vault
from hotline.store import texts
from hotline.store.database import DATABASE_TROUBLE, Engine
from hotline.store.requests import Status
from hotline.store.telling_again import is_followed, wait_again
from hotline.store.texts import DueText, Purpose
from hotline.store.told import ToldRequest, find_told_request
from hotline.suspensions.chores import ChoreFailed

log = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 1.0
"""Seconds between two looks for what is due."""

ENDS_WITHIN_S: Final = 8.0
"""Seconds that the text in hand is given when the process is asked to end: Twilio's silence lasts five."""

STUCK_AFTER: Final = timedelta(minutes=2)
"""How long a text may be in a sender's hands, who needs some seconds; then nobody knows whether it left."""

PAUSES: Final = (
    timedelta(seconds=15),
    timedelta(seconds=30),
    timedelta(minutes=1),
    timedelta(minutes=2),
    timedelta(minutes=5),
    timedelta(minutes=10),
    timedelta(minutes=20),
    timedelta(minutes=20),
)
"""What follows the first try that Twilio did not take, the second, and so on: about an hour. Then it has failed."""

JITTER: Final = 0.2
"""By which part a pause is longer or shorter, so that what was put off together does not come back together."""

Compose: TypeAlias = Callable[[DueText, ToldRequest | None], str]
"""Words a text in its language. The request is the one that it is about, as it stands now."""

Answers: TypeAlias = Callable[[datetime], object]
"""Promises the texts that conversations wait for. It may run in several processes at once."""


class Texts:
    """Sends what is due, one after the other. Several at once, in one process or many, share the work."""

    def __init__(
        self,
        engine: Engine,
        vault: Vault,
        carrier: Carrier,
        sender: str,
        status_callback: str,
        compose: Compose,
        answers: Answers | None = None,
    ) -> None:
        """`status_callback` is the URL, without a query, at which Twilio tells what becomes of a text.

        `answers` is asked before each look for what is due.
        """
        self._engine = engine
        self._vault = vault
        self._carrier = carrier
        self._sender = sender
        self._status_callback = status_callback
        self._compose = compose
        self._answers = answers

    def send_due(self, now: datetime) -> int:
        """Send everything that is due at this moment; returns how many were tried."""
        self.look_after(now)
        tried = 0
        while self.send_next(now):
            tried += 1
        return tried

    def look_after(self, now: datetime) -> None:
        """Make due what waited for its request or its turn, and give up what died in a sender's hands."""
        if self._answers is not None:
            self._answers(now)
        with self._engine.begin() as connection:
            texts.wake_waiting(connection, now)
            stuck = texts.fail_stuck(connection, before=now - STUCK_AFTER, now=now)
        for text_id in stuck:
            log.error("a text is left to an operator", extra={"text": str(text_id), "cause": "its sender is gone"})

    def send_next(self, now: datetime) -> bool:
        """Send the text that has been due for longest; False when none is due.

        Raises one of DATABASE_TROUBLE when PostgreSQL is gone, and nothing else: a text that cannot be worded must
        not end the process that hands over requests.
        """
        with self._engine.begin() as connection:
            claimed = texts.claim_due(connection, now)
        for text in claimed:
            try:
                self._send(text, now)
            except DATABASE_TROUBLE:
                raise
            except Exception as error:
                # Without the error's own text, which may quote whom or what.
                where = traceback.extract_tb(error.__traceback__)[-1]
                self._doubt(text, f"{type(error).__name__} at {where.filename}:{where.lineno}", now)
        return bool(claimed)

    def _send(self, text: DueText, now: datetime) -> None:
        try:
            number = self._number(text)
            # Who writes to the line chose it themselves: the answers go wherever they come from.
            is_answer = text.purpose is Purpose.TURN and number != ""
            if not is_answer and not is_japanese_mobile(number):
                self._refuse(text, now)
                return
            body = self._body(text)
            if body is None:
                self._wait_again(text, now)
                return
            sent = self._carrier.send_text(number, self._sender, body, self._callback(text))
        except Retryable as error:
            self._put_off(text, error, now)
        except Unknown as error:
            self._doubt(text, error.cause, now)
        except (Permanent, CannotUnseal) as error:
            self._fail(text, error, now)
        else:
            self._note(text, sent, now)

    def _number(self, text: DueText) -> str:
        if text.to_sealed is None:
            return ""
        number = self._vault.unseal(text.to_sealed)
        return number if isinstance(number, str) else ""

    def _body(self, text: DueText) -> str | None:
        """What it says, as a try did that Twilio did not take; None when its request was sent again meanwhile."""
        with self._engine.connect() as connection:
            request = None if text.request_id is None else find_told_request(connection, text.request_id)
            is_old = text.purpose is Purpose.DONE and is_followed(connection, text.id)
        is_open = text.purpose is Purpose.DONE and request is not None and request.status is Status.ACCEPTED
        if is_open or is_old:
            return None
        if text.body_sealed is not None:
            return str(self._vault.unseal(text.body_sealed))
        body = self._compose(text, request)
        with self._engine.begin() as connection:
            texts.keep_body(connection, text.id, self._vault.seal(body))
        return body

    def _callback(self, text: DueText) -> str:
        # The id is random and says nothing of anybody. It tells whose status it is when the answer was lost.
        return f"{self._status_callback}?text={text.id}"

    def _note(self, text: DueText, sent: Sent, now: datetime) -> None:
        with self._engine.begin() as connection:
            texts.note_sent(connection, text.id, message_sid=sent.message_sid, segments=sent.segments, at=now)
        log.info("a text was sent", extra={**_about(text), "segments": sent.segments})

    def _wait_again(self, text: DueText, now: datetime) -> None:
        with self._engine.begin() as connection:
            wait_again(connection, text.id, now)
        log.info("a text waits for the new answer to its request", extra=_about(text))

    def _refuse(self, text: DueText, now: datetime) -> None:
        with self._engine.begin() as connection:
            texts.note_refused(connection, text.id, at=now)
        log.warning("a text was refused", extra=_about(text, "its number is no mobile of Japan"))

    def _put_off(self, text: DueText, error: Retryable, now: datetime) -> None:
        if text.attempts > len(PAUSES):
            self._fail(text, error, now)
            return
        with self._engine.begin() as connection:
            texts.put_off(connection, text.id, due_at=now + pause_after(text.attempts))
        log.warning("a text was put off", extra=_about(text, error.cause))

    def _doubt(self, text: DueText, cause: str, now: datetime) -> None:
        with self._engine.begin() as connection:
            is_new = texts.note_unsure(connection, text.id, at=now)
        # Twilio may have told of it meanwhile.
        if is_new:
            log.error("a text is left to an operator", extra=_about(text, cause))

    def _fail(self, text: DueText, error: Retryable | Permanent | CannotUnseal, now: datetime) -> None:
        code = error.code if isinstance(error, Permanent) else None
        with self._engine.begin() as connection:
            is_new = texts.note_failed(connection, text.id, error_code=code, at=now)
        if is_new:
            cause = str(error) if isinstance(error, CannotUnseal) else error.cause
            log.error("a text is left to an operator", extra=_about(text, cause))


class Sending:
    """A thread that sends what is due, as long as the context lasts: Twilio may be slow, and holds up nothing else."""

    def __init__(self, texts: Texts, every_s: float = LOOK_EVERY_S) -> None:
        self._texts = texts
        self._every_s = every_s
        self._over = threading.Event()
        # A daemon: if Twilio takes for ever, the process ends all the same, and the text in hand becomes unsure.
        self._thread = threading.Thread(target=self._run, name="texts", daemon=True)

    def __enter__(self) -> "Sending":
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._over.set()
        self._thread.join(ENDS_WITHIN_S)

    def check(self) -> None:
        """Raise ChoreFailed if the thread has ended: it never does so by itself."""
        if not self._thread.is_alive():
            raise ChoreFailed("Sending texts failed, see the traceback before this: start the dispatcher again.")

    def _run(self) -> None:
        while not self._over.wait(self._every_s):
            try:
                self._texts.look_after(clock.now())
                while not self._over.is_set() and self._texts.send_next(clock.now()):
                    pass
            except DATABASE_TROUBLE as error:
                log.warning("texts found no database and wait", extra={"error": type(error).__name__})


def pause_after(number: int) -> timedelta:
    """The pause after this try, counted from 1: a little different each time."""
    return PAUSES[min(number, len(PAUSES)) - 1] * random.uniform(1 - JITTER, 1 + JITTER)


def _about(text: DueText, cause: str | None = None) -> dict[str, object]:
    about: dict[str, object] = {"text": str(text.id), "purpose": text.purpose.value, "try": text.attempts}
    return about if cause is None else {**about, "cause": cause}
