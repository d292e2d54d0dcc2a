"""Callers who mostly answer what they are asked, sometimes anything at all, and notice every word that is untrue."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from xml.etree import ElementTree

from werkzeug.test import TestResponse

from hotline.callflow.effects import Facts
from hotline.callflow.languages import FIRST_SCREEN, LANGUAGES, SECOND_SCREEN
from hotline.phone.messaging import read_messages
from hotline.phone.twiml import read_twiml
from hotline.speech.last_resort import last_resort
from hotline.speech.speak import wording
from hotline.store.calls import ENDED_STATUSES
from hotline.store.facts import unseal_facts
from tests.whole.random_line import ENGLISH_NUMBER, PEOPLE, RandomLine

OPERATORS: Final = ("+81312345678", "+81312345679")
ENTRIES: Final = ("birth_date", "postal_code", "house_number", "receipt_number", "receipt_birth_date", "take_up")
ROWS: Final = (*ENTRIES, "text_number", "call_back_number")
"""The steps at which a row of digits is keyed."""

LINE: Final = ("operator", "in_line", "ringing")
PERSON: Final = (*LINE, "call_back_offer", "call_back_number", "call_back_confirm", "voice_message")
WITHHELD: Final = "anonymous"
WAYS: Final = {
    "main_menu": "2222473",
    "target": "1231",
    "correct": "1231",
    "result": "1234#",
    "for_whom": "12",
    "text_offer": "1234#",
    "call_back_offer": "1234#",
    "next_steps": "#1",
    "reissue": "#1",
    "text_number": ("09012345679#", "0312345670#"),
    "call_back_number": ("09012345679#", "0312345670#"),
}
"""What callers key at a step, the likeliest first; elsewhere 1."""

SILENCE_IS_NO_MISS: Final = (
    *("language", "waiting", "result", "for_whom", "text_offer", "text_promise", "next_steps", "reissue", "protection"),
    *("receipt_lookup", "receipt_told", *LINE, "goodbye"),
)
CERTAIN: Final = 0.6
"""From this confidence on the line acts on words."""

TOLD_OF_NOBODY: Final = ("result.not_found", "result.ambiguous")


def dates_as_keyed() -> dict[str, date]:
    """Everybody's birth date in each way in which it is keyed; Showa is era 3, Heisei era 4."""
    keyed = {}
    for day in {date.fromisoformat(person.birth_date) for person in PEOPLE} | {date(1970, 1, 1)}:
        era, year = ("3", day.year - 1925) if day < date(1989, 1, 8) else ("4", day.year - 1988)
        keyed[f"{day:%Y%m%d}"] = keyed[f"{era}{year:02}{day:%m%d}"] = day
    return keyed


DATES: Final = dates_as_keyed()


def is_last_resort(answer: TestResponse) -> bool:
    return answer.text in {last_resort(language, OPERATORS) for language in LANGUAGES}


@dataclass(frozen=True)
class Act:
    """What a caller does, as Twilio tells it."""

    keys: str | None = None
    word: str | None = None
    """The prompt that lists what is said, or `digits`, or `nonsense`."""
    confidence: float | None = 0.9
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_certain(self) -> bool:
        return self.confidence is None or self.confidence >= CERTAIN


SILENCE: Final = Act()
SPOKEN_FOR: Final = {"heard.skip": "", "heard.card": "1"}
"""Words -> the entry or the key for which they stand."""


@dataclass(frozen=True)
class Promised:
    """A request that was accepted, with the facts that its caller had keyed."""

    id: str
    sid: str
    receipt_number: str
    targets: tuple[str, ...]
    facts: Facts


