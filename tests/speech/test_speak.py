"""A sentence and a language in, an utterance out."""

import logging
from collections.abc import Mapping
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.callflow.replies import Day, Digits, LanguageName, Sentence, Value
from hotline.speech.pofiles import po_path
from hotline.speech.speak import CannotSpeak, Utterance, Wording, speak, write
from tests.speech.line import SCRIPT, Line

MARKER = "4931728560"


def say(line: Line, prompt: str, values: Mapping[str, Value] | None = None, language: str = "ja") -> Utterance:
    return Wording(line.places).speak(Sentence(prompt, values or {}), language)


def test_a_sentence_is_spoken_in_the_language_of_the_call_by_its_voice(line: Line) -> None:
    assert say(line, "menu.hello") == Utterance("ようこそ。", "ja-JP", "Polly.Kazuha-Neural")
    assert say(line, "menu.hello", language="en") == Utterance("Welcome.", "en-US", "Polly.Joanna-Neural")


def test_a_third_language_is_spoken_by_its_own_voice(line: Line) -> None:
    line.translate("x-third", {"menu.lost": "Jika hilang, tekan {key}."})
    spoken = say(line, "menu.lost", {"key": "#"}, "x-third")
    assert spoken == Utterance("Jika hilang, tekan pagar.", "id-ID", "Google.id-ID-Wavenet-A")


def test_a_sentence_may_have_a_language_of_its_own(line: Line) -> None:
    sentence = Sentence("menu.lost", {"key": "9"}, language="en")
    assert Wording(line.places).speak(sentence, "ja").text == "If it is lost, press 9."


@pytest.mark.parametrize(
    ("key", "japanese", "english"),
    [
        ("2", "2番", "2"),
        ("0", "0番", "0"),
        ("*", "こめじるし", "star"),
        ("#", "シャープ", "hash"),
    ],
)
def test_a_key_is_spoken_by_its_name(line: Line, key: str, japanese: str, english: str) -> None:
    assert say(line, "menu.lost", {"key": key}).text == f"なくした場合は、{japanese}を押してください。"
    assert say(line, "menu.lost", {"key": key}, "en").text == f"If it is lost, press {english}."


@pytest.mark.parametrize(
    ("value", "spoken", "written"),
    [
        (7, "7", "7"),
        (2000, "2,000", "2,000"),
        (date(1980, 3, 1), "March 1, 1980", "March 1, 1980"),
        (Day(date(2026, 12, 3)), "December 3", "December 3"),
        (time(17, 30), "5:30 PM", "5:30 PM"),
        (Digits(("100", "0001")), "one zero zero, zero zero zero one", "100-0001"),
        (Digits(("2*16", "3")), "two star one six, three", "2-16-3"),
        ("0178", "zero one seven eight", "0178"),
        ("#", "hash", "#"),
        ("*", "star", "*"),
        ("2", "2", "2"),
        ("Chiyoda City", "Chiyoda City", "Chiyoda City"),
        (LanguageName("ja"), "Japanese", "Japanese"),
        (LanguageName("x-third"), "Third", "Third"),
        (LanguageName("tlh"), "Klingon", "Klingon"),
        (Sentence("things.card"), "the card", "the card"),
        (Sentence("menu.lost", {"key": "*"}), "If it is lost, press star.", "If it is lost, press *."),
    ],
)
def test_each_kind_of_value_is_spoken_and_written(line: Line, value: Value, spoken: str, written: str) -> None:
    sentence = Sentence("confirm.what", {"what": value})
    assert Wording(line.places).speak(sentence, "en").text == f"You want to stop {spoken}."
    assert Wording(line.places).write(sentence, "en") == f"You want to stop {written}."


