"""What is written for those who run the line agrees with the code."""

import re

import click
from rq.serializers import JSONSerializer

from hotline.cli import main
from hotline.settings import NAMES, Settings
from hotline.suspensions import queue
from hotline.suspensions.queue import QUEUE, StopQueue
from tests.architecture.source import ROOT, hand_written

PROCESSES = {"release", "web", "dispatcher", "worker", "console", "watch"}


def _procfile() -> dict[str, str]:
    lines = (ROOT / "Procfile").read_text("utf-8").splitlines()
    return dict(line.split(": ", 1) for line in lines)


def test_the_procfile_names_every_process():
    assert set(_procfile()) == PROCESSES


def test_every_process_of_the_procfile_is_a_command():
    for process, line in _procfile().items():
        program, command, *options = line.split()
        assert (program, options) == ("hotline", []), process
        assert isinstance(main.commands[command], click.Command), process


def test_there_is_one_queue(valkey_url):
    """A worker of several queues can lose a job for good between taking it and noting that."""
    from redis import Redis

    with Redis.from_url(valkey_url) as redis:
        made = StopQueue(redis)._queue
        assert (made.name, made.serializer) == (QUEUE, JSONSerializer)
    named = [
        path.relative_to(ROOT).as_posix()
        for path in hand_written()
        if re.search(r"(?<!\w)Queue\(", path.read_text("utf-8"))
    ]
    assert named == ["hotline/suspensions/queue.py"]


def test_a_job_names_nothing_that_could_be_imported():
    assert "." not in queue.STOP


def _settings_in_the_readme() -> set[str]:
    rows = re.findall(r"^\|((?:\s*`[A-Z_]+`,?)+)\s*\|", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    return {name for row in rows for name in re.findall(r"[A-Z_]+", row)}


def test_the_readme_has_every_setting_and_no_other():
    assert _settings_in_the_readme() == set(NAMES)


def test_the_example_of_an_env_file_names_settings_only():
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    names = {line.partition("=")[0] for line in lines if line and not line.startswith("#")}
    required = {name.upper() for name, field in Settings.model_fields.items() if field.is_required()}
    assert required <= names <= set(NAMES)


def test_every_command_explains_itself():
    def walk(name: str, command: click.Command) -> None:
        assert command.help, name
        for parameter in command.params:
            assert not isinstance(parameter, click.Option) or parameter.help or parameter.name == "port", name
        for child, inner in getattr(command, "commands", {}).items():
            walk(f"{name} {child}", inner)

    walk("hotline", main)
