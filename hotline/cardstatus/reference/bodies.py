"""What may be sent to the backend, checked."""

import hashlib
import hmac
import json
import re
from datetime import date
from http import HTTPStatus
from typing import Annotated, ClassVar, Literal, TypeVar

from flask import request
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from hotline.callflow.events import Target
from hotline.cardstatus.reference.problems import Refused

BODY_LIMIT = 64 * 1024
"""Bytes of the largest body that is read."""

_BAD_REQUEST = HTTPStatus.BAD_REQUEST


class Body(BaseModel):
    """A JSON object without anything that the contract does not name.

    A misspelt `house_number` must be refused: ignored, it would count as skipped and could stop somebody else's card.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", hide_input_in_errors=True, allow_inf_nan=False)

    rules: ClassVar[dict[str, str]]
    """For each field, what is said when it is wrong."""


def _each_once(targets: tuple[Target, ...]) -> tuple[Target, ...]:
    if len(set(targets)) < len(targets):
        raise ValueError("a target is named twice")
    return targets


def _is_not_null(value: object) -> object:
    # Skipped means left out. A null is more likely a sender's mistake, and would match every house number.
    if value is None:
        raise ValueError("null")
    return value


def _is_a_day(text: str) -> str:
    date.fromisoformat(text)
    return text


class Wanted(Body):
    """Stop these targets of the person with these facts."""

    targets: Annotated[tuple[Target, ...], Field(min_length=1), AfterValidator(_each_once)]
    birth_date: Annotated[str, Field(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$", repr=False), AfterValidator(_is_a_day)]
    postal_code: Annotated[str, Field(pattern="^[0-9]{7}$", repr=False)]
    house_number: Annotated[str | None, Field(pattern="^[0-9*]{1,20}$", repr=False), BeforeValidator(_is_not_null)] = (
        None
    )

    rules = {
        "targets": "`targets` is a list of card, smartphone or both, each once",
        "birth_date": "`birth_date` is a day that exists, written like 1980-03-01",
        "postal_code": "`postal_code` is seven digits",
        "house_number": "`house_number` is up to twenty digits and `*`, or left out",
    }

    def hashed(self, secret: bytes) -> bytes:
        """What tells this body from another without keeping it. The order of the targets does not count."""
        facts = [sorted(self.targets), self.birth_date, self.postal_code, self.house_number]
        return hmac.digest(secret, json.dumps(facts).encode(), hashlib.sha256)


class Faults(Body):
    """How the backend misbehaves."""

    latency_ms: Annotated[float, Field(ge=0, le=60_000)] = 0
    error_share: Annotated[float, Field(ge=0, le=1)] = 0
    drop_share: Annotated[float, Field(ge=0, le=1)] = 0
    drop: Literal["before", "after", "either"] = "either"
    down_s: Annotated[float, Field(ge=0, le=86_400)] = 0

    rules = {
        "latency_ms": "`latency_ms` is a number from 0 to 60000",
        "error_share": "`error_share` is a number from 0 to 1",
        "drop_share": "`drop_share` is a number from 0 to 1",
        "drop": "`drop` is before, after or either",
        "down_s": "`down_s` is a number from 0 to 86400",
    }


BodyT = TypeVar("BodyT", bound=Body)


def read_body(kind: type[BodyT]) -> BodyT:
    """The body of the present request; raises Refused that names every wrong field, never its value."""
    if request.mimetype != "application/json":
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
    try:
        return kind.model_validate_json(_read_all())
    except ValidationError as error:
        fields = {fault["loc"][0] if fault["loc"] else None for fault in error.errors(include_input=False)}
    # Outside of the except clause, so that the error with the input does not hang on the refusal.
    if None in fields:
        raise Refused(_BAD_REQUEST, "The body is not a JSON object in UTF-8: send one.")
    known = [rule for field, rule in kind.rules.items() if field in fields]
    if len(known) < len(fields):
        known.append("there is a field that the contract does not know: leave it out")
    raise Refused(_BAD_REQUEST, f"The body is not as the contract describes it: {'; '.join(known)}.")


def _read_all() -> bytes:
    body = request.get_data(cache=False)
    if len(body) > BODY_LIMIT:
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return body


def read_key() -> str:
    """The Idempotency-Key of the present request; raises Refused when it has none."""
    key = request.headers.get("Idempotency-Key", "")
    if not re.fullmatch("[!-~]{1,128}", key):
        raise Refused(_BAD_REQUEST, "The Idempotency-Key header is missing or wrong: send 1 to 128 visible characters.")
    return key


def read_number(name: str, default: int, least: int, most: int) -> int:
    """A number from the query; raises Refused when it is out of range, or given twice."""
    given = request.args.getlist(name) or [str(default)]
    if len(given) == 1 and re.fullmatch("[0-9]{1,19}", given[0]) and least <= int(given[0]) <= most:
        return int(given[0])
    raise Refused(_BAD_REQUEST, f"`{name}` is a whole number from {least} to {most}.")