@pytest.mark.parametrize(
    ("value", "spoken", "written"),
    [
        (2000, "2,000", "2,000"),
        (date(1980, 3, 1), "昭和55年、1980年3月1日", "1980年3月1日"),
        (Day(date(2026, 12, 3)), "12月3日", "12月3日"),
        (time(17), "17時", "17時"),
        (Digits(("457", "0001")), "ヨン ゴー ナナ、ゼロ ゼロ ゼロ イチ", "457-0001"),
        ("2", "2番", "2"),
        (LanguageName("ja-easy"), "ja-easy", "ja-easy"),
        (LanguageName("zh"), "中国語", "中国語"),
    ],
)
def test_japanese_is_spoken_and_written_in_its_own_ways(line: Line, value: Value, spoken: str, written: str) -> None:
    sentence = Sentence("confirm.what", {"what": value})
    assert Wording(line.places).speak(sentence, "ja").text == f"停止するのは、{spoken}です。"
    assert Wording(line.places).write(sentence, "ja") == f"停止するのは、{written}です。"


def test_an_amount_is_written_as_its_language_groups_it(line: Line) -> None:
    line.translate("x-third", {"confirm.what": "{what}"})
    sentence = Sentence("confirm.what", {"what": 2000})
    assert Wording(line.places).write(sentence, "x-third") == "2.000"
    assert Wording(line.places).speak(sentence, "x-third").text == "2000"


def test_plain_japanese_is_named_in_its_own_words_in_every_language() -> None:
    sentence = Sentence("whisper.call", {"language": LanguageName("ja-easy")})
    assert all("やさしい日本語" in speak(sentence, language).text for language in ("ja", "ja-easy", "en", "vi"))


def test_a_moment_is_refused_because_a_caller_hears_a_day_or_a_time(line: Line) -> None:
    with pytest.raises(CannotSpeak, match="neither a day nor a time"):
        say(line, "confirm.what", {"what": datetime(2026, 1, 1, tzinfo=UTC)})


def test_what_is_not_translated_is_written_in_the_source_language(line: Line) -> None:
    line.translate("ja", {"menu.lost": ""})
    assert Wording(line.places).write(Sentence("menu.lost", {"key": "2"}), "ja") == "If it is lost, press 2."


def test_a_prompt_for_one_language_is_refused_elsewhere(line: Line) -> None:
    wording = Wording(line.places)
    assert wording.speak(Sentence("eras.named"), "ja").text == "元号で。"
    for sentence in (Sentence("eras.named"), Sentence("confirm.what", {"what": Sentence("eras.named")})):
        for language in ("en", "x-third"):
            with pytest.raises(CannotSpeak, match=r"eras\.named is said in ja only, not in"):
                wording.speak(sentence, language)
            with pytest.raises(CannotSpeak):
                wording.write(sentence, language)


def test_a_prompt_for_one_language_that_is_not_translated_is_spoken_all_the_same(line: Line) -> None:
    line.translate("ja", {"eras.named": ""})
    assert say(line, "eras.named") == Utterance("By era.", "en-US", "Polly.Joanna-Neural")


def test_a_sentence_within_a_sentence_is_spoken_in_the_same_language(line: Line) -> None:
    assert (
        say(line, "confirm.what", {"what": Sentence("things.card", language="en")}).text == "停止するのは、カードです。"
    )


def test_a_day_is_spoken_as_the_language_does(line: Line) -> None:
    assert say(line, "confirm.born", {"day": date(1989, 1, 8)}).text == "平成元年、1989年1月8日生まれです。"


# The first sentence reads every script, which takes as long as it takes.
@given(text=st.text(alphabet=st.characters(categories=["Cc", "Cs", "Lu", "Nd", "Zl", "Zp", "Cn"]), max_size=30))
def test_control_characters_are_not_spoken(text: str) -> None:
    # Braces in a value are words too: what callers key never becomes a placeholder.
    spoken = speak(Sentence("common.skip", {"key": Digits((text,))}), "en").text
    assert all(character >= " " and not "\x7f" <= character <= "\x9f" for character in spoken)
    assert not any("\ud800" <= character <= "\udfff" or character in "\ufffe\uffff" for character in spoken)
    spoken.encode()


