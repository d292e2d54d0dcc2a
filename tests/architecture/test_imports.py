"""Who may import whom; import-linter checks the same, this names file and line."""

import sys

import pytest

from tests.architecture.source import Import, imports, is_within, product_files

LAYERS = (
    ("settings", "clock", "privacy", "logs", "metrics"),
    ("callflow",),
    ("store",),
    ("speech", "carrier", "cardstatus"),
    ("calls", "suspensions"),
    ("sound",),
    ("voice", "console", "oncall", "phone"),
    ("app",),
    ("wsgi", "local"),
    ("cli",),
)
"""From the bottom to the top. A room imports from lower layers only, and never from its own layer."""

PLACES = {
    "sqlalchemy": ("hotline.store", "hotline.cardstatus.reference"),
    "alembic": ("hotline.store",),
    "twilio": ("hotline.voice", "hotline.carrier"),
    "flask": (
        *("hotline.voice", "hotline.console", "hotline.oncall", "hotline.phone", "hotline.app", "hotline.wsgi"),
        "hotline.cardstatus.reference",
    ),
    "werkzeug": (
        *("hotline.voice", "hotline.console", "hotline.oncall", "hotline.app"),
        *("hotline.phone.page", "hotline.cardstatus.reference"),
    ),
    "requests": ("hotline.cardstatus", "hotline.carrier", "hotline.phone"),
    "urllib3": ("hotline.cardstatus", "hotline.carrier", "hotline.phone"),
    "redis": ("hotline.suspensions", "hotline.oncall", "hotline.local", "hotline.cli"),
    "rq": ("hotline.suspensions", "hotline.oncall", "hotline.local", "hotline.cli"),
    "babel": ("hotline.speech",),
    "numpy": ("hotline.sound",),
    "soxr": ("hotline.sound",),
    "pyopenjtalk": ("hotline.sound",),
    "espeakng_loader": ("hotline.sound",),
    # One client library for HTTP; these are others that happen to be installed.
    "httpx": (),
    "aiohttp": (),
}
"""Which rooms may import a library. Libraries that are not named may be imported anywhere but in callflow."""


def _all_imports() -> list[Import]:
    return [found for path in product_files() for found in imports(path)]


def _layer(module: str) -> int | None:
    room = module.split(".")[1] if module.startswith("hotline.") else None
    return next((number for number, rooms in enumerate(LAYERS) if room in rooms), None)


def _room(module: str) -> str:
    return module.split(".")[1]


def test_every_room_has_its_layer():
    rooms = {_room(found.module) for found in _all_imports() if found.module != "hotline"}
    assert rooms <= {room for layer in LAYERS for room in layer}


def test_rooms_import_from_below_only():
    wrong = [
        f"{found.where}: {_room(found.module)} must not import {found.imported}"
        for found in _all_imports()
        if (own := _layer(found.module)) is not None
        and (other := _layer(found.imported)) is not None
        and _room(found.module) != _room(found.imported)
        and other >= own
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("library", PLACES)
def test_a_library_stays_in_its_rooms(library: str):
    wrong = [
        f"{found.where}: {library} is not for {_room(found.module)}"
        for found in _all_imports()
        if is_within(found.imported, library) and not any(is_within(found.module, room) for room in PLACES[library])
    ]
    assert not wrong, "\n".join(dict.fromkeys(wrong))


def test_the_conversation_needs_the_standard_library_only():
    wrong = [
        f"{found.where}: callflow must not import {found.imported}"
        for found in _all_imports()
        if is_within(found.module, "hotline.callflow")
        and not is_within(found.imported, "hotline.callflow")
        and found.imported.split(".")[0] not in sys.stdlib_module_names
        and (found.imported == "hotline" or _layer(found.imported) != 0)
        and found.imported != "hotline"
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("module", ["socket", "http", "urllib.request", "subprocess", "threading", "time", "random"])
def test_the_conversation_does_nothing_but_think(module: str):
    wrong = [
        f"{found.where}: callflow must not import {module}"
        for found in _all_imports()
        if is_within(found.module, "hotline.callflow") and is_within(found.imported, module)
    ]
    assert not wrong, "\n".join(wrong)
