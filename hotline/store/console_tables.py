"""Every table that the operators' pages add: people, what they write, what they did, the figures they look at."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Double,
    FetchedValue,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from hotline.store.tables import MOMENT, metadata

__all__ = [
    "audit",
    "call_backs",
    "figures",
    "metadata",
    "notes",
    "passkeys",
    "prompt_marks",
    "saved_views",
    "staff",
    "staff_roles",
]

staff = Table(
    "staff",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("email", String(255), nullable=False, unique=True),
    Column("name", String(100), nullable=False),
    Column("language", String(8), nullable=False, server_default=text("'ja'"), comment="of the pages, for this person"),
    Column("active", Boolean, nullable=False, server_default=text("true"), comment="false once locked"),
    Column("created_at", MOMENT, nullable=False),
    Column("invited_at", MOMENT, comment="when the newest invitation was made; null once it was taken"),
    Column("telephone_sealed", LargeBinary, comment="where this person is rung for calling back, encrypted"),
    Column("failed_sign_ins", SmallInteger, nullable=False, server_default=text("0"), comment="in a row"),
    Column("locked_until", MOMENT, comment="after too many of those; null or past when it may be tried"),
    # From here on the names are Flask-Security's, which reads and writes them.
    Column("password", String(255), comment="argon2id; null until an invitation was taken"),
    Column("fs_uniquifier", String(64), nullable=False, unique=True, comment="in every session; changed, all end"),
    Column("fs_webauthn_user_handle", String(64), unique=True),
    Column("tf_primary_method", String(64)),
    Column("tf_totp_secret", String(255), comment="encrypted"),
    Column("totp_counter", BigInteger, comment="the half minute of the newest code that was used; each counts once"),
    Column("mf_recovery_codes", ARRAY(String), comment="encrypted"),
    Column("current_login_at", DateTime, comment="UTC"),
    Column("current_login_ip", String(64)),
    Column("last_login_at", DateTime, comment="UTC"),
    Column("last_login_ip", String(64)),
    Column("login_count", Integer),
)

staff_roles = Table(
    "staff_roles",
    metadata,
    Column("staff_id", BigInteger, ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String(16), primary_key=True),
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("user_id", BigInteger, ForeignKey("staff.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", String(64), nullable=False),
    Column("usage", String(64), nullable=False),
    Column("credential_id", LargeBinary, nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", Integer, nullable=False, server_default=text("0")),
    Column("transports", ARRAY(String)),
    Column("backup_state", Boolean, nullable=False),
    Column("device_type", String(64), nullable=False),
    Column("extensions", String(255)),
    Column("create_datetime", DateTime, nullable=False, server_default=text("(now() AT TIME ZONE 'UTC')")),
    Column("lastuse_datetime", DateTime, nullable=False, comment="UTC"),
)

audit = Table(
    "audit",
    metadata,
    # A trigger numbers and chains the rows, and refuses to change or delete any.
    Column("id", BigInteger, FetchedValue(), primary_key=True, autoincrement=False, comment="1, 2, 3 ... without gaps"),
    Column("at", MOMENT, nullable=False),
    Column("staff_id", BigInteger, comment="null for the line itself and for strangers"),
    Column("who", String(255), nullable=False, comment="the e-mail address, or which part of the line"),
    Column("address", String(64), comment="the network address that it was done from"),
    Column("action", String(48), nullable=False),
    Column("subject", String(160), nullable=False, comment="what it was done to; never anything keyed"),
    Column("call_sid", String(34), comment="the call it concerns; it stays when the call is forgotten"),
    Column("reason", Text, nullable=False, server_default=text("''")),
    Column("details", Text, nullable=False, server_default=text("''"), comment="JSON, or nothing"),
    Column("previous", LargeBinary, nullable=False, comment="the seal of the row before"),
    Column("seal", LargeBinary, nullable=False, comment="SHA-256 of this row and of that seal"),
    Index("ix_audit_at", "at"),
    Index("ix_audit_by_call", "call_sid", "id", postgresql_where=text("call_sid IS NOT NULL")),
    Index("ix_audit_by_who", "who", "id"),
    Index("ix_audit_by_action", "action", "id"),
    Index("ix_audit_by_staff", "staff_id", "id", postgresql_where=text("staff_id IS NOT NULL")),
    comment="who did or looked at what; only ever added to",
)

notes = Table(
    "notes",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("call_sid", String(34), ForeignKey("calls.sid"), nullable=False),
    Column("follow_up_id", BigInteger, ForeignKey("follow_ups.id")),
    Column("staff_id", BigInteger, ForeignKey("staff.id"), nullable=False),
    Column("at", MOMENT, nullable=False),
    Column("body_sealed", LargeBinary, nullable=False, comment="what an operator wrote, encrypted"),
    Index("ix_notes_by_call", "call_sid", "id"),
    Index("ix_notes_by_follow_up", "follow_up_id", postgresql_where=text("follow_up_id IS NOT NULL")),
)

call_backs = Table(
    "call_backs",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("call_sid", String(34), ForeignKey("calls.sid"), nullable=False, comment="the call that is answered so"),
    Column("follow_up_id", BigInteger, ForeignKey("follow_ups.id"), nullable=False),
    Column("staff_id", BigInteger, ForeignKey("staff.id"), nullable=False),
    Column("to_sealed", LargeBinary, comment="the number that is called back, encrypted; null once erased"),
    Column("from_number", String(32), nullable=False, comment="the line's number that it is called from"),
    Column("sid", String(34), unique=True, comment="Twilio's name for the call to the operator"),
    Column("status", String(32), nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("told_at", MOMENT, comment="when its status last changed"),
    Column("ended_at", MOMENT, comment="null while it is under way"),
    Column("talked_s", Integer, comment="seconds that both were connected; null when they were not"),
    # However quickly two operators press at once, the caller is called back by one.
    Index("uq_call_backs_under_way", "follow_up_id", unique=True, postgresql_where=text("ended_at IS NULL")),
    Index("ix_call_backs_by_call", "call_sid", "id"),
    Index("ix_call_backs_by_follow_up", "follow_up_id"),
    Index("ix_call_backs_with_number", "created_at", postgresql_where=text("to_sealed IS NOT NULL")),
)

saved_views = Table(
    "saved_views",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("staff_id", BigInteger, ForeignKey("staff.id", ondelete="CASCADE"), nullable=False),
    Column("name", String(60), nullable=False),
    Column("query", String(1000), nullable=False, comment="the filters as the address of the list has them"),
    Column("created_at", MOMENT, nullable=False),
    UniqueConstraint("staff_id", "name"),
)

prompt_marks = Table(
    "prompt_marks",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("language", String(16), nullable=False),
    Column("prompt", String(80), nullable=False),
    Column("wording", Text, nullable=False, comment="what it said when it was marked"),
    Column("comment", Text, nullable=False, comment="what is wrong with it"),
    Column("staff_id", BigInteger, ForeignKey("staff.id"), nullable=False),
    Column("at", MOMENT, nullable=False),
    Column("settled_at", MOMENT),
    Column("settled_by", BigInteger, ForeignKey("staff.id")),
    Index("ix_prompt_marks_open", "language", "prompt", postgresql_where=text("settled_at IS NULL")),
)

figures = Table(
    "figures",
    metadata,
    Column("name", String(32), primary_key=True, comment="what was counted"),
    Column("at", MOMENT, primary_key=True, comment="the beginning of the hour or the day in Japan"),
    Column("key", String(64), primary_key=True, comment="of which outcome, language or step"),
    Column("value", Double, nullable=False),
    comment="counted once an hour or a day is over; they stay when the calls are forgotten",
)
