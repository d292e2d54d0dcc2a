"""Every name that the log keeps has words for the operators."""

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Final, get_args

import pytest

from hotline.callflow.effects import Reason
from hotline.callflow.events import Answer, Event, Loss, Target
from hotline.callflow.languages import LANGUAGES
from hotline.callflow.state import Outcome, Step
from hotline.calls.call_backs import Refusal
from hotline.calls.due import Age
from hotline.console import words
from hotline.console.access import Role
from hotline.console.acts import ACTIONS
from hotline.console.advice import advice
from hotline.speech.book import parts
from hotline.speech.pages import untranslated
from hotline.store.call_backs import CallBackStatus
from hotline.store.requests import Status
from hotline.store.sending_again import NotSent
from hotline.store.texts import Purpose, TextStatus
from hotline.store.work import Resolution
from hotline.suspensions.sending_again import WRONG
from tests.architecture.source import product_files, tree

ACTION: Final = re.compile(r"[a-z_]+\.[a-z_]+")
WRITERS: Final = ("trail", "note", "_note", "Entry", "AuditEntry")
"""What writes to the audit trail."""


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("step", Step),
        ("outcome", Outcome),
        ("reason", Reason),
        ("status", Status),
        ("status", Answer),
        ("target", Target),
        ("loss", Loss),
        ("purpose", Purpose),
        ("text_status", TextStatus),
        ("event", [event.__name__ for event in get_args(Event)]),
        ("language", LANGUAGES),
        ("role", Role),
        ("resolution", Resolution),
        ("call_back", CallBackStatus),
        ("age", Age),
        ("part", parts()),
    ],
)
def test_every_name_has_words(kind: str, names: Iterable[str]) -> None:
    worded = dict(words.choices(kind))
    assert [name for name in names if name not in worded] == []


@pytest.mark.parametrize(
    ("kind", "names"), [("guidance", Reason), ("refusal", Refusal), ("not_sent", NotSent), ("wrong_fact", WRONG)]
)
def test_everything_that_went_wrong_has_its_sentence(kind: str, names: Iterable[str]) -> None:
    assert [name for name in names if not advice(kind, name)] == []


def test_a_name_of_another_version_is_shown_as_it_is() -> None:
    assert words.named("step", "moon_phase") == "moon phase"
    assert words.named("step", None) == ""


def test_every_text_of_the_pages_is_translated() -> None:
    assert list(untranslated()) == []


def test_everything_that_is_written_to_the_trail_has_words() -> None:
    # Actions that are put together, or given by a name, are not seen here.
    written = {action for path in product_files() for action in _actions(tree(path))}
    assert "call.looked_at" in written
    assert sorted(written - ACTIONS.keys()) == []


def _actions(module: ast.Module) -> Iterator[str]:
    """What looks like an action wherever a module writes to the trail."""
    calls = [node for node in ast.walk(module) if isinstance(node, ast.Call) and _name(node.func) in WRITERS]
    for call in calls:
        for given in (*call.args, *(one.value for one in call.keywords if one.arg == "action")):
            yield from (text for node in ast.walk(given) if (text := _text(node)) and ACTION.fullmatch(text))


def _name(function: ast.expr) -> str:
    return getattr(function, "id", None) or getattr(function, "attr", "")


def _text(node: ast.AST) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
