"""Which language a voice speaks, and what recordings hold."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hotline.phone.verbs import Say


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language of the line."""

    code: str
    name: str
    """In its own words."""
    tag: str
    """The `language` of a `<Say>` in it."""
    voice: str
    """The `voice` of a `<Say>` in it: two languages may share a tag."""
    has_voice: bool
    """Whether something on this machine reads it aloud."""


@dataclass(frozen=True, slots=True)
class Tongues:
    """All of them, and the words of recordings."""

    all: tuple[Tongue, ...]
    words_of: Callable[[str], tuple[str, str] | None]
    """The file of a recording, like `ja/main.greeting.wav` -> its words and the code of their language, if known."""

    def code_of(self, sentence: Say) -> str:
        """The code of the language in which a sentence is; its tag when it is none of the line's."""
        spoken = [tongue for tongue in self.all if tongue.tag == sentence.language]
        exactly = [tongue for tongue in spoken if tongue.voice == sentence.voice]
        return next((tongue.code for tongue in (*exactly, *spoken)), sentence.language)

    def tag_of(self, code: str) -> str:
        """The tag of a language; the code itself when it is none of the line's."""
        return next((tongue.tag for tongue in self.all if tongue.code == code), code)


def as_json(tongue: Tongue) -> Mapping[str, object]:
    """What the page is told of a language."""
    return {"code": tongue.code, "name": tongue.name, "tag": tongue.tag, "has_voice": tongue.has_voice}
