"""How PostgreSQL answers what the console asks it: which index each statement walks, and how much it reads for it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from bench.looks import Look
from hotline.console.app import create_console
from hotline.settings import Settings

EXPLAINED: Final = 5
"""Addresses of each kind whose statements are explained: they lie evenly among those that are asked for."""

_BIG: Final = frozenset({"calls", "turns", "requests", "tries", "follow_ups", "texts", "figures", "audit"})
"""Tables that grow with the log."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a page, or a middling one of several, has read of the tables that grow."""

    walked: frozenset[str]
    """Indexes, and tables that were read from end to end."""
    rows: float
    blocks: float
    """Of 8 kB, from wherever they came."""
    shown: float
    """Rows on the page."""

    @property
    def whole_tables(self) -> frozenset[str]:
        """Those that were read from end to end."""
        return self.walked & _BIG


class Plans:
    """A console in this process, whose statements are explained before they run."""

    def __init__(self, settings: Settings, cookies: Mapping[str, str]) -> None:
        self._app = create_console(settings)
        self._cookies = cookies
        self._engine: Engine = self._app.extensions["hotline.engine"]

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def read(self, look: Look) -> Read:
        """What this kind of page reads."""
        some = look.paths[:: max(1, len(look.paths) // EXPLAINED)][:EXPLAINED]
        each = [self._read(path) for path in some]
        walked = frozenset[str]().union(*(one.walked for one in each))
        return Read(
            walked,
            median(one.rows for one in each),
            median(one.blocks for one in each),
            median(one.shown for one in each),
        )

    def _read(self, path: str) -> Read:
        browser: FlaskClient = self._app.test_client()
        for name, cookie in self._cookies.items():
            browser.set_cookie(name, cookie, domain="127.0.0.1")
        with _explaining(self._engine) as plans:
            page = browser.get(path, base_url="http://127.0.0.1/")
        assert page.status_code in (200, 303), f"{path}: {page.status}"
        nodes = [node for plan in plans for node in _nodes(plan["Plan"])]
        scans = [node for node in nodes if node["Node Type"].endswith("Scan") and _walked(node)]
        blocks = sum(plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"] for plan in plans)
        return Read(
            frozenset(_walked(node) for node in scans), sum(map(_rows, scans)), blocks, page.text.count("data-row")
        )


@contextmanager
def _explaining(engine: Engine) -> Iterator[Sequence[Any]]:
    """The plans of all statements within that read a table that grows."""
    plans: list[Any] = []

    def explain(connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if not statement.lstrip().upper().startswith(("SELECT", "WITH")):
            return
        with closing(connection.connection.cursor()) as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", parameters)
            (found,) = cursor.fetchone()
        plan = (json.loads(found) if isinstance(found, str) else found)[0]
        if any(node.get("Relation Name") in _BIG for node in _nodes(plan["Plan"])):
            plans.append(plan)

    event.listen(engine, "before_cursor_execute", explain)
    try:
        yield plans
    finally:
        event.remove(engine, "before_cursor_execute", explain)


def _nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


def _walked(node: Mapping[str, Any]) -> str:
    if node["Actual Loops"] == 0:
        return ""
    if "Index Name" in node:
        return str(node["Index Name"])
    # A bitmap's rows are found by the index below it.
    is_whole = node["Node Type"] == "Seq Scan" and node["Relation Name"] in _BIG
    return str(node["Relation Name"]) if is_whole else ""


def _rows(node: Mapping[str, Any]) -> float:
    left_out = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return float((node["Actual Rows"] + left_out) * node["Actual Loops"])
