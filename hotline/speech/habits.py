"""Habits of speech that the recognition of words must know, by language.

They are no wording of the line: nothing here is ever said to a caller.
"""

import re
from collections.abc import Mapping
from typing import Final

_JAPANESE_DIGITS: Final = {
    "0": "れい まる 零 〇",
    "1": "いち 一",
    "2": "に 二",
    "3": "さん 三",
    "4": "よん し 四",
    "5": "ご 五",
    "6": "ろく 六",
    "7": "なな しち 七",
    "8": "はち 八",
    "9": "きゅう きゅー く 九",
}

_ENGLISH_DIGITS: Final = {
    "0": "zero oh o nought",
    "1": "one",
    "2": "two",
    "3": "three",
    "4": "four",
    "5": "five",
    "6": "six",
    "7": "seven",
    "8": "eight",
    "9": "nine niner",
}

OTHER_DIGITS: Final[Mapping[str, Mapping[str, str]]] = {
    "ja": _JAPANESE_DIGITS,
    "ja-easy": _JAPANESE_DIGITS,
    "en": _ENGLISH_DIGITS,
    "zh": {
        **{"0": "零 〇", "1": "一 幺", "2": "二 两 兩", "3": "三", "4": "四"},
        **{"5": "五", "6": "六", "7": "七", "8": "八", "9": "九"},
    },
    "ko": {
        **{"0": "공 영 령", "1": "일 하나", "2": "이 둘", "3": "삼 셋", "4": "사 넷"},
        **{"5": "오 다섯", "6": "육 륙 여섯", "7": "칠 일곱", "8": "팔 여덟", "9": "구 아홉"},
    },
    "es": {"1": "un una"},
    "pt": {"1": "uma", "2": "duas", "6": "meia"},
    "vi": {"4": "tư", "5": "lăm", "7": "bẩy"},
    "th": {"1": "เอ็ด", "2": "โท"},
    "id": {"0": "kosong zero"},
    "fil": {
        **{"0": "sero zero oh", "1": "isa uno one", "2": "dalawa dos two", "3": "tatlo tres three"},
        **{"4": "apat kuwatro four", "5": "lima singko five", "6": "anim sais six"},
        **{"7": "pito siyete seven", "8": "walo otso eight", "9": "siyam nuwebe nine"},
    },
    "ne": {"0": "सुन्ना जिरो", "2": "दुइ", "5": "पांच", "6": "छः छह", "9": "नव"},
}
"""Digit -> how else it is read where digits are told one by one, beside the words of the language's own voice."""

COUNTED: Final[Mapping[str, str]] = {"fil": "sero isa dalawa tatlo apat lima anim pito walo siyam"}
"""The keys 0 to 9 in words of the language, where digits are spoken in English."""

BEFORE_KEYS: Final[Mapping[str, tuple[str, ...]]] = {"vi": ("số", "phím", "phím số", "bấm", "bấm số", "bấm phím")}
"""What is said before the key, where it cannot stand among the polite words: số không is the key 0, and không is no."""

OTHER_NAMES: Final[Mapping[str, tuple[str, ...]]] = {"fil": ("Tagalog", "タガログ語", "タガログ")}
"""What else callers call a language, in their own or in the language of the call."""

RUN_TOGETHER: Final = frozenset({"ja", "ja-easy", "zh", "ko", "th"})
"""Languages whose digit words stand side by side without a blank."""

POLITE: Final[Mapping[str, str]] = {
    "ja": "お願いします お願い致します おねがいします ください 下さい です でございます ます ね よ はい えっと あの",
    "en": "please thanks thank you sir madam maam okay ok well um uh",
    "zh": "谢谢 請 请 您 的 吧 嗯 那个",
    "ko": "요 네 예 주세요 부탁합니다 부탁드립니다 입니다 이요",
    "es": "por favor gracias señor señora señorita pues el número",
    "pt": "por favor obrigado obrigada senhor senhora o número",
    "vi": "ạ dạ vâng xin cảm ơn làm ơn nhé",
    "th": "ครับ ค่ะ คะ นะ จ้ะ หน่อย ขอบคุณ กด หมายเลข",
    "id": "tolong terima kasih pak bu ya mohon nomor angka",
    "fil": "po opo ho pakiusap salamat please number numero",
    "ne": "हजुर जी कृपया धन्यवाद है",
}
"""What may stand around a phrase, or a key told as "number two", without changing it.

Where one of them is a phrase of the menu, it is that phrase.
"""

NEGATIONS: Final[Mapping[str, re.Pattern[str]]] = {
    # Not なくす, which is to lose, nor ぬすむ, which is to steal: whoever says them beside a phrase denies nothing.
    "ja": re.compile("ない|ではなく|なく(?![さし]|す(?!ま))|ません|ちが|違|ぬ(?!す)|ず|いや|いえ|じゃ"),
    # Not want, which stands in most of what is asked for.
    "en": re.compile(
        r"\b(?:no|not|never|nor|neither|without|nothing|cannot"
        r"|(?:ai|are|ca|could|did|do|does|had|has|have|is|must|need|should|was|were|wo|would)nt)\b"
    ),
    "zh": re.compile("[不没沒别別非未无無]"),
    "ko": re.compile(r"(?<!\S)[안못](?!\S)|않|아니|아닌|없|말고|말아"),
    "es": re.compile(r"\b(?:no|ni|nunca|sin|tampoco|ning\w+)\b"),
    "pt": re.compile(r"\b(?:não|nao|nem|nunca|sem|nenhum\w*)\b"),
    "vi": re.compile(r"\b(?:không|khong|chưa|chua|chẳng|đừng|dung|ko)\b"),
    "th": re.compile("ไม่|มิใช่|อย่า(?!ง)"),
    "id": re.compile(r"\b(?:tidak|tak|bukan|belum|jangan|nggak|gak|tanpa|ndak)\b"),
    "fil": re.compile(r"\b(?:hindi|di|wala|walang|huwag|wag|ayaw|not|no)\b"),
    "ne": re.compile(r"ैन|एन|ईन|नगर|नहुने|बिना|(?<!\S)न(?!\S)|हैन|होइन"),
}
"""What may turn a phrase into its opposite, where it stands beside the phrase and does not belong to it."""

ENDINGS: Final[Mapping[str, str]] = {
    "ko": "을|를|이|가|은|는|요|이요|로|으로|에|에요|예요|이에요|입니다",
    "ne": "लाई|को|मा|ले|बाट|हरू",
}
"""What is written onto a word in these languages and leaves it the same word."""

GROWING: Final = frozenset({"ko"})
"""Languages that put onto a word much of what others put beside it: 분실했는데요, I have lost it."""


def of(table: Mapping[str, str], language: str) -> str:
    """The language's entry; plain Japanese is Japanese."""
    return table.get(language.removesuffix("-easy"), "")
