"""A database in which most was erased long ago, large enough for the planner to prefer an index."""

# One in ten is recent and still kept whole.
MOSTLY_ERASED = (
    """
    INSERT INTO calls (sid, called, language, status, outcome, step, turn, started_at, turned_at, ended_at, erased_at,
                       caller_sealed, caller_print)
    SELECT i::text, '', '', '', '', '', 1, at, at, at, at,
           CASE WHEN i % 10 = 0 THEN 'x'::bytea END, CASE WHEN i % 10 = 0 THEN i::text END
    FROM generate_series(1, 20000) i,
         LATERAL (SELECT timestamptz '2026-11-23T03:00:00Z' - CASE WHEN i % 10 = 0 THEN 1 ELSE 60 END * interval '1 day'
                         - i * interval '1 min' AS at) AS moment
    """,
    """
    INSERT INTO requests (id, call_sid, turn, receipt_number, targets, status, accepted_at, finished_at, facts_sealed)
    SELECT gen_random_uuid(), sid, 1, sid, '{}', 'suspended', started_at, started_at, caller_sealed FROM calls
    """,
    """
    INSERT INTO follow_ups (call_sid, reason, opened_at, call_back_sealed)
    SELECT sid, 'call_back', started_at, caller_sealed FROM calls
    """,
    """
    INSERT INTO staff (email, name, created_at, fs_uniquifier) VALUES ('', '', '2026-11-23T03:00:00Z', '')
    """,
    """
    INSERT INTO call_backs (call_sid, follow_up_id, staff_id, to_sealed, from_number, status, created_at, ended_at)
    SELECT call_sid, follow_ups.id, staff.id, call_back_sealed, '', '', opened_at, opened_at FROM follow_ups, staff
    """,
    """
    INSERT INTO texts (id, call_sid, turn, purpose, language, status, created_at, to_sealed, to_print, body_sealed)
    SELECT gen_random_uuid(), sid, 1, 'steps', 'en', 'sent', started_at, caller_sealed, caller_print, caller_sealed
    FROM calls
    """,
    """
    INSERT INTO wrong_receipts (call_sid, receipt_print, at)
    SELECT sid, sid, started_at FROM calls WHERE caller_print IS NOT NULL
    """,
    "ANALYZE",
)
