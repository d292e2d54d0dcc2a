"""Looks after all calls of the page: reads what happens behind them, and ends what nobody watches."""

import threading
from collections.abc import Callable
from typing import Final

from hotline import clock
from hotline.phone.page.behind import Behind
from hotline.phone.page.switchboard import Switchboard
from hotline.store.database import DATABASE_TROUBLE, Engine
from hotline.store.watching import look_at

BETWEEN_LOOKS_S: Final = 0.3
"""Seconds: about three looks a second, while there is anything to see."""

_AWAY: Final = "The database does not answer: what happens behind is not shown. The call itself goes on."
_BACK: Final = "The database answers again."


class Lookout:
    """One look after another, over one connection for all calls."""

    def __init__(self, switchboard: Switchboard, engine: Engine) -> None:
        self._switchboard = switchboard
        self._engine = engine
        self._behind: dict[str, Behind] = {}
        self._is_blind = False

    def start(self, wait: Callable[[float], object] | None = None) -> None:
        """Look from now on, in a thread of its own; `wait` lets the time between looks pass."""
        wait = wait or threading.Event().wait
        threading.Thread(target=self._run, args=(wait,), name="lookout", daemon=True).start()

    def look(self) -> None:
        """One look at everything that is not finished."""
        self._switchboard.look_after(clock.now())
        for call in self._switchboard.calls:
            if call.id not in self._behind and not call.feed.is_closed:
                self._behind[call.id] = Behind(call)
        watched = list(self._behind.values())
        if watched:
            self._see(watched)
        for behind in watched:
            if behind.is_finished:
                behind.call.feed.close()
                del self._behind[behind.call.id]

    def _see(self, watched: list[Behind]) -> None:
        try:
            with self._engine.connect() as connection:
                seen = look_at(connection, {behind.call.sid: behind.turn for behind in watched})
        except DATABASE_TROUBLE:
            self._tell_once(watched, _AWAY, is_blind=True)
            return
        self._tell_once(watched, _BACK, is_blind=False)
        for behind in watched:
            behind.tells(seen)

    def _tell_once(self, watched: list[Behind], text: str, *, is_blind: bool) -> None:
        if self._is_blind is not is_blind:
            self._is_blind = is_blind
            for behind in watched:
                behind.call.feed.add("noted", text=text)

    def _run(self, wait: Callable[[float], object]) -> None:
        while True:
            self._switchboard.has_call.wait()
            self._switchboard.has_call.clear()
            self.look()
            while self._behind:
                wait(BETWEEN_LOOKS_S)
                self.look()
