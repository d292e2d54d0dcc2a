"""`hotline cardstatus` without a database of its own."""

import signal
import subprocess
import urllib.request
from collections.abc import Iterator

import psutil
import pytest

from hotline.local.ports import get_json, is_well
from tests.local.running_here import HOTLINE, Place, neighbouring_free_ports, new_place
from tests.waiting import eventually


@pytest.fixture
def place() -> Iterator[Place]:
    with new_place() as place:
        place.settings["CARDSTATUS_TOKEN"] = "token of the backend"
        yield place


def test_the_backend_brings_a_database_of_its_own(place):
    port = neighbouring_free_ports()
    started = subprocess.Popen(
        [HOTLINE, "cardstatus", "--port", str(port), "--faults"],
        cwd=place.directory,
        env=place.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    with started:
        eventually(lambda: is_well(port, "/healthz") or started.poll() is not None, within_s=60)
        assert get_json(port, "/v1/suspensions", "token of the backend") == {"suspensions": [], "next": 0}
        assert get_json(port, "/v1/suspensions", "another token") is None
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/faults", timeout=10)
        assert refused.value.code == 401
        refused.value.close()
        family = psutil.Process(started.pid).children(recursive=True)
        assert any(one.name().startswith("postgres") for one in family)
        started.send_signal(signal.SIGTERM)
        started.stdout.read()
    assert started.returncode == 0
    assert not psutil.wait_procs(family, timeout=30)[1]
