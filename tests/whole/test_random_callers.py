"""Random callers, all at once, on the whole web app: whatever they do, what the line says is true and nothing is lost.

Keys, silence, speech of any certainty, hang-ups, webhooks that come twice, late, early and together, callbacks in any
order, text messages, calls that break off and are taken up, receipts that fit and do not, operators and voicemails,
a backend and a carrier with bad days. Time is a number, and one seed gives one script. What a caller hears is checked
at every turn (see random_callers), what is left of all of it at the end of each script.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Final

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from redis import Redis

from hotline.local.embedded import Postgres, Valkey
from hotline.phone.carrier import practice_carrier
from hotline.phone.exchange import Account, Trouble
from hotline.privacy import new_key
from hotline.settings import Settings
from hotline.store.database import connect_to
from tests.cardstatus.running import TOKEN, Backend
from tests.conftest import unused_port
from tests.whole.random_callers import (
    OPERATORS,
    PERSON,
    SILENCE,
    SILENCE_IS_NO_MISS,
    WITHHELD,
    Act,
    Caller,
    is_last_resort,
)
from tests.whole.random_line import (
    AUTH_TOKEN,
    ENGLISH_NUMBER,
    JAPANESE_NUMBER,
    PEOPLE,
    PUBLIC_URL,
    RandomLine,
    identified,
    set_clock,
    write_people,
)
from tests.whole.random_texts import check_texts
from tests.whole.random_truth import check_what_was_said

ACCOUNT: Final = Account("AC" + "0" * 32, AUTH_TOKEN, "SK" + "1" * 32, "secret of a test")
EXAMPLES: Final = 40
STEPS: Final = 25

MOBILE, OTHER_MOBILE, LANDLINE = "+819012345678", "+818011112222", "+81312340000"
WILD_KEYS: Final = (
    *("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "#"),
    *("19800301#", "3550301#", "19800230#", "3700101#", "29990101#", "198003#", "123456789012#", "9999999#"),
    *("1000001#", "2*16*3#", "**#", "12345671#", "12345678#", "09012345678#", "0312345678#", "05012345678#", "90#"),
)
WORDS: Final = (
    *("heard.yes", "heard.no", "heard.person", "heard.lost", "heard.card", "heard.again", "heard.language"),
    *("heard.back", "heard.skip", "heard.call_back", "digits", "nonsense"),
)
FAULTS: Final[tuple[dict[str, object], ...]] = (
    *({"error_share": 1}, {"drop_share": 1, "drop": "after"}, {"drop_share": 1, "drop": "before"}),
    *({"down_s": 600}, {}, {}),
)
TROUBLES: Final = (Trouble.ANSWER_LOST, Trouble.BROKEN_AFTER, Trouble.BROKEN, Trouble.TOO_MANY, Trouble.UNAVAILABLE)

somebody = st.integers(0, 2)
"""Which of the callers, counted from the newest."""

people = st.integers(0, len(PEOPLE) - 1)
keys = st.sampled_from(WILD_KEYS)
choices = st.lists(st.integers(0, 9), min_size=1, max_size=7)
choice = st.integers(0, 9)


class RandomCallers(RuleBasedStateMachine):
    line: ClassVar[RandomLine]

    @initialize()
    def the_day_begins(self) -> None:
        self.line.begins()
        self.callers: list[Caller] = []
        self.promised: dict[str, Any] = {}
        self.works_by_itself = True
        self.strays = 0

    # Who calls

    @rule(
        number=st.sampled_from([MOBILE, MOBILE, OTHER_MOBILE, LANDLINE, WITHHELD]),
        called=st.sampled_from([JAPANESE_NUMBER, ENGLISH_NUMBER]),
        person=people,
        choices=choices,
    )
    def somebody_dials(self, number: str, called: str, person: int, choices: list[int]) -> None:
        caller = self._new(number, called, person)
        caller.dials()
        self._goes_on(caller, choices)

    @rule(
        number=st.sampled_from([MOBILE, OTHER_MOBILE]),
        person=people,
        language=choice,
        choices=st.just([]) | choices,
    )
    def somebody_reports_a_loss(self, number: str, person: int, language: int, choices: list[int]) -> None:
        """As most callers do, until they are asked whether it is right, or further."""
        caller = self._new(number, JAPANESE_NUMBER, person)
        caller.dials()
        for keys in ("9", str(language), "2", "3"):
            caller.does(Act(keys))
        self._goes_on(caller, [0, 0, 1, *choices])

    @rule(number=st.sampled_from([MOBILE, OTHER_MOBILE]), person=people, choices=choices)
    def somebody_writes(self, number: str, person: int, choices: list[int]) -> None:
        writers = [one for one in self.callers if one.by_text and one.number == number and not one.is_over]
        for writer in writers:
            writer.looks()
        if any(not writer.is_over for writer in writers):
            return
        caller = self._new(number, JAPANESE_NUMBER, person)
        caller.by_text = True
        caller.writes("こんにちは")
        self._goes_on(caller, choices)

    @rule(who=somebody, choices=choices)
    def a_caller_goes_on(self, who: int, choices: list[int]) -> None:
        self._goes_on(self._one(who), choices)

    @rule(who=somebody, keys=keys)
    def a_caller_presses(self, who: int, keys: str) -> None:
        if (caller := self._one(who)).step not in ("ringing", "voice_message"):
            caller.does(Act(keys))

    @rule(who=somebody, word=st.sampled_from(WORDS), confidence=st.sampled_from([0.9, 0.9, None, 0.3]))
    def a_caller_speaks(self, who: int, word: str, confidence: float | None) -> None:
        caller = self._one(who)
        if caller.step not in ("ringing", "voice_message", "house_number"):
            caller.does(Act(word=word, confidence=confidence))

    @rule(who=somebody, word=st.sampled_from(["heard.yes", "heard.yes", "heard.no", "nonsense"]))
    def a_caller_says_it_twice(self, who: int, word: str) -> None:
        caller = self._one(who)
        if not caller.by_text and self._reaches(caller, "confirm"):
            caller.does(Act(word="heard.yes"))
            caller.does(Act(word=word))

    @rule(who=somebody)
    def a_caller_says_nothing_until_there_is_a_person(self, who: int) -> None:
        caller = self._one(who)
        if caller.by_text or caller.step in SILENCE_IS_NO_MISS:
            return
        was_at_a_person = caller.step in PERSON
        for _ in range(3):
            if caller.step in PERSON and not was_at_a_person:
                break
            caller.does(SILENCE)
        assert caller.step in ((*PERSON, "goodbye") if was_at_a_person else PERSON)

    @rule(who=somebody)
    def a_caller_wants_a_person(self, who: int) -> None:
        caller = self._one(who)
        if caller.step in ("ringing", "voice_message"):
            return
        was_at = caller.step
        caller.does(Act("0"))
        has_a_person = "text.person" in caller.prompts if caller.by_text else caller.step in PERSON
        assert has_a_person, f"0 at {was_at} leads to {caller.step}"

    @rule(who=somebody, more=st.booleans(), key=st.sampled_from("12345678"))
    def a_caller_changes_the_language(self, who: int, more: bool, key: str) -> None:
        caller = self._one(who)
        if caller.step not in ("ringing", "voice_message", "house_number"):
            for keys in ("9", *("9" * more), key):
                if not caller.is_over:
                    caller.does(Act(keys))

    @rule(who=somebody, right=st.booleans())
    def a_caller_asks_with_a_receipt(self, who: int, right: bool) -> None:
        caller = self._one(who)
        if not self.promised and self._reaches(caller, "confirm"):
            self._goes_on(caller, [0, 0, 0, 0])
            caller = self._one(who)
        if caller.step != "main_menu" or not self.promised:
            return
        one = list(self.promised.values())[-1]
        caller.does(Act("4"))
        caller.does(Act(one.receipt_number + "#"))
        birth_date = f"{one.facts.birth_date:%Y%m%d}" if right else "19620815"
        caller.does(Act(birth_date + "#"))

    @rule(who=somebody, status=st.sampled_from(["completed", "completed", "failed", "canceled"]), redials=st.booleans())
    def a_call_breaks_off(self, who: int, status: str, redials: bool) -> None:
        caller = self._one(who)
        if caller.by_text:
            return
        caller.ends(status)
        caller.ends("completed")
        if redials:
            again = self._new(caller.number, caller.called, caller.person)
            again.dials()
            again.does(Act("7"))
            if again.step == "take_up":
                self._goes_on(again, [0])

    @rule(person=people, works=st.booleans(), choices=st.just([]) | choices)
    def a_call_breaks_off_after_the_key_that_stops(self, person: int, works: bool, choices: list[int]) -> None:
        """And its caller goes on with it, whether or not it is stopped meanwhile."""
        caller = self._confirms(MOBILE, person)
        self._goes_on(caller, choices)
        caller.ends()
        if works:
            self.line.works()
        again = self._new(MOBILE, JAPANESE_NUMBER, person)
        again.dials()
        again.does(Act("7"))
        if again.step == "take_up":
            self._goes_on(again, [0, 0, 0])

    @rule(person=people, works=st.booleans(), trouble=st.sampled_from(TROUBLES))
    def somebody_asks_for_a_text(self, person: int, works: bool, trouble: Trouble) -> None:
        caller = self._confirms(OTHER_MOBILE, person)
        if works:
            self.line.works()
        else:
            self.line.passes(61)
        self.works_by_itself = works
        self._goes_on(caller, [0, 0, 0, 0])
        self.line.carrier.misbehaves(trouble)
        self.line.sends_texts()

    # What Twilio does

    @rule(who=somebody)
    def a_webhook_comes_again(self, who: int) -> None:
        if self.callers:
            self._changes_nothing(self.callers[-1 - who % len(self.callers)], None)

    @rule(who=somebody, off=st.sampled_from([-9, -2, -1, 1, 5]), keys=keys)
    def a_webhook_is_late_or_early(self, who: int, off: int, keys: str) -> None:
        caller = self._one(who)
        if caller and not caller.by_text:
            self._changes_nothing(caller, (f"/voice/turn?turn={caller.turn + off}", caller.fields(Digits=keys)))

    @rule(who=somebody)
    def a_call_comes_in_twice(self, who: int) -> None:
        caller = self._one(who)
        if caller and not caller.by_text:
            self._changes_nothing(caller, ("/voice/incoming", caller.fields()))

    @rule(who=somebody, first=choice, second=keys)
    def webhooks_cross(self, who: int, first: int, second: str) -> None:
        caller = self._one(who)
        if caller.by_text or caller.step in ("ringing", "operator"):
            return
        path, act, before = f"/voice/turn?turn={caller.turn}", caller.sensible(first), caller.turn
        one, other = caller.form(act), caller.form(Act(second))
        answers = self.line.cross(
            caller.sid, (path, caller.fields(**one)), (path, caller.fields(**other)), (path, caller.fields(**one))
        )
        assert len({answer.data for answer in answers}) == 1
        caller.hears(answers[0], act)
        assert caller.turn == before + 1
        caller.follows()

    @rule(who=somebody, act=choice, hangs_up_first=st.booleans())
    def a_hang_up_crosses_a_turn(self, who: int, act: int, hangs_up_first: bool) -> None:
        caller = self._one(who)
        if caller.by_text or caller.step in ("ringing", "operator"):
            return
        does = caller.sensible(act)
        posts = [
            (f"/voice/turn?turn={caller.turn}", caller.fields(**caller.form(does))),
            ("/voice/status", caller.fields(CallStatus="completed")),
        ]
        answers = self.line.cross(caller.sid, *(reversed(posts) if hangs_up_first else posts))
        caller.hears(answers[-1 if hangs_up_first else 0], does)
        caller.looks()
        assert caller.is_over

    @rule(who=somebody, status=st.sampled_from(["ringing", "in-progress", "", "nonsense"]))
    def a_stray_callback_comes(self, who: int, status: str) -> None:
        self.strays += 1
        caller = self._one(who)
        sid = caller.sid if not caller.by_text and self.strays % 4 else f"CA{self.strays:031x}f"
        before = self.line.everything()
        form = {"CallSid": sid, "CallStatus": status}
        assert self.line.post("/voice/status", form).status_code == 204
        assert self.line.everything() == before

    @rule(who=somebody, seconds=st.sampled_from(["0", "7"]))
    def a_recording_is_told_of(self, who: int, seconds: str) -> None:
        """By itself, as often as Twilio likes, also when its caller has hung up."""
        spoke = [one for one in self.callers if "voice_message" in (one.step, *one.steps)]
        if not spoke:
            return
        caller = spoke[-1 - who % len(spoke)]
        form = caller.fields(RecordingSid=f"RE{caller.place:032x}", RecordingDuration=seconds)
        for _ in range(2):
            assert self.line.post("/voice/recording", form).status_code == 204

    @rule(who=somebody)
    def an_operator_hears_who_calls(self, who: int) -> None:
        caller = self._one(who)
        if caller.step == "ringing":
            before = self.line.everything()
            answer = self.line.post("/operators/whisper", {"CallSid": "CA" + "e" * 32, "ParentCallSid": caller.sid})
            assert answer.status_code == 200
            assert "<Say" in answer.text
            assert self.line.everything() == before

    # What befalls the line

    @rule(seconds=st.sampled_from([1, 9, 20, 61, 61, 300, 700, 2000]))
    def time_passes(self, seconds: int) -> None:
        self.line.passes(seconds)

    @rule()
    def the_line_works(self) -> None:
        self.line.works()
        self.line.sends_texts()
        check_texts(self.line, self.callers)

    @rule()
    def chores_are_done(self) -> None:
        self.line.does_chores()
        for caller in self.callers:
            caller.looks()

    @rule(works=st.sampled_from([False, True, True]))
    def workers_go_or_come(self, works: bool) -> None:
        self.works_by_itself = works

    @rule(faults=st.sampled_from(FAULTS))
    def the_backend_changes(self, faults: dict[str, object]) -> None:
        self.line.backend.misbehaves(**faults)

    @rule(trouble=st.sampled_from(TROUBLES))
    def the_carrier_has_a_bad_moment(self, trouble: Trouble) -> None:
        self.line.carrier.misbehaves(trouble)

    @rule(which=st.integers(0, 3), told=st.sampled_from(["sent", "delivered", "undelivered", "queued"]))
    def the_carrier_tells_of_a_text(self, which: int, told: str) -> None:
        if sent := self.line.sent_texts():
            text = sent[-1 - which % len(sent)]
            path = text.callback.removeprefix(PUBLIC_URL)
            assert self.line.post(path, text.fields() | {"MessageStatus": told}).status_code == 204

    # What must hold in the end

    def teardown(self) -> None:
        if sys.exc_info()[0] is not None or not hasattr(self, "callers"):
            return
        self.line.backend.misbehaves()
        self.line.carrier.misbehaves(Trouble.TOO_MANY, 0)
        # Longer than every pause between two tries; in the end longer than any call may last.
        for seconds in (1500, 1500, 1500, 15_000):
            self.line.passes(seconds)
            self.line.works()
            self.line.sends_texts()
            self.line.does_chores()
        self._every_request_is_finished_as_the_backend_says()
        self._nobody_else_is_stopped()
        self._whoever_was_not_helped_is_followed_up()
        check_texts(self.line, self.callers, is_over=True)

    def _every_request_is_finished_as_the_backend_says(self) -> None:
        self.line.newly_applied()
        rows = self.line.rows("SELECT id::text, status, answers, finished_at FROM requests")
        assert {row["id"] for row in rows} == set(self.promised)
        assert set(self.line.applied) <= set(self.promised), "something is stopped that nobody confirmed"
        for row in rows:
            assert row["status"] not in ("accepted", "needs_operator")
            applied = self.line.applied.get(row["id"])
            assert (row["status"] == "suspended") == (applied is not None)
            assert applied is None or row["answers"] == applied["answers"]

    def _nobody_else_is_stopped(self) -> None:
        confirmed = {
            (place, target)
            for one in self.promised.values()
            if len(places := identified(one.facts)) == 1
            for place in places
            for target in one.targets
            if getattr(PEOPLE[place], target) == "active"
        }
        assert self.line.stopped() == confirmed

    def _whoever_was_not_helped_is_followed_up(self) -> None:
        calls = self.line.rows("SELECT sid, outcome, status, ended_at FROM calls")
        follow_ups = self.line.rows("SELECT call_sid, reason, request_id::text, resolved_at FROM follow_ups")
        found = Counter((one["call_sid"], one["reason"]) for one in follow_ups)
        assert all(call["ended_at"] for call in calls), "a call stays open for ever"
        told = {request for caller in self.callers for request in caller.told_of_nobody}
        for one in self.promised.values():
            is_known = len(identified(one.facts)) == 1 or one.id in told
            assert is_known or found[one.sid, "not_identified"], "nobody was found, and nobody knows of it"
        for call in calls:
            if call["outcome"] in ("not_confirmed", "not_identified") and call["status"] != "taken-up":
                assert found[call["sid"], call["outcome"]], f"{call} is followed up by nobody"

    # How it is done

    def _new(self, number: str, called: str, person: int) -> Caller:
        earlier = [one for one in self.callers if one.number == number and number != WITHHELD]
        caller = Caller(
            self.line,
            len(self.callers) + 1,
            number,
            called,
            person,
            self.promised,
            check_what_was_said,
            previous=earlier[-1] if earlier else None,
        )
        self.callers.append(caller)
        return caller

    def _confirms(self, number: str, person: int) -> Caller:
        """A caller who has pressed the key that stops, if it was reached."""
        caller = self._new(number, ENGLISH_NUMBER, person)
        caller.dials()
        if self._reaches(caller, "confirm"):
            caller.does(Act("1"))
        return caller

    def _one(self, who: int) -> Caller:
        """One of the callers who are still there; if nobody is, somebody calls."""
        for caller in self.callers:
            if not caller.is_over:
                caller.looks()
        there = [caller for caller in self.callers if not caller.is_over]
        if there:
            return there[-1 - who % len(there)]
        caller = self._new(MOBILE, JAPANESE_NUMBER, who)
        caller.dials()
        return caller

    def _reaches(self, caller: Caller, step: str) -> bool:
        """Whether a caller who answers sensibly comes to this step."""
        for _ in range(8):
            if caller.step == step or caller.is_over:
                break
            self._goes_on(caller, [0])
        return caller.step == step

    def _goes_on(self, caller: Caller, choices: list[int]) -> None:
        for choice in choices:
            if caller.by_text:
                caller.looks()
            if caller.is_over:
                return
            if caller.step == "waiting" and self.works_by_itself:
                self.line.works()
            caller.does(caller.sensible(choice))

    def _changes_nothing(self, caller: Caller, post: tuple[str, dict[str, str]] | None) -> None:
        caller.looks()
        before = self.line.everything()
        path, form = post or caller.last
        answer = self.line.post(path, form)
        assert self.line.everything() == before
        assert answer.status_code == 200
        if path.startswith("/voice/turn") and caller.is_still_there():
            assert is_last_resort(answer)
        elif caller.heard_at == caller.turn:
            assert answer.data == caller.heard


@pytest.fixture
def line(
    postgres_server: Postgres, migrated_template: str, valkey_server: Valkey, tmp_path: Path, monkeypatch: Any
) -> Iterator[RandomLine]:
    for name, template in (("random_callers", migrated_template), ("random_backend", "template1")):
        postgres_server.create_database(name, template)
    backend_url = postgres_server.url("random_backend")
    backend = Backend(backend_url, unused_port(), tmp_path / "log", write_people(tmp_path / "people.csv")).start()
    # A database of its own: other tests empty theirs.
    redis = Redis.from_url(f"{valkey_server.url()}/6")
    with practice_carrier(ACCOUNT) as carrier, backend.client() as asks:
        made = settings_for(postgres_server.url("random_callers"), valkey_server.url(), backend.url, carrier.url)
        line = RandomLine(made, redis, backend, connect_to(backend_url), asks, carrier)
        set_clock(line, monkeypatch.setattr)
        yield line
        line.closes()
    redis.close()
    backend.kill()
    for name in ("random_callers", "random_backend"):
        postgres_server.drop_database(name)


def settings_for(database_url: str, redis_url: str, backend_url: str, carrier_url: str) -> Settings:
    return Settings.model_validate(
        {
            "hotline_recordings": "/nowhere",
            "hotline_public_url": PUBLIC_URL,
            "hotline_encryption_keys": new_key(),
            "hotline_secret_key": "a secret of sixteen and more",
            "number_languages": f"{ENGLISH_NUMBER}=en",
            "database_url": database_url,
            "redis_url": f"{redis_url}/6",
            "twilio_account_sid": ACCOUNT.sid,
            "twilio_auth_token": AUTH_TOKEN,
            "twilio_api_key": ACCOUNT.api_key,
            "twilio_api_secret": ACCOUNT.api_secret,
            "twilio_api_url": carrier_url,
            "text_sender": "+815012345678",
            "cardstatus_url": backend_url,
            "cardstatus_token": TOKEN,
            "operator_numbers": ",".join(OPERATORS),
        }
    )


@pytest.mark.timeout(600)
def test_whatever_callers_do_what_they_hear_is_true_and_nothing_is_lost(line: RandomLine) -> None:
    machine = type("Callers", (RandomCallers,), {"line": line})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_key_that_crosses_the_hang_up_begins_nothing_that_nobody_ends(line: RandomLine) -> None:
    """What a drawn script found once, so that no luck is needed to find it again."""
    script = type("Callers", (RandomCallers,), {"line": line})()
    script.the_day_begins()
    script.a_hang_up_crosses_a_turn(who=0, act=0, hangs_up_first=True)
    script.teardown()
