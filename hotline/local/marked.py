"""The command `hotline prompts marks`: what operators found wrong, for those who translate."""

from typing import TYPE_CHECKING, Final

import click

from hotline.local.ending import sentences
from hotline.sound.commands import LANGUAGE

if TYPE_CHECKING:
    from hotline.store.database import Engine

WHO: Final = "the command line"
"""Who exported, in the audit trail: whoever can run this is known to the machine, not to the line."""


@click.command()
@click.option("--language", type=LANGUAGE, help="Print the marks of this one, as a .po file for its translators.")
def marks(language: str | None) -> None:
    """Show the sentences that operators marked as wrong.

    Without a language, how many there are in each. With one, its marked sentences with what is wrong above each, as the
    console gives them: Poedit and other tools of translators open it.
    """
    from hotline.callflow.languages import LANGUAGES
    from hotline.local.looking import database
    from hotline.store.prompt_marks import count_open

    with sentences(), database() as engine:
        if language is not None:
            click.echo(_exported(engine, language), nl=False)
            return
        with engine.connect() as connection:
            waiting = count_open(connection)
    for code in LANGUAGES:
        click.echo(f"{code}: {waiting.get(code, 0)} marked.")


def _exported(engine: "Engine", language: str) -> bytes:
    from hotline import clock
    from hotline.speech.marked import marked_catalogue
    from hotline.speech.speak import wording
    from hotline.store.audit import Entry, write
    from hotline.store.prompt_marks import open_marks

    with engine.begin() as connection:
        found = open_marks(connection, language)
        entry = Entry(at=clock.now(), who=WHO, action="marks.exported", subject=f"prompts in {language}")
        write(connection, entry)
    return marked_catalogue(wording().voice(language), found)
