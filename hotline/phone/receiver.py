"""Drives a call in virtual time: talk and time-outs pass at once, and it rests where somebody has to do something."""

from typing import Final

from hotline.phone.call import Call, Line
from hotline.phone.faults import CallFailed
from hotline.phone.handset import Handset
from hotline.phone.moments import Doing, Happening, OperatorAnswers, OperatorIsBusy, TimePassed, Wait
from hotline.phone.transcript import Transcript, Who

_PASSING: Final = frozenset({Doing.TALKING, Doing.PAUSING, Doing.BETWEEN_KEYS, Doing.OPERATOR_LISTENS})
"""What is sat through without being asked."""

HOLDS: Final = frozenset({Doing.HOLDING, Doing.QUEUED})
"""Rests in which nobody has to do anything but wait."""


class OverAlready(Exception):
    """Something was to be done in a call that is over."""


class Receiver:
    """A receiver that has been picked up to call a line; it has heard the line's first words when it is made."""

    def __init__(self, line: Line, number: str, transcript: Transcript, silent_limit: int) -> None:
        self.call = Call(line, number, transcript, Handset(silent_limit=silent_limit))
        self.transcript = transcript
        self.now: Wait | None = None
        """What the call rests at; None when it is over."""
        self._steps = self.call.run()
        self._planned: OperatorAnswers | OperatorIsBusy | None = None
        self._is_planned = False
        self._operator_stays = False

    def dial(self, planned: tuple[OperatorAnswers | OperatorIsBusy | None] | None) -> None:
        """Call; `planned` is what the operators will do, if that is known."""
        if planned is not None:
            self.plan(planned[0])
        self._send(None)
        self._rest()

    @property
    def doing(self) -> Doing | None:
        """What the line does while the call rests; None when the call is over."""
        return None if self.now is None else self.now.doing

    def do(self, happening: Happening | None) -> None:
        """Let something happen, or with None let the wait end, and go on to the next rest; raises OverAlready."""
        if self.now is None:
            raise OverAlready
        if isinstance(happening, OperatorAnswers):
            self._operator_stays = happening.talk_s is None
        self._send(happening)
        self._rest()

    def acts(self, what: str, happening: Happening | None) -> None:
        """The same as an act of the caller, which the transcript has; what is said counts anew from here."""
        if self.now is None:
            raise OverAlready
        self.transcript.add(Who.CALLER, what)
        self.transcript.mark()
        self.do(happening)

    def plan(self, happening: OperatorAnswers | OperatorIsBusy | None) -> None:
        """What the operators do when it rings at their telephones the next time; None is nothing."""
        self._planned, self._is_planned = happening, True

    def pass_hold(self, *, really: bool) -> None:
        """Let the wait end; `really` says that it was waited out by the clock on the wall."""
        self.do(TimePassed() if really else None)

    def _rest(self) -> None:
        while self.now is not None:
            if self.doing in _PASSING or (self.doing is Doing.CONNECTED and not self._operator_stays):
                self._send(None)
            elif self.doing is Doing.RINGING and self._is_planned:
                self._is_planned = False
                self.do(self._planned)
            else:
                return

    def _send(self, happening: Happening | None) -> None:
        try:
            self.now = self._steps.send(happening)
        except StopIteration:
            self.now = None
        except CallFailed as failure:
            self.now = None
            raise CallFailed(f"{failure}\n{self.transcript}") from failure
