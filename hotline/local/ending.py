"""How a command of the terminal ends when it cannot do what it was asked: with a sentence instead of a traceback."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NoReturn

import click

MISCONFIGURED: Final = 2
"""The exit code when settings are missing or wrong."""


@contextmanager
def sentences() -> Iterator[None]:
    """Within, what is expected to fail ends this process with a sentence."""
    from hotline.local.given import CannotLook
    from hotline.settings import SettingsFault

    try:
        yield
    except SettingsFault as fault:
        fail(str(fault), MISCONFIGURED)
    except CannotLook as fault:
        fail(str(fault))


def fail(sentence: str, exit_code: int = 1) -> NoReturn:
    """Say why, and end this process."""
    click.echo(sentence, err=True)
    sys.exit(exit_code)
