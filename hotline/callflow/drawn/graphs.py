"""A picture of the conversation as text that a program draws: Mermaid, which GitHub knows, or Graphviz."""

from collections.abc import Iterable, Iterator
from html import escape
from typing import Final

from hotline.callflow import flow
from hotline.callflow.drawn.labels import lines_everywhere, lines_of, lines_on
from hotline.callflow.drawn.parts import Format
from hotline.callflow.drawn.picture import Arrow, Box, Kind, Picture, Promise
from hotline.callflow.state import Step

BEGINNING: Final = "BEGINNING"
EVERYWHERE: Final = "EVERYWHERE"
"""The two boxes that are no steps; the names of steps are in small letters."""

_ANYWHERE: Final = "at every step"

_INK: Final = "#1f2328"
_FAINT: Final = "#8c959f"
_COLOURS: Final = {
    "menu": ("#f6f8fa", "#57606a"),
    "entry": ("#ddf4ff", "#0969da"),
    "look": ("#fff8c5", "#9a6700"),
    "person": ("#fbefff", "#8250df"),
    "goodbye": ("#dafbe1", "#1a7f37"),
    "beside": ("#ffffff", _FAINT),
}
"""Inside and edge of a box, by what it is. What is written in it is dark, also on a page that is."""

_PROMISED: Final = {Promise.STOP: ("#cf222e", 4), Promise.OTHER: ("#bc4c00", 3)}
"""Colour and width of an arrow on which something is promised."""

_MERMAID_SHAPES: Final = {
    Kind.MENU: ("[", "]"),
    Kind.ENTRY: ("[/", "/]"),
    Kind.LOOK: ("{{", "}}"),
    Kind.MEETING: ("[[", "]]"),
    Kind.END: ("([", "])"),
}
_DOT_SHAPES: Final = {
    Kind.MENU: "shape=box",
    Kind.ENTRY: "shape=parallelogram, margin=0",
    Kind.LOOK: "shape=hexagon, margin=0",
    Kind.MEETING: "shape=box, peripheries=2",
    Kind.END: "shape=oval",
}
_MERMAID_SETTINGS: Final = '{"flowchart": {"nodeSpacing": 40, "rankSpacing": 36, "padding": 8, "wrappingWidth": 600}}'
_DOT_SETTINGS: Final = (
    "graph [rankdir=TB, nodesep=0.3, ranksep=0.35, fontname=Helvetica]",
    f'node [style=filled, fontname=Helvetica, fontsize=11, fontcolor="{_INK}"]',
    f'edge [fontname=Helvetica, fontsize=10, color="{_INK}"]',
)


def write(picture: Picture, form: Format = Format.MERMAID) -> str:
    """The picture, written down; the same picture is always the same text."""
    lines = _mermaid(picture) if form is Format.MERMAID else _dot(picture)
    return "\n".join(lines) + "\n"


def _rooms(picture: Picture) -> dict[str, list[Box]]:
    """The boxes by the modules of their steps; under "" those that are drawn without one, as all of a part are."""
    is_whole = not any(box.beside for box in picture.boxes)
    rooms: dict[str, list[Box]] = {}
    for box in picture.boxes:
        rooms.setdefault(box.room if is_whole and box.kind is not Kind.END else "", []).append(box)
    return rooms


def _colour(box: Box) -> str:
    if box.beside or box.kind is Kind.END:
        return "goodbye" if box.kind is Kind.END else "beside"
    people = flow.TALKS[Step.OPERATOR].asks.__module__
    return "person" if people.endswith(f".{box.room}") else box.kind.value


def _ids(arrow: Arrow) -> tuple[str, str]:
    return arrow.before or (EVERYWHERE if arrow.is_everywhere else BEGINNING), arrow.after


def _drawn(picture: Picture) -> list[Arrow]:
    """Every arrow; of what works everywhere those to the usual places, for the box tells the others."""
    inside = {box.step for box in picture.boxes if not box.beside}
    everywhere = (arrow for arrow in picture.everywhere if arrow.usual and arrow.after in inside)
    return [*picture.arrows, *everywhere]


def _begins(picture: Picture) -> Iterator[Arrow]:
    return (arrow for arrow in picture.arrows if _ids(arrow)[0] == BEGINNING)


