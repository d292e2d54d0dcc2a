"""Asking Twilio to send a text message, to place a call, or to delete a recording."""

import logging
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import requests
from twilio.base.exceptions import TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import MaxRetryError, NewConnectionError, SSLError

from hotline.carrier.errors import Permanent, Retryable, Unknown
from hotline.carrier.segments import count_segments

TIMEOUT_S: Final = 5.0
"""Seconds to wait for a connection, and seconds of silence after which no answer is expected any more."""

RING_S: Final = 30
"""Seconds for which the telephone rings that is called first."""

CALL_EVENTS: Final = ("initiated", "ringing", "answered", "completed")
"""What Twilio tells of a call that it places: every step of it."""

MESSAGING_SERVICE: Final = "MG"
"""How the SID of a sender begins that stands for a pool of numbers."""

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sent:
    """Twilio took a text message and goes on by itself."""

    message_sid: str
    segments: int
    """How many parts it is sent and billed in."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Twilio took the order to place a call and goes on by itself."""

    call_sid: str


@dataclass(frozen=True, slots=True)
class _Failure:
    """What came instead of an answer. Given back, not raised: the error itself holds the request, and all in it."""

    cause: str
    status: int | None = None
    """The HTTP status, when there was one."""
    code: int | None = None
    is_unsent: bool = False
    """Whether the request certainly never left."""


