"""What one <Say> takes."""

from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.speech.limits import SAY_BYTES, cut, fits, say_characters

POLLY, GOOGLE = 3000, 5000

LONG = st.builds(
    lambda pieces, times: "".join(pieces) * times,
    st.lists(st.sampled_from(["あ", "。", "、", "a", ". ", ", ", " ", "😀", "ก", "%", "語!"]), min_size=1, max_size=40),
    st.integers(1, 200),
)


@pytest.mark.parametrize(
    ("text", "characters", "takes"),
    [
        ("あ" * 500, POLLY, True),
        ("あ" * 501, POLLY, False),
        ("あ" * 501, GOOGLE, False),
        ("a" * 3000, POLLY, True),
        ("a" * 3001, POLLY, False),
        ("a" * 4500, GOOGLE, True),
        ("a" * 4501, GOOGLE, False),
    ],
)
def test_a_say_takes_500_japanese_characters_and_as_many_others_as_its_voice(
    text: str, characters: int, takes: bool
) -> None:
    assert fits(text, characters) is takes
    assert (len(cut(text, characters)) == 1) is takes


def test_each_vendor_has_its_limit_and_an_unknown_one_the_lowest() -> None:
    assert say_characters("Polly.Kazuha-Neural") == POLLY
    assert say_characters("Google.th-TH-Neural2-C") == GOOGLE
    assert say_characters("woman") == POLLY


def test_a_long_text_is_cut_after_a_sentence() -> None:
    first, second = "い" * 300 + "。", "ろ" * 300 + "。"
    assert cut(first + second, POLLY) == (first, second)


def test_short_sentences_share_a_piece() -> None:
    assert cut("いろは。" * 130, POLLY) == ("いろは。" * 125, "いろは。" * 5)


def test_a_sentence_too_long_for_one_piece_is_cut_after_a_clause() -> None:
    first, second = "い" * 300 + "、", "ろ" * 300 + "。"
    assert cut(first + second, POLLY) == (first, second)


def test_english_is_cut_after_a_full_stop_and_not_within_a_number() -> None:
    first, second = "a" * 1500 + ".", " " + "b" * 1600
    assert cut(first + second, POLLY) == (first, second)
    assert cut("a" * 2997 + " 1.5", POLLY) == ("a" * 2997 + " ", "1.5")


def test_thai_is_cut_at_a_blank() -> None:
    first, second = "ก" * 300 + " ", "ข" * 300
    assert cut(first + second, POLLY) == (first, second)


def test_nepali_is_cut_after_a_danda() -> None:
    first, second = "क" * 300 + "।", " " + "ख ग" * 100
    assert cut(first + second, GOOGLE) == (first, second)


@given(LONG, st.sampled_from([POLLY, GOOGLE]))
def test_nothing_is_lost_and_every_piece_fits(text: str, characters: int) -> None:
    pieces = cut(text, characters)
    assert "".join(pieces) == text
    assert all(len(piece) <= characters and len(quote_plus(piece)) <= SAY_BYTES for piece in pieces)
