"""The practice phone's page as a program of its own, for the line that runs here."""

import os
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final, NoReturn

from hotline.app import recordings_folder
from hotline.callflow.languages import FIRST_LANGUAGE, LANGUAGES
from hotline.local.crib import people_to_try
from hotline.local.ending import fail
from hotline.local.given import BACKEND_DATABASE_URL, CannotLook
from hotline.local.plan import can_practise, phone_port
from hotline.local.practice import DIALLED, line_of
from hotline.local.serving import become_server
from hotline.logs import start_logging
from hotline.phone.page.app import Application, Page, Surroundings, create_app
from hotline.phone.page.live import Booth
from hotline.phone.page.lookout import Lookout
from hotline.phone.page.persistent import OVERRIDES
from hotline.phone.page.shelf import Shelf
from hotline.phone.page.switchboard import Switchboard
from hotline.phone.page.tongues import Tongue, Tongues
from hotline.settings import Settings, load_settings
from hotline.sound.aloud import read_aloud
from hotline.sound.engine import CannotReadAloud
from hotline.sound.readers import readers
from hotline.speech.recordings import Recordings
from hotline.speech.speak import wording
from hotline.store.database import DATABASE_TROUBLE, NOT_MIGRATED, connect_to, is_migrated

_SERVER: Final = (
    # One process, because it holds the calls; a thread for each stream of events and some for everything else.
    *("--workers=1", "--threads=64", "--timeout=0"),
    # A stream ends only with its page. Nothing is lost by cutting it.
    "--graceful-timeout=1",
)


def serve(settings: Settings, port: int | None) -> NoReturn:
    """This process becomes the page's web server on loopback. Raises CannotLook where it must not or cannot run."""
    if not can_practise(settings.cardstatus_url):
        raise CannotLook(
            "The page of the practice phone is not started: behind CARDSTATUS_URL there may be cards of real people."
        )
    engine = connect_to(settings.database_url.get_secret_value(), connections=1)
    # A database that is away is waited for: calls go on without it.
    with suppress(*DATABASE_TROUBLE):
        if not is_migrated(engine):
            fail(NOT_MIGRATED)
    engine.dispose()
    address = f"127.0.0.1:{port or phone_port(settings.hotline_port)}"
    become_server(address, "hotline.local.page:build()", ahead=__name__, options=_SERVER)


def build() -> Application:
    """The application, with its own look-out; what gunicorn loads."""
    start_logging()
    settings = load_settings()
    return build_page(settings, Booth(Shelf(_read_aloud), _tongues(recordings_folder(settings))))


def build_page(settings: Settings, booth: Booth) -> Application:
    """The page of the line that the settings are of; `booth` says how its calls sound and pass."""
    line = line_of(settings)
    switchboard = Switchboard(replace(line, voice_url=line.voice_url + OVERRIDES), booth)
    database = connect_to(
        settings.database_url.get_secret_value(), application="hotline phone", connections=1, autocommit=True
    )
    Lookout(switchboard, database).start()
    people_file = settings.cardstatus_people
    people = people_to_try(
        settings.hotline_home,
        None if people_file is None else str(people_file),
        os.environ.get(BACKEND_DATABASE_URL) or None,
    )
    numbers = settings.number_languages or {DIALLED: FIRST_LANGUAGE}
    return create_app(Page(switchboard, booth.shelf, booth.tongues, Surroundings(tuple(numbers.items()), people)))


def _read_aloud(text: str, language: str) -> bytes | None:
    try:
        return read_aloud(text, language)
    except CannotReadAloud:
        return None


def _tongues(recordings: Path) -> Tongues:
    voices = [wording().voice(code) for code in LANGUAGES]
    all_of_them = (
        Tongue(voice.code, voice.name, voice.language, voice.voice, voice.code in readers()) for voice in voices
    )
    return Tongues(tuple(all_of_them), partial(_words_of, Recordings(recordings, plays_every_engine=True)))


def _words_of(recordings: Recordings, file: str) -> tuple[str, str] | None:
    code = file.partition("/")[0]
    is_silence = any(silence.file == file for silence in recordings.index(code).silences.values())
    words = "" if is_silence else recordings.text_of(file)
    return None if words is None else (words, code)
