"""Signing in with a password and a code."""

from hotline.console.access import Role
from tests.console.staff import make_person, sign_in


def test_password_and_code_lead_to_the_first_page(console, engine):
    client = console.test_client()
    answer = sign_in(client, make_person(engine, Role.OPERATOR))
    assert answer.headers["Location"] == "/console/"
    assert client.get("/console/").status_code == 200
