"""The words of the operators' pages: read out of code and templates, translated in catalogues of their own.

They are written in English where they are shown, and need a catalogue for every other language of the pages.
"""

import os
import re
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import write_po

from hotline.speech.places import THE_LINE, Places
from hotline.speech.pofiles import Undated, read_catalogue

DOMAIN: Final = "console"
LANGUAGES: Final = ("ja",)
"""Into which they are translated."""

PAGES: Final = "hotline/console"
_METHODS: Final = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("**.html", "jinja2")]
_KEYWORDS: Final = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "_n": (1, 2)}
_PLACEHOLDER: Final = re.compile(r"%(?:\((\w*)\)[a-z]|[a-z])")
_TITLE: Final = "# What operators read. `make prompts` takes it over from hotline/console; translations are kept."


class _Pages(Undated):
    def __init__(self, locale: str | None = None) -> None:
        super().__init__(locale)
        self.header_comment = _TITLE
        self.locale = locale

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """With the number of plural forms, which tells readers how many translations a counted text has."""
        return [("Plural-Forms", self.plural_forms), *super().mime_headers]


def page_catalogue(language: str, places: Places = THE_LINE) -> Path:
    """Where the words of the pages in a language lie; their compiled form lies beside it, as .mo."""
    return places.locales / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def extract_pages(places: Places = THE_LINE) -> Catalog:
    """Everything that is to be translated, sorted by its place."""
    template = _Pages()
    folder = places.root / PAGES
    found = extract_from_dir(str(folder), _METHODS, keywords=_KEYWORDS, comment_tags=("Translators:",))
    for file, _, message, comments, context in sorted(found, key=lambda one: (one[0], one[1])):
        template.add(message, locations=[(f"{PAGES}/{file}", 0)], auto_comments=comments, context=context)
    return template


def update_pages(places: Places = THE_LINE) -> None:
    """Take the words over into every catalogue and compile. A second run changes nothing. Raises CatalogueFault.

    Nothing is guessed: what is new stands there without a translation, what is gone goes.
    """
    template = extract_pages(places)
    for language, path in zip(LANGUAGES, _catalogues(places), strict=False):
        old = read_catalogue(path) if path.exists() else Catalog()
        merged = _Pages(language)
        for message in template:
            if message.id:
                before = old.get(message.id, message.context)
                merged.add(
                    message.id,
                    before.string if before else None,
                    locations=message.locations,
                    flags=message.flags | ({"fuzzy"} if before and before.fuzzy else set()),
                    auto_comments=message.auto_comments,
                    context=message.context,
                )
        text = BytesIO()
        write_po(text, merged, width=0, ignore_obsolete=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, text.getvalue())
    compile_pages(places)


def compile_pages(places: Places = THE_LINE) -> None:
    """Compile every catalogue of the pages; raises CatalogueFault."""
    for path in _catalogues(places):
        compiled = BytesIO()
        write_mo(compiled, read_catalogue(path))
        _replace(path.with_suffix(".mo"), compiled.getvalue())


def untranslated(places: Places = THE_LINE) -> Sequence[str]:
    """One sentence for each text of the pages that a catalogue lacks, or translates with other placeholders.

    A translation that is marked fuzzy is none. Raises CatalogueFault.
    """
    faults = []
    template = extract_pages(places)
    for language, path in zip(LANGUAGES, _catalogues(places), strict=False):
        known = read_catalogue(path)
        for message in template:
            there = known.get(message.id, message.context)
            if message.id and (wrong := _wrong_with(message, there)):
                faults.append(f"{language}: {message.id!r} {wrong}")
    return faults


def _wrong_with(message: Message, there: Message | None) -> str | None:
    forms = _texts(there.string or "") if there else ()
    if there is None or there.fuzzy or not forms or not all(forms):
        return "is not translated."
    # A text that is counted may leave the number out where it says it in a word.
    wanted = [_placeholders(text) for text in _texts(message.id)]
    if all(_placeholders(form) in wanted for form in forms):
        return None
    return f"must have these placeholders and no others: {', '.join(sorted(wanted[-1])) or 'none'}."


def _texts(text: str | Sequence[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def _placeholders(text: str) -> frozenset[str]:
    return frozenset(_PLACEHOLDER.findall(text))


def _catalogues(places: Places) -> Sequence[Path]:
    """None where there are words of a line, but no pages."""
    has_pages = (places.root / PAGES).is_dir()
    return [page_catalogue(language, places) for language in LANGUAGES] if has_pages else []


def _replace(path: Path, text: bytes) -> None:
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.write_bytes(text)
    fresh.replace(path)
