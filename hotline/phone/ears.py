"""Which languages a Gather understands when they are spoken, model by model.

The tables hold the languages of this line only; what is not listed here is refused, because Twilio hands the language
on to the maker of the model unchanged and lets the whole Gather fail when the two do not fit (warning 13331). From
Twilio's reference of `<Gather>` (Supported languages, Generic speech-to-text models) and the languages in its Java
library, from the release notes of Nova-3, all as of autumn 2026. Nothing was found that says which languages the
models `googlev2_*` understand at Twilio, so the phone knows none for them.
"""

from typing import Final

from hotline.phone.voices import SAY_LANGUAGES

_GENERIC: Final = (SAY_LANGUAGES - {"cmn-CN"}) | {"cmn-Hans-CN", "ne-NP"}
# Chinese has another name here than in a Say. Nepali is understood, though no voice speaks it.

_EXPERIMENTAL: Final = frozenset({"en-US", "es-US", "ja-JP", "ko-KR", "pt-BR", "th-TH", "vi-VN"})

_NOVA_2: Final = frozenset({"en-US", "es", "es-419", "id", "ja", "ko", "ko-KR", "pt-BR", "th", "th-TH", "vi", "zh-CN"})

_UNKNOWN: Final[frozenset[str]] = frozenset()

LISTEN_LANGUAGES: Final = {
    "default": _GENERIC,
    "phone_call": frozenset({"en-US", "es-US", "ja-JP", "pt-BR"}),
    "numbers_and_commands": _NOVA_2,
    "experimental_conversations": _EXPERIMENTAL,
    "experimental_utterances": _EXPERIMENTAL,
    "googlev2_long": _UNKNOWN,
    "googlev2_short": _UNKNOWN,
    "googlev2_telephony": _UNKNOWN,
    "googlev2_telephony_short": _UNKNOWN,
    "deepgram_nova-2": _NOVA_2,
    "deepgram_nova-3": _NOVA_2 | {"tl"},
}
"""By the names of `speechModel`. Without one, Twilio takes `default`."""

SPOKEN_AT_ALL: Final = frozenset().union(*LISTEN_LANGUAGES.values())
"""What some model understands."""


def deafness(model: str | None, language: str) -> str | None:
    """Why a Gather with this model cannot understand this language, as the end of a sentence; None when it can."""
    understood = LISTEN_LANGUAGES[model or "default"]
    if language in understood:
        return None
    known = ", ".join(sorted(understood)) or "no language of this line"
    return f"the model {model or 'default'} understands {known}"
