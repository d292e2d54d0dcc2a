"""Every table of the hotline."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

MOMENT = DateTime(timezone=True)

calls = Table(
    "calls",
    metadata,
    Column("sid", String(34), primary_key=True),
    Column("called", String(32), nullable=False, comment="the number that was dialled"),
    Column("caller_sealed", LargeBinary, comment="the caller's number, encrypted; null when withheld or erased"),
    Column("language", String(16), nullable=False),
    Column("status", String(16), nullable=False, comment="as Twilio last said, only ever moved forward"),
    Column("outcome", String(32), nullable=False),
    Column("step", String(32), nullable=False),
    Column("turn", Integer, nullable=False, comment="the newest turn; the next webhook carries it"),
    Column("sealed", LargeBinary, comment="state and newest reply, encrypted; null once erased"),
    Column("started_at", MOMENT, nullable=False),
    Column("turned_at", MOMENT, nullable=False, comment="when the newest turn was taken"),
    Column("ended_at", MOMENT),
    Column("erased_at", MOMENT, comment="when state and newest reply were erased"),
    # Closing calls whose end Twilio never told, and erasing, look only at the few rows that are due. No index may
    # name a column that every turn changes, not even in its WHERE: that would end HOT updates. Hence erased_at,
    # which changes once, says what `sealed IS NULL` would say as well.
    Index("ix_calls_open", "started_at", postgresql_where=text("ended_at IS NULL")),
    Index("ix_calls_with_state", "ended_at", postgresql_where=text("erased_at IS NULL AND ended_at IS NOT NULL")),
    Index("ix_calls_with_caller", "ended_at", postgresql_where=text("caller_sealed IS NOT NULL")),
    Index("ix_calls_started_at", "started_at"),
    # Room on each page for the next version of a row, which a HOT update puts beside the last one.
    postgresql_with={"fillfactor": 70},
)

turns = Table(
    "turns",
    metadata,
    Column("call_sid", String(34), ForeignKey("calls.sid"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", MOMENT, nullable=False),
    Column("from_step", String(32), nullable=False),
    Column("to_step", String(32), nullable=False),
    Column("event", String(32), nullable=False, comment="the kind of event; never what was keyed"),
    Column("prompts", ARRAY(String), nullable=False, comment="the prompts that were said, in order"),
)

requests = Table(
    "requests",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("call_sid", String(34), ForeignKey("calls.sid"), nullable=False),
    Column("turn", Integer, nullable=False, comment="the turn that accepted it"),
    Column("receipt_number", String(16), nullable=False, unique=True),
    Column("targets", ARRAY(String(16)), nullable=False),
    Column("facts_sealed", LargeBinary, comment="birth date, postal code, house number; null once erased"),
    Column("status", String(32), nullable=False),
    Column("answers", JSONB, nullable=False, server_default=text("'{}'::jsonb"), comment="by target"),
    Column("backend_id", String(64), comment="the backend's own reference"),
    Column("loss", String(16)),
    Column("for_another", Boolean),
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    Column("accepted_at", MOMENT, nullable=False),
    Column("due_at", MOMENT, comment="when a worker gets it next; null once finished"),
    Column("finished_at", MOMENT),
    # A webhook that comes twice cannot promise twice, whatever the code above it does.
    UniqueConstraint("call_sid", "turn"),
    CheckConstraint("(status = 'accepted') = (due_at IS NOT NULL)", name="open_is_due"),
    Index("ix_requests_due", "due_at", postgresql_where=text("status = 'accepted'")),
    Index("ix_requests_with_facts", "finished_at", postgresql_where=text("facts_sealed IS NOT NULL")),
    Index("ix_requests_accepted_at", "accepted_at"),
)

follow_ups = Table(
    "follow_ups",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("call_sid", String(34), ForeignKey("calls.sid"), nullable=False),
    Column("request_id", Uuid, ForeignKey("requests.id")),
    Column("reason", String(32), nullable=False),
    Column("call_back_sealed", LargeBinary, comment="the number to call back, encrypted"),
    Column("opened_at", MOMENT, nullable=False),
    Column("resolved_at", MOMENT),
    UniqueConstraint("call_sid", "reason"),
    Index("ix_follow_ups_open", "opened_at", postgresql_where=text("resolved_at IS NULL")),
    Index("ix_follow_ups_with_call_back", "opened_at", postgresql_where=text("call_back_sealed IS NOT NULL")),
)
