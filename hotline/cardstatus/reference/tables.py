"""What the backend keeps: how everybody's card stands, and what was answered under which key."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from hotline.cardstatus.reference.people import MUNICIPALITY_LIMIT

metadata = MetaData()

# Names stay in the file: nothing here asks for them.
people = Table(
    "people",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("birth_date", Date, nullable=False),
    Column("postal_code", String(7), nullable=False),
    Column("house_number", Text, nullable=False, comment="as written; empty when there is none"),
    Column("municipality", String(MUNICIPALITY_LIMIT), comment="null when the register does not know it"),
    Column("card", String(16), nullable=False),
    Column("smartphone", String(16), nullable=False),
    Index("ix_people_birth_date_postal_code", "birth_date", "postal_code"),
)

suspensions = Table(
    "suspensions",
    metadata,
    Column("number", BigInteger, Identity(always=True), primary_key=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("key", String(128), nullable=False, unique=True, comment="the sender's idempotency key"),
    Column("body", LargeBinary, nullable=False, comment="keyed hash of what was asked; the facts are not kept"),
    Column("targets", ARRAY(String(16)), nullable=False),
    # Null only inside the transaction that takes the key.
    Column("result", String(16)),
    Column("answers", JSONB),
    Column("municipality", String(MUNICIPALITY_LIMIT), comment="as it was answered, whoever moves later"),
    Column("applied_at", DateTime(timezone=True), comment="null when nothing was stopped"),
)

origin = Table(
    "origin",
    metadata,
    Column("only_row", Boolean, CheckConstraint("only_row"), primary_key=True),
    Column("people", String(64), comment="digest of the people as they were loaded"),
    Column("secret", LargeBinary, nullable=False, comment="keys the hashes of this database"),
)
