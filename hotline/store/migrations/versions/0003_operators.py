"""The operators' pages: people, the audit trail, and what is done about calls."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

# hotline/store/audit.py computes the same seal, so that a database whose functions were changed is found out.
# Each field comes with its length in front: no text can move from one field into its neighbour.
SEAL = r"""
CREATE FUNCTION audit_seal(entry audit) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(entry.previous || convert_to(string_agg(
        coalesce(octet_length(convert_to(part, 'UTF8'))::text, '-') || ':' || coalesce(part, ''), '' ORDER BY place
    ), 'UTF8'))
    FROM unnest(ARRAY[
        entry.id::text, to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), entry.staff_id::text,
        entry.who, entry.address, entry.action, entry.subject, entry.call_sid, entry.reason, entry.details
    ]) WITH ORDINALITY AS fields(part, place)
$$
"""
# One at a time: the lock lasts until the transaction is over, and only then the next one sees the last row.
CHAIN = """
CREATE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last audit%ROWTYPE;
BEGIN
    PERFORM pg_advisory_xact_lock(7311696913);
    SELECT * INTO last FROM audit ORDER BY id DESC LIMIT 1;
    NEW.id := coalesce(last.id, 0) + 1;
    NEW.previous := coalesce(last.seal, ''::bytea);
    NEW.seal := audit_seal(NEW);
    RETURN NEW;
