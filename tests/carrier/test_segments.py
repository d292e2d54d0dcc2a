import pytest

from hotline.carrier.segments import Encoding, Segments, count_segments

GSM = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The alphabet of 3GPP TS 23.038, table of 6.2.1."""

EXTENSION = "\f^{}\\[~]|€"
"""The table of 6.2.1.1: each of these is written with an escape before it."""


def test_the_alphabet_is_the_standards() -> None:
    assert len(set(GSM)) == 127
    for letter in GSM:
        assert count_segments(letter * 160) == Segments(1, Encoding.GSM_7), letter
        assert count_segments(letter * 161) == Segments(2, Encoding.GSM_7), letter


def test_letters_of_the_extension_take_two_places() -> None:
    for letter in EXTENSION:
        assert count_segments(letter * 80) == Segments(1, Encoding.GSM_7), letter
        assert count_segments(letter * 80 + "a") == Segments(2, Encoding.GSM_7), letter


@pytest.mark.parametrize("letter", ["ç", "á", "í", "ó", "ú", "ã", "õ", "ê", "’", "あ", "漢", "한", "ก", "न", "ạ", "\t"])
def test_one_other_letter_changes_the_whole_message(letter: str) -> None:
    assert count_segments("a" * 69 + letter) == Segments(1, Encoding.UCS_2)
    assert count_segments("a" * 70 + letter) == Segments(2, Encoding.UCS_2)


@pytest.mark.parametrize(
    ("length", "parts"), [(0, 1), (1, 1), (160, 1), (161, 2), (306, 2), (307, 3), (459, 3), (460, 4)]
)
def test_parts_of_several_hold_153_letters(length: int, parts: int) -> None:
    assert count_segments("a" * length).count == parts


@pytest.mark.parametrize(("length", "parts"), [(1, 1), (70, 1), (71, 2), (134, 2), (135, 3), (201, 3), (202, 4)])
def test_parts_of_several_hold_67_other_letters(length: int, parts: int) -> None:
    assert count_segments("あ" * length).count == parts


def test_letters_outside_the_basic_plane_take_two_places() -> None:
    assert count_segments("😀" * 35).count == 1
    assert count_segments("😀" * 35 + "a").count == 2


def test_no_letter_is_cut_in_two() -> None:
    """133 places and one letter of two: the pair that straddles the border goes to the second part whole."""
    assert count_segments("a" * 66 + "😀" + "a" * 66).count == 3
    assert count_segments("a" * 67 + "😀" + "a" * 65).count == 2
    assert count_segments("a" * 152 + "€" + "a" * 152).count == 3
    assert count_segments("a" * 153 + "€" + "a" * 151).count == 2
