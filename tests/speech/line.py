"""A small line of its own for each test: scripts, voices of three languages, catalogues."""

import re
from dataclasses import dataclass
from pathlib import Path
from shutil import copy

from hotline.speech.catalogues import update_catalogues
from hotline.speech.places import THE_LINE, Places
from hotline.speech.pofiles import po_path

SCRIPT = """
[menu.lost]
text = "If it is lost, press {key}."
note = "The first option."

[menu.hello]
text = "Welcome."

[confirm.born]
text = "Born on {day}."

[confirm.what]
text = "You want to stop {what}."

[things.card]
text = "the card"

[heard.card]
text = "card|the card"

[eras.named]
text = "By era."
only = ["ja"]
"""

JAPANESE = {
    "menu.lost": "なくした場合は、{key}を押してください。",
    "menu.hello": "ようこそ。",
    "confirm.born": "{day}生まれです。",
    "confirm.what": "停止するのは、{what}です。",
    "things.card": "カード",
    "heard.card": "カード|マイナンバーカード",
    "eras.named": "元号で。",
}

THIRD_LANGUAGE = """
[x-third]
name = "Third"
locale = "id"
language = "id-ID"
voice = "Google.id-ID-Wavenet-A"
digits = ["nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"]
between_digits = " "
between_groups = ", "
date = "d MMMM y"
day = "d MMMM"
time = "H.mm"
hears = "id-ID"
keys = {0 = "nol", 1 = "satu", 2 = "dua", 3 = "tiga", 4 = "empat", 5 = "lima", 6 = "enam", 7 = "tujuh", 8 = "delapan", \
9 = "sembilan", "*" = "bintang", "#" = "pagar"}
"""


@dataclass(frozen=True)
class Line:
    """Where a test's own words lie, and the ways in which it changes them."""

    places: Places

    def says(self, script: str) -> None:
        """Replace the one script, without telling the catalogues."""
        (self.places.prompts / "menu.toml").write_text(script, "utf-8")

    def update(self) -> None:
        """Bring the catalogues up to date, and compile."""
        update_catalogues(self.places)

    def translate(self, language: str, translations: dict[str, str]) -> None:
        """Fill in translations by prompt id, as a translator would, and compile."""
        text = self.catalogue(language)
        for prompt, translation in translations.items():
            before, context, after = text.partition(f'msgctxt "{prompt}"\n')
            assert context, prompt
            msgid, msgstr, rest = after.partition("msgstr ")
            text = f'{before}{context}{msgid}{msgstr}"{translation}"\n{rest.partition(chr(10))[2]}'
        self.write_catalogue(language, text)
        self.update()

    def catalogue(self, language: str) -> str:
        """The written catalogue."""
        return po_path(language, self.places).read_text("utf-8")

    def write_catalogue(self, language: str, text: str) -> None:
        """Replace the written catalogue."""
        po_path(language, self.places).write_text(text, "utf-8")

    def record(self, language: str, name: str) -> None:
        """Put a recording where the line looks for it."""
        path = self.places.prompts / "recordings" / language / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"RIFF")

    def files(self) -> dict[str, bytes]:
        """Everything under locales/, by path."""
        locales = self.places.locales
        return {str(path.relative_to(locales)): path.read_bytes() for path in locales.rglob("*") if path.is_file()}


def new_line(folder: Path) -> Line:
    """A line whose catalogues are up to date, and translated into Japanese only."""
    places = Places(folder, folder / "voices.toml")
    places.prompts.mkdir()
    places.locales.mkdir()
    copy(THE_LINE.locales / "babel.cfg", places.locales)
    places.voices.write_text(_voices_of("ja", "en") + THIRD_LANGUAGE, "utf-8")
    line = Line(places)
    line.says(SCRIPT)
    line.update()
    line.translate("ja", JAPANESE)
    return line


def _voices_of(*languages: str) -> str:
    """The tables of these languages in the file of the line itself."""
    tables = re.split(r"(?m)^(?=\[[a-z-]+\]$)", THE_LINE.voices.read_text("utf-8"))
    return "".join(table for table in tables if table.partition("]")[0].removeprefix("[") in languages)