class Carrier:
    """Twilio's REST API for one account. Threads may share it."""

    def __init__(
        self,
        account_sid: str,
        api_key: str,
        api_secret: str,
        base_url: str | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        """`base_url` is where requests go instead of Twilio's own address; only its scheme and host count."""
        self._account_sid = account_sid
        self._key = (api_key, api_secret)
        self._base_url = base_url
        self._timeout_s = timeout_s

    def send_text(self, to: str, sender: str, body: str, status_callback: str) -> Sent:
        """Have a text message sent; `sender` is a number in E.164 or the SID of a messaging service.

        Asked twice, it is sent twice. Raises Retryable only when it certainly was not taken, Permanent when it was
        refused, and Unknown when it may have been taken: then it must not be asked again.
        """
        is_pool = sender.startswith(MESSAGING_SERVICE)
        kind = "messaging_service_sid" if is_pool else "from_"
        given = {"to": to, "body": body, "status_callback": status_callback, kind: sender}
        taken = self._ask("text", lambda client: client.messages.create(**given))
        if isinstance(taken, _Failure):
            raise _why_not_taken(taken)
        if not taken.sid:
            raise Unknown("an answer without a SID")
        return Sent(taken.sid, _segments(taken.num_segments) or count_segments(body).count)

    def place_call(self, to: str, caller_id: str, answer_url: str, status_callback: str, longest_s: int) -> Placed:
        """Have a telephone rung from a number of the account; who answers hears the document at `answer_url`.

        After `longest_s` Twilio ends the call. Asked twice, it rings twice. Raises Retryable only when it certainly
        was not taken, Permanent when it was refused, and Unknown when it may ring: then it must not be asked again.
        """
        given = {
            "to": to,
            "from_": caller_id,
            "url": answer_url,
            "method": "POST",
            "status_callback": status_callback,
            "status_callback_method": "POST",
            "status_callback_event": list(CALL_EVENTS),
            "timeout": RING_S,
            "time_limit": longest_s,
        }
        taken = self._ask("call", lambda client: client.calls.create(**given))
        if isinstance(taken, _Failure):
            raise _why_not_taken(taken)
        if not taken.sid:
            raise Unknown("an answer without a SID")
        return Placed(taken.sid)

    def delete_recording(self, recording_sid: str) -> None:
        """Have a recording deleted; one that is gone already counts as deleted.

        Raises Retryable when the same should be asked again later, and Permanent when that would not help.
        """
        failure = self._ask("recording", lambda client: client.recordings(recording_sid).delete())
        if not isinstance(failure, _Failure) or failure.status == HTTPStatus.NOT_FOUND:
            return
        if failure.status is None or _is_again(failure.status) or failure.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Retryable(failure.cause)
        raise Permanent(failure.cause, failure.code)

    def _ask(self, what: str, question: Callable[[Client], T]) -> T | _Failure:
        # One client for each question: Twilio's keeps the last answer where another thread could take it for its own.
        http = _OneRequest(self._base_url, self._timeout_s)
        # Not this process's environment, whose TWILIO_REGION or TWILIO_EDGE would redirect it; {} would mean just that.
        client = Client(*self._key, self._account_sid, http_client=http, environment={"nothing": ""})
        started = time.monotonic()
        answer: T | _Failure
        try:
            answer = question(client)
        except (TwilioRestException, TwilioServiceException) as error:
            answer = _refused(error)
        except requests.RequestException as error:
            answer = _Failure(type(error).__name__, is_unsent=_never_left(error))
        except (ValueError, AttributeError):
            answer = _Failure("an answer that nobody can read")
        finally:
            http.close()
        outcome = answer.cause if isinstance(answer, _Failure) else "taken"
        milliseconds = round((time.monotonic() - started) * 1000)
        log.info("Twilio asked", extra={"kind": what, "outcome": outcome, "ms": milliseconds})
        return answer


class _OneRequest(TwilioHttpClient):  # type: ignore[misc]
    """Twilio's own HTTP client for one request, to another address if there is one."""

    def __init__(self, base_url: str | None, timeout_s: float) -> None:
        super().__init__(timeout=timeout_s)
        self._place = urlsplit(base_url) if base_url else None
        # What is sent goes where the settings say, not to a proxy that happens to stand in the environment.
        self.session.trust_env = False
        # A connection that is used again may be closed by the other side at that very moment: nobody could tell
        # whether the message was taken.
        self.session.headers["Connection"] = "close"

    def request(self, method: str, url: str, *arguments: Any, **named: Any) -> Response:
        if self._place is not None:
            url = urlsplit(url)._replace(scheme=self._place.scheme, netloc=self._place.netloc).geturl()
        return super().request(method, url, *arguments, **named)

    def log_request(self, kwargs: dict[str, Any]) -> None:
        """Twilio's client writes a dozen lines for each request; ours is one."""

    def log_response(self, status_code: int, response: requests.Response) -> None:
        """As for the request."""

    def close(self) -> None:
        self.session.close()


def build_carrier(
    account_sid: str, api_key: str | None, api_secret: str | None, base_url: str | None = None
) -> Carrier | None:
    """The account's carrier, or None without a key for it: then nothing can be sent."""
    return Carrier(account_sid, api_key, api_secret, base_url) if api_key and api_secret else None


def _why_not_taken(failure: _Failure) -> Retryable | Permanent | Unknown:
    if failure.is_unsent or (failure.status is not None and _is_again(failure.status)):
        return Retryable(failure.cause)
    if failure.status is None or failure.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unknown(failure.cause)
    return Permanent(failure.cause, failure.code)


def _is_again(status: int) -> bool:
    """Whether Twilio says that it did nothing and may be asked again.

    Its page on error 20503 says so of 503; the one on 20500 says of 500 that the message may have been sent.
    """
    return status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


def _refused(error: TwilioRestException | TwilioServiceException) -> _Failure:
    code = error.code if isinstance(error.code, int) and error.code != error.status else None
    cause = f"status {error.status}" if code is None else f"status {error.status}, code {code}"
    return _Failure(cause, error.status, code)


def _never_left(error: requests.RequestException) -> bool:
    if isinstance(error, requests.ConnectTimeout):
        return True
    wrapped = error.args[0] if error.args else None
    reason = wrapped.reason if isinstance(wrapped, MaxRetryError) else None
    # Certificates are looked at before anything is said; any other fault of TLS may come in the middle.
    is_stranger = isinstance(reason, SSLError) and isinstance(reason.args[0], ssl.SSLCertVerificationError)
    return is_stranger or isinstance(reason, NewConnectionError)


def _segments(said: object) -> int:
    """What Twilio said, or 0: a messaging service counts only when it sends."""
    return int(said) if isinstance(said, str) and said.isdecimal() else 0
