"""What one <Say> takes."""

from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.speech.limits import SAY_BYTES, cut, fits, say_characters

LONG = st.builds(
    lambda pieces, times: "".join(pieces) * times,
    st.lists(st.sampled_from(["あ", "。", "、", "a", ". ", ", ", " ", "😀", "ก", "%", "語!"]), min_size=1, max_size=40),
    st.integers(1, 200),
)


@pytest.mark.parametrize(
    ("text", "takes"), [("あ" * 500, True), ("あ" * 501, False), ("a" * 3000, True), ("a" * 3001, False)]
)
def test_a_say_takes_500_japanese_characters_or_3000_english_ones(text: str, takes: bool) -> None:
    assert fits(text) is takes
    assert (len(cut(text)) == 1) is takes


def test_a_long_text_is_cut_after_a_sentence() -> None:
    first, second = "い" * 300 + "。", "ろ" * 300 + "。"
    assert cut(first + second) == (first, second)


def test_short_sentences_share_a_piece() -> None:
    assert cut("いろは。" * 130) == ("いろは。" * 125, "いろは。" * 5)


def test_a_sentence_too_long_for_one_piece_is_cut_after_a_clause() -> None:
    first, second = "い" * 300 + "、", "ろ" * 300 + "。"
    assert cut(first + second) == (first, second)


def test_english_is_cut_after_a_full_stop_and_not_within_a_number() -> None:
    first, second = "a" * 1500 + ".", " " + "b" * 1600
    assert cut(first + second) == (first, second)
    assert cut("a" * 2997 + " 1.5") == ("a" * 2997 + " ", "1.5")


def test_thai_is_cut_at_a_blank() -> None:
    first, second = "ก" * 300 + " ", "ข" * 300
    assert cut(first + second) == (first, second)


@given(LONG)
def test_nothing_is_lost_and_every_piece_fits(text: str) -> None:
    pieces = cut(text)
    assert "".join(pieces) == text
    assert all(len(piece) <= SAY_CHARACTERS and len(quote_plus(piece)) <= SAY_BYTES for piece in pieces)
