"""How each language is spoken."""

from datetime import date, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.phone.voices import misfit
from hotline.speech.places import THE_LINE
from hotline.speech.voices import KEYS, Voice, VoicesFault, load_voices

VOICES = load_voices(THE_LINE.voices)
JAPANESE, ENGLISH = VOICES["ja"], VOICES["en"]
GROUPS = st.lists(st.text("0123456789", min_size=1, max_size=11), max_size=5).map(tuple)


@pytest.mark.parametrize(
    ("day", "spoken"),
    [
        (date(1868, 1, 24), "西暦1868年1月24日"),
        (date(1868, 1, 25), "明治元年、1868年1月25日"),
        (date(1912, 7, 29), "明治45年、1912年7月29日"),
        (date(1912, 7, 30), "大正元年、1912年7月30日"),
        (date(1913, 1, 1), "大正2年、1913年1月1日"),
        (date(1926, 12, 24), "大正15年、1926年12月24日"),
        (date(1926, 12, 25), "昭和元年、1926年12月25日"),
        (date(1927, 1, 1), "昭和2年、1927年1月1日"),
        (date(1980, 3, 1), "昭和55年、1980年3月1日"),
        (date(1989, 1, 7), "昭和64年、1989年1月7日"),
        (date(1989, 1, 8), "平成元年、1989年1月8日"),
        (date(2019, 4, 30), "平成31年、2019年4月30日"),
        (date(2019, 5, 1), "令和元年、2019年5月1日"),
        (date(2026, 10, 9), "令和8年、2026年10月9日"),
    ],
)
def test_japanese_hears_a_day_in_both_calendars(day: date, spoken: str) -> None:
    assert JAPANESE.say_date(day) == spoken


@pytest.mark.parametrize(
    ("day", "spoken"), [(date(1980, 3, 1), "March 1, 1980"), (date(1867, 12, 31), "December 31, 1867")]
)
def test_english_hears_a_day_with_the_name_of_the_month(day: date, spoken: str) -> None:
    assert ENGLISH.say_date(day) == spoken


@pytest.mark.parametrize(
    ("language", "quarter", "full"),
    [
        ("ja", "9時15分", "17時"),
        ("en", "9:15 AM", "5:00 PM"),
        ("zh", "9点15分", "17点"),
        ("ko", "오전 9시 15분", "오후 5시"),
        ("vi", "9 giờ 15 phút", "17 giờ"),
    ],
)
def test_a_time_of_day_is_told_in_hours_and_minutes(language: str, quarter: str, full: str) -> None:
    voice = VOICES[language]
    assert (voice.say_time(time(9, 15)), voice.say_time(time(17))) == (quarter, full)


@given(st.times(), st.times())
def test_two_minutes_of_a_day_never_sound_alike(first: time, second: time) -> None:
    for voice in VOICES.values():
        alike = voice.say_time(first) == voice.say_time(second)
        assert alike == ((first.hour, first.minute) == (second.hour, second.minute)), voice.code


@given(st.dates(date(2024, 1, 1), date(2024, 12, 31)), st.integers(1, 364))
def test_two_days_of_a_year_never_sound_alike(day: date, later: int) -> None:
    other = day + timedelta(days=later)
    for voice in VOICES.values():
        assert voice.say_day(day) != voice.say_day(other), voice.code


@pytest.mark.parametrize("voice", VOICES.values(), ids=VOICES)
def test_an_amount_is_told_in_figures_without_a_mark_that_is_read_as_a_decimal(voice: Voice) -> None:
    assert voice.say_number(7) == "7"
    assert voice.say_number(2000) in ("2000", "2,000")
    assert voice.say_number(1234567).replace(",", "") == "1234567"


def test_thousands_are_grouped_where_the_language_writes_a_comma() -> None:
    assert (ENGLISH.say_number(12000), JAPANESE.say_number(12000), VOICES["pt"].say_number(12000)) == (
        "12,000",
        "12,000",
        "12000",
    )


@pytest.mark.parametrize("voice", VOICES.values(), ids=VOICES)
def test_a_language_reads_itself_or_is_read_by_the_nearest(voice: Voice) -> None:
    spoken = voice.language.partition("-")[0]
    assert {"cmn": "zh"}.get(spoken, spoken) == (voice.nearest or voice.code.removesuffix("-easy"))


