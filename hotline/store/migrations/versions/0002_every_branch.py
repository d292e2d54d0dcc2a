"""Every branch of the call: texts, voice messages, receipts, the line for operators."""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('messages',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('call_sid', sa.String(length=34), nullable=False),
    sa.Column('recording_sid', sa.String(length=34), nullable=False, comment="Twilio's name for the recording"),
    sa.Column('seconds', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True, comment='when the recording was deleted at Twilio'),
    sa.ForeignKeyConstraint(['call_sid'], ['calls.sid'], name=op.f('fk_messages_call_sid')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_messages')),
    sa.UniqueConstraint('recording_sid', name=op.f('uq_messages_recording_sid')),
    comment='what callers left for an operator in their own voice'
    )
    op.create_index('ix_messages_kept', 'messages', ['recorded_at'], unique=False, postgresql_where=sa.text('deleted_at IS NULL'))
    op.create_table('wrong_receipts',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('call_sid', sa.String(length=34), nullable=False),
    sa.Column('receipt_print', sa.String(length=32), nullable=False, comment='keyed fingerprint of the number that was tried'),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['call_sid'], ['calls.sid'], name=op.f('fk_wrong_receipts_call_sid')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wrong_receipts')),
    comment='pairs of receipt number and birth date that did not fit, so that nobody tries one after the other'
    )
    op.create_index('ix_wrong_receipts_at', 'wrong_receipts', ['at'], unique=False)
    op.create_index('ix_wrong_receipts_by_receipt', 'wrong_receipts', ['receipt_print', 'at'], unique=False)
    op.create_table('texts',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('call_sid', sa.String(length=34), nullable=False),
    sa.Column('turn', sa.Integer(), nullable=False, comment='the turn that promised it'),
    sa.Column('request_id', sa.Uuid(), nullable=True),
    sa.Column('purpose', sa.String(length=16), nullable=False, comment='steps, done, or turn in a conversation by text'),
    sa.Column('language', sa.String(length=16), nullable=False),
    sa.Column('to_sealed', sa.LargeBinary(), nullable=True, comment='the number it goes to, encrypted; null once erased'),
    sa.Column('to_print', sa.String(length=32), nullable=True, comment='keyed fingerprint of that number; erased with it'),
    sa.Column('body_sealed', sa.LargeBinary(), nullable=True, comment='what it says, encrypted; null until it is composed, and once erased'),
    sa.Column('status', sa.String(length=16), nullable=False),
    sa.Column('message_sid', sa.String(length=34), nullable=True, comment="Twilio's name for it"),
    sa.Column('segments', sa.SmallInteger(), nullable=True),
    sa.Column('error_code', sa.Integer(), nullable=True, comment="Twilio's code for why it was not delivered"),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True, comment='when it is sent next; null while it waits for its request, and once sent'),
    sa.Column('attempts', sa.SmallInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True, comment='when its status last changed'),
    sa.ForeignKeyConstraint(['call_sid'], ['calls.sid'], name=op.f('fk_texts_call_sid')),
    sa.ForeignKeyConstraint(['request_id'], ['requests.id'], name=op.f('fk_texts_request_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_texts')),
    sa.UniqueConstraint('call_sid', 'turn', 'purpose', name=op.f('uq_texts_call_sid_turn_purpose')),
    sa.UniqueConstraint('message_sid', name=op.f('uq_texts_message_sid')),
    sa.UniqueConstraint('request_id', 'purpose', name=op.f('uq_texts_request_id_purpose'))
    )
    op.create_index('ix_texts_by_number', 'texts', ['to_print', 'created_at'], unique=False, postgresql_where=sa.text('to_print IS NOT NULL'))
    op.create_index('ix_texts_created_at', 'texts', ['created_at'], unique=False)
    op.create_index('ix_texts_due', 'texts', ['due_at'], unique=False, postgresql_where=sa.text('due_at IS NOT NULL'))
    op.create_index('ix_texts_waiting', 'texts', ['created_at'], unique=False, postgresql_where=sa.text("status = 'waiting'"))
    op.add_column('calls', sa.Column('channel', sa.String(length=8), server_default=sa.text("'voice'"), nullable=False, comment='voice, or text for SMS'))
    op.add_column('calls', sa.Column('caller_print', sa.String(length=32), nullable=True, comment="keyed fingerprint of the caller's number; erased with it"))
    op.add_column('calls', sa.Column('in_line_since', sa.DateTime(timezone=True), nullable=True, comment='since when the caller waits for an operator; null otherwise'))
    op.alter_column('calls', 'called',
               existing_type=sa.VARCHAR(length=32),
               comment='the number that was dialled, or written to',
               existing_comment='the number that was dialled',
               existing_nullable=False)
    op.create_index('ix_calls_by_caller', 'calls', ['caller_print', 'started_at'], unique=False, postgresql_where=sa.text('caller_print IS NOT NULL'))
    op.create_index(
        "uq_calls_open_text",
        "calls",
        ["caller_print", "called"],
        unique=True,
        postgresql_where=sa.text("channel = 'text' AND ended_at IS NULL"),
    )
    op.create_index('ix_calls_in_line', 'calls', ['in_line_since'], unique=False, postgresql_where=sa.text('in_line_since IS NOT NULL'))
    op.add_column('requests', sa.Column('municipality', sa.String(length=64), nullable=True, comment='of the registered address, as the backend names it'))
    op.add_column('requests', sa.Column('person_print', sa.String(length=32), nullable=True, comment='keyed fingerprint of the facts; erased with them'))
    op.create_index('ix_requests_by_person', 'requests', ['person_print', 'accepted_at'], unique=False, postgresql_where=sa.text('person_print IS NOT NULL'))
    op.add_column('turns', sa.Column('message_sid', sa.String(length=34), nullable=True, comment='the text message that this turn answers'))
    op.create_unique_constraint(op.f('uq_turns_message_sid'), 'turns', ['message_sid'])


