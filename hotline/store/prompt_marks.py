"""Sentences of the line that a person marked as wrong, with what is wrong: for those who translate them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from hotline.store.console_tables import prompt_marks, staff

MOST_SETTLED: Final = 50
"""Settled marks of one prompt that are shown: the newest."""

_marked_by: Final = staff.alias("marked_by")
_settled_by: Final = staff.alias("settled_by")


@dataclass(frozen=True, slots=True)
class Remark:
    """What somebody says of a sentence."""

    language: str
    prompt: str
    wording: str
    """What it says now, with its placeholders."""
    comment: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One sentence in one language that somebody found wrong."""

    id: int
    language: str
    prompt: str
    wording: str
    """What it said then, with its placeholders."""
    comment: str
    staff_id: int
    author: str
    """The name of who marked it."""
    at: datetime
    settled_at: datetime | None = None
    """None while it waits for a translator."""
    settled_by: str | None = None
    """The name of who settled it."""


def add_mark(connection: Connection, remark: Remark, staff_id: int, now: datetime) -> int:
    """Mark a sentence; returns the number of the mark. Nothing keeps two people from marking the same one."""
    row = {**asdict(remark), "staff_id": staff_id, "at": now}
    number: int = connection.execute(insert(prompt_marks).returning(prompt_marks.c.id), row).scalar_one()
    return number


def settle_mark(connection: Connection, number: int, staff_id: int, now: datetime) -> bool:
    """Say that a mark needs nobody any more; False when somebody said so before, and nothing is changed."""
    waiting = (prompt_marks.c.id == number) & prompt_marks.c.settled_at.is_(None)
    settled = update(prompt_marks).where(waiting).values(settled_at=now, settled_by=staff_id)
    return connection.execute(settled).rowcount == 1


def find_mark(connection: Connection, number: int) -> Mark | None:
    """The mark of this number, settled or not."""
    row = connection.execute(_marks().where(prompt_marks.c.id == number)).one_or_none()
    return None if row is None else _mark(row)


def open_marks(connection: Connection, language: str) -> Sequence[Mark]:
    """Every mark of the language that waits for a translator: by prompt, the oldest first."""
    waiting = (prompt_marks.c.language == language) & prompt_marks.c.settled_at.is_(None)
    rows = connection.execute(_marks().where(waiting).order_by(prompt_marks.c.prompt, prompt_marks.c.id))
    return [_mark(row) for row in rows]


def marks_of(connection: Connection, language: str, prompt: str) -> Sequence[Mark]:
    """Every open mark of a sentence, the oldest first; then the newest settled ones, at most MOST_SETTLED."""
    its = (prompt_marks.c.language == language) & (prompt_marks.c.prompt == prompt)
    waiting = _marks().where(its, prompt_marks.c.settled_at.is_(None)).order_by(prompt_marks.c.id)
    settled = _marks().where(its, prompt_marks.c.settled_at.is_not(None))
    newest = settled.order_by(prompt_marks.c.settled_at.desc(), prompt_marks.c.id.desc()).limit(MOST_SETTLED)
    return [_mark(row) for one in (waiting, newest) for row in connection.execute(one)]


def count_open(connection: Connection) -> Mapping[str, int]:
    """Language -> how many marks wait; a language without any is not in it."""
    of_language = select(prompt_marks.c.language, func.count()).where(prompt_marks.c.settled_at.is_(None))
    return {row[0]: row[1] for row in connection.execute(of_language.group_by(prompt_marks.c.language))}


def _marks() -> Select[Any]:
    joined = prompt_marks.join(_marked_by, _marked_by.c.id == prompt_marks.c.staff_id)
    joined = joined.outerjoin(_settled_by, _settled_by.c.id == prompt_marks.c.settled_by)
    names = (_marked_by.c.name.label("author"), _settled_by.c.name.label("settler"))
    return select(prompt_marks, *names).select_from(joined)


def _mark(row: Row[Any]) -> Mark:
    return Mark(
        id=row.id,
        language=row.language,
        prompt=row.prompt,
        wording=row.wording,
        comment=row.comment,
        staff_id=row.staff_id,
        author=row.author,
        at=row.at,
        settled_at=row.settled_at,
        settled_by=row.settler,
    )
