"""The only place that reads the time. Everything below takes the moment as an argument."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Final

JAPAN: Final = timezone(timedelta(hours=9), "JST")
"""Japan's time: nine hours before UTC all year round, no summer time since 1952."""


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def in_japan(moment: datetime) -> datetime:
    """The same moment on a clock in Japan, for what people read and hear."""
    return moment.astimezone(JAPAN)
