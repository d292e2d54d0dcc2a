"""Every table of the line itself; what only the operators' pages need is in console_tables.py."""

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
    Column("channel", String(8), nullable=False, server_default=text("'voice'"), comment="voice, or text for SMS"),
    Column("called", String(32), nullable=False, comment="the number that was dialled, or written to"),
    Column("caller_sealed", LargeBinary, comment="the caller's number, encrypted; null when withheld or erased"),
    Column("caller_print", String(32), comment="keyed fingerprint of the caller's number; erased with it"),
    Column("caller_end_print", String(32), comment="keyed fingerprint of its last four digits; erased with it"),
    Column("language", String(16), nullable=False),
    Column("status", String(16), nullable=False, comment="as Twilio last said, only ever moved forward"),
    Column("outcome", String(32), nullable=False),
    Column("step", String(32), nullable=False),
    Column("turn", Integer, nullable=False, comment="the newest turn; the next webhook carries it"),
    Column("sealed", LargeBinary, comment="state and newest reply, encrypted; null once erased"),
    Column("started_at", MOMENT, nullable=False),
    Column("turned_at", MOMENT, nullable=False, comment="when the newest turn was taken"),
    Column("in_line_since", MOMENT, comment="since when the caller waits for an operator; null otherwise"),
    Column("ended_at", MOMENT),
    Column("ended_step", String(32), comment="the step at which it ended; null while it goes on"),
    Column("erased_at", MOMENT, comment="when state and newest reply were erased"),
    Column("caller_erased_at", MOMENT, comment="when the caller's number and fingerprints were erased"),
    Column("held_at", MOMENT, comment="since when a legal hold keeps all of it from being erased; null without one"),
    Column("is_synthetic", Boolean, nullable=False, server_default=text("false"), comment="the line called itself"),
    # Closing calls whose end Twilio never told, and erasing, look only at the few rows that are due. No index may
    # name a column that every turn changes, not even in its WHERE: that would end HOT updates. Hence erased_at,
    # which changes once, says what `sealed IS NULL` would say as well.
    Index("ix_calls_open", "started_at", postgresql_where=text("ended_at IS NULL")),
    Index("ix_calls_with_state", "ended_at", postgresql_where=text("erased_at IS NULL AND ended_at IS NOT NULL")),
    Index("ix_calls_with_caller", "ended_at", postgresql_where=text("caller_sealed IS NOT NULL")),
    # For the operators' list, newest first. Language and outcome change in few turns, the step in every one: hence
    # ended_step.
    Index("ix_calls_started_at", "started_at", "sid"),
    Index("ix_calls_by_language", "language", "started_at", "sid"),
    Index("ix_calls_by_outcome", "outcome", "started_at", "sid"),
    Index("ix_calls_by_ended_step", "ended_step", "started_at", "sid", postgresql_where=text("ended_step IS NOT NULL")),
    Index(
        "ix_calls_by_caller_end",
        "caller_end_print",
        "started_at",
        "sid",
        postgresql_where=text("caller_end_print IS NOT NULL"),
    ),
    Index("ix_calls_by_text", "started_at", "sid", postgresql_where=text("channel = 'text'")),
    Index("ix_calls_synthetic", "started_at", "sid", postgresql_where=text("is_synthetic")),
    Index("ix_calls_held", "sid", postgresql_where=text("held_at IS NOT NULL")),
    Index("ix_calls_by_caller", "caller_print", "started_at", postgresql_where=text("caller_print IS NOT NULL")),
    # One open conversation by text for each pair of numbers, however quickly two messages follow each other.
    Index(
        "uq_calls_open_text",
        "caller_print",
        "called",
        unique=True,
        postgresql_where=text("channel = 'text' AND ended_at IS NULL"),
    ),
    Index("ix_calls_in_line", "in_line_since", postgresql_where=text("in_line_since IS NOT NULL")),
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
    Column("message_sid", String(34), unique=True, comment="the text message that this turn answers"),
    Column("language", String(8), comment="in which it was said; null before it was kept"),
)

requests = Table(
    "requests",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("call_sid", String(34), ForeignKey("calls.sid"), nullable=False),
    Column("turn", Integer, nullable=False, comment="the turn that accepted it"),
    Column("sent_again_at", MOMENT, comment="when an operator last sent it again; null for one that nobody did"),
    Column("idempotency_key", Uuid, comment="the backend's key for it since then; null while that is its id"),
    Column("receipt_number", String(16), nullable=False, unique=True),
    Column("targets", ARRAY(String(16)), nullable=False),
    Column("facts_sealed", LargeBinary, comment="birth date, postal code, house number; null once erased"),
    Column("status", String(32), nullable=False),
    Column("answers", JSONB, nullable=False, server_default=text("'{}'::jsonb"), comment="by target"),
    Column("backend_id", String(64), comment="the backend's own reference"),
    Column("municipality", String(64), comment="of the registered address, as the backend names it"),
    Column("person_print", String(32), comment="keyed fingerprint of the facts; erased with them"),
    Column("facts_erased_at", MOMENT, comment="when the facts were erased"),
    Column("loss", String(16)),
    Column("for_another", Boolean),
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    Column(
        "attempts_before",
        SmallInteger,
        nullable=False,
        server_default=text("0"),
        comment="of these, how many were made before it was last sent again",
    ),
    Column("accepted_at", MOMENT, nullable=False),
    Column("due_at", MOMENT, comment="when a worker gets it next; null once finished"),
    Column("finished_at", MOMENT),
    # A webhook that comes twice cannot promise twice, whatever the code above it does.
    UniqueConstraint("call_sid", "turn"),
    CheckConstraint("(status = 'accepted') = (due_at IS NOT NULL)", name="open_is_due"),
    Index("ix_requests_due", "due_at", postgresql_where=text("status = 'accepted'")),
    Index("ix_requests_with_facts", "finished_at", postgresql_where=text("facts_sealed IS NOT NULL")),
    Index("ix_requests_accepted_at", "accepted_at"),
    Index("ix_requests_by_person", "person_print", "accepted_at", postgresql_where=text("person_print IS NOT NULL")),
)

