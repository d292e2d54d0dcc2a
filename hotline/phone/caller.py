"""A scripted caller: does what a test tells, in virtual time, and complains with the whole transcript.

In a hold the caller comes to rest, so that whoever drives the test can let the queue work meanwhile; `hears` then goes
through the hold at once, `waits_until_hears` waits it out really.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Final, Self
from urllib.parse import urljoin

import requests

from hotline import clock
from hotline.phone.call import Line
from hotline.phone.faults import NotAsExpected
from hotline.phone.handset import SILENT_WEBHOOKS_LIMIT
from hotline.phone.moments import (
    CONFIDENCE,
    CallerHangsUp,
    Doing,
    Happening,
    Keys,
    OperatorAnswers,
    OperatorHangsUp,
    OperatorIsBusy,
    Words,
)
from hotline.phone.receiver import HOLDS, OverAlready, Receiver
from hotline.phone.spoken_digits import find_spoken_number
from hotline.phone.transcript import Entry, Transcript, Who, folded
from hotline.phone.webhooks import Webhooks

KEYS: Final = frozenset("0123456789*#")
"""What a telephone's keys can send."""

THINKING_S: Final = 1.0
"""Virtual seconds between the end of a sentence and what the caller does then."""


class Caller:
    """One telephone. Calls follow each other; each has a CallSid, cookies and a transcript of its own."""

    def __init__(
        self,
        line: Line,
        *,
        number: str = "+819012345678",
        holds_really: bool = False,
        wait: Callable[[float], None] = time.sleep,
        silent_limit: int = SILENT_WEBHOOKS_LIMIT,
    ) -> None:
        """`holds_really` makes `hears` wait out holds as `waits_until_hears` does; `wait` lets real seconds pass."""
        self._line = line
        self._number = number
        self._holds_really = holds_really
        self._wait = wait
        self._silent_limit = silent_limit
        self._receiver: Receiver | None = None
        self._hung_up = False
        self._planned: tuple[OperatorAnswers | OperatorIsBusy | None] | None = None
        self.listener: Callable[[Entry], None] | None = None
        """Told of each line of the transcript as it comes."""
        self.receipt_number = ""
        """What hears_receipt_number heard last, as ASCII digits."""

    @property
    def transcript(self) -> list[str]:
        """The lines of the newest call."""
        return [str(entry) for entry in self._call.transcript.entries]

    @property
    def call_sid(self) -> str:
        """The CallSid of the newest call."""
        return self._call.call.sid

    @property
    def is_in_call(self) -> bool:
        """Whether the newest call goes on."""
        return self._receiver is not None and self._receiver.now is not None

    def from_number(self, number: str) -> Self:
        """Call from this number from now on."""
        self._number = number
        return self

    def withheld(self, word: str = "anonymous") -> Self:
        """Call without a number from now on; carriers write it in many words."""
        return self.from_number(word)

    def dials(self) -> Self:
        """Call the line, and listen to its first words."""
        if self.is_in_call:
            raise ValueError("The caller is in a call already: hangs_up() first.")
        transcript = Transcript(listener=self.listener)
        transcript.add(Who.CALLER, f"dials {self._line.number}")
        transcript.mark()
        self._receiver = Receiver(self._line, self._number, transcript, self._silent_limit)
        self._hung_up = False
        planned, self._planned = self._planned, None
        self._receiver.dial(planned)
        return self

    def presses(self, *keys: str) -> Self:
        """Press single keys, each after hearing what the one before led to."""
        for key in keys:
            if len(key) != 1:
                raise ValueError(f"presses() takes single keys, not {key!r}: keys() types an entry.")
            self.keys(key)
        return self

    def keys(self, keys: str) -> Self:
        """Type an entry, faster than the line can answer; what it does not take now waits for its next question."""
        if not keys or not set(keys) <= KEYS:
            raise ValueError(f"{keys!r} cannot be typed: a telephone has the keys 0-9, * and #.")
        return self._does(f"presses {keys}", Keys(keys, THINKING_S))

    def says(self, words: str, *, confidence: float | None = CONFIDENCE) -> Self:
        """Speak. `confidence` is how sure Twilio is of what it understood, from 0 to 1; None when it does not say."""
        if confidence is not None and not 0 <= confidence <= 1:
            raise ValueError(f"Twilio is never {confidence} sure: confidence is a number from 0 to 1.")
        return self._does(f"says: {words}", Words(words, THINKING_S, confidence))

    def stays_silent(self, times: int = 1) -> Self:
        """Let the line's patience, or a hold, run out so many times."""
        for _ in range(times):
            self._does("silent", None)
        return self

    def hangs_up(self) -> Self:
        """Put the receiver down; the status callback has been sent when this returns."""
        self._hung_up = True
        return self._does("hangs up", CallerHangsUp(THINKING_S))

    def operator_answers(self, *, pressing: str = "1", talks_s: float | None = 60.0, number: str | None = None) -> Self:
        """An operator takes the call: now when it rings already, else as soon as it does.

        A voicemail is `pressing=""`. The operator hangs up after `talks_s` virtual seconds; with None they stay until
        `operator_hangs_up()` or the caller's `hangs_up()`. `number` says who is quickest when several telephones ring;
        None is the first of them.
        """
        return self._at_the_operators(OperatorAnswers(pressing, talks_s, THINKING_S, number))

    def operators_do_not_answer(self, *, busy: bool = False) -> Self:
        """No operator takes the call: it rings until the line gives up, or is engaged."""
        return self._at_the_operators(OperatorIsBusy(THINKING_S) if busy else None)

    def operator_hangs_up(self) -> Self:
        """The operator who stays ends the talk."""
        self.is_connected_to_operator()
        self._call.transcript.mark()
        self._call.do(OperatorHangsUp(THINKING_S))
        return self

    def hears(self, text: str) -> Self:
        """Expect words said since the caller last did something; case and white space do not count."""
        return self._listens_for(lambda: self._was_said(text), f"The caller never heard {text!r}.")

    def waits_until_hears(self, text: str, within_s: float) -> Self:
        """Like `hears`, but pauses of the line and the caller's silence take real time, at most so many seconds."""
        late = f"The caller did not hear {text!r} within {within_s:g} s."
        return self._waits_for(lambda: self._was_said(text), within_s, late)

    def operator_hears(self, text: str) -> Self:
        """Expect words that an operator was told in this call; case and white space do not count."""
        told = [entry.text for entry in self._call.transcript.entries if entry.who is Who.OPERATOR]
        if folded(text) not in folded(" ".join(told)):
            raise self._complaint(f"No operator heard {text!r}.")
        return self

    def hears_nothing_of(self, text: str) -> Self:
        """Expect that the words were not said since the caller last did something."""
        if self._was_said(text):
            raise self._complaint(f"The caller heard {text!r}.")
        return self

    def hears_receipt_number(self) -> Self:
        """Expect a number of at least 8 digits, spoken one by one, and remember it."""
        return self._listens_for(self._notes_receipt_number, "The caller never heard a receipt number.")

    def waits_until_hears_receipt_number(self, within_s: float) -> Self:
        """Like `hears_receipt_number`, in real time as `waits_until_hears`."""
        late = f"The caller did not hear a receipt number within {within_s:g} s."
        return self._waits_for(self._notes_receipt_number, within_s, late)

    def is_hung_up_on(self) -> Self:
        """Expect that the line ends the call by itself."""
        if self._hung_up:
            raise self._complaint("The caller hung up, not the line.")
        return self._listens_for(lambda: not self.is_in_call, "The line did not hang up.")

    def is_connected_to_operator(self) -> Self:
        """Expect that an operator who stays is on the line."""
        if self._call.doing is not Doing.CONNECTED:
            raise self._complaint("No operator is connected.")
        return self

    def fields(self, **others: str) -> dict[str, str]:
        """What a webhook of the newest call carries, with these fields besides or instead."""
        return {**self._call.call.fields(), **others}

    def posts(
        self,
        path: str,
        params: Mapping[str, str] | Iterable[tuple[str, str]],
        *,
        sign: bool = True,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Post past the telephone, as somebody hostile or confused might; the answer is given back as it is.

        `token` signs with another auth token; `headers` may bring a signature of their own.
        """
        pairs = list(params.items() if isinstance(params, Mapping) else params)
        webhooks = Webhooks(self._line.token)
        try:
            url = urljoin(self._line.voice_url, path)
            answer = webhooks.send(url, "POST", pairs, headers, token=token if sign else "")
            # The body is read before the connection closes.
            _ = answer.content
            return answer
        finally:
            webhooks.close()

    @property
    def _call(self) -> Receiver:
        if self._receiver is None:
            raise ValueError("The caller has not dialled yet: dials() first.")
        return self._receiver

    def _does(self, what: str, happening: Happening | None) -> Self:
        try:
            self._call.acts(what, happening)
        except OverAlready:
            raise self._complaint(f"Too late for this: CALLER {what}.") from None
        return self

    def _at_the_operators(self, happening: OperatorAnswers | OperatorIsBusy | None) -> Self:
        if not self.is_in_call:
            self._planned = (happening,)
        elif self._call.doing in (Doing.RINGING, Doing.QUEUED):
            self._call.transcript.mark()
            self._call.do(happening)
        else:
            self._call.plan(happening)
        return self

    def _listens_for(self, heard: Callable[[], bool], complaint: str) -> Self:
        while not heard():
            now = self._call.now
            if now is None or now.doing not in HOLDS:
                raise self._complaint(complaint)
            if self._holds_really:
                self._wait(now.seconds)
            self._call.pass_hold(really=self._holds_really)
        return self

    def _waits_for(self, heard: Callable[[], bool], within_s: float, complaint: str) -> Self:
        deadline = clock.now() + timedelta(seconds=within_s)
        while not heard():
            now, left_s = self._call.now, (deadline - clock.now()).total_seconds()
            if now is None or left_s <= 0 or now.doing in (Doing.RINGING, Doing.CONNECTED):
                raise self._complaint(complaint)
            # What would be said after the deadline is too late anyway.
            self._wait(min(now.seconds, left_s))
            if now.seconds <= left_s:
                self._call.pass_hold(really=True)
        return self

    def _was_said(self, text: str) -> bool:
        return folded(text) in folded(" ".join(self._call.transcript.said))

    def _notes_receipt_number(self) -> bool:
        number = find_spoken_number(" ".join(self._call.transcript.said))
        self.receipt_number = number or self.receipt_number
        return number is not None

    def _complaint(self, sentence: str) -> NotAsExpected:
        doing = self._call.doing
        state = "The call is over." if doing is None else f"The line is {doing.replace('_', ' ')}."
        return NotAsExpected(f"{sentence} {state}\n{self._call.transcript}")
