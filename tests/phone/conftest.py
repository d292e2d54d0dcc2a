"""A scripted line and a caller for it."""

import logging
from collections.abc import Callable, Iterator

import pytest

from hotline.phone.caller import Caller
from tests.phone.scripted_line import ScriptedLine, serving


@pytest.fixture(scope="session")
def scripted_server() -> Iterator[ScriptedLine]:
    """One web server for all tests of this process."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with serving() as scripted:
        yield scripted


@pytest.fixture
def line(scripted_server: ScriptedLine) -> Iterator[ScriptedLine]:
    """A line with nothing written down yet. Every request that reaches it must be signed as Twilio signs."""
    yield scripted_server
    unsigned = [one.path for one in scripted_server.received if not one.signature_fits]
    scripted_server.forget()
    assert unsigned == []


@pytest.fixture
def call(line: ScriptedLine) -> Callable[..., Caller]:
    """A caller who has dialled a line that says this first."""

    def dial(*documents: str, **setup: str | None) -> Caller:
        line.says("/voice", *documents)
        return Caller(line.line(**setup)).dials()

    return dial


GATHER = '<Gather input="dtmf" action="/keyed" method="POST" timeout="5" finishOnKey="#">{}</Gather>'
