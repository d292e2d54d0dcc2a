"""Every table that watching the line adds: who lives, what is wrong, who was told, how the line found itself."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    String,
    Table,
    Text,
    text,
)

from hotline.store.console_tables import metadata
from hotline.store.tables import MOMENT

__all__ = ["breaths", "metadata", "pages", "pauses", "synthetic_calls", "troubles"]

breaths = Table(
    "breaths",
    metadata,
    Column("name", String(128), primary_key=True, comment="kind, host and number of the operating system's process"),
    Column("kind", String(16), nullable=False, comment="dispatcher or watch; RQ itself knows the workers"),
    Column("started_at", MOMENT, nullable=False),
    Column("at", MOMENT, nullable=False, comment="when it last said that it lives"),
    postgresql_with={"fillfactor": 50},
)

pauses = Table(
    "pauses",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("began_at", MOMENT, nullable=False),
    Column("began_by", BigInteger, ForeignKey("staff.id"), nullable=False),
    Column("ended_at", MOMENT),
    Column("ended_by", BigInteger, ForeignKey("staff.id"), comment="null when it ended by itself"),
    # One pause at a time.
    Index("uq_pauses_open", text("(ended_at IS NULL)"), unique=True, postgresql_where=text("ended_at IS NULL")),
)

synthetic_calls = Table(
    "synthetic_calls",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", MOMENT, nullable=False, comment="when it began"),
    Column("language", String(16), nullable=False),
    Column("fault", Text, comment="what went wrong, as a sentence; null when it went well"),
    Column("answer_s", Double, comment="seconds to the first answer; null without one"),
    Column("longest_turn_s", Double),
    Column("stop_s", Double, comment="seconds from confirming to the stopped card; null when it was not stopped"),
    Index("ix_synthetic_calls_by_language", "language", "at"),
    Index("ix_synthetic_calls_at", "at"),
)

troubles = Table(
    "troubles",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("limit_name", String(48), nullable=False, comment="the limit that is broken"),
    Column("about", String(64), nullable=False, server_default=text("''"), comment="such as a language, or empty"),
    Column("severity", String(8), nullable=False, comment="page or ticket"),
    Column("said", Text, nullable=False, comment="what is wrong, as a sentence without anything personal"),
    Column("opened_at", MOMENT, nullable=False),
    Column("over_at", MOMENT),
    Column("taken_at", MOMENT, comment="when somebody said that they have it"),
    Column("taken_by", String(100), comment="who, as the roster names them"),
    Column("told", SmallInteger, nullable=False, server_default=text("0"), comment="how often somebody was told"),
    Column("told_at", MOMENT, comment="when last"),
    Column("over_told_at", MOMENT, comment="when it was told that it is over"),
    Index(
        "uq_troubles_open",
        "limit_name",
        "about",
        unique=True,
        postgresql_where=text("over_at IS NULL"),
    ),
    Index("ix_troubles_opened_at", "opened_at"),
)

pages = Table(
    "pages",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("trouble_id", BigInteger, ForeignKey("troubles.id"), nullable=False),
    Column("at", MOMENT, nullable=False),
    Column("whom", String(100), nullable=False, comment="as the roster names them"),
    Column("how", String(16), nullable=False, comment="message or call"),
    Column("went", Boolean, comment="whether whoever carries it took it; null until that is known"),
    Column("call_sid", String(34), unique=True, comment="Twilio's name for the call that reads it aloud"),
    Column("call_ended", Boolean, nullable=False, server_default=text("false")),
    Index("ix_pages_of_trouble", "trouble_id"),
)
