"""How the code is written, as far as a machine can tell."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import ROOT, hand_written, module_of, tree, where

LONGEST_MODULE = 300
LONGEST_FUNCTION = 40
BANNED_WORDS = ("handler", "handlers", "manager", "service", "helper", "helpers", "utils", "data", "process")
"""Each says nothing of what the thing does; the last two name what everything here does and has."""

CATCH_ALL_PLACES = (
    *("hotline/voice/webhooks.py", "hotline/voice/operators.py", "hotline/voice/sms.py"),
    *("hotline/suspensions/job.py", "hotline/suspensions/texts.py", "hotline/calls/by_text.py"),
    "hotline/oncall/pager.py",
)
"""Where a bug must not end a call, a worker, the dispatcher or the watch: the edges of webhook, job, text and page."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _functions(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, Function))


def test_modules_are_short():
    long = [
        f"{path.relative_to(ROOT)}: {count} lines"
        for path in hand_written()
        if (count := len(path.read_text("utf-8").splitlines())) > LONGEST_MODULE
    ]
    assert not long, "\n".join(long)


def test_functions_are_short():
    long = [
        f"{where(path, function.lineno)}: {function.name} has {length} lines"
        for path in hand_written()
        for function in _functions(path)
        if (length := (function.end_lineno or 0) - function.lineno + 1) > LONGEST_FUNCTION
    ]
    assert not long, "\n".join(long)


def test_names_say_what_things_are():
    wrong = []
    for path in hand_written():
        named = [(1, part) for part in module_of(path).split(".")]
        named += [
            (node.lineno, node.name) for node in ast.walk(tree(path)) if isinstance(node, Function | ast.ClassDef)
        ]
        wrong += [f"{where(path, line)}: {name}" for line, name in named if _words(name) & set(BANNED_WORDS)]
    assert not wrong, "\n".join(wrong)


def _words(name: str) -> set[str]:
    spread = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return set(spread.lower().split("_"))


def test_nothing_prints_but_the_command_line():
    wrong = [
        where(path, node.lineno)
        for path in hand_written()
        if path.relative_to(ROOT).as_posix() != "hotline/cli.py"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert not wrong, "\n".join(wrong)


def test_everything_is_caught_only_at_the_edges():
    wrong = [
        where(path, node.lineno)
        for path in hand_written()
        if path.relative_to(ROOT).as_posix() not in CATCH_ALL_PLACES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler) and _catches_everything(node)
    ]
    assert not wrong, "\n".join(wrong)


def _catches_everything(node: ast.ExceptHandler) -> bool:
    caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    return any(
        one is None or (isinstance(one, ast.Name) and one.id in ("Exception", "BaseException")) for one in caught
    )


def test_log_calls_leave_the_formatting_to_the_log():
    wrong = [
        where(path, node.lineno)
        for path in hand_written()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in ("log", "logger", "logging")
        and any(isinstance(argument, ast.JoinedStr) for argument in node.args)
    ]
    assert not wrong, "\n".join(wrong)


STEPS = "hotline.callflow.steps"
"""A module of steps is explained as a whole: all of its functions are of two kinds, asked or told, and heard."""


def test_everything_public_is_explained():
    missing = []
    for path in hand_written():
        if path.read_text("utf-8").strip() and not ast.get_docstring(tree(path)):
            missing.append(where(path, 1))
        missing += [
            f"{where(path, node.lineno)}: {node.name}"
            for node in _public(tree(path))
            if not ast.get_docstring(node) and not _is_of_a_step(path, node.name)
        ]
    assert not missing, "\n".join(missing)


def _is_of_a_step(path: Path, name: str) -> bool:
    return module_of(path).startswith(STEPS) and name.startswith(("ask_", "tell_", "hear_"))


def _public(node: ast.Module | ast.ClassDef) -> Iterator[Function | ast.ClassDef]:
    for child in node.body:
        if isinstance(child, Function | ast.ClassDef) and not child.name.startswith("_"):
            yield child
            # What a class overrides is explained where it was first written.
            if isinstance(child, ast.ClassDef) and not child.bases:
                yield from _public(child)
