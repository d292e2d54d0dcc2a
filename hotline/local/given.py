"""What settings were given, and what the newest local run has invented or made for itself."""

import os
from pathlib import Path
from typing import Final

from hotline.local.invented import read_kept
from hotline.settings import Settings, SettingsFault, gather, load_settings

DEFAULT_HOME: Final = ".hotline"

BACKEND_DATABASE_URL: Final = "CARDSTATUS_DATABASE_URL"
"""Where the reference backend keeps its people. No setting of the line itself."""


class CannotLook(Exception):
    """The database cannot be used; the text says why and what to do."""


def given_settings() -> dict[str, str]:
    """The settings in the environment and in `.env`; raises SettingsFault for a NAME_FILE that cannot be read.

    An empty value does not count: it is a line in `.env` that nobody has filled in.
    """
    values, faults = gather(os.environ)
    if faults:
        raise SettingsFault("\n".join(faults))
    values[BACKEND_DATABASE_URL] = os.environ.get(BACKEND_DATABASE_URL, "")
    return {name: value for name, value in values.items() if value}


def local_settings() -> dict[str, str]:
    """What was given, and for the rest what the newest local run in HOTLINE_HOME goes by; raises SettingsFault."""
    given = given_settings()
    return {**read_kept(home_of(given)), **given}


def settings_here() -> Settings:
    """The settings of the line that runs here, or was given; from then on they are in the environment.

    Raises SettingsFault; where no line ever ran, it says how to start one.
    """
    values = local_settings()
    os.environ.update(values)
    try:
        return load_settings()
    except SettingsFault as fault:
        if read_kept(home_of(values)):
            raise
        raise SettingsFault(
            f"{fault}\nOr start the line here with `hotline run`: it invents what is missing."
        ) from None


def home_of(given: dict[str, str]) -> Path:
    """HOTLINE_HOME, absolute."""
    return Path(given.get("HOTLINE_HOME", DEFAULT_HOME)).expanduser().absolute()
