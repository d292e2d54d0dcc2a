"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calls",
        sa.Column("sid", sa.String(length=34), nullable=False),
        sa.Column("called", sa.String(length=32), nullable=False, comment="the number that was dialled"),
        sa.Column(
            "caller_sealed",
            sa.LargeBinary(),
            nullable=True,
            comment="the caller's number, encrypted; null when withheld or erased",
        ),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column(
            "status", sa.String(length=16), nullable=False, comment="as Twilio last said, only ever moved forward"
        ),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False, comment="the newest turn; the next webhook carries it"),
        sa.Column(
            "sealed", sa.LargeBinary(), nullable=True, comment="state and newest reply, encrypted; null once erased"
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("turned_at", sa.DateTime(timezone=True), nullable=False, comment="when the newest turn was taken"),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "erased_at", sa.DateTime(timezone=True), nullable=True, comment="when state and newest reply were erased"
        ),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_calls")),
        postgresql_with={"fillfactor": 70},
    )
    op.create_index(
        "ix_calls_open", "calls", ["started_at"], unique=False, postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_index("ix_calls_started_at", "calls", ["started_at"], unique=False)
    op.create_index(
        "ix_calls_with_caller",
        "calls",
        ["ended_at"],
        unique=False,
        postgresql_where=sa.text("caller_sealed IS NOT NULL"),
    )
    op.create_index(
        "ix_calls_with_state",
        "calls",
        ["ended_at"],
        unique=False,
        postgresql_where=sa.text("erased_at IS NULL AND ended_at IS NOT NULL"),
    )
    op.create_table(
        "requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call_sid", sa.String(length=34), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False, comment="the turn that accepted it"),
        sa.Column("receipt_number", sa.String(length=16), nullable=False),
        sa.Column("targets", postgresql.ARRAY(sa.String(length=16)), nullable=False),
        sa.Column(
            "facts_sealed",
            sa.LargeBinary(),
            nullable=True,
            comment="birth date, postal code, house number; null once erased",
        ),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column(
            "answers",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
            comment="by target",
        ),
        sa.Column("backend_id", sa.String(length=64), nullable=True, comment="the backend's own reference"),
        sa.Column("loss", sa.String(length=16), nullable=True),
        sa.Column("for_another", sa.Boolean(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "due_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when a worker gets it next; null once finished",
        ),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(status = 'accepted') = (due_at IS NOT NULL)", name=op.f("ck_requests_open_is_due")),
        sa.ForeignKeyConstraint(["call_sid"], ["calls.sid"], name=op.f("fk_requests_call_sid")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requests")),
        sa.UniqueConstraint("call_sid", "turn", name=op.f("uq_requests_call_sid_turn")),
        sa.UniqueConstraint("receipt_number", name=op.f("uq_requests_receipt_number")),
    )
    op.create_index("ix_requests_accepted_at", "requests", ["accepted_at"], unique=False)
    op.create_index(
        "ix_requests_due", "requests", ["due_at"], unique=False, postgresql_where=sa.text("status = 'accepted'")
    )
    op.create_index(
        "ix_requests_with_facts",
        "requests",
        ["finished_at"],
        unique=False,
        postgresql_where=sa.text("facts_sealed IS NOT NULL"),
    )
    op.create_table(
        "turns",
        sa.Column("call_sid", sa.String(length=34), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_step", sa.String(length=32), nullable=False),
        sa.Column("to_step", sa.String(length=32), nullable=False),
        sa.Column("event", sa.String(length=32), nullable=False, comment="the kind of event; never what was keyed"),
        sa.Column(
            "prompts", postgresql.ARRAY(sa.String()), nullable=False, comment="the prompts that were said, in order"
        ),
        sa.ForeignKeyConstraint(["call_sid"], ["calls.sid"], name=op.f("fk_turns_call_sid")),
        sa.PrimaryKeyConstraint("call_sid", "number", name=op.f("pk_turns")),
    )
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("call_sid", sa.String(length=34), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("call_back_sealed", sa.LargeBinary(), nullable=True, comment="the number to call back, encrypted"),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["call_sid"], ["calls.sid"], name=op.f("fk_follow_ups_call_sid")),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name=op.f("fk_follow_ups_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
        sa.UniqueConstraint("call_sid", "reason", name=op.f("uq_follow_ups_call_sid_reason")),
    )
    op.create_index(
        "ix_follow_ups_open", "follow_ups", ["opened_at"], unique=False, postgresql_where=sa.text("resolved_at IS NULL")
    )
    op.create_index(
        "ix_follow_ups_with_call_back",
        "follow_ups",
        ["opened_at"],
        unique=False,
        postgresql_where=sa.text("call_back_sealed IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_follow_ups_with_call_back",
        table_name="follow_ups",
        postgresql_where=sa.text("call_back_sealed IS NOT NULL"),
    )
    op.drop_index("ix_follow_ups_open", table_name="follow_ups", postgresql_where=sa.text("resolved_at IS NULL"))
    op.drop_table("follow_ups")
    op.drop_table("turns")
    op.drop_index("ix_requests_with_facts", table_name="requests", postgresql_where=sa.text("facts_sealed IS NOT NULL"))
    op.drop_index("ix_requests_due", table_name="requests", postgresql_where=sa.text("status = 'accepted'"))
    op.drop_index("ix_requests_accepted_at", table_name="requests")
    op.drop_table("requests")
    op.drop_index(
        "ix_calls_with_state",
        table_name="calls",
        postgresql_where=sa.text("erased_at IS NULL AND ended_at IS NOT NULL"),
    )
    op.drop_index("ix_calls_with_caller", table_name="calls", postgresql_where=sa.text("caller_sealed IS NOT NULL"))
    op.drop_index("ix_calls_started_at", table_name="calls")
    op.drop_index("ix_calls_open", table_name="calls", postgresql_where=sa.text("ended_at IS NULL"))
    op.drop_table("calls")
