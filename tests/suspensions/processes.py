"""The dispatcher and the worker as programs of their own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

DEADLINE_S = 30.0

_PROGRAM = """
import sys
from importlib import import_module
from hotline.logs import start_logging
from hotline.settings import load_settings

start_logging()
import_module("hotline.suspensions." + sys.argv[1]).run(load_settings())
"""


@dataclass
class Program:
    """A dispatcher or a worker."""

    name: str
    environment: Mapping[str, str]
    log_file: Path
    process: "subprocess.Popen[bytes]" = field(init=False)

    def start(self) -> "Program":
        command = [sys.executable, "-c", _PROGRAM, self.name]
        environment = {**os.environ, **self.environment}
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        return self

    def logged(self, message: str) -> int:
        """How often it logged this message so far."""
        lines = self.log_file.read_text().splitlines()
        return sum(json.loads(line).get("message") == message for line in lines if line.startswith("{"))

    def ends(self) -> tuple[int, float]:
        """Ask it to end; returns its exit code and the seconds it took."""
        asked = time.monotonic()
        self.process.terminate()
        return self.process.wait(DEADLINE_S), time.monotonic() - asked

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(DEADLINE_S)
