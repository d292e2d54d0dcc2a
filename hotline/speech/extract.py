"""Teaches Babel to read prompt scripts; named as `hotline_prompts` in babel.cfg."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from hotline.speech.prompts import read_script


def extract_prompts(
    script: BinaryIO,
    _keywords: Collection[str],
    _comment_tags: Collection[str],
    options: Mapping[str, Any],  # noqa: ARG001 - Babel passes it by this name
) -> Iterator[tuple[int, str, tuple[str, str], list[str]]]:
    """What a translator gets of each prompt: its id as context, the source wording, the note as comment.

    Raises PromptFault for a broken script. Line numbers are left out: they would change catalogues for nothing.
    """
    for prompt in read_script(script.read(), Path(getattr(script, "name", "script")).name):
        yield 0, "pgettext", (prompt.id, prompt.text), [prompt.note] if prompt.note else []
