import pytest

from hotline.phone.spoken_digits import find_spoken_number


@pytest.mark.parametrize(
    "said",
    [
        "Your number is 4 8 2 0 1 9 3 7. Goodbye.",
        "Your number is 48201937.",
        "Your number is 482, 019, 37",
        "Your number is four eight two, oh one nine, three seven.",
        "Your number is Four Eight Two, Zero One Nine. Three Seven.",
        "受付番号は、よん、はち、にい、ゼロ、いち、きゅう、さん、なな、です。",
        "受付番号は ヨン ハチ ニー、ゼロ イチ キュウ、サン ナナ です。",
        "受付番号はよんはちにいれいいちきゅうさんななです。",
        "受付番号は、４８２・０１９・３７です。",
        "Your number is 4 8 2 0 1 9 3 7. 4 8 2 0 1 9 3 7.",
    ],
)
def test_a_number_is_found_however_it_is_spoken(said):
    assert find_spoken_number(said) == "48201937"


@pytest.mark.parametrize(
    "said",
    [
        "",
        "Press one for the card, two for the telephone, three for both.",
        "4 8 2 0 1 9 3",
        "It was someone. One two three four five six seven.",
        "次にカードをごらんください",
    ],
)
def test_what_is_no_long_number_is_not_taken_for_one(said):
    assert find_spoken_number(said) is None


def test_all_digits_are_known_in_both_languages():
    assert find_spoken_number("zero one two three four five six seven eight nine") == "0123456789"
    assert find_spoken_number("ゼロ イチ ニー サン ヨン ゴー ロク ナナ ハチ キュウ") == "0123456789"
