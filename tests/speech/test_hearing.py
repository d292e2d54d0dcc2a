"""What callers' words become."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.callflow.languages import LANGUAGES
from hotline.callflow.replies import Entry, Listen, Menu, Option
from hotline.speech.heard_lists import MENUS
from hotline.speech.hearing import (
    EVERYWHERE,
    MOST_HINTS,
    MOST_LETTERS_OF_A_HINT,
    Hearing,
    hints,
    listening_language,
    read_text,
    understand,
)
from hotline.speech.speak import Wording, wording
from tests.speech.line import SCRIPT, Line

SURE = 0.9

COMMON_LISTS = "".join(
    f'[heard.{name}]\ntext = "{phrase}"\n'
    for name, phrase in {
        **{"language": "language", "person": "help", "again": "again"},
        **{"back": "back", "yes": "yes", "no": "no"},
    }.items()
)

MAIN_MENU = Listen(
    Menu(
        (
            Option("2", words="heard.lost"),
            Option("4", words="heard.receipt"),
            Option("3", words="heard.reissue"),
            Option("1", words="heard.questions"),
            Option("9", words="heard.language"),
            Option("0", words="heard.person"),
            Option("*", words="heard.again"),
        )
    ),
    hears_speech=True,
)
TARGET = Listen(
    Menu((Option("1", words="heard.card"), Option("2", words="heard.smartphone"), Option("3", words="heard.both")))
)
CONFIRM = Listen(Menu((Option("1", words="heard.yes"), Option("2", words="heard.no"))))
LOSS = Listen(
    Menu((Option("1", words="heard.away"), Option("2", words="heard.stolen"), Option("#", words="heard.skip")))
)
LANGUAGE = Listen(
    Menu((*(Option(key, "language.choose", code) for key, code in zip("128", ("en", "ja", "ja-easy"), strict=True)),))
)
ENTRY = Listen(Entry())
HOUSE_NUMBER = Listen(Entry(may_be_empty=True))


def menus_in_keys() -> list[Listen]:
    """Every menu in which words are understood, with the keys that its options could have."""
    global_keys = {prompt: key for key, prompt in EVERYWHERE.items()}
    return [
        Listen(Menu(tuple(Option(global_keys.get(words, str(at)), words=words) for at, words in enumerate(menu, 1))))
        for menu in map(sorted, MENUS)
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_of_every_menu_is_understood_in_every_language(language: str) -> None:
    for listen in menus_in_keys():
        assert isinstance(listen.to, Menu)
        for option in listen.to.options:
            assert option.words is not None
            for phrase in wording().phrases(option.words, language):
                for said in (phrase, phrase.upper(), f" {phrase}. "):
                    assert understand(said, None, language, listen) == option.key, (option.words, said)


@pytest.mark.parametrize("listen", [MAIN_MENU, TARGET, CONFIRM, ENTRY], ids=["menu", "target", "confirm", "entry"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_works_everywhere_is_understood_everywhere(language: str, listen: Listen) -> None:
    for key, prompt in EVERYWHERE.items():
        for phrase in wording().phrases(prompt, language):
            assert understand(phrase, SURE, language, listen) == key, phrase


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ("lost card", "2"),
        ("Lost card, please.", "2"),
        ("my card is lost", "2"),
        ("well, um, i lost my card", "2"),
        ("ＯＰＥＲＡＴＯＲ", "0"),
        ("talk to a person", "0"),
        ("back", "#"),
        ("two", "2"),
        ("2", "2"),
        ("zero", "0"),
        ("hash", "#"),
        ("eight", None),
        ("8", None),
        ("", None),
        ("?!", None),
        ("elephant", None),
        ("flost", None),
        ("i lost one card", "2"),
        ("one card", None),
        ("two one", None),
        ("lost card and new card", None),
    ],
)
def test_a_phrase_of_one_option_is_its_key(words: str, keys: str | None) -> None:
    assert understand(words, SURE, "en", MAIN_MENU) == keys


@pytest.mark.parametrize(
    ("language", "listen", "words", "keys"),
    [
        ("en", TARGET, "card and phone", "3"),
        ("en", TARGET, "the card please", "1"),
        ("en", TARGET, "the card or the phone", None),
        ("ja", TARGET, "なくしたのはカードです", "1"),
        ("ja", TARGET, "なくしたのはカードじゃない", None),
        ("en", TARGET, "I want the card stopped", "1"),
        ("en", TARGET, "I don't want the card stopped", None),
        ("en", LANGUAGE, "Japanese, please", "2"),
        ("en", LANGUAGE, "日本語", "2"),
        ("ja", LANGUAGE, "やさしい日本語", "8"),
        ("ja", LANGUAGE, "日本語でお願いします", "2"),
        ("ja", LANGUAGE, "英語", "1"),
    ],
)
def test_the_longer_phrase_wins_only_where_it_contains_the_other(
    language: str, listen: Listen, words: str, keys: str | None
) -> None:
    assert understand(words, SURE, language, listen) == keys


@pytest.mark.parametrize(
    ("confidence", "words", "keys"),
    [
        (1.0, "my card is lost", "2"),
        (0.6, "my card is lost", "2"),
        (0.59, "my card is lost", None),
        (0.0, "lost card", None),
        (None, "my card is lost", None),
        (None, "lost card", "2"),
        (None, "lost card please", "2"),
    ],
)
def test_who_is_not_sure_is_not_believed(confidence: float | None, words: str, keys: str | None) -> None:
    assert understand(words, confidence, "en", MAIN_MENU) == keys


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "it is not lost"),
        ("en", "I didn't say lost card"),
        ("en", "no lost card"),
        ("es", "no perdí mi tarjeta"),
        ("pt", "não perdi o cartão"),
        ("vi", "tôi không mất thẻ"),
        ("id", "kartu saya tidak hilang"),
        ("fil", "hindi nawala ang card ko"),
        ("ja", "カードはなくしていません"),
        ("ja", "なくしたわけではない"),
        ("ja", "紛失ではなくスマホの質問"),
        ("ja", "停止は必要なくなりました"),
        ("ja-easy", "カードはなくしていない"),
        ("zh", "我没有丢卡"),
        ("ko", "카드를 안 잃어버렸어요"),
        ("ko", "분실하지 않았어요"),
        ("ko", "분실한 게 아니에요"),
        ("th", "บัตรไม่หาย"),
        ("ne", "कार्ड हराएको छैन"),
    ],
)
def test_a_denied_loss_is_not_a_loss(language: str, words: str) -> None:
    assert understand(words, SURE, language, MAIN_MENU) is None


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ja", "カードをなくしたんですけど"),
        ("ja", "財布をなくして、カードを止めたい"),
        ("ja", "ぬすまれたカードの停止"),
        ("ja", "カードを落としました"),
        ("ja", "カードが見つかりません"),
        ("en", "I want to stop my card"),
        ("en", "my card was stolen"),
        ("en", "I can't find my card"),
        ("ja-easy", "カードをなくしました"),
        ("zh", "我的卡丢了"),
        ("ko", "카드를 분실했는데요"),
        ("ko", "도난당했어요"),
        ("es", "perdí mi tarjeta en el tren"),
        ("pt", "acho que perdi o cartão"),
        ("vi", "tôi bị mất thẻ rồi ạ"),
        ("th", "บัตรหายค่ะ"),
        ("id", "kartu saya hilang pak"),
        ("fil", "nawala po yung card ko"),
        ("ne", "मेरो कार्ड हरायो"),
        ("es", "se me perdió la tarjeta my number"),
        ("pt", "roubaram minha bolsa com o cartão dentro"),
        ("vi", "tôi làm mất thẻ my number rồi ạ"),
        ("th", "ผมทำบัตรมายนัมเบอร์หายครับ"),
        ("id", "kartu my number saya hilang di kereta"),
        ("fil", "nawawala po yung my number card ko"),
        ("ne", "मैले मेरो माई नम्बर कार्ड हराएँ"),
    ],
)
def test_a_loss_is_understood_as_people_tell_it(language: str, words: str) -> None:
    assert understand(words, SURE, language, MAIN_MENU) == "2"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "i was at the station when my lost card"),
        ("ja", "昨日の夜に駅のホームでなくしたカードのことでお電話しました"),
    ],
)
def test_a_phrase_in_a_long_story_is_not_picked_out(language: str, words: str) -> None:
    assert understand(words, SURE, language, MAIN_MENU) is None


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("es", "el número dos, por favor"),
        ("pt", "número dois"),
        ("th", "กดสองค่ะ"),
        ("id", "nomor dua pak"),
        ("fil", "number two po"),
        ("fil", "dalawa po"),
        ("vi", "số hai ạ"),
        ("vi", "bấm 2"),
    ],
)
def test_a_key_may_be_told_as_a_number(language: str, words: str) -> None:
    assert understand(words, SURE, language, MAIN_MENU) == "2"


def test_the_key_0_is_no_no_in_vietnamese() -> None:
    assert understand("số không", SURE, "vi", CONFIRM) == "0"
    assert understand("không", SURE, "vi", CONFIRM) == "2"


@pytest.mark.parametrize("language", ["en", "ja", "fil"])
def test_filipino_is_called_tagalog_too(language: str) -> None:
    menu = Listen(Menu((Option("1", "language.choose", "en"), Option("6", "language.choose", "fil"))))
    assert understand("タガログ語" if language == "ja" else "Tagalog", SURE, language, menu) == "6"


@pytest.mark.parametrize(
    ("language", "words", "keys"),
    [
        ("th", "เอาบัตรอย่างเดียว", "1"),
        ("id", "kartu dan hape", "3"),
        ("vi", "cả thẻ lẫn điện thoại", "3"),
        ("th", "บัตรกับสมาร์ทโฟน", None),
    ],
)
def test_what_is_to_be_stopped_is_never_less_than_was_said(language: str, words: str, keys: str | None) -> None:
    assert understand(words, SURE, language, TARGET) == keys


@pytest.mark.parametrize(
    ("language", "words", "keys"),
    [
        ("en", "yes", "1"),
        ("en", "Yes, yes!", "1"),
        ("en", "yes, that's right", "1"),
        ("en", "okay, yes please", "1"),
        ("en", "no", "2"),
        ("en", "not right", "2"),
        ("en", "yes but wait", None),
        ("en", "yes stop no", None),
        ("en", "no, that's right", None),
        ("ja", "はい、お願いします。", "1"),
        ("ja", "ハイ", "1"),
        ("ja", "はい、ちょっと待って", None),
        ("ja", "はい、違います", None),
        ("ja", "オペレーターお願いします", "0"),
        ("en", "yes, operator", None),
        ("ko", "네, 네", "1"),
        ("vi", "dạ đúng ạ", "1"),
        ("vi", "dung", "1"),
        ("vi", "không", "2"),
        ("es", "si, por favor", "1"),
        ("pt", "nao", "2"),
        ("th", "ใช่ค่ะ", "1"),
        ("zh", "不是", "2"),
        ("fil", "opo", "1"),
    ],
)
def test_yes_and_no_count_only_when_nothing_else_is_said(language: str, words: str, keys: str | None) -> None:
    assert understand(words, SURE, language, CONFIRM) == keys


def test_what_means_something_of_its_own_here_does_not_mean_what_it_does_elsewhere() -> None:
    ends = Listen(Menu((Option("*", words="heard.again"), Option("#", "next_steps.end"))))
    assert understand("back", SURE, "en", ends) is None
    asks = Listen(Menu((Option("4", words="heard.person"),)))
    assert understand("operator", SURE, "en", asks) == "4"
    skips = Listen(Menu((Option("#", words="heard.skip"),)))
    assert understand("skip", SURE, "en", skips) == "#"
    assert understand("back", SURE, "en", skips) is None


def test_the_source_language_is_understood_only_where_a_language_has_no_list(line: Line) -> None:
    line.says(
        SCRIPT + '[heard.language]\ntext = "language"\n[heard.person]\ntext = "help"\n[heard.again]\ntext = "again"\n'
        '[heard.back]\ntext = "back"\n[heard.yes]\ntext = "yes"\n[heard.no]\ntext = "no"'
    )
    line.update()
    line.translate("ja", {"heard.again": "もう一度"})
    hearing, listen = Hearing(Wording(line.places)), Listen(Menu((Option("1", words="heard.card"),)))
    assert hearing.understand("card", SURE, "x-third", listen) == "1"
    assert hearing.understand("card", SURE, "ja", listen) is None
    assert hearing.understand("カード", SURE, "ja", listen) == "1"
    assert hearing.understand("help", SURE, "ja", listen) == "0"
    assert hearing.understand("again", SURE, "ja", listen) is None


@pytest.mark.parametrize(
    ("language", "words", "keys"),
    [
        ("en", "one nine eight zero zero three zero one", "19800301"),
        ("en", "One, nine, eight, oh", "1980"),
        ("en", "1980 0301", "19800301"),
        ("en", "1,980", "1980"),
        ("en", "one two three please", "123"),
        ("en", "nineteen eighty", None),
        ("en", "one two and three", None),
        ("en", "one two-elephant", None),
        ("en", "one - two", "1*2"),
        ("en", "march first", None),
        ("en", "１９８００３０１", "19800301"),
        ("ja", "イチ キュウ ハチ ゼロ", "1980"),
        ("ja", "いちきゅうはちまる", "1980"),
        ("ja", "しちよんれいくー", None),
        ("ja", "ニーゴーナナシ", "2574"),
        ("ja", "一九八〇〇三〇一", "19800301"),
        ("ja", "1980年3月1日です", "19800301"),
        ("ja", "昭和55年3月1日", "3550301"),
        ("ja", "令和元年5月1日", "5010501"),
        ("ja", "じゅうに", None),
        ("ja", "いちに、シャープ", "12"),
        ("ja", "シャープ", "#"),
        ("en", "one two hash", "12"),
        ("ja-easy", "さん に いち", "321"),
        ("zh", "幺九八零零三零一", "19800301"),
        ("zh", "一九八零年三月一日", "19800301"),
        ("zh", "两千", None),
        ("ko", "공일이삼사오육칠팔구", "0123456789"),
        ("ko", "영 하나 둘 셋 넷", "01234"),
        ("ko", "1980년 3월 1일", "19800301"),
        ("es", "uno nueve ocho cero", "1980"),
        ("pt", "um nove meia tres", "1963"),
        ("vi", "một chín tám không", "1980"),
        ("vi", "mot chin tam khong", "1980"),
        ("th", "หนึ่งเก้าแปดศูนย์ค่ะ", "1980"),
        ("th", "๑๙๘๐", "1980"),
        ("id", "satu sembilan delapan kosong", "1980"),
        ("fil", "isa siyam walo sero", "1980"),
        ("fil", "one nine eight zero", "1980"),
        ("ne", "एक नौ आठ शून्य", "1980"),
        ("ne", "१९८०", "1980"),
    ],
)
def test_digits_told_one_by_one_are_an_entry_and_nothing_else_is(language: str, words: str, keys: str | None) -> None:
    assert understand(words, SURE, language, ENTRY) == keys


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_voice_reads_back_is_understood_when_it_is_said(language: str) -> None:
    voice = wording().voice(language)
    said = " ".join(voice.words[digit] for digit in "9876543210")
    assert understand(said, SURE, language, ENTRY) == "9876543210"


def test_a_word_that_may_be_a_digit_or_a_no_is_neither() -> None:
    assert understand("không", SURE, "vi", ENTRY) is None
    assert understand("không không", SURE, "vi", ENTRY) == "00"
    assert understand("không", SURE, "vi", MAIN_MENU) is None


@pytest.mark.parametrize(
    ("words", "house_number", "other"),
    [
        ("2-16-3", "2*16*3", "2*16*3"),
        ("2丁目16番3号", "2*16*3", "2*16*3"),
        ("2の16の3", "2*16*3", "2*16*3"),
        ("２ー１６ー３", "2*16*3", "2*16*3"),
        ("100-0001", "100*0001", "1000001"),
        ("090-1234-5678", "090*1234*5678", "09012345678"),
        ("1980-03-01", "1980*03*01", "19800301"),
        ("1980/3/1", "1980*3*1", "19800301"),
        ("1980-13-45", "1980*13*45", "19801345"),
        ("1234-5678-9012", "123456789012", "123456789012"),
        ("+81 90-1234-5678", "090*1234*5678", "09012345678"),
        ("+81(0)9012345678", "09012345678", "09012345678"),
    ],
)
def test_the_parts_of_a_house_number_stay_apart_and_other_hyphens_fall_away(
    words: str, house_number: str | None, other: str
) -> None:
    assert understand(words, SURE, "ja", HOUSE_NUMBER) == house_number
    assert understand(words, SURE, "ja", ENTRY) == other


def test_a_house_number_may_be_skipped_and_is_never_taken_for_a_language() -> None:
    assert understand("skip", SURE, "en", HOUSE_NUMBER) == "#"
    assert understand("back", SURE, "en", HOUSE_NUMBER) is None
    assert understand("language", SURE, "en", HOUSE_NUMBER) is None
    assert understand("language", SURE, "en", ENTRY) == "9"


@pytest.mark.parametrize(
    ("body", "listen", "keys"),
    [
        ("2", MAIN_MENU, "2"),
        (" 2. ", MAIN_MENU, "2"),
        ("２", MAIN_MENU, "2"),
        ("#", MAIN_MENU, "#"),
        ("＃", ENTRY, "#"),
        ("♯", ENTRY, "#"),
        ("＊", MAIN_MENU, "*"),
        ("7", MAIN_MENU, "7"),
        ("22", MAIN_MENU, "22"),
        ("1234 5678 9012", MAIN_MENU, "123456789012"),
        ("1234-5678-9012", MAIN_MENU, "123456789012"),
        ("lost card", MAIN_MENU, "2"),
        ("hello?", MAIN_MENU, None),
        ("", MAIN_MENU, None),
        ("19800301", ENTRY, "19800301"),
        ("19800301#", ENTRY, "19800301"),
        ("１９８０年３月１日", ENTRY, "19800301"),
        ("1980-03-01", ENTRY, "19800301"),
        ("S55.3.1", ENTRY, "3550301"),
        ("2-16-3", HOUSE_NUMBER, "2*16*3"),
        ("2*16*3", HOUSE_NUMBER, "2*16*3"),
        ("operator", ENTRY, "0"),
        ("٣", MAIN_MENU, "3"),
        ("2\ufe0f\u20e3", MAIN_MENU, "2"),
        ("#\ufe0f\u20e3", MAIN_MENU, "#"),
        ("\u200e2\u200f", MAIN_MENU, "2"),
    ],
)
def test_a_text_message_is_keys_or_words(body: str, listen: Listen, keys: str | None) -> None:
    assert read_text(body, "en", listen) == keys


# The first words in a language read its catalogue, which takes as long as it takes.
@given(st.text(max_size=40), st.sampled_from(LANGUAGES), st.sampled_from([MAIN_MENU, CONFIRM, ENTRY, HOUSE_NUMBER]))
def test_whatever_comes_is_keys_of_a_telephone_or_nothing(words: str, language: str, listen: Listen) -> None:
    for keys in (understand(words, SURE, language, listen), read_text(words, language, listen)):
        assert keys is None or (keys != "" and set(keys) <= set("0123456789*#"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_recognition_is_told_what_to_expect_within_its_limits(language: str) -> None:
    for listen in (MAIN_MENU, ENTRY):
        expected = hints(listen, language)
        assert 10 < len(expected) <= MOST_HINTS
        assert all(0 < len(hint) <= MOST_LETTERS_OF_A_HINT and "," not in hint for hint in expected)
        assert len(set(expected)) == len(expected)
    assert hints(MAIN_MENU, language)[0] == wording().phrases("heard.lost", language)[0]
    assert hints(ENTRY, language)[:10] == tuple(wording().voice(language).words[digit] for digit in "0123456789")


def test_what_the_recognition_would_not_take_is_left_out_of_its_hints(line: Line) -> None:
    phrases = "|".join(("card", "a" * 101, "the card, please", *map(str, range(600))))
    line.says(SCRIPT.replace("card|the card", phrases) + COMMON_LISTS)
    line.update()
    expected = Hearing(Wording(line.places)).hints(Listen(Menu((Option("1", words="heard.card"),))), "en")
    assert expected[:3] == ("card", "the card please", "0")
    assert len(expected) == MOST_HINTS


def test_the_recognition_listens_in_the_language_of_the_call() -> None:
    assert listening_language("zh") == "cmn-Hans-CN"
    assert listening_language("ne") == "ne-NP"
    assert listening_language("ja-easy") == listening_language("ja") == "ja-JP"


MY_NUMBER = "918273645546"


@pytest.mark.parametrize("listen", [MAIN_MENU, CONFIRM, LANGUAGE, ENTRY, HOUSE_NUMBER])
@pytest.mark.parametrize(
    "words",
    [
        *("918273645546", "9182 7364 5546", "9182-7364-5546", "９１８２　７３６４　５５４６", "9182.7364.5546"),
        *("my number is 918273645546.", "マイナンバーは9182 7364 5546です", "my card 9182-7364-5546 is lost"),
        *("born 1980-03-01, number 9182 7364 5546", "19800301 918273645546", "operator 918273645546"),
    ],
)
@pytest.mark.parametrize("language", ["en", "ja", "th"])
def test_twelve_digits_are_noticed_wherever_they_are(listen, words, language):
    for keys in (read_text(words, language, listen), understand(words, 0.2, language, listen)):
        assert keys == MY_NUMBER


def test_twelve_digits_that_are_told_one_by_one_are_noticed_in_a_menu():
    told = "nine one eight two seven three six four five five four six"
    assert understand(told, SURE, "en", MAIN_MENU) == MY_NUMBER


@pytest.mark.parametrize("words", ["+81 90 1234 5678", "call +81-90-1234-5678", "1234567890123", "12345678901"])
def test_other_rows_of_digits_are_no_my_number(words):
    for listen in (MAIN_MENU, ENTRY):
        keys = understand(words, SURE, "en", listen)
        assert keys is None or len(keys) != 12
