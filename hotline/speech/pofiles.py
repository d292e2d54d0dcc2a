"""One catalogue as it is written, .po: where it lies, what is wrong with it, what it compiles to."""

import re
from collections import Counter
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from hotline.speech.places import THE_LINE, Places

DOMAIN: Final = "hotline"
"""The name of the catalogues, in gettext's sense."""

_LINE: Final = re.compile(r'\s*(#.*|((msgctxt|msgid|msgid_plural|msgstr(\[\d\])?)\s+)?"([^"\\]|\\.)*")?\s*')
# Babel's reader drops the last letter of a string that is not closed, without a word.


_TITLE: Final = "# What the line says. `make prompts` takes it over from prompts/; translations are kept."


class Undated(Catalog):
    """A catalogue whose header tells only what readers need.

    Babel's own header has the time of each run and its own version in it, which would change files for nothing.
    """

    def __init__(self, locale: str | None = None) -> None:
        super().__init__(header_comment=_TITLE, fuzzy=False)
        self._spoken_in = locale

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        language = [("Language", self._spoken_in)] if self._spoken_in else []
        return [*language, ("MIME-Version", "1.0"), ("Content-Type", "text/plain; charset=utf-8\n")]


class CatalogueFault(Exception):
    """A catalogue cannot be used; the text names the file and what to do."""


def po_path(language: str, places: Places = THE_LINE) -> Path:
    """Where a language's catalogue lies; its compiled form lies beside it, as .mo."""
    return places.locales / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read_catalogue(path: Path) -> Catalog:
    """A written catalogue; raises CatalogueFault when it is missing or broken, or has a prompt twice."""
    try:
        text = path.read_text("utf-8")
        _refuse_broken_lines(text)
        return read_po(BytesIO(text.encode()), abort_invalid=True)
    except FileNotFoundError:
        raise CatalogueFault(f"{short(path)} is missing: `make prompts` makes it.") from None
    except PoFileError as error:
        raise CatalogueFault(f"{short(path)} is broken at line {error.lineno + 1}: {error.args[0]}.") from error
    except ValueError as error:
        raise CatalogueFault(f"{short(path)} is broken: {error}. Mend it or take it back from git.") from error


def compile_catalogue(path: Path) -> bytes:
    """The compiled form of a written catalogue; doubtful (fuzzy) and empty translations are left out."""
    catalogue, compiled = Undated(), BytesIO()
    for message in read_catalogue(path):
        if message.id:
            catalogue.add(message.id, message.string, flags=message.flags, context=message.context)
    write_mo(compiled, catalogue)
    return compiled.getvalue()


def short(path: Path) -> str:
    """The path from locales/ on: machines differ above it."""
    return "/".join(path.parts[-4:])


def _refuse_broken_lines(text: str) -> None:
    prompts: Counter[str] = Counter()
    for number, line in enumerate(text.splitlines(), 1):
        if not _LINE.fullmatch(line):
            raise ValueError(f'line {number} is no comment and no closed "string"')
        if line.startswith("msgctxt"):
            prompts[line] += 1
    for line, times in prompts.items():
        if times > 1:
            raise ValueError(f"it has {line.removeprefix('msgctxt ')} {times} times")