def _mermaid(picture: Picture) -> Iterator[str]:
    arrows = _drawn(picture)
    yield f"%%{{init: {_MERMAID_SETTINGS}}}%%"
    yield "flowchart TB"
    yield f'  {EVERYWHERE}["{_mermaid_text(lines_everywhere(picture), _ANYWHERE)}"]:::is_beside'
    for arrow in _begins(picture):
        yield f'  {BEGINNING}(["{_mermaid_text(lines_on(arrow))}"]):::is_beside'
    for room, boxes in _rooms(picture).items():
        yield from _mermaid_room(room, boxes) if room else map(_mermaid_box, boxes)
    yield from map(_mermaid_arrow, arrows)
    for number, arrow in enumerate(arrows):
        for promise in sorted(arrow.promises):
            colour, width = _PROMISED[promise]
            yield f"  linkStyle {number} stroke:{colour},stroke-width:{width}px"
    if not any(_ids(arrow)[0] == EVERYWHERE for arrow in arrows):
        # Above everything else, where it takes no width.
        yield f"  {EVERYWHERE} ~~~ {picture.boxes[0].step}"
    yield from _mermaid_colours()


def _mermaid_room(room: str, boxes: Iterable[Box]) -> Iterator[str]:
    yield f'  subgraph {room.upper()}["{room}"]'
    yield from (f"  {_mermaid_box(box)}" for box in boxes)
    yield "  end"
    yield f"  class {room.upper()} is_room"


def _mermaid_box(box: Box) -> str:
    opens, closes = _MERMAID_SHAPES[box.kind]
    text = _mermaid_text(() if box.beside else lines_of(box), box.step)
    return f'  {box.step}{opens}"{text}"{closes}:::is_{_colour(box)}'


def _mermaid_arrow(arrow: Arrow) -> str:
    before, after = _ids(arrow)
    line = "==>" if arrow.promises else "-->" if arrow.usual else "-.->"
    # How a call begins is in the box where it begins.
    label = "" if before == BEGINNING else f'|"{_mermaid_text(lines_on(arrow))}"|'
    return f"  {before} {line}{label} {after}"


def _mermaid_colours() -> Iterator[str]:
    for name, (inside, edge) in _COLOURS.items():
        dashes = ",stroke-dasharray:4" if name == "beside" else ""
        yield f"  classDef is_{name} fill:{inside},stroke:{edge},color:{_INK}{dashes}"
    yield f"  classDef is_room fill:none,stroke:{_FAINT}"


def _mermaid_text(lines: Iterable[str], name: str = "") -> str:
    """Keys are written as Mermaid's own entities: `#` begins one, and `*` can begin a list."""
    written = (escape(line).replace("#", "#35;").replace("*", "#42;") for line in lines)
    return "<br/>".join([f"<b>{name}</b>", *written] if name else written)


def _dot(picture: Picture) -> Iterator[str]:
    yield "digraph callflow {"
    yield from (f"  {setting};" for setting in _DOT_SETTINGS)
    yield _dot_box(EVERYWHERE, _dot_text(lines_everywhere(picture), _ANYWHERE), "shape=box", "beside")
    for arrow in _begins(picture):
        yield _dot_box(BEGINNING, _dot_text(lines_on(arrow)), _DOT_SHAPES[Kind.END], "beside")
    for room, boxes in _rooms(picture).items():
        if room:
            yield f'  subgraph cluster_{room} {{ label={room}; color="{_FAINT}"; fontsize=12;'
        for box in boxes:
            text = _dot_text(() if box.beside else lines_of(box), box.step)
            yield _dot_box(box.step, text, _DOT_SHAPES[box.kind], _colour(box))
        if room:
            yield "  }"
    yield from map(_dot_arrow, _drawn(picture))
    yield "}"


def _dot_box(name: str, text: str, shape: str, colour: str) -> str:
    inside, edge = _COLOURS[colour]
    dashes = ', style="filled,dashed"' if colour == "beside" else ""
    return f'  {name} [label=<{text}>, {shape}, fillcolor="{inside}", color="{edge}"{dashes}];'


def _dot_arrow(arrow: Arrow) -> str:
    before, after = _ids(arrow)
    looks = [] if before == BEGINNING else [f"label=<{_dot_text(lines_on(arrow))}>"]
    looks += [] if arrow.usual else ["style=dashed"]
    for promise in sorted(arrow.promises):
        colour, width = _PROMISED[promise]
        looks += [f'color="{colour}"', f"penwidth={width}"]
    return f"  {before} -> {after} [{', '.join(looks)}];"


def _dot_text(lines: Iterable[str], name: str = "") -> str:
    written = (escape(line) for line in lines)
    return "<br/>".join([f"<b>{name}</b>", *written] if name else written)
