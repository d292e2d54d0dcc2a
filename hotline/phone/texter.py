"""A scripted person who writes text messages to the line, reads the answers, and complains with the whole transcript.

What the line sends later, through the practice carrier, arrives as well: whenever something is expected, the texter
looks whether there is more to read.
"""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Final, Self
from urllib.parse import urljoin

import requests

from hotline import clock
from hotline.phone.call import Line
from hotline.phone.faults import NotAsExpected, TextFailed, WebhookFault
from hotline.phone.leg import new_sid
from hotline.phone.messaging import read_messages
from hotline.phone.spoken_digits import find_spoken_number
from hotline.phone.texts import API, parts
from hotline.phone.transcript import Entry, Transcript, Who, folded
from hotline.phone.webhooks import Ask, Webhooks

LOOKING_S: Final = 0.05
"""Seconds between two looks for new messages while one is waited for."""

_NO_RECEIPT: Final = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}|\+\d[\d-]{6,}|0\d{1,4}-\d{1,4}-\d{3,4}", re.ASCII)
"""Dates and telephone numbers, whose digits are no receipt number."""


class Texter:
    """One telephone that writes and reads."""

    def __init__(
        self, line: Line, *, number: str = "+819012345678", wait: Callable[[float], None] = time.sleep
    ) -> None:
        """`wait` lets real seconds pass."""
        self._line = line
        self._number = number
        self._wait = wait
        self._transcript = Transcript()
        self._last: tuple[str, str] | None = None
        self._arrived: set[str] = set()
        self._read: list[str] = []
        self._mark = 0
        self.receipt_number = ""
        """What reads_receipt_number read last."""

    @property
    def number(self) -> str:
        """The telephone's own number."""
        return self._number

    @property
    def transcript(self) -> list[str]:
        """Everything written, one line a message; line breaks in it are shown as ⏎."""
        self._look()
        return [str(entry) for entry in self._transcript.entries]

    @property
    def messages(self) -> list[str]:
        """Everything that the line has written, oldest first."""
        self._look()
        return list(self._read)

    @property
    def message_sid(self) -> str:
        """The MessageSid of the newest message that the texter wrote."""
        return self._newest[0]

    def tells(self, listener: Callable[[Entry], None]) -> Self:
        """Have each line of the transcript told as it comes."""
        self._transcript.listener = listener
        return self

    def writes(self, text: str) -> Self:
        """Write to the line; what is read counts anew from here."""
        self._look()
        self._mark = len(self._read)
        self._last = (new_sid("SM"), text)
        self._transcript.add(Who.CALLER, f"writes: {_on_one_line(text)}")
        return self._deliver()

    def sends_again(self) -> Self:
        """Have the newest message delivered once more, as Twilio does when it is not sure of the first time."""
        self._look()
        self._mark = len(self._read)
        _ = self._newest
        self._transcript.event("the same message is delivered again")
        return self._deliver()

    def reads(self, text: str) -> Self:
        """Expect words written since the texter last did something; case and white space do not count."""
        if not self._was_written(text):
            raise self._complaint(f"The texter never read {text!r}.")
        return self

    def reads_nothing_of(self, text: str) -> Self:
        """Expect that the words were not written since the texter last did something."""
        if self._was_written(text):
            raise self._complaint(f"The texter read {text!r}.")
        return self

    def reads_nothing(self) -> Self:
        """Expect that nothing was written since the texter last did something."""
        if self._new():
            raise self._complaint("The texter read something.")
        return self

    def reads_receipt_number(self) -> Self:
        """Expect a number of at least 8 digits that is no date and no telephone number, and remember it."""
        if not self._notes_receipt_number():
            raise self._complaint("The texter never read a receipt number.")
        return self

    def waits_until_reads(self, text: str, within_s: float) -> Self:
        """Like `reads`, but wait for it, at most so many real seconds."""
        late = f"The texter did not read {text!r} within {within_s:g} s."
        return self._waits_for(lambda: self._was_written(text), within_s, late)

    def waits_until_reads_receipt_number(self, within_s: float) -> Self:
        """Like `reads_receipt_number`, but wait for it, at most so many real seconds."""
        late = f"The texter did not read a receipt number within {within_s:g} s."
        return self._waits_for(self._notes_receipt_number, within_s, late)

    def fields(self, **others: str) -> dict[str, str]:
        """What the webhook of the newest message carries, with these fields besides or instead."""
        sid, text = self._newest
        ends = {"From": self._number, "To": self._line.number}
        places = {f"{end}{part}": "" for end in ends for part in ("City", "State", "Zip")}
        countries = {f"{end}Country": "JP" if number.startswith("+81") else "" for end, number in ends.items()}
        return {
            "AccountSid": self._line.account_sid,
            "ApiVersion": API,
            "Body": text,
            "MessageSid": sid,
            "NumMedia": "0",
            "NumSegments": str(parts(text)),
            "SmsMessageSid": sid,
            "SmsSid": sid,
            "SmsStatus": "received",
            **ends,
            **places,
            **countries,
            **others,
        }

    def posts(
        self,
        path: str,
        params: Mapping[str, str] | Iterable[tuple[str, str]],
        *,
        sign: bool = True,
        token: str | None = None,
    ) -> requests.Response:
        """Post past the telephone, as somebody hostile or confused might; the answer is given back as it is."""
        pairs = list(params.items() if isinstance(params, Mapping) else params)
        webhooks = Webhooks(self._line.token)
        try:
            answer = webhooks.send(urljoin(self._sms_url, path), "POST", pairs, token=token if sign else "")
            # The body is read before the connection closes.
            _ = answer.content
            return answer
        finally:
            webhooks.close()

    @property
    def _sms_url(self) -> str:
        if self._line.sms_url is None:
            raise ValueError("The line takes no text messages: its sms_url is not set.")
        return self._line.sms_url

    @property
    def _newest(self) -> tuple[str, str]:
        if self._last is None:
            raise ValueError("The texter has not written yet: writes() first.")
        return self._last

    def _deliver(self) -> Self:
        webhooks = Webhooks(self._line.token)
        try:
            heard = webhooks.ask(Ask(self._sms_url), self.fields())
            answers = read_messages(heard.body, heard.content_type)
        except WebhookFault as fault:
            raise TextFailed(f"{fault}\n{self._transcript}") from fault
        finally:
            webhooks.close()
        for answer in answers:
            self._receive(answer)
        return self

    def _look(self) -> None:
        """Take in what the carrier has brought."""
        for text in self._line.backdoor.texts_to(self._number) if self._line.backdoor else ():
            if text["sid"] not in self._arrived:
                self._arrived.add(text["sid"])
                self._receive(text["body"])

    def _receive(self, text: str) -> None:
        self._read.append(text)
        self._transcript.add(Who.LINE, f"writes: {_on_one_line(text)}")

    def _new(self) -> list[str]:
        self._look()
        return self._read[self._mark :]

    def _was_written(self, text: str) -> bool:
        return folded(text) in folded("\n".join(self._new()))

    def _notes_receipt_number(self) -> bool:
        found = (find_spoken_number(_NO_RECEIPT.sub("|", text)) for text in self._new())
        number = next((one for one in found if one is not None), None)
        self.receipt_number = number or self.receipt_number
        return number is not None

    def _waits_for(self, read: Callable[[], bool], within_s: float, complaint: str) -> Self:
        deadline = clock.now() + timedelta(seconds=within_s)
        while not read():
            if clock.now() > deadline:
                raise self._complaint(complaint)
            self._wait(LOOKING_S)
        return self

    def _complaint(self, sentence: str) -> NotAsExpected:
        return NotAsExpected(f"{sentence}\n{self._transcript}")


def _on_one_line(text: str) -> str:
    return text.replace("\n", " ⏎ ")
