"""Who is told when something is wrong, in which order and how."""

import tomllib
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from hotline.oncall.limits import Severity

_STRICT: Final = ConfigDict(frozen=True, extra="forbid")


class RosterFault(Exception):
    """The roster cannot be read; the text says what to write."""


class Person(BaseModel):
    """Somebody who is told."""

    model_config = _STRICT

    name: str = Field(min_length=1, max_length=100)
    tell: tuple[SecretStr, ...] = Field(min_length=1)
    """Addresses as Apprise writes them: mailto://, slack://, pagerduty:// and a hundred others."""
    tickets: bool = False
    """Whether they are also told what can wait until the day."""


class Roster(BaseModel):
    """Everybody, whoever is told first in front."""

    model_config = _STRICT

    person: tuple[Person, ...] = Field(min_length=1)
    repeat_minutes: float = Field(5, gt=0)
    """After so long, if nobody has taken it, the next person is told; when all were, all of them again."""
    dead_mans_switch: SecretStr | None = None
    """Asked for every minute while all is well with the watch: whoever runs it wakes somebody when that stops."""

    @property
    def repeat(self) -> timedelta:
        """The time between two tellings."""
        return timedelta(minutes=self.repeat_minutes)

    def whom(self, severity: Severity, told: int) -> Sequence[Person]:
        """Who is told next of a trouble that was told so often already."""
        if severity is Severity.TICKET:
            return [person for person in self.person if person.tickets] if told == 0 else []
        return [self.person[told]] if told < len(self.person) else self.person


def read_roster(file: Path) -> Roster:
    """The roster in a TOML file; raises RosterFault, whose text holds nothing secret."""
    try:
        return Roster.model_validate(tomllib.loads(file.read_text("utf-8")))
    except OSError as error:
        raise RosterFault(f"The roster {file.name} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise RosterFault(f"The roster {file.name} is no TOML: see the example in the README.") from None
    except ValidationError as error:
        # The innermost places alone: what holds something wrong is wrong only because of it.
        all_places = {".".join(map(str, one["loc"])) for one in error.errors(include_input=False)}
        places = sorted(one for one in all_places if not any(other.startswith(f"{one}.") for other in all_places))
        raise RosterFault(f"The roster {file.name} is wrong at {', '.join(places)}: see the README.") from None
