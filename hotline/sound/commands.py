"""The commands `hotline prompts ...`. Each imports its parts when it runs, so that `--help` is quick."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click

from hotline.callflow.languages import LANGUAGES


class _Language(click.ParamType[str]):
    """The code of a language of the line."""

    name = "language"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in LANGUAGES:
            self.fail(f"The line does not speak {value!r}. Its languages are {', '.join(LANGUAGES)}.", param, ctx)
        return str(value)


LANGUAGE: Final = _Language()
"""A parameter that names a language of the line."""

_one_language: Final = click.option("--language", type=LANGUAGE, required=True, help="Code of the language, like ja.")


@click.group()
def prompts() -> None:
    """Look after what the line says."""


@prompts.command()
def check() -> None:
    """See that everything can be said, written and understood.

    Walks through the whole conversation in every language, which takes a while; ends with 1 when something is wrong.
    """
    from hotline.speech.check import main as check_all

    sys.exit(check_all())


@prompts.command()
@click.option("--language", "chosen", type=LANGUAGE, multiple=True, help="Only this one; may be given several times.")
@click.option("--without-voice", is_flag=True, help="Only the languages that no voice of Twilio speaks.")
def render(chosen: tuple[str, ...], *, without_voice: bool) -> None:
    """Make the recordings: every sentence, digit and joining piece of a language.

    Takes voice actors' files from prompts/recordings/<language>/ where there are any, and reads the rest aloud, without
    network. They go to prompts/rendered/, or to HOTLINE_RECORDINGS; what has not changed is not touched. The line plays
    them after its next start: a voice actor's in every language, an engine's where Twilio has no voice.
    """
    languages = tuple(dict.fromkeys(chosen)) or tuple(one for one in LANGUAGES if not without_voice or _is_mute(one))
    with _sentences():
        for language in languages:
            _render(language)


@prompts.command()
@_one_language
@click.option("--csv", "as_csv", is_flag=True, help="As a table instead of text.")
def script(language: str, *, as_csv: bool) -> None:
    """Print the script for a voice actor.

    Every text to record with the name of its file, what it means in English, what translators know of it, and where it
    is heard, in the order of a call.
    """
    from hotline.sound import script as scripts

    click.echo(scripts.script_csv(language) if as_csv else scripts.script(language), nl=not as_csv)


@prompts.command()
@_one_language
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write one WAV file instead of playing.")
def listen(language: str, out: Path | None) -> None:
    """Hear a whole call, from the greeting to the stopped card, and read along."""
    from hotline.sound.listen import call_of, play, words_of

    with _sentences():
        _render(language)
        sound = call_of(language, _folder())
        click.echo("\n".join(words_of(language)))
        if out is None:
            play(sound)
            return
        out.write_bytes(sound)
        click.echo(f"{out}: {len(sound) / 16_000:.0f} seconds.", err=True)


def _render(language: str) -> None:
    from hotline.sound.render import render as render_all

    shows = sys.stderr.isatty()
    rendered = render_all(language, _folder(), show=_progress(language) if shows else None)
    if shows:
        click.echo("\r\033[K", nl=False, err=True)
    click.echo(
        f"{language}: {rendered.made} files made, {rendered.kept} kept; {rendered.by_actors} of all by voice actors.",
        err=True,
    )
    for sentence in (*rendered.refused, *rendered.leftovers):
        click.echo(f"  {sentence}", err=True)


def _progress(language: str) -> Callable[[int, int], None]:
    def show(done: int, of: int) -> None:
        click.echo(f"\r{language}: {done} of {of}", nl=False, err=True)

    return show


def _folder() -> Path:
    """Where the line plays recordings from, if the settings name another folder."""
    from hotline.settings import gather
    from hotline.speech.places import THE_LINE

    given, _ = gather(os.environ)
    return Path(given.get("HOTLINE_RECORDINGS") or THE_LINE.rendered)


def _is_mute(language: str) -> bool:
    from hotline.speech.speak import wording

    return wording().voice(language).nearest is not None


@contextmanager
def _sentences() -> Iterator[None]:
    from hotline.sound.engine import CannotReadAloud

    try:
        yield
    except (CannotReadAloud, OSError) as error:
        raise click.ClickException(str(error)) from error
