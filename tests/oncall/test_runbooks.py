import re

import click
import pytest
from click.testing import CliRunner

from hotline.cli import main
from hotline.oncall.limits import LIMITS
from hotline.oncall.runbook import names, read

PARTS = ["What callers hear", "How to see it", "What to do", "How to know that it is over"]


def commands() -> set[str]:
    """Every command as it is typed, its groups' too."""
    found = set()
    for name, command in main.commands.items():
        found.add(f"hotline {name}")
        if isinstance(command, click.Group):
            found |= {f"hotline {name} {one}" for one in command.commands}
    return found


def test_each_limit_has_its_runbook_and_each_runbook_its_limit():
    assert names() == sorted(limit.name for limit in LIMITS)


@pytest.mark.parametrize("name", names())
def test_a_runbook_answers_the_four_questions(name):
    text = str(read(name))
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == PARTS
    assert all(part.strip() for part in re.split(r"^## .*$", text, flags=re.MULTILINE)[1:])
    assert "`hotline status` " in text.partition(PARTS[1])[2]


@pytest.mark.parametrize("name", names())
def test_what_a_runbook_has_one_type_can_be_typed(name):
    known = commands()
    for typed in re.findall(r"`(hotline [^`]*)`", str(read(name))):
        words = [word for word in typed.split() if word.islower() and not word.startswith("-")]
        assert " ".join(words[:3]) in known or " ".join(words[:2]) in known, typed
        for option in re.findall(r"--[a-z]+", typed):
            command = main.commands[words[1]]
            if isinstance(command, click.Group):
                command = command.commands[words[2]]
            assert option in {one for each in command.params for one in each.opts}, typed


def test_a_runbook_is_read_in_the_terminal():
    read_aloud = CliRunner().invoke(main, ["runbook", "no_worker"])
    assert read_aloud.stdout.startswith("# No worker lives")
    listed = CliRunner().invoke(main, ["runbook"])
    assert listed.stdout.split() == names()
    none = CliRunner().invoke(main, ["runbook", "../secret"])
    assert (none.exit_code, none.stderr.count("\n")) == (2, 1)
    assert "`hotline runbook` lists them" in none.stderr
