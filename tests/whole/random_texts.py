"""Whether the text messages that were promised were sent once, and say what is true when they are sent."""

from collections import Counter
from collections.abc import Sequence

from hotline.callflow.replies import Sentence
from hotline.speech.speak import write
from tests.whole.random_callers import Caller
from tests.whole.random_line import RandomLine
from tests.whole.random_truth import check_answer

STOPS = ("card.suspended", "card.already_suspended", "smartphone.suspended", "smartphone.already_suspended")
FINAL = ("sent", "delivered", "undelivered", "failed", "unsure", "refused")


def check_texts(line: RandomLine, callers: Sequence[Caller], *, is_over: bool = False) -> None:
    """Hold every message that left against its promise; in the end every promise against what became of it."""
    by_sid = {caller.sid: caller for caller in callers}
    rows = {
        row["id"]: row
        for row in line.rows(
            "SELECT id::text, call_sid, request_id::text, status, language, purpose, message_sid FROM texts"
        )
    }
    left = Counter(text.callback.rpartition("=")[2] for text in line.sent_texts())
    assert set(left) <= set(rows)
    assert all(times == 1 for times in left.values()), "a text was sent twice"
    for text in line.sent_texts():
        row = rows[text.callback.rpartition("=")[2]]
        _check_words(line, by_sid[row["call_sid"]], row, text.body)
    if is_over:
        _check_ends(line, rows, left)


def _check_words(line: RandomLine, caller: Caller, row: dict[str, str], body: str) -> None:
    for stop in STOPS:
        if write(Sentence(f"result.{stop}"), row["language"]) in body:
            caller.looks()
            request = row["request_id"] or caller.request or ""
            check_answer(line, caller.promised[request], *stop.split("."))


def _check_ends(line: RandomLine, rows: dict[str, dict[str, str]], left: Counter[str]) -> None:
    asked = {row["call_sid"] for row in line.rows("SELECT * FROM follow_ups WHERE reason = 'text_not_delivered'")}
    for text_id, row in rows.items():
        assert row["status"] in FINAL, f"a text waits for ever: {row}"
        assert left[text_id] or row["status"] not in ("sent", "delivered"), "a text is called sent that never left"
        if row["status"] in ("undelivered", "failed", "unsure"):
            assert row["call_sid"] in asked, "nobody is told that a text did not arrive"
