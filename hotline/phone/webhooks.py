"""Calls webhooks over HTTP as Twilio does: signed, with cookies of the call, with time limits, retries, redirects."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urljoin
from uuid import uuid4

import requests
from urllib3.exceptions import HTTPError, MaxRetryError, ReadTimeoutError

from hotline import clock
from hotline.phone import faults
from hotline.phone.faults import RefusedTwiml, WebhookFault
from hotline.phone.overrides import Overrides, split_overrides
from hotline.phone.signature import SIGNATURE_HEADER, sign
from hotline.phone.twiml import BODY_LIMIT

REDIRECTS_LIMIT: Final = 10
"""How many 3xx answers in a row are followed."""

SOUND_LIMIT: Final = 16 * 1024 * 1024
"""Bytes of a recording."""

_SOUNDS: Final = frozenset(
    f"audio/{kind}" for kind in ("mpeg", "wav", "wave", "x-wav", "aiff", "x-aiff", "x-aifc", "gsm", "x-gsm", "ulaw")
)

_HEADERS: Final = {"User-Agent": "TwilioProxy/1.1", "Accept": "*/*", "Connection": "close"}
# Twilio connects anew each time; so does the phone, and a web server that was restarted is found again.

_FORM: Final = "application/x-www-form-urlencoded; charset=UTF-8"


@dataclass(frozen=True, slots=True)
class Ask:
    """One request to a webhook. `extra` is what it carries besides the standing fields of the call."""

    url: str
    method: str = "POST"
    extra: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """A good answer. `url` is where it came from in the end."""

    url: str
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of any status, read to its end."""

    status: int
    location: str
    content_type: str
    body: bytes


class _TooLate(Exception):
    """The answer drips in so slowly that the time for it is over."""


