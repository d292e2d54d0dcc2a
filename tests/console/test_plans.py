"""How PostgreSQL plans what the console asks it."""

from flask import Flask
from sqlalchemy import text

from hotline.store.search import Sought, find_calls


def test_every_search_is_planned_for_what_it_seeks(console: Flask) -> None:
    with console.extensions["hotline.engine"].connect() as connection:
        for language in ("ja", "th") * 10:
            find_calls(connection, Sought(language=language, outcome="error"))
        plans = "SELECT sum(custom_plans), sum(generic_plans) FROM pg_prepared_statements"
        anew, once_for_all = connection.execute(text(plans)).one()
    assert anew
    assert not once_for_all