tries = Table(
    "tries",
    metadata,
    Column("request_id", Uuid, ForeignKey("requests.id"), primary_key=True),
    Column("number", SmallInteger, primary_key=True, comment="counted from 1"),
    Column("handed_over_at", MOMENT, nullable=False, comment="when a worker got it"),
    Column("answered_at", MOMENT, comment="when it was over, one way or the other"),
    Column("said", String(64), comment="what the backend answered, or why it did not; never anything keyed"),
    comment="each handing-over of a request to a worker",
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
    Column("version", Integer, nullable=False, server_default=text("0"), comment="counts changes by operators"),
    Column("taken_by", BigInteger, ForeignKey("staff.id"), comment="whose it is; null for nobody's"),
    Column("taken_at", MOMENT),
    Column("resolved_at", MOMENT),
    Column("resolved_by", BigInteger, ForeignKey("staff.id"), comment="null when the line itself resolved it"),
    Column("resolution", String(32), comment="what came of it, in the operator's judgement"),
    UniqueConstraint("call_sid", "reason"),
    Index("ix_follow_ups_open", "opened_at", postgresql_where=text("resolved_at IS NULL")),
    Index("ix_follow_ups_resolved", "resolved_at", "id", postgresql_where=text("resolved_at IS NOT NULL")),
    Index("ix_follow_ups_by_reason", "reason", "resolved_at", "id"),
    # Whoever deletes a request must find what points to it.
    Index("ix_follow_ups_by_request", "request_id", postgresql_where=text("request_id IS NOT NULL")),
    Index("ix_follow_ups_with_call_back", "opened_at", postgresql_where=text("call_back_sealed IS NOT NULL")),
)

texts = Table(
    "texts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("call_sid", String(34), ForeignKey("calls.sid"), nullable=False),
    Column("turn", Integer, nullable=False, comment="the turn that promised it"),
    Column("request_id", Uuid, ForeignKey("requests.id")),
    Column("purpose", String(16), nullable=False, comment="steps, done, or turn in a conversation by text"),
    Column("language", String(16), nullable=False),
    Column("to_sealed", LargeBinary, comment="the number it goes to, encrypted; null once erased"),
    Column("to_print", String(32), comment="keyed fingerprint of that number; erased with it"),
    Column("body_sealed", LargeBinary, comment="what it says, encrypted; null until it is composed, and once erased"),
    Column("status", String(16), nullable=False),
    Column("message_sid", String(34), unique=True, comment="Twilio's name for it"),
    Column("segments", SmallInteger),
    Column("error_code", Integer, comment="Twilio's code for why it was not delivered"),
    Column("created_at", MOMENT, nullable=False),
    Column("due_at", MOMENT, comment="when it is sent next; null while it waits for its request, and once sent"),
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    Column("told_at", MOMENT, comment="when its status last changed"),
    Column(
        "telling",
        SmallInteger,
        nullable=False,
        server_default=text("0"),
        comment="counts the texts about one request that was sent again, because the one before told what it was then",
    ),
    # One request is told about once in each way, whatever is repeated; after it was sent again once more.
    UniqueConstraint("request_id", "purpose", "telling"),
    UniqueConstraint("call_sid", "turn", "purpose", "telling"),
    Index("ix_texts_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    Index("ix_texts_waiting", "created_at", postgresql_where=text("status = 'waiting'")),
    Index("ix_texts_by_number", "to_print", "created_at", postgresql_where=text("to_print IS NOT NULL")),
    Index("ix_texts_created_at", "created_at"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("call_sid", String(34), ForeignKey("calls.sid"), nullable=False),
    Column("recording_sid", String(34), nullable=False, unique=True, comment="Twilio's name for the recording"),
    Column("seconds", Integer, nullable=False),
    Column("recorded_at", MOMENT, nullable=False),
    Column("deleted_at", MOMENT, comment="when the recording was deleted at Twilio"),
    Index("ix_messages_by_call", "call_sid"),
    Index("ix_messages_kept", "recorded_at", postgresql_where=text("deleted_at IS NULL")),
    comment="what callers left for an operator in their own voice",
)

erasures = Table(
    "erasures",
    metadata,
    Column("kind", String(32), primary_key=True, comment="what was erased"),
    Column("rows", BigInteger, nullable=False),
    Column("since", MOMENT, nullable=False, comment="when the first of them was erased"),
    Column("until", MOMENT, nullable=False, comment="when the last of them was erased"),
    comment="what was erased and does not stand in the audit trail yet; written together with the erasing",
)

wrong_receipts = Table(
    "wrong_receipts",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("call_sid", String(34), ForeignKey("calls.sid"), nullable=False),
    Column("receipt_print", String(32), nullable=False, comment="keyed fingerprint of the number that was tried"),
    Column("at", MOMENT, nullable=False),
    Index("ix_wrong_receipts_by_receipt", "receipt_print", "at"),
    Index("ix_wrong_receipts_at", "at"),
    Index("ix_wrong_receipts_by_call", "call_sid"),
    comment="pairs of receipt number and birth date that did not fit, so that nobody tries one after the other",
)
