"""The page over a scripted line, in a thread of the tests."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from flask import Flask
from werkzeug.serving import make_server

from hotline.phone import sounds
from hotline.phone.call import Line
from hotline.phone.moments import CallerHangsUp
from hotline.phone.page.app import Page, Surroundings, create_app
from hotline.phone.page.live import Booth
from hotline.phone.page.shelf import Shelf
from hotline.phone.page.switchboard import Switchboard
from hotline.phone.page.tongues import Tongue, Tongues
from hotline.phone.practice import PracticePerson
from tests.phone.page.browser import JAPANESE, Browser, Pace
from tests.phone.scripted_line import ScriptedLine

TONGUES = (
    Tongue("ja", "日本語", "ja-JP", "Polly.Kazuha-Neural", has_voice=True),
    Tongue("ja-easy", "やさしい日本語", "ja-JP", "Polly.Tomoko-Neural", has_voice=True),
    Tongue("en", "English", "en-US", "Polly.Joanna-Neural", has_voice=True),
    Tongue("th", "ภาษาไทย", "th-TH", "Google.th-TH-Neural2-C", has_voice=False),
)
RECORDED = {"en/0123.wav": ("Welcome.", "en")}
PERSON = PracticePerson("19800301", "1000001", "2163")


@dataclass
class ServedPage:
    """The page, and what the tests look at behind it."""

    address: str
    switchboard: Switchboard
    app: Flask
    pace: Pace
    read: list[tuple[str, str]]
    """The texts that were read aloud, and in which language."""
    browsers: list[Browser] = field(default_factory=list)

    def opened(self) -> Browser:
        browser = Browser(self.address)
        self.browsers.append(browser)
        return browser


@contextmanager
def serving_page(line: Line) -> Iterator[ServedPage]:
    read: list[tuple[str, str]] = []

    def read_aloud(text: str, language: str) -> bytes | None:
        read.append((text, language))
        return None if language == "th" else sounds.tone(len(text) / 100)

    pace, shelf = Pace(), Shelf(read_aloud)
    tongues = Tongues(TONGUES, RECORDED.get)
    switchboard = Switchboard(line, Booth(shelf, tongues, pace, rings_s=0.0))
    surroundings = Surroundings(((JAPANESE, "ja"),), lambda: [PERSON])
    app = create_app(Page(switchboard, shelf, tongues, surroundings))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    served = ServedPage(f"http://127.0.0.1:{server.server_port}", switchboard, app, pace, read)
    try:
        yield served
    finally:
        for call in switchboard.calls:
            call.acts(CallerHangsUp())
            call.feed.close()
        for browser in served.browsers:
            browser.looks_away()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def page(line: ScriptedLine, monkeypatch: pytest.MonkeyPatch) -> Iterator[ServedPage]:
    # A page that looks away is noticed at the next beat.
    monkeypatch.setattr("hotline.phone.page.app.HEARTBEAT_S", 0.2)
    with serving_page(line.line()) as served:
        yield served


@pytest.fixture
def browser(page: ServedPage) -> Browser:
    return page.opened()


@pytest.fixture
def at(page: ServedPage) -> Callable[..., Browser]:
    """Another page that is opened, and dials."""

    def dial(**how: str) -> Browser:
        return page.opened().dials(**how)

    return dial
