"""Receipt numbers that were tried with a birth date that is not theirs."""

from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from hotline.store.tables import calls, wrong_receipts


def note_wrong_receipt(connection: Connection, call_sid: str, receipt_print: str, at: datetime) -> None:
    """Remember that a pair did not fit, whether or not the number exists; `receipt_print` is its keyed fingerprint."""
    connection.execute(insert(wrong_receipts), {"call_sid": call_sid, "receipt_print": receipt_print, "at": at})


def count_wrong_receipts(
    connection: Connection,
    since: datetime,
    *,
    receipt_print: str | None = None,
    caller_print: str | None = None,
    withheld: bool = False,
) -> int:
    """How many pairs did not fit at that moment or later.

    A fingerprint narrows it to tries of that number, or to the calls of that caller. None does not narrow it:
    `withheld` does, to the calls of all who withheld their number.
    """
    counted = select(func.count()).select_from(wrong_receipts).where(wrong_receipts.c.at >= since)
    if withheld:
        counted = counted.join(calls).where(calls.c.caller_print.is_(None))
    if receipt_print is not None:
        counted = counted.where(wrong_receipts.c.receipt_print == receipt_print)
    if caller_print is not None:
        of_caller = select(calls.c.sid).where(calls.c.caller_print == caller_print)
        counted = counted.where(wrong_receipts.c.call_sid.in_(of_caller))
    return connection.execute(counted).scalar_one()