@dataclass
class Caller:
    """One call, or one conversation by text."""

    line: RandomLine
    place: int
    """The how manieth of the script, from which all its SIDs are made."""
    number: str
    called: str
    person: int
    promised: dict[str, Promised]
    """Every request of the script, by id; all callers share it."""
    judges: Callable[["Caller", list[tuple[str, str, str]]], None]
    """Told of everything that is said: words, language and voice of each sentence."""
    previous: "Caller | None" = None
    """The last call from the same number."""
    by_text: bool = False
    sid: str = ""
    turn: int = 0
    step: str = ""
    language: str = ""
    heard: bytes = b""
    is_over: bool = False
    prompts: Sequence[str] = ()
    facts: Facts = field(default_factory=Facts)
    targets: tuple[str, ...] = ()
    request: str | None = None
    """The id of the request that this caller waits for, or hears of."""
    broken_off: tuple[Facts, tuple[str, ...], str | None] = (Facts(), (), None)
    """Facts, targets and request of the call that can be taken up in this one, if there is any."""
    asked: tuple[str, date | None] = ("", None)
    """The receipt number and the birth date that were keyed."""
    last: tuple[str, dict[str, str]] = ("", {})
    began: datetime | None = None
    acts: dict[int, Act] = field(default_factory=dict)
    """Turn -> what led to it."""
    messages: int = 0
    told_of_nobody: set[str] = field(default_factory=set)
    """The requests of which this caller heard that they found nobody, or more than one."""
    heard_at: int = 0
    """The turn that was newest when the line was heard last."""
    spoken: str = ""
    """The digits that were said last."""
    steps: set[str] = field(default_factory=set)
    """Where the call has been."""

    # What the caller does

    def dials(self) -> None:
        self.began = self.line.now
        self._look_back()
        self.sid = f"CA{self.place:032x}"
        self._post("/voice/incoming", {"CallStatus": "ringing"}, SILENCE)

    def writes(self, body: str) -> None:
        self.messages += 1
        if self.began is None:
            self.began = self.line.now
            self._look_back()
        form = {"MessageSid": f"SM{self.place:016x}{self.messages:016x}", "Body": body}
        self._post("/sms/incoming", form, Act(body.replace(" ", "")))

    def does(self, act: Act) -> None:
        if self.by_text:
            self.writes(act.keys or ("?" if act.word is None else self._words(act.word)))
            return
        self._post(f"/voice/turn?turn={self.turn}", self.form(act), act)
        self.follows()

    def follows(self) -> None:
        """Let Twilio follow the line's redirects until the caller is asked something, or holds."""
        for _ in range(4):
            if self.is_over or self._waits():
                return
            # After the words there is nothing but a redirect, which Twilio follows at once.
            self._post(f"/voice/turn?turn={self.turn}", {}, SILENCE)
        raise AssertionError("the caller is sent round and round")

    def ends(self, status: str = "completed") -> None:
        if not self.by_text:
            assert self.line.post("/voice/status", self.fields(CallStatus=status)).status_code == 204
        self.looks()

    def fields(self, **others: str) -> dict[str, str]:
        who = {} if self.by_text else {"CallSid": self.sid}
        return {**who, "From": self.number, "To": self.called, **others}

    def form(self, act: Act) -> dict[str, str]:
        if act.fields:
            return dict(act.fields)
        if act.word is not None:
            told = {} if act.confidence is None else {"Confidence": str(act.confidence)}
            return {"SpeechResult": self._words(act.word), **told}
        if act.keys is None:
            return {}
        if self.step not in ROWS:
            return {"Digits": act.keys[0]}
        if digits := act.keys.rstrip("#"):
            return {"Digits": digits}
        return {"Digits": "", "FinishedOnKey": "#"} if self.step == "house_number" else {}

    def sensible(self, choice: int) -> Act:
        """Mostly what a caller in this place would do; another choice, another way."""
        if self.step in ENTRIES:
            return self._sensible_entry(choice)
        match self.step:
            case "confirm" | "confirm_spoken" if choice == 3:
                return Act(word="heard.yes")
            case "ringing":
                ended = (("completed", "true"), ("no-answer", "false"), ("completed", "false"), ("busy", "false"))
                status, bridged = ended[choice % 4]
                return Act(fields={"DialCallStatus": status, "DialBridged": bridged})
            case "voice_message":
                return Act(fields={"RecordingSid": f"RE{self.place:032x}", "RecordingDuration": str(choice % 3)})
            case "waiting" | "language_more" | "in_line" if choice < 4:
                return SILENCE
            case "call_back_offer" if self.number == WITHHELD:
                return Act("2")
            case _:
                ways = WAYS.get(self.step, ("1",))
                return Act(ways[choice % len(ways)])

    def _sensible_entry(self, choice: int) -> Act:
        somebody = PEOPLE[self.person]
        match self.step:
            case "postal_code":
                return Act(somebody.postal_code + "#")
            case "house_number":
                groups = somebody.house_number.split(" ")[0].split("-")
                return Act(("*" if choice % 2 else "").join(groups) + "#" if choice < 4 else "#")
            case "receipt_number":
                known = [one.receipt_number for one in self.promised.values()] or ["12345671"]
                return Act(known[choice % len(known)] + "#")
            case _ if choice == 4:
                return Act(word="digits")
            case _:
                keyed = [keys for keys, day in DATES.items() if str(day) == somebody.birth_date]
                return Act(keyed[choice % 2] + "#")

    def looks(self) -> None:
        """See whether the line went on, or ended it, without the caller."""
        rows = self.line.rows("SELECT turn, ended_at FROM calls WHERE sid = :sid", sid=self.sid)
        if rows and rows[0]["turn"] != self.turn:
            self._learn_turns(SILENCE)
        self.is_over = self.is_over or bool(rows and rows[0]["ended_at"])

    # What the caller hears

    def _post(self, path: str, form: dict[str, str], act: Act) -> None:
        if self.by_text and self.sid:
            self.looks()
        self.last = (path, self.fields(**form))
        self.hears(self.line.post(*self.last), act)

    def hears(self, answer: TestResponse, act: Act) -> None:
        """Take an answer in, and check every word of it."""
        assert answer.status_code == 200
        assert answer.content_type == "text/xml; charset=utf-8"
        assert is_last_resort(answer) == self.is_still_there()
        if is_last_resort(answer):
            self.is_over = True
            return
        said = self._read(answer)
        if not self.sid:
            self._find_conversation()
        before, self.heard = (self.turn, self.heard), answer.data
        self._learn_turns(act)
        self.heard_at = self.turn
        if before[0] == self.turn:
            assert self.heard == before[1], "nothing happened, and the caller heard something else"
        self.judges(self, said)
        self.is_over = self.is_over or self.step == "goodbye"

    def is_still_there(self) -> bool:
        """Whether the line itself ended this call: whoever is in it yet is connected to a person."""
        rows = self.line.rows("SELECT status, ended_at FROM calls WHERE sid = :sid", sid=self.sid)
        return not self.by_text and any(row["ended_at"] and row["status"] not in ENDED_STATUSES for row in rows)

    def _read(self, answer: TestResponse) -> list[tuple[str, str, str]]:
        """What is said: words, language, voice."""
        if self.by_text:
            bodies = read_messages(answer.data, answer.content_type)
            assert bodies, "the writer gets no answer"
            return [(line, "", "") for body in bodies for line in body.split("\n")]
        read_twiml(answer.data, answer.content_type)
        root = ElementTree.fromstring(answer.data)
        is_heard = root.find(".//Say") is not None or root[0].tag in ("Gather", "Redirect", "Dial")
        assert is_heard, f"the caller hears nothing: {answer.text}"
        return [(say.text or "", say.get("language", ""), say.get("voice", "")) for say in root.iter("Say")]

    def _waits(self) -> bool:
        return not {verb.tag for verb in ElementTree.fromstring(self.heard)} <= {"Say", "Play", "Redirect"}

    def _find_conversation(self) -> None:
        query = "SELECT call_sid FROM turns WHERE message_sid = :sid"
        (row,) = self.line.rows(query, sid=self.last[1]["MessageSid"])
        self.sid = row["call_sid"]

    def _learn_turns(self, act: Act) -> None:
        query = """
            SELECT number, from_step, to_step, prompts, turns.language, event FROM turns JOIN calls ON sid = call_sid
            WHERE call_sid = :sid AND number > :turn ORDER BY number
        """
        for row in self.line.rows(query, sid=self.sid, turn=self.turn):
            self.acts[row["number"]] = act
            self._learn(act, row)
            act = SILENCE

    def _learn(self, act: Act, row: Mapping[str, Any]) -> None:
        self.turn, self.step, self.prompts = row["number"], row["to_step"], row["prompts"]
        self.steps.add(self.step)
        assert row["event"] != "error"
        assert "common.error" not in self.prompts
        self._learn_language(act, row)
        if act.word is not None and not act.is_certain and not self.by_text:
            assert self.step in (row["from_step"], *PERSON, "goodbye"), "the line acted on a guess"
        if row["from_step"] == "main_menu" and self.step == "target":
            self.facts, self.targets, self.request = Facts(), (), None
        if "take_up.goes_on" in self.prompts:
            self._takes_up(act)
        else:
            self._learn_facts(self._entry(act), row["from_step"])
        self._learn_request(act, row["from_step"])
        if any(prompt in TOLD_OF_NOBODY for prompt in self.prompts) and self.request:
            self.told_of_nobody.add(self.request)

    def _learn_language(self, act: Act, row: Mapping[str, Any]) -> None:
        before, now = self.language, row["language"]
        self.language = now
        if row["number"] == 1:
            assert now == self._first_language()
        elif row["from_step"] in ("language", "language_more") and not self.step.startswith("language"):
            screen = FIRST_SCREEN if row["from_step"] == "language" else SECOND_SCREEN
            assert act.keys is None or now == screen.get(act.keys[0], before)
        else:
            assert now == before, "the language changed by itself"

    def _first_language(self) -> str:
        of_number = "en" if self.called == ENGLISH_NUMBER else "ja"
        assert self.began is not None
        last = self.previous
        is_recent = last is not None and last.began is not None and last.began > self.began - timedelta(hours=24)
        return last.language if last is not None and is_recent else of_number

    def _entry(self, act: Act) -> str | None:
        """The keys of an entry, or the digits that were said; None when it was neither."""
        if act.word == "digits":
            return self.spoken
        if act.word in SPOKEN_FOR:
            return SPOKEN_FOR[act.word]
        return None if act.keys is None else act.keys.rstrip("#")

    def _learn_facts(self, entry: str | None, came_from: str) -> None:
        is_digits = bool(entry) and set(entry or "") <= set("0123456789*")
        match came_from, self.step:
            case "target", "birth_date" | "confirm":
                ways = {"1": ("card",), "2": ("smartphone",), "3": ("card", "smartphone")}
                self.targets = ways[(entry or "")[:1]] if entry else self.targets
            case "birth_date", "postal_code" | "confirm" if is_digits:
                self.facts = replace(self.facts, birth_date=DATES[entry or ""])
            case "postal_code", "house_number" | "confirm" if is_digits:
                self.facts = replace(self.facts, postal_code=entry)
            case "house_number", "confirm" if entry is not None:
                self.facts = replace(self.facts, house_number="*".join(filter(None, entry.split("*"))) or None)
            case "receipt_number", "receipt_birth_date":
                self.asked = (entry or "", None)
            case "receipt_birth_date", "receipt_lookup":
                self.asked = (self.asked[0], DATES[entry or ""])

    def _takes_up(self, act: Act) -> None:
        assert DATES[self._entry(act) or ""] == self.broken_off[0].birth_date, "taken up by a stranger"
        self.facts, self.targets, self.request = self.broken_off

    def _look_back(self) -> None:
        """What the newest call from here knows by now in which something was begun."""
        earlier = self.previous
        while earlier is not None:
            (row,) = self.line.rows("SELECT outcome FROM calls WHERE sid = :sid", sid=earlier.sid)
            if row["outcome"] != "nothing":
                self.broken_off = (earlier.facts, earlier.targets, earlier.request)
                return
            earlier = earlier.previous

    def _learn_request(self, act: Act, came_from: str) -> None:
        """A request stands in the turn that confirmed it, and in no other."""
        rows = self.line.rows("SELECT * FROM requests WHERE call_sid = :sid", sid=self.sid)
        for row in rows:
            if str(row["id"]) in self.promised:
                continue
            assert row["turn"] == self.turn
            assert self._confirmed(act, came_from), f"accepted on {act} at {came_from}"
            facts = unseal_facts(self.line.vault, row["facts_sealed"])
            assert facts == self.facts, "accepted for somebody else"
            assert tuple(row["targets"]) == self.targets
            self.request = str(row["id"])
            self.promised[self.request] = Promised(self.request, self.sid, row["receipt_number"], self.targets, facts)

    def _confirmed(self, act: Act, came_from: str) -> bool:
        yes = act.word == "heard.yes" and act.is_certain
        if self.by_text:
            # What is written is not misheard: a written yes is as good as a key.
            written = (act.keys or "").strip("#")
            return came_from == "confirm" and written in ("1", *wording().phrases("heard.yes", self.language))
        if came_from == "confirm_spoken":
            return (act.keys or "")[:1] == "1" or yes
        return came_from == "confirm" and (act.keys or "")[:1] == "1"

    def _words(self, word: str) -> str:
        if word == "digits":
            self.spoken = self._digits_to_say()
            return " ".join(self.spoken)
        return "brzlf" if word == "nonsense" else wording().phrases(word, self.language)[0]

    def _digits_to_say(self) -> str:
        somebody = PEOPLE[self.person]
        return somebody.postal_code if self.step == "postal_code" else somebody.birth_date.replace("-", "")
