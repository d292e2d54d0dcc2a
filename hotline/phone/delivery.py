"""Sends accepted messages on, and tells the line how far each has come."""

from collections.abc import Mapping
from queue import SimpleQueue
from threading import Condition, Thread
from typing import Final

from hotline.phone.exchange import Exchange
from hotline.phone.faults import WebhookFault
from hotline.phone.texts import Text
from hotline.phone.webhooks import Ask, Webhooks

_STOP: Final = None


class Delivery:
    """One message after the other, apart from the requests. Start it, and stop it again."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._waiting: SimpleQueue[Text | None] = SimpleQueue()
        self._changed = Condition()
        self._under_way = 0
        self._thread = Thread(target=self._run, name="practice carrier's delivery", daemon=True)
        self.lost: list[str] = []
        """Why callbacks were not delivered; Twilio does its best and no more."""
        self.in_disorder = False
        """Whether the last news comes first, and then once more: Twilio promises no order either."""

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def stop(self) -> None:
        """Deliver what waits, then end."""
        self._waiting.put(_STOP)
        self._thread.join()

    def add(self, text: Text) -> None:
        """Deliver this as well."""
        with self._changed:
            self._under_way += 1
        self._waiting.put(text)

    def settled(self, within_s: float) -> bool:
        """Wait until nothing is under way; False when the time is over first."""
        with self._changed:
            return self._changed.wait_for(lambda: self._under_way == 0, within_s)

    def _run(self) -> None:
        while (text := self._waiting.get()) is not _STOP:
            self._exchange.send_on(text)
            sent = text.fields()
            if not self.in_disorder:
                self._tell(text, sent)
            self._exchange.arrive(text)
            arrived = text.fields()
            self._tell(text, arrived)
            if self.in_disorder:
                self._tell(text, sent)
                self._tell(text, arrived)
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def _tell(self, text: Text, fields: Mapping[str, str]) -> None:
        if text.callback is None:
            return
        webhooks = Webhooks(self._exchange.account.token)
        try:
            webhooks.ask(Ask(text.callback), fields)
        except WebhookFault as fault:
            self.lost.append(str(fault))
        finally:
            webhooks.close()