END
$$
"""
KEEP = """
CREATE FUNCTION audit_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The audit trail is only ever added to: % is refused.', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$
"""


def upgrade() -> None:
    op.create_table('audit',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False, comment='1, 2, 3 ... without gaps'),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('staff_id', sa.BigInteger(), nullable=True, comment='null for the line itself and for strangers'),
    sa.Column('who', sa.String(length=255), nullable=False, comment='the e-mail address, or which part of the line'),
    sa.Column('address', sa.String(length=64), nullable=True, comment='the network address that it was done from'),
    sa.Column('action', sa.String(length=48), nullable=False),
    sa.Column('subject', sa.String(length=160), nullable=False, comment='what it was done to; never anything keyed'),
    sa.Column('call_sid', sa.String(length=34), nullable=True, comment='the call it concerns; it stays when the call is forgotten'),
    sa.Column('reason', sa.Text(), server_default=sa.text("''"), nullable=False),
    sa.Column('details', sa.Text(), server_default=sa.text("''"), nullable=False, comment='JSON, or nothing'),
    sa.Column('previous', sa.LargeBinary(), nullable=False, comment='the seal of the row before'),
    sa.Column('seal', sa.LargeBinary(), nullable=False, comment='SHA-256 of this row and of that seal'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit')),
    comment='who did or looked at what; only ever added to'
    )
    op.create_index('ix_audit_at', 'audit', ['at'], unique=False)
    op.create_index('ix_audit_by_call', 'audit', ['call_sid', 'id'], unique=False, postgresql_where=sa.text('call_sid IS NOT NULL'))
    op.create_index('ix_audit_by_who', 'audit', ['who', 'id'], unique=False)
    op.create_index('ix_audit_by_action', 'audit', ['action', 'id'], unique=False)
    op.create_index('ix_audit_by_staff', 'audit', ['staff_id', 'id'], unique=False, postgresql_where=sa.text('staff_id IS NOT NULL'))
    op.create_table('erasures',
    sa.Column('kind', sa.String(length=32), nullable=False, comment='what was erased'),
    sa.Column('rows', sa.BigInteger(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False, comment='when the first of them was erased'),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False, comment='when the last of them was erased'),
    sa.PrimaryKeyConstraint('kind', name=op.f('pk_erasures')),
    comment='what was erased and does not stand in the audit trail yet; written together with the erasing'
    )
    op.create_table('figures',
    sa.Column('name', sa.String(length=32), nullable=False, comment='what was counted'),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False, comment='the beginning of the hour or the day in Japan'),
    sa.Column('key', sa.String(length=64), nullable=False, comment='of which outcome, language or step'),
    sa.Column('value', sa.Double(), nullable=False),
    sa.PrimaryKeyConstraint('name', 'at', 'key', name=op.f('pk_figures')),
    comment='counted once an hour or a day is over; they stay when the calls are forgotten'
    )
    op.create_table('staff',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('email', sa.String(length=255), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('language', sa.String(length=8), server_default=sa.text("'ja'"), nullable=False, comment='of the pages, for this person'),
    sa.Column('active', sa.Boolean(), server_default=sa.text('true'), nullable=False, comment='false once locked'),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('invited_at', sa.DateTime(timezone=True), nullable=True, comment='when the newest invitation was made; null once it was taken'),
    sa.Column('telephone_sealed', sa.LargeBinary(), nullable=True, comment='where this person is rung for calling back, encrypted'),
    sa.Column('failed_sign_ins', sa.SmallInteger(), server_default=sa.text('0'), nullable=False, comment='in a row'),
    sa.Column('locked_until', sa.DateTime(timezone=True), nullable=True, comment='after too many of those; null or past when it may be tried'),
    sa.Column('password', sa.String(length=255), nullable=True, comment='argon2id; null until an invitation was taken'),
    sa.Column('fs_uniquifier', sa.String(length=64), nullable=False, comment='in every session; changed, all end'),
    sa.Column('fs_webauthn_user_handle', sa.String(length=64), nullable=True),
    sa.Column('tf_primary_method', sa.String(length=64), nullable=True),
    sa.Column('tf_totp_secret', sa.String(length=255), nullable=True, comment='encrypted'),
    sa.Column('totp_counter', sa.BigInteger(), nullable=True, comment='the half minute of the newest code that was used; each counts once'),
    sa.Column('mf_recovery_codes', postgresql.ARRAY(sa.String()), nullable=True, comment='encrypted'),
    sa.Column('current_login_at', sa.DateTime(), nullable=True, comment='UTC'),
    sa.Column('current_login_ip', sa.String(length=64), nullable=True),
    sa.Column('last_login_at', sa.DateTime(), nullable=True, comment='UTC'),
    sa.Column('last_login_ip', sa.String(length=64), nullable=True),
    sa.Column('login_count', sa.Integer(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff')),
    sa.UniqueConstraint('email', name=op.f('uq_staff_email')),
    sa.UniqueConstraint('fs_uniquifier', name=op.f('uq_staff_fs_uniquifier')),
    sa.UniqueConstraint('fs_webauthn_user_handle', name=op.f('uq_staff_fs_webauthn_user_handle'))
    )
    op.create_table('passkeys',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('user_id', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.String(length=64), nullable=False),
    sa.Column('usage', sa.String(length=64), nullable=False),
    sa.Column('credential_id', sa.LargeBinary(), nullable=False),
    sa.Column('public_key', sa.LargeBinary(), nullable=False),
    sa.Column('sign_count', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('transports', postgresql.ARRAY(sa.String()), nullable=True),
    sa.Column('backup_state', sa.Boolean(), nullable=False),
    sa.Column('device_type', sa.String(length=64), nullable=False),
    sa.Column('extensions', sa.String(length=255), nullable=True),
    sa.Column('create_datetime', sa.DateTime(), server_default=sa.text("(now() AT TIME ZONE 'UTC')"), nullable=False),
    sa.Column('lastuse_datetime', sa.DateTime(), nullable=False, comment='UTC'),
    sa.ForeignKeyConstraint(['user_id'], ['staff.id'], name=op.f('fk_passkeys_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passkeys')),
    sa.UniqueConstraint('credential_id', name=op.f('uq_passkeys_credential_id'))
    )
    op.create_index(op.f('ix_passkeys_user_id'), 'passkeys', ['user_id'], unique=False)
    op.create_table('prompt_marks',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('language', sa.String(length=16), nullable=False),
    sa.Column('prompt', sa.String(length=80), nullable=False),
    sa.Column('wording', sa.Text(), nullable=False, comment='what it said when it was marked'),
    sa.Column('comment', sa.Text(), nullable=False, comment='what is wrong with it'),
    sa.Column('staff_id', sa.BigInteger(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settled_by', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['settled_by'], ['staff.id'], name=op.f('fk_prompt_marks_settled_by')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_prompt_marks_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_prompt_marks'))
    )
    op.create_index('ix_prompt_marks_open', 'prompt_marks', ['language', 'prompt'], unique=False, postgresql_where=sa.text('settled_at IS NULL'))
    op.create_table('saved_views',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('staff_id', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('query', sa.String(length=1000), nullable=False, comment='the filters as the address of the list has them'),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_saved_views_staff_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_views')),
    sa.UniqueConstraint('staff_id', 'name', name=op.f('uq_saved_views_staff_id_name'))
    )
    op.create_table('staff_roles',
    sa.Column('staff_id', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_staff_roles_staff_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('staff_id', 'name', name=op.f('pk_staff_roles'))
    )
    op.create_table('tries',
    sa.Column('request_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.SmallInteger(), nullable=False, comment='counted from 1'),
    sa.Column('handed_over_at', sa.DateTime(timezone=True), nullable=False, comment='when a worker got it'),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True, comment='when it was over, one way or the other'),
    sa.Column('said', sa.String(length=64), nullable=True, comment='what the backend answered, or why it did not; never anything keyed'),
    sa.ForeignKeyConstraint(['request_id'], ['requests.id'], name=op.f('fk_tries_request_id')),
    sa.PrimaryKeyConstraint('request_id', 'number', name=op.f('pk_tries')),
    comment='each handing-over of a request to a worker'
    )
    op.create_table('call_backs',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('call_sid', sa.String(length=34), nullable=False, comment='the call that is answered so'),
    sa.Column('follow_up_id', sa.BigInteger(), nullable=False),
    sa.Column('staff_id', sa.BigInteger(), nullable=False),
    sa.Column('to_sealed', sa.LargeBinary(), nullable=True, comment='the number that is called back, encrypted; null once erased'),
    sa.Column('from_number', sa.String(length=32), nullable=False, comment="the line's number that it is called from"),
    sa.Column('sid', sa.String(length=34), nullable=True, comment="Twilio's name for the call to the operator"),
    sa.Column('status', sa.String(length=32), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True, comment='when its status last changed'),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True, comment='null while it is under way'),
    sa.Column('talked_s', sa.Integer(), nullable=True, comment='seconds that both were connected; null when they were not'),
    sa.ForeignKeyConstraint(['call_sid'], ['calls.sid'], name=op.f('fk_call_backs_call_sid')),
    sa.ForeignKeyConstraint(['follow_up_id'], ['follow_ups.id'], name=op.f('fk_call_backs_follow_up_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_call_backs_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_call_backs')),
    sa.UniqueConstraint('sid', name=op.f('uq_call_backs_sid'))
    )
    op.create_index('ix_call_backs_by_call', 'call_backs', ['call_sid', 'id'], unique=False)
    op.create_index('ix_call_backs_by_follow_up', 'call_backs', ['follow_up_id'], unique=False)
    op.create_index('uq_call_backs_under_way', 'call_backs', ['follow_up_id'], unique=True, postgresql_where=sa.text('ended_at IS NULL'))
    op.create_index('ix_call_backs_with_number', 'call_backs', ['created_at'], unique=False, postgresql_where=sa.text('to_sealed IS NOT NULL'))
    op.create_table('notes',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('call_sid', sa.String(length=34), nullable=False),
    sa.Column('follow_up_id', sa.BigInteger(), nullable=True),
    sa.Column('staff_id', sa.BigInteger(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('body_sealed', sa.LargeBinary(), nullable=False, comment='what an operator wrote, encrypted'),
    sa.ForeignKeyConstraint(['call_sid'], ['calls.sid'], name=op.f('fk_notes_call_sid')),
    sa.ForeignKeyConstraint(['follow_up_id'], ['follow_ups.id'], name=op.f('fk_notes_follow_up_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_notes_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notes'))
    )
    op.create_index('ix_notes_by_call', 'notes', ['call_sid', 'id'], unique=False)
    op.create_index('ix_notes_by_follow_up', 'notes', ['follow_up_id'], unique=False, postgresql_where=sa.text('follow_up_id IS NOT NULL'))
    op.add_column('calls', sa.Column('caller_end_print', sa.String(length=32), nullable=True, comment='keyed fingerprint of its last four digits; erased with it'))
    op.add_column('calls', sa.Column('ended_step', sa.String(length=32), nullable=True, comment='the step at which it ended; null while it goes on'))
    op.add_column('calls', sa.Column('caller_erased_at', sa.DateTime(timezone=True), nullable=True, comment="when the caller's number and fingerprints were erased"))
    op.add_column('calls', sa.Column('held_at', sa.DateTime(timezone=True), nullable=True, comment='since when a legal hold keeps all of it from being erased; null without one'))
    op.drop_index(op.f('ix_calls_started_at'), table_name='calls')
    op.create_index('ix_calls_started_at', 'calls', ['started_at', 'sid'], unique=False)
    op.create_index('ix_calls_by_caller_end', 'calls', ['caller_end_print', 'started_at', 'sid'], unique=False, postgresql_where=sa.text('caller_end_print IS NOT NULL'))
    op.create_index('ix_calls_by_ended_step', 'calls', ['ended_step', 'started_at', 'sid'], unique=False, postgresql_where=sa.text('ended_step IS NOT NULL'))
    op.create_index('ix_calls_by_language', 'calls', ['language', 'started_at', 'sid'], unique=False)
    op.create_index('ix_calls_by_outcome', 'calls', ['outcome', 'started_at', 'sid'], unique=False)
    op.create_index('ix_calls_by_text', 'calls', ['started_at', 'sid'], unique=False, postgresql_where=sa.text("channel = 'text'"))
    op.create_index('ix_calls_held', 'calls', ['sid'], unique=False, postgresql_where=sa.text('held_at IS NOT NULL'))
    op.add_column('follow_ups', sa.Column('version', sa.Integer(), server_default=sa.text('0'), nullable=False, comment='counts changes by operators'))
    op.add_column('follow_ups', sa.Column('taken_by', sa.BigInteger(), nullable=True, comment="whose it is; null for nobody's"))
    op.add_column('follow_ups', sa.Column('taken_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('follow_ups', sa.Column('resolved_by', sa.BigInteger(), nullable=True, comment='null when the line itself resolved it'))
    op.add_column('follow_ups', sa.Column('resolution', sa.String(length=32), nullable=True, comment="what came of it, in the operator's judgement"))
    op.create_foreign_key(op.f('fk_follow_ups_taken_by'), 'follow_ups', 'staff', ['taken_by'], ['id'])
    op.create_foreign_key(op.f('fk_follow_ups_resolved_by'), 'follow_ups', 'staff', ['resolved_by'], ['id'])
    op.create_index('ix_follow_ups_resolved', 'follow_ups', ['resolved_at', 'id'], unique=False, postgresql_where=sa.text('resolved_at IS NOT NULL'))
    op.create_index('ix_follow_ups_by_reason', 'follow_ups', ['reason', 'resolved_at', 'id'], unique=False)
    op.create_index('ix_follow_ups_by_request', 'follow_ups', ['request_id'], unique=False, postgresql_where=sa.text('request_id IS NOT NULL'))
    op.create_index('ix_messages_by_call', 'messages', ['call_sid'], unique=False)
    op.add_column('requests', sa.Column('facts_erased_at', sa.DateTime(timezone=True), nullable=True, comment='when the facts were erased'))
    op.add_column('requests', sa.Column('sent_again_at', sa.DateTime(timezone=True), nullable=True, comment='when an operator last sent it again; null for one that nobody did'))
    op.add_column('requests', sa.Column('idempotency_key', sa.Uuid(), nullable=True, comment="the backend's key for it since then; null while that is its id"))
    op.add_column('requests', sa.Column('attempts_before', sa.SmallInteger(), server_default=sa.text('0'), nullable=False, comment='of these, how many were made before it was last sent again'))
    op.add_column('texts', sa.Column('telling', sa.SmallInteger(), server_default=sa.text('0'), nullable=False, comment='counts the texts about one request that was sent again, because the one before told what it was then'))
    op.drop_constraint(op.f('uq_texts_request_id_purpose'), 'texts', type_='unique')
    op.drop_constraint(op.f('uq_texts_call_sid_turn_purpose'), 'texts', type_='unique')
    op.create_unique_constraint(op.f('uq_texts_request_id_purpose_telling'), 'texts', ['request_id', 'purpose', 'telling'])
    op.create_unique_constraint(op.f('uq_texts_call_sid_turn_purpose_telling'), 'texts', ['call_sid', 'turn', 'purpose', 'telling'])
    op.create_index('ix_wrong_receipts_by_call', 'wrong_receipts', ['call_sid'], unique=False)
    op.execute("UPDATE calls SET ended_step = step WHERE ended_at IS NOT NULL")
    # Until now thirty days were no setting, and what was due was erased within a minute.
    op.execute("UPDATE requests SET facts_erased_at = finished_at + interval '30 days' WHERE facts_sealed IS NULL")
    op.execute(SEAL)
    op.execute(CHAIN)
    op.execute("CREATE TRIGGER chain BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION audit_chain()")
    op.execute(KEEP)
    op.execute("CREATE TRIGGER keep_rows BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_keep()")
    op.execute("CREATE TRIGGER keep_all BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_keep()")


def downgrade() -> None:
    op.drop_index('ix_wrong_receipts_by_call', table_name='wrong_receipts')
    # What was told a second time has no place in the tables before this one.
    op.execute("DELETE FROM texts WHERE telling > 0")
    op.drop_constraint(op.f('uq_texts_call_sid_turn_purpose_telling'), 'texts', type_='unique')
    op.drop_constraint(op.f('uq_texts_request_id_purpose_telling'), 'texts', type_='unique')
    op.create_unique_constraint(op.f('uq_texts_call_sid_turn_purpose'), 'texts', ['call_sid', 'turn', 'purpose'])
    op.create_unique_constraint(op.f('uq_texts_request_id_purpose'), 'texts', ['request_id', 'purpose'])
    op.drop_column('texts', 'telling')
    op.drop_column('requests', 'attempts_before')
    op.drop_column('requests', 'idempotency_key')
    op.drop_column('requests', 'sent_again_at')
    op.drop_column('requests', 'facts_erased_at')
    op.drop_index('ix_messages_by_call', table_name='messages')
    op.drop_index('ix_follow_ups_resolved', table_name='follow_ups', postgresql_where=sa.text('resolved_at IS NOT NULL'))
    op.drop_index('ix_follow_ups_by_reason', table_name='follow_ups')
    op.drop_index('ix_follow_ups_by_request', table_name='follow_ups', postgresql_where=sa.text('request_id IS NOT NULL'))
    op.drop_constraint(op.f('fk_follow_ups_resolved_by'), 'follow_ups', type_='foreignkey')
    op.drop_constraint(op.f('fk_follow_ups_taken_by'), 'follow_ups', type_='foreignkey')
    op.drop_column('follow_ups', 'resolution')
    op.drop_column('follow_ups', 'resolved_by')
    op.drop_column('follow_ups', 'taken_at')
    op.drop_column('follow_ups', 'taken_by')
    op.drop_column('follow_ups', 'version')
    op.drop_index('ix_calls_by_text', table_name='calls', postgresql_where=sa.text("channel = 'text'"))
    op.drop_index('ix_calls_held', table_name='calls', postgresql_where=sa.text('held_at IS NOT NULL'))
    op.drop_index('ix_calls_by_outcome', table_name='calls')
    op.drop_index('ix_calls_by_language', table_name='calls')
    op.drop_index('ix_calls_by_ended_step', table_name='calls', postgresql_where=sa.text('ended_step IS NOT NULL'))
    op.drop_index('ix_calls_by_caller_end', table_name='calls', postgresql_where=sa.text('caller_end_print IS NOT NULL'))
    op.drop_index('ix_calls_started_at', table_name='calls')
    op.create_index(op.f('ix_calls_started_at'), 'calls', ['started_at'], unique=False)
    op.drop_column('calls', 'held_at')
    op.drop_column('calls', 'caller_erased_at')
    op.drop_column('calls', 'ended_step')
    op.drop_column('calls', 'caller_end_print')
    op.drop_index('ix_notes_by_follow_up', table_name='notes', postgresql_where=sa.text('follow_up_id IS NOT NULL'))
    op.drop_index('ix_notes_by_call', table_name='notes')
    op.drop_table('notes')
    op.drop_index('uq_call_backs_under_way', table_name='call_backs', postgresql_where=sa.text('ended_at IS NULL'))
    op.drop_index('ix_call_backs_with_number', table_name='call_backs', postgresql_where=sa.text('to_sealed IS NOT NULL'))
    op.drop_index('ix_call_backs_by_follow_up', table_name='call_backs')
    op.drop_index('ix_call_backs_by_call', table_name='call_backs')
    op.drop_table('call_backs')
    op.drop_table('tries')
    op.drop_table('staff_roles')
    op.drop_table('saved_views')
    op.drop_index('ix_prompt_marks_open', table_name='prompt_marks', postgresql_where=sa.text('settled_at IS NULL'))
    op.drop_table('prompt_marks')
    op.drop_index(op.f('ix_passkeys_user_id'), table_name='passkeys')
    op.drop_table('passkeys')
    op.drop_table('staff')
    op.drop_table('figures')
    op.drop_table('erasures')
    op.drop_index('ix_audit_by_action', table_name='audit')
    op.drop_index('ix_audit_by_who', table_name='audit')
    op.drop_index('ix_audit_by_staff', table_name='audit', postgresql_where=sa.text('staff_id IS NOT NULL'))
    op.drop_index('ix_audit_by_call', table_name='audit', postgresql_where=sa.text('call_sid IS NOT NULL'))
    op.drop_index('ix_audit_at', table_name='audit')
    op.execute("DROP FUNCTION audit_seal")
    op.drop_table('audit')
    op.execute("DROP FUNCTION audit_chain, audit_keep")
