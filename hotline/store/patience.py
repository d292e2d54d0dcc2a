"""Limits for a PostgreSQL that takes what it is sent and says nothing: frozen, or behind a network that swallows all.

Its own limits do not help then, and neither do the system's: a peer that is merely silent counts as alive, and a Unix
socket has no timeout at all. Without limits here every thread that answers callers would wait for it.
"""

import threading
from typing import Any, Final

import psycopg
from psycopg.abc import RV, PQGen

ANSWER_LIMIT_S: Final = 4.5
"""Seconds for the answer to one statement. With a second try it must stay within the line's own limit for a turn, 5 s.

PostgreSQL itself ends a statement before that, so what it says about it still arrives.
"""

MOMENT_S: Final = 0.25
"""Seconds to wait for news of a silent PostgreSQL: many times what it takes to open a connection to a good one."""


class Patience:
    """Opens connections for one engine, and spares its threads the wait for a PostgreSQL known to be silent.

    May be used by several threads at once.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._is_silent = False
        self._is_looking = False

    def connect(self, *arguments: Any, **options: Any) -> "ImpatientConnection":
        """As `psycopg.connect`. While PostgreSQL is silent it raises psycopg.OperationalError after a moment."""
        self._wait_for_news(arguments, options)
        try:
            connection = ImpatientConnection.connect(*arguments, **options)
        except psycopg.errors.ConnectionTimeout:
            self.was_silent()
            raise
        connection.patience = self
        return connection

    def was_silent(self) -> None:
        """From now on nobody who wants a connection waits for it longer than a moment, until it has spoken."""
        with self._changed:
            self._is_silent = True

    def _wait_for_news(self, arguments: tuple[Any, ...], options: dict[str, Any]) -> None:
        with self._changed:
            if self._is_silent and not self._is_looking:
                self._is_looking = True
                threading.Thread(target=self._look, args=(arguments, options), name="patience", daemon=True).start()
            if not self._changed.wait_for(lambda: not self._is_silent, MOMENT_S):
                raise psycopg.OperationalError("PostgreSQL is silent: see whether its processes are stopped.")

    def _look(self, arguments: tuple[Any, ...], options: dict[str, Any]) -> None:
        """Try once, in a thread for which no caller waits."""
        has_spoken = True
        try:
            psycopg.connect(*arguments, **options).close()
        except psycopg.errors.ConnectionTimeout:
            has_spoken = False
        except psycopg.Error:
            # A refusal is an answer too; who connects next gets to know it.
            pass
        finally:
            with self._changed:
                self._is_looking = False
                self._is_silent = not has_spoken
                self._changed.notify_all()


class ImpatientConnection(psycopg.Connection[Any]):
    """Closes itself when PostgreSQL leaves a statement without an answer for ANSWER_LIMIT_S.

    The statement may be carried out all the same, as with any connection that breaks.
    """

    patience: Patience | None = None

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Everything that psycopg waits for; raises psycopg.OperationalError when the limit is reached."""
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, ANSWER_LIMIT_S)
        except psycopg.errors._WaitTimeout as error:
            # Not even a rollback can be sent to it; once closed, the pool opens new ones.
            self.pgconn.finish()
            if self.patience:
                self.patience.was_silent()
            sentence = f"PostgreSQL did not answer within {ANSWER_LIMIT_S:g} s: see whether its processes are stopped."
            raise psycopg.OperationalError(sentence) from error
        except psycopg.errors.IdleInTransactionSessionTimeout as error:
            # To psycopg a fault of ours; to us trouble like any other: this process was frozen, or starved, meanwhile.
            self.pgconn.finish()
            raise psycopg.OperationalError("PostgreSQL ended a transaction that had stood still.") from error
