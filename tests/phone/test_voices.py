import tomllib
from pathlib import Path

import pytest

import hotline.speech
from hotline.phone.voices import language_of, misfit, text_limit

VOICES_OF_THE_LINE = tomllib.loads((Path(hotline.speech.__path__[0]) / "voices.toml").read_text("utf-8"))


@pytest.mark.parametrize("language", VOICES_OF_THE_LINE)
def test_every_voice_of_the_line_speaks_its_language(language):
    voice = VOICES_OF_THE_LINE[language]
    assert misfit(voice["voice"], voice["language"]) is None


@pytest.mark.parametrize(
    ("voice", "language"),
    [
        ("Polly.Kazuha-Neural", "ja-JP"),
        ("Polly.Tomoko-Neural", "ja-JP"),
        ("Google.ja-JP-Neural2-B", "ja-JP"),
        ("Google.ja-JP-Chirp3-HD-Aoede", "ja-JP"),
        ("Polly.Joanna-Neural", "en-US"),
        ("Polly.Zhiyu-Neural", "cmn-CN"),
        ("Google.cmn-CN-Wavenet-A", "cmn-CN"),
        ("Polly.Seoyeon-Neural", "ko-KR"),
        ("Polly.Mia-Neural", "es-MX"),
        ("Polly.Lupe-Neural", "es-US"),
        ("Polly.Camila-Neural", "pt-BR"),
        ("Google.vi-VN-Wavenet-A", "vi-VN"),
        ("Google.th-TH-Standard-A", "th-TH"),
        ("Google.id-ID-Wavenet-A", "id-ID"),
        ("Google.fil-PH-Wavenet-A", "fil-PH"),
        ("woman", "en-US"),
        (None, "ja-JP"),
    ],
)
def test_a_voice_speaks_its_own_language(voice, language):
    assert misfit(voice, language) is None


@pytest.mark.parametrize(
    ("voice", "language", "why"),
    [
        ("Polly.Kazuha-Neural", "en-US", "speaks ja-JP and not en-US"),
        ("Google.ja-JP-Neural2-B", "ko-KR", "speaks ja-JP and not ko-KR"),
        ("Polly.Kazuha", "ja-JP", "not on the list"),
        ("Google.th-TH-Wavenet-A", "th-TH", "not on the list"),
        ("Google.ja-JP-Neural2-A", "ja-JP", "not on the list"),
        ("alice", "ja-JP", "not on the list"),
        ("woman", "ja-JP", "does not speak"),
        ("Polly.Zhiyu-Neural", "zh-CN", "no voice speaks zh-CN"),
        (None, "ne-NP", "no voice speaks ne-NP"),
    ],
)
def test_a_voice_speaks_no_other_language(voice, language, why):
    assert why in misfit(voice, language)


def test_a_say_without_language_is_in_the_language_of_its_voice_or_english():
    assert language_of("Polly.Kazuha-Neural", None) == "ja-JP"
    assert language_of(None, None) == "en-US"
    assert language_of("Polly.Kazuha-Neural", "en-US") == "en-US"


def test_google_takes_longer_texts_than_polly():
    assert text_limit("Google.ja-JP-Neural2-B") == 5000
    assert text_limit("Polly.Kazuha-Neural") == text_limit(None) == 3000
