"""Keeping programs running: with real ones."""

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hotline.local import supervisor as module
from hotline.local.child import CannotStart, Command
from hotline.local.lines import Lines
from hotline.local.supervisor import Program, Stopped, Supervisor
from tests.local.watching import is_running
from tests.waiting import eventually

LASTS = "import time; time.sleep(600)"
STUBBORN = "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); " + LASTS


@pytest.fixture
def out() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def supervisor(out):
    supervisor = Supervisor(Lines(out, coloured=False))
    yield supervisor
    supervisor.ask_to_stop()
    supervisor.ask_to_stop()
    supervisor.stop_all()


def program(code: str, name: str = "one", is_ready=lambda _: True, **how) -> Program:
    return Program(Command(name, (sys.executable, "-c", code), **how), is_ready)


def pids(supervisor: Supervisor) -> list[int]:
    return [kept.child.pid for stage in supervisor._stages for kept in stage]


def test_output_is_shown_under_the_name(supervisor, out):
    supervisor.start([program(f"print('hello', flush=True); {LASTS}", name="web")])
    eventually(lambda: "web        | hello" in out.getvalue())


def test_a_stage_waits_until_every_program_is_ready(supervisor, tmp_path: Path):
    mark = tmp_path / "ready"
    supervisor.start([program(f"open({str(mark)!r}, 'w').close(); {LASTS}", is_ready=lambda _: mark.exists())])
    assert mark.exists()


def test_a_program_that_ends_before_it_is_ready_is_named(supervisor):
    with pytest.raises(CannotStart, match=r"web ended before it was ready \(exit code 3\)"):
        supervisor.start([program("raise SystemExit(3)", name="web", is_ready=lambda _: False)])


def test_a_program_that_is_never_ready_is_named(supervisor, monkeypatch):
    monkeypatch.setattr(module, "READY_LIMIT_S", 0.1)
    with pytest.raises(CannotStart, match="web is not ready after"):
        supervisor.start([program(LASTS, name="web", is_ready=lambda _: False)])


def test_what_dies_is_started_again_and_a_line_says_so(supervisor, out):
    supervisor.start([program(LASTS, name="worker")])
    [before] = pids(supervisor)
    os.kill(before, signal.SIGKILL)

    def is_another() -> bool:
        supervisor.pause(0)
        return pids(supervisor) != [before]

    eventually(is_another)
    assert "worker ended (killed by SIGKILL); it starts again" in out.getvalue()


def test_pauses_between_deaths_grow(supervisor, out):
    supervisor.start([program("pass")])
    eventually(lambda: (supervisor.look(), "starts again in 2 s" in out.getvalue())[1])
    assert out.getvalue().index("starts again in 1 s") < out.getvalue().index("starts again in 2 s")


def test_stopping_leaves_nothing_behind_not_even_grandchildren(supervisor, tmp_path: Path):
    written = tmp_path / "grandchild"
    code = (
        "import pathlib, subprocess, sys;"
        f"child = subprocess.Popen([sys.executable, '-c', {LASTS!r}]);"
        f"pathlib.Path({str(written)!r}).write_text(str(child.pid)); {LASTS}"
    )
    supervisor.start([program(code, is_ready=lambda _: written.exists() and written.read_text())])
    started = [*pids(supervisor), int(written.read_text())]
    assert all(map(is_running, started))
    supervisor.stop_all()
    eventually(lambda: not any(map(is_running, started)))


def test_what_ignores_the_request_is_killed_when_its_time_is_up(supervisor, out):
    supervisor.start([program(STUBBORN, stop_within_s=0.2)])
    eventually(lambda: "up" in out.getvalue())
    [pid] = pids(supervisor)
    supervisor.stop_all()
    assert not is_running(pid)


def test_asking_twice_does_not_wait(supervisor, out):
    supervisor.start([program(STUBBORN, stop_within_s=60.0)])
    eventually(lambda: "up" in out.getvalue())
    supervisor.ask_to_stop()
    supervisor.ask_to_stop()
    began = time.monotonic()
    supervisor.stop_all()
    assert time.monotonic() - began < 10


def test_the_last_stage_is_stopped_first(supervisor, tmp_path: Path):
    written = tmp_path / "order"
    code = (
        "import signal, sys, time\n"
        "def end(*_):\n"
        f"    open({str(written)!r}, 'a').write(sys.argv[1])\n"
        "    sys.exit()\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "print('up', flush=True)\n"
        "time.sleep(600)\n"
    )
    for name in ("A", "B"):
        ready = tmp_path / name
        arguments = (sys.executable, "-c", code.replace("print('up', flush=True)", f"open({str(ready)!r}, 'w')"), name)
        supervisor.start([Program(Command(name, arguments), lambda _, ready=ready: ready.exists())])
    supervisor.stop_all()
    assert written.read_text() == "BA"


def test_asking_to_stop_ends_a_pause(supervisor):
    supervisor.ask_to_stop()
    with pytest.raises(Stopped):
        supervisor.pause(600)


def test_children_of_a_killed_supervisor_end(tmp_path: Path):
    """Only Linux tells children of their parent's death; elsewhere the next run ends them."""
    mark = tmp_path / "ready"
    lasts = f"open({str(mark)!r}, 'w').close(); {LASTS}"
    code = (
        "import io, pathlib, sys, time\n"
        "from hotline.local.child import Command\n"
        "from hotline.local.lines import Lines\n"
        "from hotline.local.supervisor import Program, Supervisor\n"
        f"command = Command('one', (sys.executable, '-c', {lasts!r}))\n"
        "started = []\n"
        "supervisor = Supervisor(Lines(io.StringIO(), coloured=False), lambda _, pid: started.append(pid))\n"
        f"supervisor.start([Program(command, lambda _: pathlib.Path({str(mark)!r}).exists())])\n"
        "print(*started, flush=True)\n"
        "time.sleep(600)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    with parent:
        child = int(parent.stdout.readline())
        assert is_running(child)
        parent.kill()
    eventually(lambda: not is_running(child))