class Webhooks:
    """The carrier's HTTP side during one call. Close it when the call is over."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._session = requests.Session()
        # A proxy or a password from the environment would not be Twilio's.
        self._session.trust_env = False

    def close(self) -> None:
        """Let go of the connections and forget the cookies."""
        self._session.close()
        self._session.cookies.clear()

    def ask(self, ask: Ask, fields: Mapping[str, str], limit: int = BODY_LIMIT) -> Heard:
        """The answer to a request, redirects followed; raises WebhookFault when there is none.

        A redirect is followed by a GET with the standing fields only: what `extra` held is lost, as at Twilio.
        """
        url, method, sent = ask.url, ask.method, {**fields, **(ask.extra or {})}
        for _ in range(REDIRECTS_LIMIT + 1):
            answer = self.attempt(url, method, sent, limit)
            if 200 <= answer.status < 300:
                return Heard(url, answer.content_type, answer.body)
            url = _redirected(url, answer)
            method, sent = "GET", dict(fields)
        raise WebhookFault(f"{ask.url} redirects more than {REDIRECTS_LIMIT} times.", faults.TOO_MANY_REDIRECTS)

    def sound(self, url: str, fields: Mapping[str, str]) -> bytes:
        """A recording that is to be played; raises WebhookFault when Twilio could not play it."""
        heard = self.ask(Ask(url, "GET"), fields, SOUND_LIMIT)
        if heard.content_type.partition(";")[0].strip().lower() not in _SOUNDS:
            raise RefusedTwiml(f"<Play> of {url} is {heard.content_type!r}, which is no sound.", 13420)
        return heard.body

    def attempt(self, url: str, method: str, fields: Mapping[str, str], limit: int) -> Answer:
        """The answer of the last try, whatever its status."""
        bare, overrides = split_overrides(url)
        deadline = clock.now() + timedelta(seconds=overrides.total_s)
        # The same for each try, so that a webhook can know them for one.
        headers = {"I-Twilio-Idempotency-Token": str(uuid4())}
        for retries_left in range(overrides.retries, -1, -1):
            try:
                with self.send(bare, method, fields.items(), headers, _limits(overrides, deadline)) as response:
                    answer = _read(response, bare, limit, deadline)
                kind = f"{answer.status // 100}xx"
            except (requests.RequestException, HTTPError, _TooLate) as error:
                kind = "ct" if _never_connected(error) else "rt"
                if not _goes_on(retries_left, overrides, kind, deadline):
                    raise _unreachable(bare, error, kind) from error
                continue
            if not _goes_on(retries_left, overrides, kind, deadline):
                return answer
        raise AssertionError("The last try neither answered nor failed.")

    def send(
        self,
        url: str,
        method: str,
        fields: Iterable[tuple[str, str]],
        headers: Mapping[str, str] | None = None,
        timeout: tuple[float, float] = (5.0, 15.0),
        token: str | None = None,
    ) -> requests.Response:
        """Send one signed request; nothing is retried, followed or judged.

        `token` signs instead of the account's; an empty one sends no signature at all.
        """
        pairs = list(fields)
        in_url = method == "GET"
        prepared = self._session.prepare_request(
            requests.Request(
                method,
                url,
                params=pairs if in_url else None,
                data=None if in_url else pairs,
                headers={**_HEADERS, **({} if in_url else {"Content-Type": _FORM}), **(headers or {})},
            )
        )
        token = self._token if token is None else token
        if token and SIGNATURE_HEADER not in prepared.headers:
            # Signed as it goes over the wire: requests may have escaped or completed the URL.
            prepared.headers[SIGNATURE_HEADER] = sign(str(prepared.url), [] if in_url else pairs, token)
        return self._session.send(prepared, timeout=timeout, allow_redirects=False, stream=True)


def _limits(overrides: Overrides, deadline: datetime) -> tuple[float, float]:
    left = max(0.001, (deadline - clock.now()).total_seconds())
    return min(overrides.connect_s, left), min(overrides.read_s, left)


def _goes_on(retries_left: int, overrides: Overrides, kind: str, deadline: datetime) -> bool:
    return retries_left > 0 and overrides.retry(kind) and clock.now() < deadline


def _never_connected(error: Exception) -> bool:
    # requests wraps urllib3's MaxRetryError for what fails before a byte is sent, and other errors for the rest.
    return isinstance(error, requests.ConnectionError) and bool(error.args) and isinstance(error.args[0], MaxRetryError)


def _unreachable(url: str, error: Exception, kind: str) -> WebhookFault:
    if kind == "ct":
        return WebhookFault(f"{url} cannot be connected to.", faults.HTTP_CONNECTION_FAILURE)
    if isinstance(error, requests.Timeout | ReadTimeoutError | _TooLate):
        return WebhookFault(f"{url} did not answer in time.", faults.HTTP_RETRIEVAL_FAILURE)
    return WebhookFault(f"{url} broke the connection off.", faults.HTTP_RETRIEVAL_FAILURE)


def _redirected(url: str, answer: Answer) -> str:
    if not 300 <= answer.status < 400:
        raise WebhookFault(f"{url} answered {answer.status}.", faults.HTTP_RETRIEVAL_FAILURE)
    if answer.status not in (301, 302, 303, 307) or not answer.location:
        raise WebhookFault(f"{url} answered {answer.status} without a redirect to follow.", faults.INVALID_REDIRECT)
    return urljoin(url, answer.location)


def _read(response: requests.Response, url: str, limit: int, deadline: datetime) -> Answer:
    body = bytearray()
    # What has come so far, not full blocks: an answer that drips in must not outlast its deadline.
    while chunk := response.raw.read1(4096, decode_content=True):
        body += chunk
        if len(body) > limit:
            raise RefusedTwiml(f"The answer of {url} is longer than {limit} bytes.", faults.BODY_TOO_LARGE)
        if clock.now() > deadline:
            raise _TooLate
    headers = response.headers
    return Answer(response.status_code, headers.get("Location", ""), headers.get("Content-Type", ""), bytes(body))
