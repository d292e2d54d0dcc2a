"""The languages of the line and the keys that choose them."""

from typing import Final

FIRST_SCREEN: Final = {
    "1": "en",
    "2": "ja",
    "3": "zh",
    "4": "ko",
    "5": "vi",
    "6": "fil",
    "7": "pt",
    "8": "ja-easy",
}
"""Key in the language menu -> language. A key, once given, keeps its language: callers know it by heart."""

SECOND_SCREEN: Final = {"1": "ne", "2": "id", "3": "es", "4": "th"}
"""The same after `9`, more languages; also what a caller hears who presses nothing on the first screen."""

LANGUAGES: Final = (*FIRST_SCREEN.values(), *SECOND_SCREEN.values())
"""Every language of the line, in the order of the menu."""

FIRST_LANGUAGE: Final = "ja"

LANGUAGES_OF_ERAS: Final = ("ja",)
"""In these a birth date may be asked for by era too. The keys of eras are understood in every language."""

HINTS: Final = ("en", "zh")
"""The languages in which the greeting says how to change the language, unless the call is in one already."""
