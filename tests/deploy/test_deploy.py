"""What is deployed exists: each file names commands, settings and places that the product has."""

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from hotline.cli import main
from hotline.settings import Settings
from tests.architecture.source import ROOT

UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
SETTINGS = {name.upper() for name in Settings.model_fields}
OTHERS = {"PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}
SECRETS = ("password", "token", "secret", "key")


def procfile() -> dict[str, str]:
    lines = (ROOT / "Procfile").read_text("utf-8").splitlines()
    return {name: line.split()[1] for name, line in (one.split(": ", 1) for one in lines)}


def unit(path) -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(path.read_text("utf-8"))
    return parser["Service"]


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, object]]:
    composed = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    return {name: one for name, one in composed["services"].items() if one.get("image") == "hotline"}


def test_each_process_of_the_procfile_has_a_unit_and_a_service(services):
    commands = set(procfile().values())
    assert {unit(path)["ExecStart"].split()[-1] for path in UNITS} == commands
    assert {one["command"][0] for one in services.values()} == commands


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_runs_a_command_unprivileged_and_takes_all_its_processes_with_it(path):
    service = unit(path)
    program, command = service["ExecStart"].split()
    assert program.endswith("/.venv/bin/hotline")
    assert command in main.commands
    assert (service["User"], service["NoNewPrivileges"], service["ProtectSystem"]) == ("hotline", "yes", "strict")
    assert service["CapabilityBoundingSet"] == ""
    if command != "migrate":
        assert (service["Restart"], service["KillMode"]) == ("always", "control-group")


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_systemd_understands_a_unit(path, tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd is not here")
    # With programs that are here: a unit whose program is missing would be refused for that alone.
    text = re.sub(r"ExecStart=\S+", f"ExecStart={shutil.which('true')}", path.read_text("utf-8"))
    copy = tmp_path / path.name.replace("@", "@1")
    copy.write_text(text.replace("WorkingDirectory=/opt/hotline", "WorkingDirectory=/"), "utf-8")
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(copy)], capture_output=True, text=True, check=False
    )
    ours = [line for line in verified.stderr.splitlines() if copy.name in line]
    assert not ours, "\n".join(ours)


def test_nothing_is_to_be_said_against_the_image():
    linter = str(Path(sys.executable).with_name("hadolint"))
    linted = subprocess.run([linter, str(ROOT / "Dockerfile")], capture_output=True, text=True, check=False)
    assert (linted.returncode, linted.stdout) == (0, "")


def test_services_are_read_only_and_unprivileged(services):
    for name, one in services.items():
        assert one["read_only"] is True, name
        assert one["user"] == "10001", name
        assert one["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in one["security_opt"], name


def test_every_setting_that_is_named_is_one(services):
    named = {name.removesuffix("_FILE") for one in services.values() for name in one["environment"]}
    assert named <= SETTINGS | OTHERS
    for path in (*UNITS, ROOT / "Dockerfile"):
        text = path.read_text("utf-8")
        assert set(re.findall(r"\b(?:HOTLINE|TWILIO|CARDSTATUS)_[A-Z_]+", text)) <= SETTINGS, path.name


def test_no_secret_is_written_down():
    for path in (*UNITS, ROOT / "Dockerfile", ROOT / "compose.yaml"):
        for line in path.read_text("utf-8").splitlines():
            name, _, value = line.partition("=" if "=" in line else ":")
            if name.strip().lower().endswith(SECRETS):
                assert not value.strip() or value.strip().startswith(("/run/secrets/", "{file:")), line


def test_the_image_runs_what_the_line_needs_and_leaves_the_rest():
    text = (ROOT / "Dockerfile").read_text("utf-8")
    (wanted,) = set(re.findall(r"FROM python:(\d\.\d+)-", text))
    assert tuple(map(int, wanted.split("."))) >= (3, 11)
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")}
    copied = {name for line in re.findall(r"^COPY (?!--)(.*) \S+$", text, re.MULTILINE) for name in line.split()}
    assert copied == allowed
    assert all((ROOT / name).exists() for name in copied)
    assert re.search(r"^USER \d+$", text, re.MULTILINE)
    assert text.rstrip().endswith('CMD ["web"]')
