"""A migrated database to write to."""

from collections.abc import Iterator

import pytest

from hotline.store.database import Engine, connect_to


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on a migrated, empty database."""
    engine = connect_to(database_url)
    yield engine
    engine.dispose()
