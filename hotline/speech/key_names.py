"""Keys that are named in a sentence itself, instead of being filled in as the keys that work."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from hotline.speech.letters import WITHOUT_BLANKS
from hotline.speech.templates import Template
from hotline.speech.voices import Voice

_PRESSING: Final[Mapping[str, str]] = {
    "en": r"\b(?:press|push|dial|key|hit)(?: the)?(?: key| number| button)?",
    "zh": "(?:按|拨|请输入)(?:数字|号码)?",
    "es": r"\b(?:presione|presionar|pulse|oprima|marque|marcar|apriete)(?: el| la)?(?: número| tecla)?",
    "pt": r"\b(?:pressione|aperte|tecle|digite|disque)(?: o| a)?(?: número| tecla)?",
    "vi": r"\b(?:bấm|nhấn|ấn)(?: phím| số| phím số)?",
    "th": "กด(?:ปุ่ม)?(?:หมายเลข|เลข)?",
    "id": r"\b(?:tekan|pencet)(?:lah)?(?: tombol| angka)*",
    "fil": r"\b(?:pindutin|pindot|i-press|i-dial)(?: ang)?(?: numero| numerong)?",
}
"""Languages that say first "press" and then the key: how they begin."""

_PRESSED: Final[Mapping[str, str]] = {
    "ja": "(?:番|ばん)?(?:を|と)?(?:押|お(?:し|す|せ)|プッシュ)",
    "ko": r"(?:번)?\s*(?:버튼|키)?(?:을|를)?\s*(?:누르|눌러|누른)",
    "ne": "(?:नम्बर|अंक)?(?:मा|लाई)?(?:थिच|दबाउ|दबाए)",
}
"""Languages that say first the key and then "press": how they go on."""

_COUNTED: Final = (
    r"\s*(?:位|个|個|桁|けた|つ|文字|次|下|자리|개|digit|key|of\b|time|dígito|cifra|algarismo|número|numero|tecla|vez|vezes|"
    r"veces|botão|chữ|phím|lần|หลัก|ตัว|ครั้ง|angka|digit|tombol|kali|na numero|beses|अंक|वटा|पटक)"
)
"""What shows that a number counts something and is no key."""


def find_key_name(template: Template, voice: Voice) -> str | None:
    """The first key that the sentence names in its own words, with the words around it; None if there is none."""
    # A placeholder ends the words before it: what stands behind it belongs to no key named before.
    text = "\0".join(template[::2])
    match = _pattern(voice.code, voice.keys["*"], voice.keys["#"]).search(text.casefold())
    return match and text[match.start() : match.end()].strip()


@cache
def _pattern(language: str, star: str, hash_: str) -> re.Pattern[str]:
    names = "|".join(re.escape(name.casefold()) for name in (star, hash_))
    # Marks of Nepali letters are no letters to a pattern, so that words have no borders in it.
    if language not in {*WITHOUT_BLANKS, "ne"}:
        names = rf"\b(?:{names})\b"
    digit = rf"(?<!\d)\d(?!\d|[-/.]\d)(?!{_COUNTED})"
    kind = language.removesuffix("-easy")
    pressing, pressed = _PRESSING.get(kind), _PRESSED.get(kind)
    phrases = [rf"{pressing}\s*{digit}"] if pressing else [rf"{digit}\s*{pressed}"] if pressed else []
    return re.compile("|".join(["[*#＊＃]", names, *phrases]))
