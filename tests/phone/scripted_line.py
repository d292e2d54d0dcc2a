"""A line that answers what a test wrote down, over real HTTP, and checks every signature with Twilio's own library."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from flask import Flask, Response, request
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict
from werkzeug.serving import make_server

from hotline.phone.call import Line

TOKEN = "0123456789abcdef0123456789abcdef"
ACCOUNT_SID = "AC" + "0" * 32
NUMBER = "+81120950178"

Answer = Response | Callable[[], Response]


@dataclass
class Received:
    """A request as it came in."""

    path: str
    method: str
    url: str
    form: MultiDict[str, str]
    args: MultiDict[str, str]
    cookies: dict[str, str]
    headers: dict[str, str]
    signature_fits: bool

    def __getitem__(self, name: str) -> str:
        return self.form[name]

    def __contains__(self, name: str) -> bool:
        return name in self.form


@dataclass
class ScriptedLine:
    """What is answered at which path, and what came in. Answers follow each other; the last one stays."""

    address: str = ""
    received: list[Received] = field(default_factory=list)
    _answers: dict[str, list[Answer]] = field(default_factory=lambda: defaultdict(list))

    def says(self, path: str, *documents: str, **options: object) -> None:
        """Answer with these verbs inside a Response, one document a request."""
        for verbs in documents:
            self.answers(path, f'<?xml version="1.0" encoding="UTF-8"?><Response>{verbs}</Response>', **options)

    def answers(self, path: str, body: str | bytes, **options: object) -> None:
        """Answer with exactly this."""
        options.setdefault("content_type", "text/xml; charset=utf-8")
        self._answers[path].append(Response(body, **options))  # type: ignore[arg-type]

    def does(self, path: str, answer: Callable[[], Response]) -> None:
        """Answer with what the function returns."""
        self._answers[path].append(answer)

    def line(self, path: str = "/voice", **changes: str | None) -> Line:
        """The line as it is set up at the carrier."""
        urls = {name: url and self.address + url for name, url in changes.items()}
        return Line(self.address + path, TOKEN, ACCOUNT_SID, NUMBER, **urls)

    def at(self, path: str) -> list[Received]:
        """The requests to a path."""
        return [one for one in self.received if one.path == path]

    def answer(self, path: str) -> Response:
        """The next answer for a path; 404 for one that nobody wrote down."""
        answers = self._answers.get(path)
        if not answers:
            return Response(status=404)
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        return answer() if callable(answer) and not isinstance(answer, Response) else answer

    def forget(self) -> None:
        """Start anew."""
        self.received.clear()
        self._answers.clear()


@contextmanager
def serving() -> Iterator[ScriptedLine]:
    """A scripted line that listens on a free port."""
    scripted = ScriptedLine()
    app = Flask(__name__)

    @app.route("/<path:path>", methods=["GET", "POST"])
    def anything(path: str) -> Response:
        url = scripted.address + request.environ["REQUEST_URI"]
        received = Received(
            path=f"/{path}",
            method=request.method,
            url=url,
            form=MultiDict(request.form),
            args=MultiDict(request.args),
            cookies=dict(request.cookies),
            headers=dict(request.headers),
            signature_fits=RequestValidator(TOKEN).validate(
                url, request.form, request.headers.get("X-Twilio-Signature", "")
            ),
        )
        scripted.received.append(received)
        return scripted.answer(f"/{path}")

    server = make_server("127.0.0.1", 0, app, threaded=True)
    scripted.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield scripted
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
