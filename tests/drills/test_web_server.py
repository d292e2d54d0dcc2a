"""The web server's own processes: how they end, asked or not, and what they write."""

import os
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psutil
import psycopg
import pytest
import requests

from hotline.local.ports import somebody_listens
from hotline.store.database import plain_url
from tests.local.watching import is_running
from tests.waiting import eventually
from tests.whole.running import RunningLine, running_line

ENDS_WITHIN_S = 30.0


@pytest.fixture
def web(tmp_path: Path, database_url: str, valkey_url: str) -> Iterator[RunningLine]:
    """A line of which only the web server runs."""
    urls = {"database_url": database_url, "backend_database_url": database_url, "redis_url": valkey_url}
    with running_line(tmp_path, **urls, parts=("web",)) as line:
        yield line


def workers(web: RunningLine) -> list[int]:
    return [one.pid for one in psutil.Process(web.children["web"].pid).children()]


def loses_its_main_process(web: RunningLine) -> None:
    """`kill -9` of one process, not of its group."""
    main = web.children.pop("web")
    os.kill(main.pid, signal.SIGKILL)
    # Kept among the others, so that whatever does outlive it is gone after the drill.
    web.children["web-killed"] = main


def test_nobody_answers_when_the_main_process_alone_was_killed_until_it_is_started_again(web):
    left = workers(web)
    assert len(left) == 2
    loses_its_main_process(web)
    eventually(lambda: not any(map(is_running, left)), "the workers end by themselves", ENDS_WITHIN_S)
    assert not somebody_listens(web.url)
    web.start("web")
    web.caller().dials().hears("press")


def test_a_start_right_after_the_kill_serves_although_a_connection_was_kept_open(web):
    left = workers(web)
    with requests.Session() as proxy:
        assert proxy.get(f"{web.url}/healthz", timeout=5).ok
        loses_its_main_process(web)
        web.launch("web")
        eventually(lambda: not any(map(is_running, left)), "the old workers end by themselves", ENDS_WITHIN_S)
        web.awaits("web")
        web.caller().dials().hears("press")


def test_whoever_asks_it_to_end_lets_a_turn_under_way_be_answered(web):
    caller = web.caller().dials()
    both = workers(web)
    main = web.children.pop("web")
    with ThreadPoolExecutor() as telephone:
        with closing(psycopg.connect(plain_url(web.database_url))) as somebody_else:
            somebody_else.execute("SELECT FROM calls FOR NO KEY UPDATE")
            turn = telephone.submit(caller.posts, "/voice/turn?turn=1", caller.fields(Digits="2"))
            eventually(lambda: _waiting_for_a_lock(web), "the turn waits in the middle of its commit")
            main.terminate()
            eventually(lambda: not all(map(is_running, both)), "the worker with nothing to do has ended")
        answer = turn.result()
    assert answer.ok
    assert "<Gather" in answer.text
    assert main.wait(ENDS_WITHIN_S) == 0


def test_a_port_in_use_ends_a_second_one_and_is_named(web):
    first = web.children.pop("web")
    web.launch("web")
    assert web.children["web"].wait(30) == 1
    web.children["web"] = first
    assert f"Connection in use: ('127.0.0.1', {web.port})" in web.log_of("web")
    web.caller().dials().hears("press")


def test_what_it_cannot_read_is_not_repeated_in_its_log(web):
    marker = "19471129"
    for nonsense in (f"Digits={marker} / HTTP/1.1\r\n\r\n", f"GET / HTTP/1.1\r\nDigits {marker}: 1\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", web.port), timeout=10) as stranger:
            stranger.sendall(nonsense.encode())
            assert stranger.recv(1024).startswith(b"HTTP/1.1 400")
    assert marker not in web.log_of("web")


def _waiting_for_a_lock(web: RunningLine) -> bool:
    query = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    return bool(web.rows(query))
