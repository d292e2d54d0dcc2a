"""From taking HOTLINE_HOME to giving it back, with everything that was started stopped in between."""

from collections.abc import Iterator
from contextlib import contextmanager

from hotline.local.home import Home
from hotline.local.lines import Lines
from hotline.local.supervisor import Stopped, Supervisor


@contextmanager
def supervised(home: Home, lines: Lines) -> Iterator[Supervisor]:
    """A supervisor that notes its children in the home; raises CannotStart. Being asked to stop ends it quietly."""
    home.enter()
    supervisor = Supervisor(lines, home.note_child)
    supervisor.listen_to_signals()
    try:
        home.end_leftovers(lambda text: lines.say("hotline", text))
        yield supervisor
    except Stopped:
        lines.say("hotline", f"stopping; the data stays in {home.directory}")
    finally:
        supervisor.stop_all()
        home.leave()
    lines.say("hotline", "stopped")


def lasting(supervisor: Supervisor) -> None:
    """Keep everything running until somebody asks for the end; then it raises Stopped."""
    while True:
        supervisor.pause(60)
