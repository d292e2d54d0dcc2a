"""The languages of the line and the keys that choose them."""

from typing import Final

LANGUAGES: Final = {"1": "en", "2": "ja"}
"""Key in the language menu -> language. A key, once given, keeps its language: callers know it by heart."""

FIRST_LANGUAGE: Final = "ja"

HINTS: Final = ("en", "ja")
"""The languages in which the greeting says how to change the language, unless the call is in one already."""
