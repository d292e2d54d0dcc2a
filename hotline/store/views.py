"""Filters of the list of calls under a name, each for the person who saved them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from hotline.store.console_tables import saved_views, staff

MOST_VIEWS: Final = 30
"""How many one person may save: more of them nobody reads."""


@dataclass(frozen=True, slots=True)
class View:
    """Some filters and their name."""

    id: int
    name: str
    query: str
    """As the address of the list has them."""


def list_views(connection: Connection, staff_id: int) -> Sequence[View]:
    """Everything that this person saved, by name."""
    mine = select(saved_views.c.id, saved_views.c.name, saved_views.c.query).where(saved_views.c.staff_id == staff_id)
    return [View(*row) for row in connection.execute(mine.order_by(saved_views.c.name, saved_views.c.id))]


def save_view(connection: Connection, staff_id: int, name: str, query: str, now: datetime) -> bool:
    """Save these filters, in place of those that this person has under the name; False when there are too many."""
    # Whoever saves two at once is asked one after the other, or they could become too many.
    connection.execute(select(staff.c.id).where(staff.c.id == staff_id).with_for_update())
    others = select(func.count()).where(saved_views.c.staff_id == staff_id, saved_views.c.name != name)
    if connection.execute(others).scalar_one() >= MOST_VIEWS:
        return False
    row = {"staff_id": staff_id, "name": name, "query": query, "created_at": now}
    saved = insert(saved_views).values(row)
    there = [saved_views.c.staff_id, saved_views.c.name]
    connection.execute(saved.on_conflict_do_update(index_elements=there, set_={"query": saved.excluded.query}))
    return True


def rename_view(connection: Connection, staff_id: int, view_id: int, name: str) -> bool | None:
    """Give it another name; None when this person has no such view, False when another one has the name already."""
    connection.execute(select(staff.c.id).where(staff.c.id == staff_id).with_for_update())
    mine = saved_views.c.staff_id == staff_id
    if connection.execute(select(saved_views.c.id).where(mine, saved_views.c.id == view_id)).one_or_none() is None:
        return None
    other = select(saved_views.c.id).where(mine, saved_views.c.name == name, saved_views.c.id != view_id)
    if connection.execute(other).one_or_none() is not None:
        return False
    connection.execute(update(saved_views).where(mine, saved_views.c.id == view_id).values(name=name))
    return True


def delete_view(connection: Connection, staff_id: int, view_id: int) -> bool:
    """Forget it; False when this person has no such view."""
    gone = delete(saved_views).where(saved_views.c.staff_id == staff_id, saved_views.c.id == view_id)
    return connection.execute(gone).rowcount == 1
