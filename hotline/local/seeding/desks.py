"""The people who finish what the line could not: made up too, and nobody can sign in as one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

from hotline.callflow.effects import Reason
from hotline.privacy import Vault

LEFT_OPEN: Final = 40
"""Follow-ups that are open when the history ends, about."""

_LOOKED_BACK: Final = timedelta(hours=36)
_FOLLOW_UPS_A_CALL: Final = 0.3
_NAMES: Final = ("Practice: Aoki", "Practice: Baba", "Practice: Chiba", "Practice: Doi")
_RESOLUTIONS: Final = {
    Reason.CALL_BACK: {"told": 80, "not_reached": 20},
    Reason.MESSAGE: {"told": 74, "not_reached": 26},
    Reason.WRITE_BACK: {"done": 90, "not_reached": 10},
    Reason.NOT_CONFIRMED: {"told": 45, "not_reached": 35, "not_needed": 20},
    Reason.NOT_IDENTIFIED: {"done": 55, "told": 25, "not_reached": 20},
    Reason.NEEDS_OPERATOR: {"done": 80, "passed_on": 10, "not_reached": 10},
}
_CHECKED: Final = {"not_needed": 92, "told": 6, "passed_on": 2}
_NOTES: Final = (
    "Nobody answered. I try again after the lunch break.",
    "Reached. The card was in the other bag; nothing to stop.",
    "Checked the entry with the municipal office: it was the right person.",
    "Called back with an interpreter. Everything is clear.",
    "電話がつながりました。家で見つかったとのことです。",
    "留守番電話でした。夕方にもう一度かけます。",
    "住所を確認し、本人のカードで間違いありません。",
    "家族の方に手続きを案内しました。",
)


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of a follow-up."""

    version: int = 0
    taken_by: int | None = None
    taken_at: datetime | None = None
    resolved_at: datetime | None = None
    resolved_by: int | None = None
    resolution: str | None = None


def made_up_staff(at: datetime) -> list[Mapping[str, object]]:
    """The accounts, which are locked. Their addresses can belong to nobody (RFC 2606)."""
    return [
        {
            "email": f"practice-{number}@example.invalid",
            "name": name,
            "active": False,
            "created_at": at,
            "fs_uniquifier": f"practice-{number}",
        }
        for number, name in enumerate(_NAMES, 1)
    ]


class Desks:
    """Who takes which follow-up, and what they write."""

    def __init__(self, random: Random, vault: Vault, staff: Sequence[int], calls_a_day: float, until: datetime) -> None:
        self._random = random
        self._staff = staff
        self._until = until
        self._notes = [vault.seal(note) for note in _NOTES]
        lately = calls_a_day * (_LOOKED_BACK / timedelta(days=1)) * _FOLLOW_UPS_A_CALL
        self._stays_open = min(0.8, LEFT_OPEN / max(lately, 1.0))

    def handle(self, reason: Reason, opened_at: datetime) -> Handled:
        """Resolved in an hour or so, but for some of the newest."""
        random = self._random
        one = random.choice(self._staff)
        if opened_at > self._until - _LOOKED_BACK and random.random() < self._stays_open:
            if random.random() < 0.7:
                return Handled()
            return Handled(1, one, opened_at + (self._until - opened_at) * random.random())
        wait = timedelta(seconds=random.lognormvariate(8.0, 1.0))
        resolved_at = min(opened_at + wait, opened_at + (self._until - opened_at) * random.uniform(0.2, 1.0))
        taken_at = opened_at + (resolved_at - opened_at) * random.uniform(0.3, 0.95)
        ways = _RESOLUTIONS.get(reason, _CHECKED)
        resolution = random.choices(tuple(ways), tuple(ways.values()))[0]
        return Handled(2, one, taken_at, resolved_at, one, resolution)

    def note(self, handled: Handled) -> tuple[int, datetime, bytes] | None:
        """Who wrote what when about it; None for most."""
        if handled.taken_by is None or handled.taken_at is None or self._random.random() > 0.3:
            return None
        until = handled.resolved_at or self._until
        at = handled.taken_at + (until - handled.taken_at) * self._random.random()
        return handled.taken_by, at, self._random.choice(self._notes)
