"""Makes the recordings of a language: of voice actors' files where there are any, else by an engine."""

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeAlias

from hotline.calls.opening import load_hours
from hotline.sound.actors import recorded
from hotline.sound.engine import CannotReadAloud, Samples
from hotline.sound.readers import Reader, reader_of
from hotline.sound.shaping import RATE, silence, wav, with_pause
from hotline.speech.inventory import Wanted, find_leftovers, inventory
from hotline.speech.pieces import Pause
from hotline.speech.places import THE_LINE, Places
from hotline.speech.recordings import ACTOR, INDEX, NOBODY, fingerprint

MAKERS: Final = ("espeak.py", "openjtalk.py", "shaping.py")
"""The modules that decide how words come out: when one of them changes, everything is rendered anew."""

SHORTEST_SILENCE_S: Final = 0.05
"""A file of silence is never empty, whatever pause the table names."""

Entry: TypeAlias = dict[str, Any]
Show: TypeAlias = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Rendered:
    """What became of a rendering."""

    language: str
    made: int
    kept: int
    """Files that were there already."""
    by_actors: int
    refused: tuple[str, ...]
    """A sentence for each actor's file that must not be played; the engine's is played instead."""
    leftovers: tuple[str, ...]
    """A sentence for each actor's file that belongs to no words of the line."""


def wanted_of(language: str) -> tuple[Wanted, ...]:
    """What is recorded in the language, with the times of day at which people answer."""
    weeks = load_hours().weeks.values()
    openings = [opening for week in weeks for opening in (week.weekdays, week.holidays)]
    return inventory(language, [at for one in openings if one for at in (one.opens, one.closes)])


def render(
    language: str, folder: Path = THE_LINE.rendered, places: Places = THE_LINE, show: Show | None = None
) -> Rendered:
    """Bring the recordings of the language up to date; what has not changed is not touched.

    Two at once wait for each other. Raises CannotReadAloud when an engine cannot be had, and leaves the old ones then.
    """
    own = folder / language
    reader = reader_of(language)
    own.mkdir(parents=True, exist_ok=True)
    with _alone(own):
        studio = _Studio(own, places.recordings / language, reader)
        wanted = wanted_of(language)
        pieces: dict[str, Entry] = {}
        for done, one in enumerate(wanted, 1):
            pieces[one.text] = studio.piece(one)
            if show is not None:
                show(done, len(wanted))
        silences = {pause: studio.silence(pause) for pause in (Pause.GROUP, Pause.SENTENCE)}
        index = {
            "language": language,
            "words": fingerprint(language, places),
            "is_complete": True,
            "pieces": pieces,
            "silences": silences,
        }
        studio.keep_index(index)
        leftovers = tuple(find_leftovers(places.recordings / language, wanted))
        return Rendered(language, studio.made, studio.kept, studio.by_actors, tuple(studio.refused), leftovers)


class _Studio:
    """One rendering of one language."""

    def __init__(self, folder: Path, actors: Path, reader: Reader) -> None:
        self._folder, self._actors, self._reader = folder, actors, reader
        self._before = _read_before(folder / INDEX)
        self.made = self.kept = self.by_actors = 0
        self.refused: list[str] = []

    def piece(self, wanted: Wanted) -> Entry:
        path = self._actors / wanted.file
        if path.exists():
            made_from = _short(path.read_bytes(), self._manner(wanted))
            try:
                entry = self._kept(made_from) or self._by_actor(wanted, path, made_from)
            except CannotReadAloud as why:
                self.refused.append(f"{path.name} is not used, the engine's voice is heard instead. {why}")
            else:
                self.by_actors += 1
                return entry
        made_from = _short(wanted.text.encode(), self._manner(wanted), self._reader.engine.name)
        made_from = _short(made_from.encode(), self._reader.respelled(wanted.text))
        return self._kept(made_from) or self._entry(
            self._ended(self._read(wanted), wanted), wanted.name, self._reader.engine.name, made_from
        )

    def silence(self, pause: Pause) -> Entry:
        # The pause of the joint is in the piece before it already.
        seconds = max(self._reader.pauses_s[pause] - self._reader.pauses_s[Pause.JOINT], SHORTEST_SILENCE_S)
        made_from = _short(f"silence {seconds}".encode())
        return self._kept(made_from) or self._entry(silence(seconds), f"silence-{pause}", NOBODY, made_from)

    def keep_index(self, index: Mapping[str, Any]) -> None:
        """Write the index, if it says anything new, and then take away what it no longer names."""
        text = json.dumps(index, ensure_ascii=False, indent=1, sort_keys=True)
        path = self._folder / INDEX
        if not path.exists() or path.read_text("utf-8") != text:
            _write(path, text.encode())
        named = {entry["file"] for entry in (*index["pieces"].values(), *index["silences"].values())}
        for old in self._folder.iterdir():
            if old.name not in {*named, INDEX, LOCK}:
                old.unlink()

    def _kept(self, made_from: str) -> Entry | None:
        entry = self._before.get(made_from)
        if entry is not None:
            with suppress(OSError):
                if _short((self._folder / entry["file"]).read_bytes(), length=32) == Path(entry["file"]).stem:
                    self.kept += 1
                    return entry
        return None

    def _by_actor(self, wanted: Wanted, path: Path, made_from: str) -> Entry:
        expected_s = len(self._read(wanted)) / RATE
        return self._entry(self._ended(recorded(path, expected_s), wanted), wanted.name, ACTOR, made_from)

    def _read(self, wanted: Wanted) -> Samples:
        return self._reader.read(wanted.text, is_value=not wanted.uses)

    def _ended(self, samples: Samples, wanted: Wanted) -> Samples:
        pause = Pause.SENTENCE if wanted.is_whole else Pause.JOINT
        return with_pause(samples, self._reader.pauses_s[pause])

    def _manner(self, wanted: Wanted) -> str:
        """Whatever else decides how a text comes out."""
        return (
            f"{_makers()} {wanted.is_whole} {not wanted.uses} {self._reader.values_pace} {dict(self._reader.pauses_s)}"
        )

    def _entry(self, samples: Samples, name: str, maker: str, made_from: str) -> Entry:
        sound = wav(samples)
        file = f"{_short(sound, length=32)}.wav"
        _write(self._folder / file, sound)
        self.made += 1
        entry = {
            "file": file,
            "size": len(sound),
            "seconds": round(len(samples) / RATE, 3),
            "name": name,
            "made_by": maker,
            "made_from": made_from,
        }
        # Two pauses may be equally long.
        self._before[made_from] = entry
        return entry


LOCK: Final = ".lock"


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _read_before(path: Path) -> dict[str, Entry]:
    """What each file of the last rendering was made from -> its entry; nothing when there is none, or it is broken."""
    try:
        index = json.loads(path.read_text("utf-8"))
        entries = (*index["pieces"].values(), *index["silences"].values())
        return {entry["made_from"]: entry for entry in entries}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


@cache
def _makers() -> str:
    return _short(*(Path(__file__).with_name(name).read_bytes() for name in MAKERS))


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all: a web server may read it at any moment."""
    new = path.with_name(f"{path.name}.new")
    new.write_bytes(content)
    os.replace(new, path)


def _short(*parts: bytes | str, length: int = 16) -> str:
    digest = sha256()
    for part in parts:
        digest.update(part if isinstance(part, bytes) else part.encode())
    return digest.hexdigest()[:length]