def downgrade() -> None:
    op.drop_constraint(op.f('uq_turns_message_sid'), 'turns', type_='unique')
    op.drop_column('turns', 'message_sid')
    op.drop_index('ix_requests_by_person', table_name='requests', postgresql_where=sa.text('person_print IS NOT NULL'))
    op.drop_column('requests', 'person_print')
    op.drop_column('requests', 'municipality')
    op.drop_index(
        "uq_calls_open_text", table_name="calls", postgresql_where=sa.text("channel = 'text' AND ended_at IS NULL")
    )
    op.drop_index('ix_calls_in_line', table_name='calls', postgresql_where=sa.text('in_line_since IS NOT NULL'))
    op.drop_index('ix_calls_by_caller', table_name='calls', postgresql_where=sa.text('caller_print IS NOT NULL'))
    op.alter_column('calls', 'called',
               existing_type=sa.VARCHAR(length=32),
               comment='the number that was dialled',
               existing_comment='the number that was dialled, or written to',
               existing_nullable=False)
    op.drop_column('calls', 'in_line_since')
    op.drop_column('calls', 'caller_print')
    op.drop_column('calls', 'channel')
    op.drop_index('ix_texts_waiting', table_name='texts', postgresql_where=sa.text("status = 'waiting'"))
    op.drop_index('ix_texts_due', table_name='texts', postgresql_where=sa.text('due_at IS NOT NULL'))
    op.drop_index('ix_texts_created_at', table_name='texts')
    op.drop_index('ix_texts_by_number', table_name='texts', postgresql_where=sa.text('to_print IS NOT NULL'))
    op.drop_table('texts')
    op.drop_index('ix_wrong_receipts_by_receipt', table_name='wrong_receipts')
    op.drop_index('ix_wrong_receipts_at', table_name='wrong_receipts')
    op.drop_table('wrong_receipts')
    op.drop_index('ix_messages_kept', table_name='messages', postgresql_where=sa.text('deleted_at IS NULL'))
    op.drop_table('messages')
