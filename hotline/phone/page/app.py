"""The web application of the practice phone's page."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Final, TypeAlias

import requests
from flask import Blueprint, Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException

from hotline.phone.moments import CallerHangsUp, TimePassed
from hotline.phone.page import asked, guard
from hotline.phone.page.feed import Event, as_text
from hotline.phone.page.live import LiveCall
from hotline.phone.page.refusals import Refused
from hotline.phone.page.shelf import Shelf
from hotline.phone.page.switchboard import Switchboard
from hotline.phone.page.tongues import Tongues, as_json
from hotline.phone.page.written import transcript
from hotline.phone.practice import PracticePerson

Application: TypeAlias = Flask
"""What a web server is given."""

LARGEST_BODY: Final = 16 * 1024
"""Bytes of the largest request body."""

HEARTBEAT_S: Final = 15.0
"""Seconds without news after which a stream shows that it lives, and notices that nobody reads it any more."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the page shows of the line besides its calls."""

    numbers: Sequence[tuple[str, str]]
    """The numbers that can be dialled, each with the language in which it answers."""
    people: Callable[[], Sequence[PracticePerson]]
    """Whose cards can be stopped now."""


class Page:
    """The routes of the page, over the calls of one phone."""

    def __init__(self, switchboard: Switchboard, shelf: Shelf, tongues: Tongues, surroundings: Surroundings) -> None:
        self._switchboard = switchboard
        self._shelf = shelf
        self._tongues = tongues
        self._surroundings = surroundings

    def show(self) -> str:
        """The page."""
        return render_template("phone.html")

    def line(self) -> Response:
        """What can be dialled, in which languages, for whom."""
        numbers = [{"number": number, "language": language} for number, language in self._surroundings.numbers]
        people = [
            {"birth_date": one.birth_date, "postal_code": one.postal_code, "house_number": one.house_number}
            for one in self._surroundings.people()
        ]
        return jsonify(
            numbers=numbers,
            languages=[as_json(tongue) for tongue in self._tongues.all],
            people=people,
            texts=self._switchboard.line.backdoor is not None,
        )

    def dial(self) -> tuple[Response, int]:
        """Begin a call."""
        body = _body()
        to_number, from_number = asked.number(asked.text(body, "to")), asked.caller(asked.text(body, "from"))
        numbers = [number for number, _ in self._surroundings.numbers]
        if to_number not in numbers:
            raise Refused(400, "number_unanswered", f"Nobody answers there. The line has {' and '.join(numbers)}.")
        call = self._switchboard.dial(to_number, from_number)
        return jsonify(call=call.id, sid=call.sid), 201

    def press(self, call_id: str) -> tuple[str, int]:
        """Key something."""
        call = self._switchboard.find_open(call_id)
        call.acts(asked.keys(_body()))
        return "", 204

    def speak(self, call_id: str) -> tuple[str, int]:
        """Say something."""
        call = self._switchboard.find_open(call_id)
        call.acts(asked.words(_body()))
        return "", 204

    def stay_silent(self, call_id: str) -> tuple[str, int]:
        """Let the present wait be over."""
        self._switchboard.find_open(call_id).acts(TimePassed())
        return "", 204

    def hang_up(self, call_id: str) -> tuple[str, int]:
        """Put the receiver down."""
        self._switchboard.find_open(call_id).acts(CallerHangsUp())
        return "", 204

    def operate(self, call_id: str) -> tuple[str, int]:
        """Do what an operator does."""
        call = self._switchboard.find_open(call_id)
        call.acts(asked.operator(_body(), call))
        return "", 204

    def events(self, call_id: str) -> Response:
        """What happens in the call, as it happens; 204 ends the reconnecting when all was told."""
        call = self._switchboard.find(call_id)
        last = request.headers.get("Last-Event-ID", "0")
        number = int(last) if last.isascii() and last.isdecimal() else 0
        if call.feed.is_closed and not call.feed.after(number):
            return Response(status=204)
        return Response(_stream(call, number), mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})

    def sound(self, sound_id: str) -> Response:
        """A sound."""
        sound = self._shelf.find(sound_id)
        if sound is None:
            raise Refused(404, "sound_unknown", "This sound is not kept any more; the caption says what it was.")
        caching = {"Cache-Control": "private, max-age=86400, immutable"}
        return Response(sound.content, mimetype=sound.content_type, headers=caching)

    def transcript(self, call_id: str) -> Response:
        """The call as text to keep."""
        call = self._switchboard.find(call_id)
        name = f"call-{call.sid[:10]}.txt"
        return Response(
            transcript(call.feed.after(0)),
            content_type="text/plain; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def inbox(self) -> Response | tuple[Response, int]:
        """The text messages that reached a number."""
        number = asked.number(request.args.get("number", ""))
        backdoor = self._switchboard.line.backdoor
        if backdoor is None:
            return jsonify(messages=[], error="No practice carrier runs here, so no text messages arrive.")
        try:
            texts = backdoor.texts_to(number)
        except requests.RequestException:
            return jsonify(messages=[], error="The practice carrier does not answer at the moment.")
        listed = [
            {
                "at": as_text(parsedate_to_datetime(text["date_created"])),
                "from": text["from"],
                "body": text["body"],
                "standing": text["status"],
            }
            for text in reversed(texts)
        ]
        return jsonify(messages=listed)


def create_app(page: Page) -> Application:
    """The application."""
    app = Flask("hotline.phone.page")
    app.config.update(MAX_CONTENT_LENGTH=LARGEST_BODY)
    guard.protect(app)
    app.register_error_handler(Refused, _refusal)
    app.register_error_handler(HTTPException, _fault)
    app.register_blueprint(_blueprint(page))
    return app


def _blueprint(page: Page) -> Blueprint:
    routes = Blueprint("phone", __name__)
    routes.add_url_rule("/", view_func=page.show)
    routes.add_url_rule("/healthz", endpoint="health", view_func=lambda: "")
    for path in ("line", "inbox"):
        routes.add_url_rule(f"/{path}", view_func=getattr(page, path))
    routes.add_url_rule("/calls", view_func=page.dial, methods=["POST"])
    acts: dict[str, Callable[[str], tuple[str, int]]] = {
        "keys": page.press,
        "words": page.speak,
        "silence": page.stay_silent,
        "hang-up": page.hang_up,
        "operator": page.operate,
    }
    for name, act in acts.items():
        routes.add_url_rule(f"/calls/<call_id>/{name}", view_func=act, methods=["POST"])
    routes.add_url_rule("/calls/<call_id>/events", view_func=page.events)
    routes.add_url_rule("/calls/<call_id>/transcript.txt", view_func=page.transcript)
    routes.add_url_rule("/sounds/<sound_id>.wav", view_func=page.sound)
    return routes


def _stream(call: LiveCall, number: int) -> Iterator[str]:
    with call.watched():
        # Sent at once, so that the page knows that it is connected.
        yield "retry: 1000\n\n"
        while True:
            events = call.feed.after(number, HEARTBEAT_S)
            for event in events:
                yield _as_sent(event)
                number = event.number
            if not events and call.feed.is_closed:
                return
            if not events:
                yield ": still there\n\n"


def _as_sent(event: Event) -> str:
    told = json.dumps(event.as_json(), ensure_ascii=False)
    return f"id: {event.number}\nevent: {event.kind}\ndata: {told}\n\n"


def _body() -> Any:
    if not request.is_json:
        raise Refused(415, "body_wrong", "The request is no JSON: reload the page.")
    return request.get_json()


def _refusal(refused: Refused) -> tuple[Response, int]:
    return jsonify(error=str(refused), code=refused.code), refused.status


def _fault(fault: HTTPException) -> tuple[Response, int]:
    sentences = {
        404: "There is nothing at this address.",
        405: "This address does not take that kind of request.",
        413: f"The request is longer than {LARGEST_BODY} bytes.",
        400: "The request cannot be read: reload the page.",
    }
    status = fault.code or 500
    return jsonify(
        error=sentences.get(status, "The practice phone made a mistake; its log says more."), code="fault"
    ), status
