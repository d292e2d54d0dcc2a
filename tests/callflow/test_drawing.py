"""The conversation, drawn from its own turns: nothing is missing, nothing is invented, and programs can draw it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import chain
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from hotline.callflow.drawn.graphs import BEGINNING, EVERYWHERE, write
from hotline.callflow.drawn.led import happens
from hotline.callflow.drawn.parts import Format, Part
from hotline.callflow.drawn.picture import Picture, Promise, picture, view
from hotline.callflow.drawn.redrawing import CannotRedraw, redraw
from hotline.callflow.effects import AcceptRequest
from hotline.callflow.events import KeysPressed, Spoken
from hotline.callflow.replies import Listen
from hotline.callflow.samples import MOBILE, RECEIPT
from hotline.callflow.state import Step
from hotline.callflow.walk import Way
from hotline.cli import main
from tests.architecture.source import ROOT
from tests.callflow.every_turn import ways

pytestmark = pytest.mark.xdist_group("walk")
"""One process walks through the conversation, and keeps the turns for all these tests."""

COMMAND = "hotline callflow --write README.md"

PARTS = [part for part in Part if part is not Part.ALL]

NO_IDS = {"call", "class", "classdef", "click", "default", "end", "flowchart", "graph", "href", "linkstyle", "style"}
"""What Mermaid takes for a word of its own, in any letters; `subgraph` and the directions are others."""

BOX = re.compile(r'  (?:  )?(\w+)(?:\["|\[/"|\{\{"|\[\["|\(\[")([^"]*)(?:"\]|"/\]|"\}\}|"\]\]|"\]\)):::(\w+)')
ARROW = re.compile(r'  (\w+) (?:-->|==>|-\.->)(?:\|"([^"]*)"\|)? (\w+)')
ELSE = re.compile(
    r"  end|  class (\w+) is_room|  \w+ ~~~ \w+|flowchart TB|%%\{init: \{[^%]*\}\}%%"
    r"|  linkStyle \d+ stroke:#[0-9a-f]{6},stroke-width:\dpx"
    r"|  classDef \w+ fill:(none|#[0-9a-f]{6}),stroke:#[0-9a-f]{6}(,color:#[0-9a-f]{6})?(,stroke-dasharray:4)?"
)
SUBGRAPH = re.compile(r'  subgraph (\w+)\["\w+"\]')
MERMAID_TEXT = re.compile(r"(?:[^<>#*\"&]|<br/>|</?b>|#35;|#42;|&amp;|&#x27;)+")

DOT_BOX = re.compile(r"  (\w+) \[label=<(.*)>, shape=\w+(?:, \w+=(?:\w+|\"[^\"]*\"))*\];")
DOT_ARROW = re.compile(r"  (\w+) -> (\w+) \[(?:label=<(.*?)>(?=[,\]]))?(?:(?:, |(?<=\[))\w+=(?:[\w.]+|\"[^\"]*\"))*\];")
DOT_ELSE = re.compile(
    r"digraph callflow \{|\}|  \}|  (?:graph|node|edge) \[[^\[\]]*\];|  subgraph cluster_\w+ \{[^{}]*;"
)


@dataclass(frozen=True)
class Read:
    """What a strict reader makes of a drawing."""

    boxes: dict[str, str]
    """Id -> text."""
    arrows: list[tuple[str, str]]


@cache
def whole() -> Picture:
    return picture(chain(ways("open"), ways("closed")))


def drawn(part: Part, form: Format = Format.MERMAID) -> str:
    return write(view(whole(), part), form)


@cache
def all_ways() -> tuple[Way, ...]:
    return tuple(way for way in chain(ways("open"), ways("closed")) if happens(way))


@cache
def all_turns() -> frozenset[tuple[Step | None, Step]]:
    """The steps before and after each turn."""
    return frozenset(map(steps_of, all_ways()))


@cache
def listening() -> frozenset[Step]:
    return frozenset(way.turn.state.step for way in all_ways() if isinstance(way.turn.reply.ending, Listen))


def steps_of(way: Way) -> tuple[Step | None, Step]:
    return None if way.before is None else way.before.step, way.turn.state.step


def read_mermaid(text: str) -> Read:
    boxes: dict[str, str] = {}
    arrows: list[tuple[str, str]] = []
    groups: set[str] = set()
    for line in text.splitlines():
        if box := BOX.fullmatch(line):
            assert box[1] not in boxes, f"{box[1]} is drawn twice"
            assert f"classDef {box[3]} " in text, line
            boxes[box[1]] = box[2]
        elif arrow := ARROW.fullmatch(line):
            arrows.append((arrow[1], arrow[3]))
            assert arrow[2] is None or MERMAID_TEXT.fullmatch(arrow[2]), line
        elif group := SUBGRAPH.fullmatch(line):
            groups.add(group[1])
        else:
            other = ELSE.fullmatch(line)
            assert other, line
            assert other[1] is None or other[1] in groups, line
    assert text.count("\n  subgraph ") == text.count("\n  end\n") == len(groups)
    assert not groups & boxes.keys()
    assert all(MERMAID_TEXT.fullmatch(written) for written in boxes.values())
    return Read(boxes, arrows)


def read_dot(text: str) -> Read:
    boxes: dict[str, str] = {}
    arrows: list[tuple[str, str]] = []
    for line in text.splitlines():
        if arrow := DOT_ARROW.fullmatch(line):
            arrows.append((arrow[1], arrow[2]))
            ElementTree.fromstring(f"<label>{arrow[3] or ''}</label>")
        elif box := DOT_BOX.fullmatch(line):
            assert box[1] not in boxes, f"{box[1]} is drawn twice"
            assert len(set(re.findall(r", (\w+)=", line))) == len(re.findall(r", (\w+)=", line)), line
            boxes[box[1]] = "".join(ElementTree.fromstring(f"<label>{box[2]}</label>").itertext())
        else:
            assert DOT_ELSE.fullmatch(line), line
    assert text.count("{") == text.count("}")
    return Read(boxes, arrows)


READERS = {Format.MERMAID: read_mermaid, Format.DOT: read_dot}

in_both_formats = pytest.mark.parametrize("form", Format)


@in_both_formats
@pytest.mark.parametrize("part", Part)
def test_a_drawing_is_well_formed(part, form):
    read = READERS[form](drawn(part, form))
    assert {end for arrow in read.arrows for end in arrow} <= read.boxes.keys()
    assert not {box.lower() for box in read.boxes} & NO_IDS
    assert not [box for box in read.boxes if "__" in box or not re.fullmatch(r"[A-Za-z]\w*", box)]


@in_both_formats
def test_every_step_is_drawn_by_the_name_that_the_call_log_has(form):
    boxes = READERS[form](drawn(Part.ALL, form)).boxes
    assert boxes.keys() == {*map(str, Step), BEGINNING, EVERYWHERE}
    assert all(step in boxes[step] for step in Step)


@in_both_formats
@pytest.mark.parametrize("part", Part)
def test_every_arrow_is_a_turn_of_the_conversation(part, form):
    turns = {(before or BEGINNING, after) for before, after in all_turns()}
    arrows = set(READERS[form](drawn(part, form)).arrows)
    assert arrows
    assert {arrow for arrow in arrows if arrow[0] != EVERYWHERE} <= turns
    # A step that takes `9` as an answer of its own, or is a language menu itself, leads to the languages no other way.
    for after in (after for before, after in arrows if before == EVERYWHERE):
        assert len([step for step in listening() if (step, after) in turns]) >= len(listening()) - 2


def test_what_is_written_in_a_box_is_a_turn_too():
    for box in whole().boxes:
        assert {(box.step, after) for _, after in box.shared} <= all_turns()
        assert not box.stays or (box.step, box.step) in all_turns()


def test_every_turn_is_in_the_drawing():
    shown = {(arrow.before, arrow.after) for arrow in whole().arrows}
    shown |= {(box.step, after) for box in whole().boxes for _, after in box.shared}
    returning = {box.step for box in whole().boxes if box.returns}
    persons = {arrow.after for arrow in whole().everywhere if ("person", "0") in named(arrow.causes)}
    left_out = {
        steps_of(way)
        for way in all_ways()
        if not (steps_of(way) in shown or steps_of(way)[0] in returning or is_said_once(way, persons))
    }
    assert left_out == set()


def named(causes: Iterable[object]) -> set[tuple[str, str]]:
    return {(cause.meaning, cause.key) for cause in causes}


def is_said_once(way: Way, persons: set[Step]) -> bool:
    """Whether the box for every step says it: the same step again, a person, the languages, back."""
    before, after = steps_of(way)
    match way.event:
        case KeysPressed(keys) | Spoken(means=str(keys)) if (keys.rstrip("#") or "#") in ("9", "#"):
            return True
        case _:
            return before is after or after in persons


def test_the_parts_together_are_the_whole():
    parts = [view(whole(), part) for part in PARTS]
    assert {arrow for part in parts for arrow in part.arrows} == set(whole().arrows)
    steps = [box.step for part in parts for box in part.boxes if not box.beside]
    assert sorted(steps) == sorted(Step)


@pytest.mark.parametrize("part", [Part.ALL, Part.SUSPENSION])
def test_the_arrows_that_stop_are_red_and_no_others(part):
    stopping = {
        steps_of(way) for way in all_ways() if any(isinstance(effect, AcceptRequest) for effect in way.turn.effects)
    }
    assert {(arrow.before, arrow.after) for arrow in whole().arrows if Promise.STOP in arrow.promises} == stopping
    text = drawn(part)
    arrows = read_mermaid(text).arrows
    assert {arrows[int(number)] for number in re.findall(r"linkStyle (\d+) stroke:#cf222e", text)} == stopping


@in_both_formats
def test_nothing_that_a_caller_keyed_is_in_a_drawing(form):
    text = re.sub(r"#[0-9a-f]{6}|#\d\d;|wrappingWidth\": \d+", "", drawn(Part.ALL, form))
    assert RECEIPT not in text
    assert MOBILE not in text
    # 60 seconds and 12 times are the longest numbers that belong there.
    assert re.findall(r"\d{3,}", text) == []


def test_operators_who_ring_one_after_the_other_add_no_way():
    added = {(arrow.before, arrow.after) for arrow in picture(ways("in turn")).arrows}
    assert added - {(arrow.before, arrow.after) for arrow in whole().arrows} == set()


def test_the_drawings_in_the_readme_are_up_to_date():
    readme = (ROOT / "README.md").read_text("utf-8")
    assert redraw(readme, drawn) == readme, f"The conversation has changed since it was drawn: run `{COMMAND}`."


def test_the_readme_shows_every_step():
    shown = re.findall(r"<!-- callflow (\w+) -->", (ROOT / "README.md").read_text("utf-8"))
    assert sorted(shown) == sorted(PARTS)


def test_a_drawing_is_made_anew_where_it_stands():
    document = "Before.\n<!-- callflow receipt -->\nold\n<!-- /callflow -->\nAfter.\n"
    made = redraw(document, drawn)
    assert made.startswith("Before.\n<!-- callflow receipt -->\n```mermaid\n%%{init")
    assert made.endswith("by `hotline callflow --part receipt`.\n<!-- /callflow -->\nAfter.\n")
    assert drawn(Part.RECEIPT) in made
    assert redraw(made, drawn) == made


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ("No drawing.", "There is no drawing"),
        ("<!-- callflow moon -->\n<!-- /callflow -->", "There is no part `moon` of the conversation. There are: all,"),
    ],
)
def test_a_document_without_a_drawing_that_can_be_made_is_refused(document, why):
    with pytest.raises(CannotRedraw, match=re.escape(why)):
        redraw(document, drawn)


def test_the_command_prints_what_is_drawn():
    done = CliRunner().invoke(main, ["callflow", "--part", "person", "--format", "dot"])
    assert (done.exit_code, done.output) == (0, drawn(Part.PERSON, Format.DOT))


def test_the_command_makes_the_drawings_of_a_document_anew(tmp_path):
    document = tmp_path / "page.md"
    document.write_text("<!-- callflow all -->\n<!-- /callflow -->\n", "utf-8")
    done = CliRunner().invoke(main, ["callflow", "--write", str(document)])
    assert (done.exit_code, done.output) == (0, "The drawings in page.md are up to date.\n")
    assert drawn(Part.ALL) in document.read_text("utf-8")


def test_the_command_says_where_a_drawing_could_be(tmp_path):
    document = tmp_path / "page.md"
    document.write_text("Nothing.\n", "utf-8")
    done = CliRunner().invoke(main, ["callflow", "--write", str(document)])
    assert done.exit_code == 1
    assert "page.md: There is no drawing of the conversation in it. Where one should be, write" in done.output
    assert document.read_text("utf-8") == "Nothing.\n"