def test_control_characters_leave_a_gap_between_words(line: Line) -> None:
    assert say(line, "confirm.what", {"what": "a\x00\x1bb\nc"}, "en").text == "You want to stop a b c."


def test_braces_in_a_value_are_spoken_as_they_are(line: Line) -> None:
    assert say(line, "confirm.what", {"what": "{what}"}, "en").text == "You want to stop {what}."


def test_an_untranslated_sentence_is_spoken_by_the_voice_of_the_source_language(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    line.translate("ja", {"menu.lost": ""})
    wording = Wording(line.places)
    for _ in range(3):
        spoken = wording.speak(Sentence("menu.lost", {"key": "2"}), "ja")
        assert spoken == Utterance("If it is lost, press 2.", "en-US", "Polly.Joanna-Neural")
    [record] = caplog.records
    assert (record.levelno, record.__dict__["prompt"], record.__dict__["language"]) == (
        logging.ERROR,
        "menu.lost",
        "ja",
    )


def test_a_sentence_around_an_untranslated_one_is_spoken_whole_in_the_source_language(line: Line) -> None:
    line.translate("ja", {"things.card": ""})
    spoken = say(line, "confirm.what", {"what": Sentence("things.card")})
    assert spoken == Utterance("You want to stop the card.", "en-US", "Polly.Joanna-Neural")


def test_a_changed_wording_is_not_spoken_in_its_old_translation(line: Line) -> None:
    line.says(SCRIPT.replace("Welcome.", "We are closed."))
    assert say(line, "menu.hello").text == "We are closed."


@pytest.mark.parametrize("translation", ["なくした場合は、{kei}を押してください。", "なくした場合は。", "{key"])
def test_a_translation_with_other_placeholders_is_not_spoken(line: Line, translation: str) -> None:
    line.translate("ja", {"menu.lost": translation})
    assert say(line, "menu.lost", {"key": "2"}).text == "If it is lost, press 2."


def test_a_broken_catalogue_costs_the_language_and_not_the_call(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    line.write_catalogue("ja", "nonsense")
    po_path("ja", line.places).with_suffix(".mo").unlink()
    assert say(line, "menu.hello") == Utterance("Welcome.", "en-US", "Polly.Joanna-Neural")
    assert "locales/ja/LC_MESSAGES/hotline.po is broken" in caplog.text


def test_an_unknown_language_is_spoken_in_the_source_language(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    assert say(line, "menu.hello", language="tlh").language == "en-US"
    assert "A language has no voice" in caplog.text


def test_an_unknown_prompt_is_named(line: Line) -> None:
    for language in ("ja", "en"):
        with pytest.raises(CannotSpeak, match=r"No prompt script has menu\.nothing"):
            say(line, "menu.nothing", language=language)


def test_a_missing_value_is_named_and_the_others_stay_private(line: Line) -> None:
    for language in ("ja", "en"):
        with pytest.raises(CannotSpeak) as fault:
            say(line, "menu.lost", {"number": Digits((MARKER,))}, language)
        assert str(fault.value) == "menu.lost needs {key}, which the step did not give."


def test_what_is_spoken_does_not_show(line: Line) -> None:
    spoken = say(line, "confirm.what", {"what": Digits((MARKER,))}, "en")
    assert "four nine three" in spoken.text
    assert "four" not in repr(spoken)


def test_a_text_beyond_the_limit_is_spoken_in_pieces(line: Line) -> None:
    line.says(SCRIPT.replace("Welcome.", "Welcome. " * 400))
    spoken = say(line, "menu.hello", language="en")
    assert len(spoken.pieces()) == 2
    assert "".join(spoken.pieces()) == spoken.text


def test_the_line_itself_speaks() -> None:
    assert speak(Sentence("main_menu.lost", {"key": "2"}), "en").text.endswith("press 2.")
    assert "2番" in speak(Sentence("main_menu.lost", {"key": "2"}), "ja").text
    assert write(Sentence("main_menu.lost", {"key": "2"}), "en").endswith("press 2.")
