"""What an operator does when the backend did not identify a caller, or gave no answer: send the request again."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final, TypeAlias
from uuid import UUID

from hotline.callflow.calendar import DateFault, read_birth_date
from hotline.callflow.effects import Facts, Reason
from hotline.callflow.my_number import may_be_my_number
from hotline.callflow.steps.entries import HouseNumberFault, is_postal_code, read_house_number
from hotline.clock import in_japan
from hotline.privacy import Vault
from hotline.store.database import Connection, Engine
from hotline.store.facts import seal_facts, unseal_facts
from hotline.store.follow_ups import open_again
from hotline.store.sending_again import Corrected, NotSent, Standing, find_standing, send_again

Also: TypeAlias = Callable[[Connection], object]
"""What is to be written in the same transaction: the entry in the audit trail. If it raises, nothing is done."""

_HYPHENS: Final = "‐‑‒–—―−ーｰ"
_AS_HYPHENS: Final = str.maketrans(dict.fromkeys(_HYPHENS, "-"))
_DATE: Final = re.compile(r"(\d{4})[-/. 年](\d{1,2})[-/. 月](\d{1,2})日?")
"""A date with something between its parts: only so can the zero of a month or a day be left out."""


class Part(StrEnum):
    """A fact that an operator enters."""

    BIRTH_DATE = "birth_date"
    POSTAL_CODE = "postal_code"
    HOUSE_NUMBER = "house_number"


class WrongFacts(Exception):
    """What was entered are no facts. It never quotes what was entered."""

    def __init__(self, faults: dict[Part, str]) -> None:
        self.sentences = {part: WRONG[fault] for part, fault in faults.items()}
        """What is wrong with each part, and what to do."""
        self.faults = faults
        """The same as names, which `WRONG` has sentences for."""
        super().__init__(" ".join(self.sentences.values()))


class NotSentAgain(Exception):
    """The request was not sent again, and nothing was changed."""

    def __init__(self, why: NotSent) -> None:
        super().__init__(NOT_SENT[why])
        self.why = why


@dataclass(frozen=True, slots=True)
class Entered:
    """What an operator typed, in any of the ways in which people write it."""

    birth_date: str = field(repr=False)
    """`1980-03-01`, `19800301`, or the key of the era and six digits, `3550301`."""
    postal_code: str = field(repr=False)
    """With or without a hyphen."""
    house_number: str = field(repr=False)
    """`2-16-3` or `2*16*3`; empty when nobody knows it."""


@dataclass(frozen=True, slots=True)
class Order:
    """Which request is to be sent again."""

    request_id: UUID
    key: UUID
    """`Standing.key` as the operator saw it: if somebody else sent it meanwhile, it is another one."""
    facts: Facts | None = None
    """None sends what was keyed in the call once more."""


@dataclass(frozen=True, slots=True)
class Erased:
    """Facts that are not there any more."""

    at: datetime | None
    """When they were erased; None when nobody wrote it down."""


WRONG: Final[Mapping[str, str]] = {
    DateFault.LENGTH: "This is no birth date: write year, month and day, such as 1980-03-01, or the era's key and six"
    " digits, such as 3550301.",
    DateFault.NO_SUCH_DAY: "The calendar does not have this birth date: look at its day and month.",
    DateFault.NO_SUCH_ERA_YEAR: "The era did not have this birth date: look at its year, or write the year in full.",
    DateFault.FUTURE: "This birth date lies in the future: look at its year.",
    HouseNumberFault.DIGITS: "A house number is written in digits, such as 2-16-3: leave out words, or leave it empty.",
    HouseNumberFault.TOO_LONG: "This house number has too many digits: write the digits of the address and no others.",
    Part.POSTAL_CODE: "A postal code has seven digits, such as 100-0001.",
    "my_number": "These are twelve digits, which may be a My Number. It must not be kept: write what was asked for.",
}
"""The sentence for each thing that can be wrong."""

NOT_SENT: Final = {
    NotSent.UNKNOWN: "There is no such request any more: go back to the call and look again.",
    NotSent.CHANGED: "Somebody else has sent this request again meanwhile: look at what came of it first.",
    NotSent.UNDER_WAY: "This request is under way: wait for its answer, which comes by itself.",
    NotSent.IDENTIFIED: "This request has its answer, and there is nothing to correct: it cannot be sent again.",
    NotSent.ERASED: "What was keyed is erased: ask the caller for it again and enter all of it.",
}
"""The sentence for each reason why nothing was sent."""


def read_facts(entered: Entered, now: datetime) -> Facts:
    """The facts in the form in which the line keeps them, by the rules for keys; raises WrongFacts."""
    wrong: dict[Part, str] = {}
    day = read_birth_date(_date_as_keys(entered.birth_date), in_japan(now).date())
    if isinstance(day, DateFault):
        wrong[Part.BIRTH_DATE] = day
    postal_code = re.sub("[-〒 ]", "", _plain(entered.postal_code))
    if not is_postal_code(postal_code):
        wrong[Part.POSTAL_CODE] = Part.POSTAL_CODE
    written = re.sub("[- ]", "*", _plain(entered.house_number))
    house_number = read_house_number(written) if written else None
    if isinstance(house_number, HouseNumberFault):
        wrong[Part.HOUSE_NUMBER] = house_number
    for part in Part:
        if may_be_my_number(_plain(getattr(entered, part))):
            wrong[part] = "my_number"
    if wrong or not isinstance(day, date) or isinstance(house_number, HouseNumberFault):
        raise WrongFacts(wrong)
    return Facts(day, postal_code, house_number)


class SendAgain:
    """Sends finished requests again, and shows what was keyed for them."""

    def __init__(self, engine: Engine, vault: Vault, person_print: Callable[[Facts], str]) -> None:
        """`person_print` gives the keyed fingerprint of a holder."""
        # Each is one transaction, also on an engine on which every statement is one.
        self._engine = engine.execution_options(isolation_level="READ COMMITTED")
        self._vault = vault
        self._person_print = person_print

    def find(self, request_id: UUID) -> Standing | None:
        """How the request stands, or None when there is none."""
        with self._engine.connect() as connection:
            return find_standing(connection, request_id)

    def find_facts(self, request_id: UUID, also: Also) -> Facts | Erased | None:
        """What was keyed, or last corrected; None when there is no such request. Raises CannotUnseal.

        Only after `also` is committed does anybody get to see it.
        """
        with self._engine.begin() as connection:
            standing = find_standing(connection, request_id)
            if standing is None:
                return None
            facts = None if standing.facts_sealed is None else unseal_facts(self._vault, standing.facts_sealed)
            also(connection)
        return facts or Erased(standing.facts_erased_at)

    def send(self, order: Order, now: datetime, also: Also) -> None:
        """Send the request again: dispatchers wake, and the backend is asked as for a new one. Raises NotSentAgain.

        Nobody's card is stopped but that of the one person whom the facts identify, as ever. Without a house number
        an operator has to look whether it was the right one.
        """
        with self._engine.begin() as connection:
            sent = send_again(
                connection, order.request_id, key=order.key, corrected=self._corrected(order.facts), now=now
            )
            if isinstance(sent, NotSent):
                raise NotSentAgain(sent)
            if order.facts is not None and order.facts.house_number is None:
                open_again(
                    connection,
                    call_sid=sent.call_sid,
                    reason=Reason.NO_HOUSE_NUMBER,
                    now=now,
                    request_id=order.request_id,
                )
            also(connection)

    def _corrected(self, facts: Facts | None) -> Corrected | None:
        return None if facts is None else Corrected(seal_facts(self._vault, facts), self._person_print(facts))


def _plain(typed: str) -> str:
    """With the digits and hyphens of a telephone, whatever the keyboard wrote."""
    return unicodedata.normalize("NFKC", typed).translate(_AS_HYPHENS).strip()


def _date_as_keys(typed: str) -> str:
    written = _DATE.fullmatch(_plain(typed))
    if written is None:
        return _plain(typed)
    year, month, day = written.groups()
    return f"{year}{month:0>2}{day:0>2}"
