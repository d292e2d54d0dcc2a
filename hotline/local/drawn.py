"""The command `hotline callflow`: the conversation, drawn from the flow itself."""

from functools import cache
from pathlib import Path
from typing import Final

import click

from hotline.callflow.drawn.parts import Format, Part
from hotline.local.ending import fail

_parts: Final = click.Choice([part.value for part in Part])
_formats: Final = click.Choice([form.value for form in Format])


@click.command()
@click.option("--part", type=_parts, default=Part.ALL.value, show_default=True, help="What to draw.")
@click.option(
    *("--format", "form"),
    type=_formats,
    default=Format.MERMAID.value,
    show_default=True,
    help="mermaid for GitHub, dot for Graphviz.",
)
@click.option(
    *("--write", "document"),
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Make the drawings in this document anew, such as README.md: each the part that is named there, in Mermaid.",
)
def callflow(part: str, form: str, document: Path | None) -> None:
    """Draw the conversation, from the flow itself.

    Every step and what leads from one to the next, as walking every way through it shows; that takes a few seconds.
    Red is where a stop is promised, orange where a text message or a call is. Broken arrows are there only at night,
    without operators or text messages, or in writing.
    """
    from hotline.callflow.drawn.graphs import write
    from hotline.callflow.drawn.picture import picture, view
    from hotline.callflow.drawn.redrawing import CannotRedraw, redraw

    if document is None:
        click.echo(write(view(picture(), Part(part)), Format(form)), nl=False)
        return
    whole = cache(picture)
    try:
        redrawn = redraw(document.read_text("utf-8"), lambda part: write(view(whole(), part)))
    except CannotRedraw as fault:
        fail(f"{document.name}: {fault}")
    document.write_text(redrawn, "utf-8")
    click.echo(f"The drawings in {document.name} are up to date.")
