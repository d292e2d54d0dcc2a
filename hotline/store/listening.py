"""Hearing at once that a request was committed, instead of looking again and again."""

import select
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import psycopg
from psycopg import sql

from hotline.store.database import connect_arguments, plain_url


class HasFileno(Protocol):
    """Something that can be waited for together with the database."""

    def fileno(self) -> int:
        """The file descriptor that becomes readable."""


class Listener:
    """A connection of its own that hears one channel."""

    def __init__(self, connection: psycopg.Connection, channel: str) -> None:
        self._connection = connection
        connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))

    def wait(self, seconds: float, also: HasFileno) -> bool:
        """Wait for a notification, for `also`, or until the time is over; returns whether there was a notification.

        Raises one of DATABASE_TROUBLE when the connection is lost, at the latest when asked once more. What was
        notified before this object was made is not heard.
        """
        select.select([self._connection, also], [], [], seconds)
        return any([True for _ in self._connection.notifies(timeout=0)])


@contextmanager
def listening(url: str, channel: str, application: str) -> Iterator[Listener]:
    """Listen to a channel; raises one of DATABASE_TROUBLE when PostgreSQL cannot be reached."""
    arguments = connect_arguments(application, {})
    with psycopg.connect(plain_url(url), autocommit=True, **arguments) as connection:
        yield Listener(connection, channel)
