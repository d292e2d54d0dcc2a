"""A caller who answers what is asked, and a telephone network that asks again when the line does not answer."""

import threading
from dataclasses import dataclass, field
from urllib.parse import urljoin

from hotline.phone.call import Line
from hotline.phone.faults import WebhookFault
from hotline.phone.leg import Party, new_sid
from hotline.phone.spoken_digits import find_spoken_number
from hotline.phone.twiml import read_twiml
from hotline.phone.verbs import Document, Gather, Pause, Redirect, Say, Talk
from hotline.phone.webhooks import Ask, Webhooks
from tests.drills.people import Keyed
from tests.whole.running import new_mobile

LAST_RESORT = "This line has a fault at the moment"
PATIENCE_S = 0.2


@dataclass
class StubbornCaller:
    """Unlike a script it answers the question it hears: PostgreSQL may forget the last half second of a talk."""

    line: Line
    keyed: Keyed
    confirms: bool = True
    """Whether it presses the key that stops, or hangs up instead."""
    begins_after_s: float = 0.0
    given_up: threading.Event = field(default_factory=threading.Event)
    heard: list[str] = field(default_factory=list)
    receipt_number: str | None = None
    webhooks_lost: int = 0

    def __post_init__(self) -> None:
        self.party = Party(self.line.account_sid, new_sid("CA"), new_mobile(), self.line.number)
        self._webhooks = Webhooks(self.line.token)

    def talks(self) -> None:
        """The whole call, until there is nothing left to answer."""
        self.given_up.wait(self.begins_after_s)
        url, extra = self.line.voice_url, {}
        while not self.given_up.is_set():
            document = self._asks(url, extra)
            if document is None:
                self.webhooks_lost += 1
                self.given_up.wait(PATIENCE_S)
                continue
            step = self._next(document)
            if step is None:
                break
            url, extra = urljoin(url, step[0]), step[1]
        self._asks(self.line.status_url or "", {"CallStatus": "completed"})
        self._webhooks.close()

    def _asks(self, url: str, extra: dict[str, str]) -> Document | None:
        """The answer, or None when there was none but the last resort."""
        try:
            heard = self._webhooks.ask(Ask(url, "POST", extra), self.party.fields("in-progress"))
        except WebhookFault:
            return None
        if not heard.body:
            return None
        if LAST_RESORT in heard.body.decode():
            return None
        return read_twiml(heard.body, heard.content_type)

    def _next(self, document: Document) -> tuple[str, dict[str, str]] | None:
        """Where the call goes on, and with which keys; None to hang up."""
        for verb in document.verbs:
            match verb:
                case Gather(is_hold=True):
                    # Nothing is pressed until it is over, which Twilio tells as empty digits that no key has ended.
                    self.given_up.wait(verb.timeout_s)
                    return verb.action or "", {"Digits": "", "FinishedOnKey": ""}
                case Gather():
                    keys = self._answer(self._listens(verb.inside))
                    # A closing # ends the entry and is not sent.
                    digits = keys if keys is None or len(keys) == 1 else keys.removesuffix("#")
                    return None if digits is None else (verb.action or "", {"Digits": digits})
                case Redirect():
                    return verb.url, {}
                case Pause(seconds):
                    self.given_up.wait(seconds)
                case Say():
                    self._listens((verb,))
        return None

    def _listens(self, talk: tuple[Talk, ...]) -> str:
        said = " ".join(verb.text for verb in talk if isinstance(verb, Say))
        self.heard.append(said)
        self.receipt_number = find_spoken_number(said) if "receipt number" in said else self.receipt_number
        return said

    def _answer(self, question: str) -> str | None:
        """The keys that answer a question; None when the caller has heard enough."""
        _, _, target, birth_date, postal_code, house_number = ("", "", *self.keyed.entries()[3:])
        answers = {
            "press 1 to stop": "1" if self.confirms else None,
            "Enter the holder's year, month and day of birth": birth_date,
            "Enter the registered postal code": postal_code,
            "Enter all digits of the house number": house_number,
            "Both, 3": target,
            "lost or stolen card or smartphone, press 2": "2",
            "For English, press 1": "1",
            "For English and more, press 9": "9",
        }
        return next((keys for words, keys in answers.items() if words in question), None)
