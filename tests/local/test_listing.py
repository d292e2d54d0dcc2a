"""Rows as people read them."""

from hotline.local.listing import table_lines


def test_people_read_the_time_of_japan():
    rows = iter([{"receipt_number": "48213579", "accepted_at": "2026-11-22T15:00:01.500000Z", "finished_at": None}])
    assert list(table_lines(rows)) == [
        "receipt number  accepted at          finished at",
        "48213579        2026-11-23 00:00:01  -",
    ]
