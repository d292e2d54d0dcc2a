"""Whoever watches the line: breaths, pauses, synthetic calls, troubles and who was told of them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('breaths',
    sa.Column('name', sa.String(length=128), nullable=False, comment="kind, host and number of the operating system's process"),
    sa.Column('kind', sa.String(length=16), nullable=False, comment='dispatcher or watch; RQ itself knows the workers'),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False, comment='when it last said that it lives'),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_breaths')),
    postgresql_with={'fillfactor': 50}
    )
    op.create_table('synthetic_calls',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False, comment='when it began'),
    sa.Column('language', sa.String(length=16), nullable=False),
    sa.Column('fault', sa.Text(), nullable=True, comment='what went wrong, as a sentence; null when it went well'),
    sa.Column('answer_s', sa.Double(), nullable=True, comment='seconds to the first answer; null without one'),
    sa.Column('longest_turn_s', sa.Double(), nullable=True),
    sa.Column('stop_s', sa.Double(), nullable=True, comment='seconds from confirming to the stopped card; null when it was not stopped'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_synthetic_calls'))
    )
    op.create_index('ix_synthetic_calls_at', 'synthetic_calls', ['at'], unique=False)
    op.create_index('ix_synthetic_calls_by_language', 'synthetic_calls', ['language', 'at'], unique=False)
    op.create_table('troubles',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('limit_name', sa.String(length=48), nullable=False, comment='the limit that is broken'),
    sa.Column('about', sa.String(length=64), server_default=sa.text("''"), nullable=False, comment='such as a language, or empty'),
    sa.Column('severity', sa.String(length=8), nullable=False, comment='page or ticket'),
    sa.Column('said', sa.Text(), nullable=False, comment='what is wrong, as a sentence without anything personal'),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('over_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=True, comment='when somebody said that they have it'),
    sa.Column('taken_by', sa.String(length=100), nullable=True, comment='who, as the roster names them'),
    sa.Column('told', sa.SmallInteger(), server_default=sa.text('0'), nullable=False, comment='how often somebody was told'),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True, comment='when last'),
    sa.Column('over_told_at', sa.DateTime(timezone=True), nullable=True, comment='when it was told that it is over'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_troubles'))
    )
    op.create_index('ix_troubles_opened_at', 'troubles', ['opened_at'], unique=False)
    op.create_index('uq_troubles_open', 'troubles', ['limit_name', 'about'], unique=True, postgresql_where=sa.text('over_at IS NULL'))
    op.create_table('pages',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('trouble_id', sa.BigInteger(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('whom', sa.String(length=100), nullable=False, comment='as the roster names them'),
    sa.Column('how', sa.String(length=16), nullable=False, comment='message or call'),
    sa.Column('went', sa.Boolean(), nullable=True, comment='whether whoever carries it took it; null until that is known'),
    sa.Column('call_sid', sa.String(length=34), nullable=True, comment="Twilio's name for the call that reads it aloud"),
    sa.Column('call_ended', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.ForeignKeyConstraint(['trouble_id'], ['troubles.id'], name=op.f('fk_pages_trouble_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pages')),
    sa.UniqueConstraint('call_sid', name=op.f('uq_pages_call_sid'))
    )
    op.create_index('ix_pages_of_trouble', 'pages', ['trouble_id'], unique=False)
    op.create_table('pauses',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('began_by', sa.BigInteger(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_by', sa.BigInteger(), nullable=True, comment='null when it ended by itself'),
    sa.ForeignKeyConstraint(['began_by'], ['staff.id'], name=op.f('fk_pauses_began_by')),
    sa.ForeignKeyConstraint(['ended_by'], ['staff.id'], name=op.f('fk_pauses_ended_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pauses'))
    )
    op.create_index('uq_pauses_open', 'pauses', [sa.literal_column('(ended_at IS NULL)')], unique=True, postgresql_where=sa.text('ended_at IS NULL'))
    op.add_column('calls', sa.Column('is_synthetic', sa.Boolean(), server_default=sa.text('false'), nullable=False, comment='the line called itself'))
    op.create_index('ix_calls_synthetic', 'calls', ['started_at', 'sid'], unique=False, postgresql_where=sa.text('is_synthetic'))


def downgrade() -> None:
    op.drop_index('ix_calls_synthetic', table_name='calls', postgresql_where=sa.text('is_synthetic'))
    op.drop_column('calls', 'is_synthetic')
    op.drop_index('uq_pauses_open', table_name='pauses', postgresql_where=sa.text('ended_at IS NULL'))
    op.drop_table('pauses')
    op.drop_index('ix_pages_of_trouble', table_name='pages')
    op.drop_table('pages')
    op.drop_index('uq_troubles_open', table_name='troubles', postgresql_where=sa.text('over_at IS NULL'))
    op.drop_index('ix_troubles_opened_at', table_name='troubles')
    op.drop_table('troubles')
    op.drop_index('ix_synthetic_calls_by_language', table_name='synthetic_calls')
    op.drop_index('ix_synthetic_calls_at', table_name='synthetic_calls')
    op.drop_table('synthetic_calls')
    op.drop_table('breaths')
