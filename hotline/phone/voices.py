"""Which voice speaks which language, and how much text it takes at once.

The tables hold the languages of this line only. Voices disappear without notice at the vendors: what is not listed
here is refused, so that a forgotten voice is found by a test and not by a caller.
"""

from typing import Final

POLLY_LIMIT: Final = 3000
"""Characters per Say for Amazon's voices, and for the basic ones."""

GOOGLE_LIMIT: Final = 5000
"""Characters per Say for Google's voices."""

_POLLY: Final = {
    "cmn-CN": "Zhiyu Zhiyu-Neural",
    "en-US": (
        "Danielle-Neural Gregory-Neural Ivy Ivy-Neural Joanna Joanna-Generative Joanna-Neural Joey Joey-Neural "
        "Justin Justin-Neural Kendra Kendra-Neural Kevin-Neural Kimberly Kimberly-Neural Matthew "
        "Matthew-Generative Matthew-Neural Ruth-Generative Ruth-Neural Salli Salli-Neural Stephen-Neural"
    ),
    "es-MX": "Andres-Neural Mia Mia-Neural",
    "es-US": "Lupe Lupe-Neural Miguel Pedro-Neural Penelope",
    "ja-JP": "Kazuha-Neural Mizuki Takumi Takumi-Neural Tomoko-Neural",
    "ko-KR": "Seoyeon Seoyeon-Neural",
    "pt-BR": "Camila Camila-Neural Ricardo Thiago-Neural Vitoria Vitoria-Neural",
}

# Kind of voice, then the letters that exist of it in the language.
_GOOGLE: Final = {
    "cmn-CN": {"Standard": "ABCD", "Wavenet": "ABCD"},
    "en-US": {"Standard": "ABCDEFGHIJ", "Wavenet": "ABCDEFGHIJ", "Neural2": "ACDEFGHIJ"},
    "es-US": {"Standard": "ABC", "Wavenet": "ABC", "Neural2": "ABC"},
    "fil-PH": {"Standard": "ABCD", "Wavenet": "ABCD"},
    "hi-IN": {"Standard": "ABCDEF", "Wavenet": "ABCDEF", "Neural2": "ABCD"},
    "id-ID": {"Standard": "ABCD", "Wavenet": "ABCD"},
    "ja-JP": {"Standard": "ABCD", "Wavenet": "ABCD", "Neural2": "BCD"},
    "ko-KR": {"Standard": "ABCD", "Wavenet": "ABCD", "Neural2": "ABC"},
    "pt-BR": {"Standard": "ABCDE", "Wavenet": "ABCDE", "Neural2": "ABC"},
    "th-TH": {"Standard": "A", "Neural2": "C"},
    "vi-VN": {"Standard": "ABCD", "Wavenet": "ABCD", "Neural2": "AD"},
}

_CHIRP_LANGUAGES: Final = ("cmn-CN", "en-US", "es-US", "id-ID", "ja-JP", "ko-KR", "pt-BR", "th-TH", "vi-VN")
_CHIRP_NAMES: Final = "Aoede Charon Fenrir Kore Leda Orus Puck Zephyr"

_BASIC: Final = ("man", "woman")
_BASIC_LANGUAGES: Final = frozenset({"en-US", "es-MX", "es-US"})

LANGUAGES_OF_VOICES: Final = {
    **{f"Polly.{name}": language for language, names in _POLLY.items() for name in names.split()},
    **{
        f"Google.{language}-{kind}-{letter}": language
        for language, kinds in _GOOGLE.items()
        for kind, letters in kinds.items()
        for letter in letters
    },
    **{
        f"Google.{language}-Chirp3-HD-{name}": language
        for language in _CHIRP_LANGUAGES
        for name in _CHIRP_NAMES.split()
    },
}
"""Every voice that has a language of its own. From Twilio's list of voices, as of autumn 2026."""

SAY_LANGUAGES: Final = frozenset(LANGUAGES_OF_VOICES.values())
"""What a Say can be spoken in. Nepali is not among them: it has no voice and is played from recordings."""


def language_of(voice: str | None, language: str | None) -> str:
    """The language a Say is spoken in: as written, else the voice's own, else English as Twilio has it."""
    return language or LANGUAGES_OF_VOICES.get(voice or "") or "en-US"


def text_limit(voice: str | None) -> int:
    """How many characters one Say may have with this voice."""
    return GOOGLE_LIMIT if voice and voice.startswith("Google.") else POLLY_LIMIT


def ignores_say_as(voice: str) -> bool:
    """Whether the voice reads what is in say-as as if the markup were not there."""
    return any(kind in voice for kind in ("-Neural", "-Generative", "-Chirp3-HD"))


def takes_markup(voice: str | None) -> bool:
    """Whether SSML inside a Say works: the basic voices, which also speak when none is named, know none."""
    return voice is not None and voice not in _BASIC


def misfit(voice: str | None, language: str) -> str | None:
    """Why this voice cannot speak this language, as the end of a sentence; None when it can."""
    if language not in SAY_LANGUAGES:
        return f"no voice speaks {language}"
    if voice is None:
        return None
    if voice in _BASIC:
        return None if language in _BASIC_LANGUAGES else f"the voice {voice} does not speak {language}"
    spoken = LANGUAGES_OF_VOICES.get(voice)
    if spoken is None:
        return f"the voice {voice} is not on the list of voices"
    return None if spoken == language else f"the voice {voice} speaks {spoken} and not {language}"
