"""Whether every sentence that a caller hears is true, and in the caller's language."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Final

from stdnum import damm

from hotline.callflow.languages import HINTS, LANGUAGES
from hotline.callflow.replies import Day, Digits, Sentence
from hotline.clock import in_japan
from hotline.phone.spoken_digits import find_spoken_number
from hotline.speech.speak import CannotSpeak, speak, wording, write
from tests.whole.random_callers import Caller, Promised
from tests.whole.random_line import PEOPLE, RandomLine, identified

NEVER_COMMITTED: Final = {
    "text_offer.promised": "SELECT 1 FROM texts WHERE call_sid = :sid AND turn = :turn",
    "text_offer.promised_when_done": "SELECT 1 FROM texts WHERE call_sid = :sid AND turn = :turn",
    "call_back.taken": "SELECT 1 FROM follow_ups WHERE call_sid = :sid AND reason = 'call_back'",
    "text.person": "SELECT 1 FROM follow_ups WHERE call_sid = :sid AND reason = 'write_back'",
    "message.kept": "SELECT 1 FROM follow_ups JOIN messages USING (call_sid) "
    "WHERE call_sid = :sid AND reason = 'message'",
}
"""Promise -> the row without which it is not true."""


def check_what_was_said(caller: Caller, said: list[tuple[str, str, str]]) -> None:
    """Hold words, languages and voices against what is written and what was really done."""
    _check_voices(caller, said)
    _check_truth(caller, [text for text, *_ in said])


def _check_voices(caller: Caller, said: list[tuple[str, str, str]]) -> None:
    prompts = list(caller.prompts) + (["text.later"] if caller.by_text and caller.step == "waiting" else [])
    assert len(said) == len(prompts), f"{said} is not {prompts}"
    for prompt, (text, language, voice) in zip(prompts, said, strict=True):
        allowed = _languages(prompt, caller.language)
        if not caller.by_text:
            speaks = {(wording().voice(code).language, wording().voice(code).voice) for code in allowed}
            assert (language, voice) in speaks, f"{prompt} in a call in {caller.language}"
        words = {_plain_words(prompt, code, caller.by_text) for code in allowed}
        assert None in words or text in words, f"{prompt} in a call in {caller.language}: {text}"


def _check_truth(caller: Caller, texts: list[str]) -> None:
    for prompt, text in zip(caller.prompts, texts, strict=False):
        if promise := NEVER_COMMITTED.get(prompt):
            kept = caller.line.rows(promise, sid=caller.sid, turn=caller.turn)
            assert kept, f"{prompt} is said, and nothing is written"
        part, _, rest = prompt.partition(".")
        if part == "result" or (prompt == "waiting.one_moment" and caller.step == "waiting"):
            _check_result(caller, rest, text)
        elif part == "receipt":
            _check_receipt(caller, rest, text)
        elif part == "confirm":
            _check_read_back(caller, rest, text)
        elif prompt == "goodbye.nothing_stopped":
            caller.line.newly_applied()
            mine = [one.id for one in caller.promised.values() if one.sid == caller.sid]
            assert not set(mine) & set(caller.line.applied), "something is stopped in this call"


def _check_result(caller: Caller, rest: str, text: str) -> None:
    one = _asked_about(caller) if caller.step == "receipt_told" else caller.promised.get(caller.request or "")
    assert one is not None, f"result.{rest} is said of no request"
    if rest.startswith("receipt"):
        told = "".join(filter(str.isdigit, text)) if caller.by_text else find_spoken_number(text)
        assert told == one.receipt_number, "a receipt number of another request"
        assert damm.is_valid(one.receipt_number)
    elif rest.endswith((".suspended", ".already_suspended", ".not_held")):
        check_answer(caller.line, one, *rest.split("."))
    elif rest in ("not_found", "ambiguous"):
        assert len(identified(one.facts)) == {"not_found": 0}.get(rest, 2)
    elif rest == "not_yet":
        (row,) = caller.line.rows("SELECT status FROM requests WHERE id::text = :id", id=one.id)
        assert row["status"] == "accepted"


def _check_receipt(caller: Caller, rest: str, text: str) -> None:
    if caller.step != "receipt_told" or rest == "next_steps":
        return
    one = _asked_about(caller)
    if rest.endswith(".suspended"):
        check_answer(caller.line, one, *rest.split("."))
        (row,) = caller.line.rows("SELECT finished_at FROM requests WHERE id::text = :id", id=one.id)
        done = in_japan(row["finished_at"])
        when = {"day": Day(done.date()), "time": done.time().replace(tzinfo=None)}
        assert text == _put(caller, Sentence(f"receipt.{rest}", when))


def _check_read_back(caller: Caller, rest: str, text: str) -> None:
    facts = caller.facts
    postal_code, house_number = facts.postal_code or "", facts.house_number
    read_back: dict[str, Sentence] = {
        "birth_date": Sentence("confirm.birth_date", {"birth_date": facts.birth_date or date.min}),
        "postal_code": Sentence("confirm.postal_code", {"postal_code": Digits((postal_code[:3], postal_code[3:]))}),
        "house_number": Sentence(
            "confirm.house_number", {"house_number": Digits(tuple((house_number or "").split("*")))}
        ),
        "stop": Sentence(
            "confirm.stop",
            {
                "key": "1",
                "targets": Sentence(f"targets.{caller.targets[0] if len(caller.targets) == 1 else 'both'}"),
            },
        ),
    }
    assert rest != "no_house_number" or house_number is None
    if rest in read_back:
        assert text == _put(caller, read_back[rest]), f"{rest}: read back is what was not keyed"


def _asked_about(caller: Caller) -> Promised:
    """The request that was asked about with its receipt number; only its holder's birth date opens it."""
    number, birth_date = caller.asked
    (one,) = (one for one in caller.promised.values() if one.receipt_number == number)
    assert one.facts.birth_date == birth_date, "told without the birth date"
    return one


def _put(caller: Caller, sentence: Sentence) -> str:
    return write(sentence, caller.language) if caller.by_text else speak(sentence, caller.language).text


def check_answer(line: RandomLine, one: Promised, target: str, answer: str) -> None:
    """What is said of a target stands in the backend, of exactly the person whose facts were keyed."""
    (place,) = identified(one.facts)
    if answer == "not_held":
        assert getattr(PEOPLE[place], target) == "none"
        return
    line.newly_applied()
    if answer == "suspended":
        assert line.applied[one.id]["answers"][target] == "suspended", "said to be stopped, and it is not"
    assert (place, target) in line.stopped() or getattr(PEOPLE[place], target) == "suspended"


def _languages(prompt: str, language: str) -> Sequence[str]:
    match prompt:
        case "language.choose":
            return LANGUAGES
        case "main_menu.languages":
            return HINTS
        case "next_steps.municipality":
            return ("ja",)
        case _:
            return (language,)


@lru_cache(4096)
def _plain_words(prompt: str, language: str, by_text: bool) -> str | None:
    """The words of a prompt into which nothing is filled; None for the others."""
    sentence = Sentence(prompt)
    try:
        return write(sentence, language) if by_text else speak(sentence, language).text
    except CannotSpeak:
        return None
