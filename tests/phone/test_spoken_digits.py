import tomllib
from pathlib import Path

import pytest

import hotline.speech
from hotline.phone.spoken_digits import find_spoken_number

VOICES = tomllib.loads((Path(hotline.speech.__path__[0]) / "voices.toml").read_text("utf-8"))


def test_a_number_whose_halves_are_the_same_is_not_half_of_it():
    assert find_spoken_number("Your number is 3043 3043.") == "30433043"
    assert find_spoken_number("Your number is 3043 3043. 3043 3043.") == "30433043"


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


@pytest.mark.parametrize("language", VOICES)
def test_all_digits_are_known_as_the_line_says_them(language):
    voice = VOICES[language]
    assert find_spoken_number(voice["between_digits"].join(voice["digits"])) == "0123456789"


@pytest.mark.parametrize(
    "said",
    [
        "受理编号是，四 八 二，零 幺 九，三 七。",
        "접수 번호는 사 팔 이, 공 일 구, 삼 칠입니다.",
        "Su número es cuatro ocho dos, cero uno nueve, tres siete.",
        "O número é quatro oito dois, zero um nove, três sete.",
        "Số tiếp nhận là bốn tám hai, không một chín, ba bảy.",
        "หมายเลขรับเรื่องคือ สี่ แปด สอง, ศูนย์ หนึ่ง เก้า, สาม เจ็ด ค่ะ",
        "Nomor Anda empat delapan dua, nol satu sembilan, tiga tujuh.",
        "Ang numero ay apat walo dalawa, sero isa siyam, tatlo pito.",
        "तपाईंको नम्बर चार आठ दुई, शून्य एक नौ, तीन सात हो।",
    ],
)
def test_a_number_is_found_in_every_language(said):
    assert find_spoken_number(said) == "48201937"
