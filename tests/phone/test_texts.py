import pytest

from hotline.phone.texts import length, parts


@pytest.mark.parametrize(
    ("body", "cut"),
    [
        ("", 1),
        ("x" * 160, 1),
        ("x" * 161, 2),
        ("x" * 306, 2),
        ("x" * 307, 3),
        ("é" * 160, 1),
        ("x" * 158 + "€", 1),
        ("x" * 159 + "€", 2),
        ("あ" * 70, 1),
        ("あ" * 71, 2),
        ("あ" * 134, 2),
        ("あ" * 135, 3),
        ("x" * 69 + "ç", 1),
        ("x" * 70 + "ç", 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_a_message_is_cut_into_parts_as_twilio_cuts_it(body, cut):
    assert parts(body) == cut


def test_letters_outside_the_basic_plane_count_twice():
    assert (length("stop"), length("停止"), length("😀")) == (4, 2, 2)
