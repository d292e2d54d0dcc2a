"""What a refused request is told: RFC 9457, one sentence, never what was sent."""

import json
import logging
from http import HTTPStatus
from types import TracebackType
from typing import Final

from flask import Flask, Response, request
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]
from psycopg.errors import LockNotAvailable
from sqlalchemy.exc import DBAPIError, OperationalError, TimeoutError
from werkzeug.exceptions import HTTPException

log = logging.getLogger(__name__)

_SENTENCES: Final = {
    HTTPStatus.BAD_REQUEST: "The request cannot be read: send it as the contract describes it.",
    HTTPStatus.NOT_FOUND: "There is nothing at this address: look at the contract for the paths.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take this method: the Allow header names those it takes.",
    HTTPStatus.CONFLICT: "A request with this key or for this person is still being worked on: send it again.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is larger than 64 kB: a suspension needs less than one.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body is not JSON: send it with the content type application/json.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "The backend made a mistake: send the request again with the same key.",
    HTTPStatus.SERVICE_UNAVAILABLE: "The backend cannot work now: send the request again with the same key.",
}


class Refused(HTTPException):
    """Stops a request with this status and, where the status alone does not say enough, this sentence."""

    def __init__(self, status: HTTPStatus, sentence: str | None = None, **headers: str) -> None:
        super().__init__(sentence or _SENTENCES[status])
        self.code = status.value
        self._headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def get_headers(self, *_: object) -> list[tuple[str, str]]:
        """The headers this refusal brings along."""
        return list(self._headers.items())


class DiscreetFlask(Flask):
    """A Flask that logs where a mistake happened, and not its text: the text may repeat what was keyed."""

    def log_exception(
        self,
        exc_info: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> None:
        """Log the kind of the exception and the line it came from."""
        kind, _, step = exc_info
        while step and step.tb_next:
            step = step.tb_next
        place = f"{step.tb_frame.f_code.co_filename}:{step.tb_lineno}" if step else "nowhere"
        log.error("a request failed", extra={"error": kind.__name__ if kind else None, "at_line": place})


def answer_with_problems(app: Flask) -> None:
    """Let every refusal and every failure of the app be answered as problem JSON."""
    app.register_error_handler(HTTPException, _problem)
    app.register_error_handler(DBAPIError, _database_failed)
    app.register_error_handler(TimeoutError, _database_failed)
    app.register_error_handler(ParseException, _unreadable)


def _problem(error: HTTPException) -> Response:
    status = HTTPStatus(error.code or 500)
    sentence = error.description if isinstance(error, Refused) else _SENTENCES.get(status, f"{status.description}.")
    response = Response(
        json.dumps({"type": "about:blank", "title": status.phrase, "status": status, "detail": sentence}),
        status,
        content_type="application/problem+json",
    )
    for name, value in error.get_headers(request.environ):
        if name.lower() != "content-type":
            response.headers[name] = value
    return response


def _database_failed(error: DBAPIError | TimeoutError) -> Response:
    cause = getattr(error, "orig", error)
    if isinstance(cause, LockNotAvailable) and request.method == "POST":
        return _problem(Refused(HTTPStatus.CONFLICT))
    log.error("the database failed", extra={"error": type(cause).__name__})
    passing = isinstance(error, OperationalError | TimeoutError)
    return _problem(Refused(HTTPStatus.SERVICE_UNAVAILABLE if passing else HTTPStatus.INTERNAL_SERVER_ERROR))


def _unreadable(_: ParseException) -> Response:
    return _problem(Refused(HTTPStatus.BAD_REQUEST))
