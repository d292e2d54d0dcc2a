"""What becomes of the texts that were promised about a request, when it is sent again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, ScalarSelect, case, func, insert, literal, select, update

from hotline.store.tables import texts
from hotline.store.texts import Purpose, TextStatus

_UNSENT = (TextStatus.WAITING, TextStatus.DUE)


def tell_again(connection: Connection, request_id: UUID, now: datetime) -> None:
    """Have every text that was to tell what became of the request tell it once it is finished anew.

    What has not left yet waits again. What has left, or may have, is followed by another one: what it told is not
    true any more. Who asked for no such text gets none, nor whom the line refused to write to.
    """
    told = (texts.c.request_id == request_id) & (texts.c.purpose == Purpose.DONE)
    waits = {"status": TextStatus.WAITING, "due_at": None, "body_sealed": None, "attempts": 0, "told_at": now}
    connection.execute(update(texts).where(told, texts.c.status == TextStatus.DUE).values(waits))
    # Only now: a text that was claimed while this waited for its row is one that may have left.
    newest = select(texts).where(told).order_by(texts.c.telling.desc()).limit(1).cte("newest")
    row = {
        "id": func.gen_random_uuid(),
        **{name: newest.c[name] for name in ("call_sid", "turn", "request_id", "purpose", "language")},
        **{name: newest.c[name] for name in ("to_sealed", "to_print")},
        "status": literal(TextStatus.WAITING.value),
        "created_at": literal(now, texts.c.created_at.type),
        "telling": newest.c.telling + 1,
    }
    has_left = newest.c.status.not_in((*_UNSENT, TextStatus.REFUSED))
    again = select(*row.values()).where(has_left, newest.c.to_sealed.is_not(None))
    connection.execute(insert(texts).from_select(list(row), again))


def wait_again(connection: Connection, text_id: UUID, now: datetime) -> None:
    """Do not send the text in hand: its request was sent again. It waits, or another one has taken its place."""
    is_followed = case((_telling_of_newest(text_id) > texts.c.telling, TextStatus.REFUSED), else_=TextStatus.WAITING)
    waits = {"status": is_followed, "due_at": None, "body_sealed": None, "attempts": 0, "told_at": now}
    is_mine = (texts.c.id == text_id) & (texts.c.status == TextStatus.SENDING)
    connection.execute(update(texts).where(is_mine).values(waits))


def is_followed(connection: Connection, text_id: UUID) -> bool:
    """Whether another text has taken the place of this one, because its request was sent again."""
    telling = select(texts.c.telling).where(texts.c.id == text_id).scalar_subquery()
    return bool(connection.execute(select(_telling_of_newest(text_id) > telling)).scalar_one())


def _telling_of_newest(text_id: UUID) -> ScalarSelect[int]:
    one, other = texts.alias("one"), texts.alias("other")
    about = (other.c.request_id == one.c.request_id) & (other.c.purpose == one.c.purpose)
    newest = select(func.max(other.c.telling)).select_from(one.join(other, about))
    return newest.where(one.c.id == text_id).scalar_subquery()
