"""What the terminal shows."""

import io
import json

from hotline.local.lines import Lines, readable


def _written(lines_of) -> list[str]:
    out = io.StringIO()
    lines_of(Lines(out, coloured=False))
    return out.getvalue().splitlines()


def _logged(**entry: object) -> str:
    return json.dumps(entry)


def test_a_log_line_reads_like_a_sentence_with_its_facts_behind_it():
    text, is_trouble = readable(_logged(level="INFO", message="turn taken", turn=3, ms=1.5, at="not a time"))
    assert text == "turn taken turn=3 ms=1.5"
    assert not is_trouble


def test_trouble_names_its_level_and_shows_where_it_came_from():
    text, is_trouble = readable(_logged(level="ERROR", message="oh", exc_info="Traceback\nboom"))
    assert text.splitlines() == ["error oh", "Traceback", "boom"]
    assert is_trouble


def test_what_is_not_json_stays_as_it_is():
    for written in ("plain words", "[1, 2]", "{broken", '{"no": "message"}'):
        assert readable(written) == (written, False)


def test_every_line_stands_under_the_name_of_its_writer():
    assert _written(lambda lines: lines.say("web", "one\ntwo")) == ["web        | one", "web        | two"]


def test_held_back_lines_come_afterwards_in_their_order():
    def writes(lines: Lines) -> None:
        with lines.held_back():
            lines.relay("web", "first")
            lines.relay("worker", "second")
            lines.say("call", "now")

    assert _written(writes) == ["call       | now", "web        | first", "worker     | second"]


def test_trouble_is_never_held_back():
    def writes(lines: Lines) -> None:
        with lines.held_back():
            lines.relay("web", "first")
            lines.relay("worker", _logged(level="WARNING", message="queue is away"))

    assert _written(writes) == ["worker     | warning queue is away", "web        | first"]


def test_each_name_has_its_own_colour_on_a_terminal():
    out = io.StringIO()
    lines = Lines(out, coloured=True)
    lines.say("web", "one")
    lines.say("worker", "two")
    fronts = [line.split("|")[0] for line in out.getvalue().splitlines()]
    assert all(front.startswith("\033[") for front in fronts)
    assert fronts[0][:5] != fronts[1][:5]


def test_a_closed_terminal_is_no_reason_to_fail():
    out = io.StringIO()
    out.close()
    Lines(out, coloured=False).say("web", "into the void")
