"""The backend's routes. Every one but the health check asks for the bearer token first."""

import hmac
import random
import socket
from contextlib import suppress
from datetime import UTC
from http import HTTPStatus
from math import ceil
from uuid import UUID

from flask import Blueprint, Flask, Response, g, request
from sqlalchemy import Engine, text

from hotline import clock
from hotline.cardstatus.reference.bodies import BODY_LIMIT, Faults, Wanted, read_body, read_key, read_number
from hotline.cardstatus.reference.problems import DiscreetFlask, Refused, answer_with_problems
from hotline.cardstatus.reference.suspending import OtherBody, Suspension, find_suspension, page_of_applied, suspend
from hotline.cardstatus.reference.trouble import Fate, Trouble

_PAGE_LIMIT = 1000
_LARGEST_NUMBER = 2**63 - 1
_OPEN_PATHS = {"/healthz"}


def create_app(engine: Engine, token: str, secret: bytes, *, faults: bool = False) -> Flask:
    """The backend over a prepared database. `secret` is what `prepare` returned.

    `faults` lets whoever has the token program faults; without it there is no such route.
    """
    app = DiscreetFlask(__name__, static_folder=None)
    # One byte more than the limit: Werkzeug cuts a body that comes in chunks off, and the cut must be noticed.
    app.config.update(MAX_CONTENT_LENGTH=BODY_LIMIT + 1, PROVIDE_AUTOMATIC_OPTIONS=False)
    # A redirect would make a sender repeat a POST elsewhere.
    app.url_map.merge_slashes = False
    app.json.sort_keys = False  # type: ignore[attr-defined]
    trouble = Trouble()
    app.before_request(lambda: _check_token(token))
    app.register_blueprint(_suspensions(engine, secret, trouble))
    app.add_url_rule("/healthz", "health", lambda: _health(engine, trouble))
    if faults:
        app.register_blueprint(_faults(trouble))
    answer_with_problems(app)
    return app


def _check_token(token: str) -> None:
    if request.path in _OPEN_PATHS:
        return
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if not hmac.compare_digest(given.encode("latin-1"), token.encode()) or scheme.lower() != "bearer":
        raise Refused(
            HTTPStatus.UNAUTHORIZED,
            "The bearer token is missing or wrong: send the one the backend was started with.",
            WWW_Authenticate="Bearer",
        )


def _suspensions(engine: Engine, secret: bytes, trouble: Trouble) -> Blueprint:
    routes = Blueprint("suspensions", __name__, url_prefix="/v1/suspensions")
    routes.before_request(lambda: _suffer(trouble))
    routes.after_request(_lose_the_answer)

    @routes.post("")
    def post() -> tuple[dict[str, object], HTTPStatus]:
        key, wanted = read_key(), read_body(Wanted)
        try:
            suspension, new = suspend(engine, key, wanted, wanted.hashed(secret))
        except OtherBody:
            raise Refused(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "The key was used before with another body, and nothing was done: take a new key for a new request.",
            ) from None
        return _as_json(suspension), HTTPStatus.CREATED if new else HTTPStatus.OK

    @routes.get("")
    def page() -> dict[str, object]:
        limit = read_number("limit", _PAGE_LIMIT, 1, _PAGE_LIMIT)
        found, last = page_of_applied(engine, read_number("after", 0, 0, _LARGEST_NUMBER), limit)
        return {"suspensions": [_as_json(suspension) for suspension in found], "next": last}

    @routes.get("/<uuid:suspension_id>")
    def one(suspension_id: UUID) -> dict[str, object]:
        suspension = find_suspension(engine, suspension_id)
        if suspension is None:
            raise Refused(HTTPStatus.NOT_FOUND, "No suspension has this id.")
        return _as_json(suspension)

    return routes


def _as_json(suspension: Suspension) -> dict[str, object]:
    applied_at = suspension.applied_at
    return {
        "id": str(suspension.id),
        "key": suspension.key,
        "targets": suspension.targets,
        "result": suspension.result,
        "answers": suspension.answers,
        "applied_at": applied_at.astimezone(UTC).isoformat() if applied_at else None,
        "municipality": suspension.municipality,
    }


def _health(engine: Engine, trouble: Trouble) -> dict[str, str]:
    _refuse_when_down(trouble)
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    return {"status": "ok"}


def _faults(trouble: Trouble) -> Blueprint:
    routes = Blueprint("faults", __name__, url_prefix="/faults")

    @routes.get("")
    def in_force() -> dict[str, object]:
        return trouble.in_force(clock.now()).model_dump()

    @routes.put("")
    def put() -> dict[str, object]:
        trouble.set(read_body(Faults), clock.now())
        return in_force()

    return routes


def _suffer(trouble: Trouble) -> None:
    _refuse_when_down(trouble)
    if not trouble.hold_up():
        raise Refused(HTTPStatus.TOO_MANY_REQUESTS, "Too many requests wait already: send it again later.")
    match trouble.fate(clock.now(), random.random()):
        case Fate.REFUSED:
            _refuse_when_down(trouble)
        case Fate.FAILED:
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "A programmed error: send the request again.")
        case Fate.DROPPED_BEFORE:
            _hang_up()
            raise Refused(HTTPStatus.SERVICE_UNAVAILABLE)
        case Fate.DROPPED_AFTER:
            g.answer_is_lost = True


def _refuse_when_down(trouble: Trouble) -> None:
    if seconds := trouble.down_for(clock.now()):
        raise Refused(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "The backend is down, as programmed: send the request again later.",
            Retry_After=str(ceil(seconds)),
        )


def _lose_the_answer(response: Response) -> Response:
    if g.get("answer_is_lost", False):
        _hang_up()
    return response


def _hang_up() -> None:
    # Whoever asked may have hung up first.
    with suppress(OSError):
        request.environ["gunicorn.socket"].shutdown(socket.SHUT_RDWR)
