"""Rows as people and programs read them."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import chain, islice
from typing import Any, Final

from hotline.clock import in_japan

_WIDTHS_FROM: Final = 1000
"""Rows that decide how wide the columns are; a longer value after them only shifts its own line."""


def json_lines(rows: Iterator[Mapping[str, Any]]) -> Iterator[str]:
    """One JSON object a line."""
    return (json.dumps(row, ensure_ascii=False) for row in rows)


def table_lines(rows: Iterator[Mapping[str, Any]]) -> Iterator[str]:
    """A line of headings and a line for each row, with times of Japan; nothing when there is no row."""
    first = list(map(_cells, islice(rows, _WIDTHS_FROM)))
    if not first:
        return
    widths = {name: max(len(name), *(len(row[name]) for row in first)) for name in first[0]}
    headings = {name: name.replace("_", " ") for name in widths}
    for row in chain([headings], first, map(_cells, rows)):
        yield "  ".join(f"{row[name]:<{width}}" for name, width in widths.items()).rstrip()


def _cells(row: Mapping[str, Any]) -> dict[str, str]:
    return {name: _in_japan(value) if name.endswith("_at") and value else _cell(value) for name, value in row.items()}


def _in_japan(moment: str) -> str:
    return f"{in_japan(datetime.fromisoformat(moment)):%Y-%m-%d %H:%M:%S}"


def _cell(value: Any) -> str:
    match value:
        case None:
            return "-"
        case list():
            return ", ".join(map(str, value))
        case dict():
            return ", ".join(f"{name}: {text}" for name, text in value.items()) or "-"
    return str(value)
