import tomllib
from pathlib import Path

import pytest
from twilio.twiml.voice_response import VoiceResponse

import hotline.speech
from hotline.phone.ears import LISTEN_LANGUAGES, deafness
from hotline.phone.twiml import read_twiml

VOICES = tomllib.loads((Path(hotline.speech.__path__[0]) / "voices.toml").read_text("utf-8"))


@pytest.mark.parametrize("language", VOICES)
def test_every_language_in_which_the_line_listens_is_understood(language):
    response = VoiceResponse()
    response.gather(input="dtmf speech", language=VOICES[language]["hears"], speech_timeout="auto", action="/heard")
    assert read_twiml(str(response).encode(), "text/xml").verbs


@pytest.mark.parametrize(
    ("model", "language", "why"),
    [
        (None, "zh-CN", "the model default understands"),
        ("default", "tl-PH", "the model default understands"),
        ("phone_call", "ko-KR", "the model phone_call understands en-US, es-US, ja-JP, pt-BR"),
        ("experimental_utterances", "ne-NP", "the model experimental_utterances understands"),
        ("deepgram_nova-2", "tl", "the model deepgram_nova-2 understands"),
        ("googlev2_telephony", "ja-JP", "the model googlev2_telephony understands no language of this line"),
    ],
)
def test_a_model_is_deaf_to_other_languages(model, language, why):
    assert why in deafness(model, language)


def test_every_model_that_is_known_hears_something_or_is_named_as_unknown():
    unknown = {model for model, languages in LISTEN_LANGUAGES.items() if not languages}
    assert unknown == {"googlev2_long", "googlev2_short", "googlev2_telephony", "googlev2_telephony_short"}
