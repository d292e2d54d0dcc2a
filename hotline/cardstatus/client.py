"""Asking the card-status backend, as `openapi.yaml` describes it."""

import logging
import time
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from types import TracebackType
from typing import Annotated, Final, Literal
from uuid import UUID

import requests
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse, Retry
from urllib3.connectionpool import ConnectionPool
from urllib3.exceptions import ReadTimeoutError

from hotline.callflow.effects import Facts
from hotline.callflow.events import Answer, Target
from hotline.cardstatus.errors import Permanent, Retryable

CONNECT_TIMEOUT_S: Final = 1.0
"""Seconds to wait for a connection."""

READ_TIMEOUT_S: Final = 2.0
"""Seconds of silence after which no answer is expected any more.

With a connection that breaks at the last moment and is opened anew, one question takes at most about six.
"""

KEYS_KEPT: Final = timedelta(hours=24)
"""For how long the backend knows a key at least, by the contract. Later, the same key may act a second time."""

MUNICIPALITY_LIMIT: Final = 64
"""Characters of the longest name of a municipality, by the contract."""

log = logging.getLogger(__name__)

_AGAIN: Final = {
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.CONFLICT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
}


@dataclass(frozen=True, slots=True)
class Answered:
    """What the backend said."""

    backend_id: str
    """The backend's own reference, at most 64 characters."""
    answers: dict[Target, Answer]
    """One for each target that was asked for. Where the facts identified nobody, or more than one, each says so."""
    municipality: str | None = field(default=None, repr=False)
    """Of the registered address, in Japanese, on one line, at most 64 characters; None when it is not known."""


class CardStatus:
    """The card-status backend, over a pool of connections that threads may share.

    Not to be used on both sides of a fork: two processes would read each other's answers.
    """

    def __init__(self, url: str, token: str) -> None:
        self._url = f"{url.rstrip('/')}/v1/suspensions"
        self._session = requests.Session()
        # What was keyed goes where the settings say, not to a proxy that happens to stand in the environment. Looking
        # for one would also cost time at every question.
        self._session.trust_env = False
        self._session.headers["Authorization"] = f"Bearer {token}".encode()
        once_more = _OnceMore(
            total=1,
            connect=0,
            status=0,
            redirect=0,
            other=0,
            allowed_methods=None,
            # urllib3 would wait for as long as the backend says, with a caller on the line.
            respect_retry_after_header=False,
        )
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=once_more))

    def __enter__(self) -> "CardStatus":
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def suspend(self, key: UUID, targets: tuple[Target, ...], facts: Facts) -> Answered:
        """Have these targets of this person stopped: exactly once, however often the same key asks.

        Raises Retryable when the same should be asked again later, and Permanent when that would not help.
        """
        if facts.birth_date is None or facts.postal_code is None:
            raise Permanent(key, "the birth date or the postal code is missing")
        response = self._ask(key, targets, facts)
        if isinstance(response, str):
            raise Retryable(key, response)
        status = response.status_code
        if status in _AGAIN or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Retryable(key, f"status {status}")
        if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            raise Permanent(key, f"status {status}")
        answered = _read(response.content, key, targets)
        if answered is None:
            raise Retryable(key, f"status {status} with a body that is not in the contract")
        return answered

    def _ask(self, key: UUID, targets: tuple[Target, ...], facts: Facts) -> requests.Response | str:
        """The response, or what came instead of one."""
        started = time.monotonic()
        outcome = "interrupted"
        try:
            response = self._session.post(
                self._url,
                json=_body(targets, facts),
                headers={"Idempotency-Key": str(key)},
                timeout=(CONNECT_TIMEOUT_S, READ_TIMEOUT_S),
                allow_redirects=False,
            )
            outcome = str(response.status_code)
            return response
        except requests.RequestException as error:
            # Given back, not raised from: the error holds the request, and the request holds what was keyed.
            outcome = type(error).__name__
            return outcome
        finally:
            milliseconds = round((time.monotonic() - started) * 1000)
            log.info("card status asked", extra={"request": str(key), "outcome": outcome, "ms": milliseconds})


class _OnceMore(Retry):
    """Asks once more when a connection breaks before an answer came: the backend may just have closed an idle one.

    Safe, because the key is the same. Never after silence, which would double the time a worker waits.
    """

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> "_OnceMore":
        """What is left of the tries; raises the error when none is."""
        if isinstance(error, ReadTimeoutError):
            raise error
        return super().increment(method, url, response, error, _pool, _stacktrace)


def _body(targets: tuple[Target, ...], facts: Facts) -> dict[str, object]:
    body: dict[str, object] = {
        "targets": targets,
        "birth_date": facts.birth_date and facts.birth_date.isoformat(),
        "postal_code": facts.postal_code,
    }
    # Left out when the caller skipped it: the contract takes no null.
    return body if facts.house_number is None else {**body, "house_number": facts.house_number}


def _name_on_one_line(said: object) -> str | None:
    """The name without what cannot be spoken, or None. It is an extra: whatever is wrong with it, the answer counts."""
    if not isinstance(said, str):
        return None
    name = "".join(filter(str.isprintable, " ".join(said.split()))).strip()
    # Not cut: half a name may be another municipality's.
    return name if 0 < len(name) <= MUNICIPALITY_LIMIT else None


class _Suspension(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    id: Annotated[str, Field(min_length=1, max_length=64)]
    key: UUID
    result: Literal["identified", "not_found", "ambiguous"]
    answers: dict[Target, Literal["suspended", "already_suspended", "not_held"]]
    municipality: Annotated[str | None, BeforeValidator(_name_on_one_line)] = None


def _read(content: bytes, key: UUID, targets: tuple[Target, ...]) -> Answered | None:
    try:
        said = _Suspension.model_validate_json(content)
    except ValidationError:
        return None
    if said.key != key:
        # The answer to somebody else's request: connections got mixed up on the way.
        return None
    if said.result != "identified":
        return Answered(said.id, dict.fromkeys(targets, Answer(said.result)))
    if not said.answers.keys() >= set(targets):
        return None
    answers = {target: Answer(said.answers[target]) for target in targets}
    return Answered(said.id, answers, said.municipality)
