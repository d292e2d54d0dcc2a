"""Showing what the line's database holds, to people and to programs."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import click

from hotline.local.ending import sentences
from hotline.local.listing import json_lines, table_lines
from hotline.local.looking import database
from hotline.store.database import Engine


def show(rows_of: Callable[[Engine], Iterator[Mapping[str, Any]]], as_json: bool) -> None:
    """Write the rows to standard output; what keeps them from being read ends this process with a sentence."""
    is_empty = True
    with sentences(), database() as engine:
        rows = rows_of(engine)
        for line in json_lines(rows) if as_json else table_lines(rows):
            click.echo(line)
            is_empty = False
    if is_empty:
        click.echo("There are none.", err=True)