@given(st.dates(date(1868, 1, 25), date(2100, 1, 1)))
def test_two_days_never_sound_alike(day: date) -> None:
    tomorrow = day + timedelta(days=1)
    for voice in VOICES.values():
        assert voice.say_date(day) != voice.say_date(tomorrow)


@given(GROUPS)
def test_the_digits_said_are_the_digits_given_in_the_same_order(groups: tuple[str, ...]) -> None:
    for voice in VOICES.values():
        digits = {voice.words[digit]: digit for digit in "0123456789"}
        said = voice.say_digits(groups)
        heard = [
            "".join(digits[word] for word in group.split(voice.between_digits))
            for group in said.split(voice.between_groups)
            if group
        ]
        assert tuple(heard) == groups


def test_a_group_is_followed_by_a_pause_and_a_digit_is_a_word() -> None:
    assert ENGLISH.say_digits(("100", "0001")) == "one zero zero, zero zero zero one"
    assert JAPANESE.say_digits(("457",)) == "ヨン ゴー ナナ"


def test_the_star_within_digits_is_said_and_an_empty_group_makes_no_pause() -> None:
    assert ENGLISH.say_digits(("2*", "", "3")) == "two star, three"


@pytest.mark.parametrize("voice", VOICES.values(), ids=VOICES)
def test_twilio_has_the_voice_and_it_speaks_the_language(voice: Voice) -> None:
    assert misfit(voice.voice, voice.language) is None


@pytest.mark.parametrize("voice", VOICES.values(), ids=VOICES)
def test_no_two_keys_and_no_two_digits_sound_alike(voice: Voice) -> None:
    assert len({voice.keys[key] for key in KEYS}) == len(KEYS)
    assert len(set(voice.words.values())) == len(KEYS)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('name = "English"', "", "en: `name` is missing."),
        ('name = "English"', 'name = ""', "en: `name` must be text"),
        ('name = "English"', 'name = "English"\npitch = 3', "en: `pitch` is not known here."),
        ('locale = "en"', 'locale = "xx"', "en: `locale` xx is not known to Babel."),
        ('"Polly.Joanna-Neural"', '"Joanna"', "en: `voice` Joanna must begin with Polly. or Google."),
        ('"Polly.Joanna-Neural"', '"Google.ja-JP-Neural2-B"', "Google.ja-JP-Neural2-B does not speak en-US."),
        ('["zero", ', "[", "en: `digits` must be ten words"),
        ('"#" = "hash"', "", "en: `keys` must have a word for each of 0 to 9, * and #"),
        ('date = "MMMM d, y"', 'date = "{nothing}"', "en: The pattern {nothing} is none of Unicode CLDR for dates."),
        ('date = "MMMM d, y"', 'date = "qqqqqq"', "en: The pattern qqqqqq is none of Unicode CLDR for dates."),
        ('day = "MMMM d"', 'day = "H:mm"', "en: The pattern H:mm is none of Unicode CLDR for dates."),
        ('time = "h:mm a"', 'time = "MMMM d"', "en: The pattern MMMM d is none of Unicode CLDR for times."),
        ('hears = "en-US"', "", "en: `hears` is missing."),
        ('nearest = "hi"', 'nearest = ""', "ne: `nearest` must be text"),
        ('reiwa = "令和"', "", "ja: `eras` must have exactly these texts"),
        ("'{era}{year}'年、y年", "M月", "ja: `eras.date` must have {era} and {year} in it"),
        ("[en]", "[en", "voices.toml cannot be read"),
    ],
)
def test_a_fault_in_the_file_is_named(tmp_path: Path, old: str, new: str, words: str) -> None:
    text = THE_LINE.voices.read_text("utf-8")
    assert old in text
    path = tmp_path / "voices.toml"
    path.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(VoicesFault) as fault:
        load_voices(path)
    assert words in str(fault.value)


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "voices.toml"
    path.write_text("fr = 1\n[ko]\nname = 'Korean'", "utf-8")
    with pytest.raises(VoicesFault) as fault:
        load_voices(path)
    assert "fr: a language is a table of its own." in str(fault.value)
    assert str(fault.value).count("ko: ") == 11


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(VoicesFault, match=r"voices\.toml cannot be read"):
        load_voices(tmp_path / "voices.toml")
