"""The page of all people."""

import re

import pytest
from sqlalchemy import select

from hotline.console.access import Role
from hotline.store.console_tables import audit, staff, staff_roles
from tests.console.staff import csrf, equip, make_person, sign_in

PEOPLE = "/console/people"


@pytest.fixture
def chief(engine):
    return make_person(engine, Role.ADMINISTRATOR, email="chief@hotline.example")


@pytest.fixture
def operator(engine, console):
    somebody = make_person(engine, Role.OPERATOR)
    equip(console, somebody)
    return somebody


@pytest.fixture
def browser(console, chief):
    client = console.test_client()
    sign_in(client, chief)
    return client


@pytest.fixture
def post(browser):
    """Presses one of the buttons of the page."""

    def press(path: str, **fields):
        token = csrf(browser, PEOPLE)
        return browser.post(f"{PEOPLE}{path}", data={"csrf_token": token, **fields}, follow_redirects=True)

    return press


@pytest.fixture
def give(post):
    """Gives roles to somebody who had others."""

    def change(person, was: str, *roles: str):
        prefix = f"of-{person.id}-"
        return post(f"/{person.id}/roles", **{f"{prefix}roles": list(roles), f"{prefix}was": was})

    return change


def _roles(engine, person) -> list[str]:
    with engine.connect() as connection:
        of_person = select(staff_roles.c.name).where(staff_roles.c.staff_id == person.id).order_by(staff_roles.c.name)
        return list(connection.execute(of_person).scalars())


def _acts(engine, subject: str) -> list[str]:
    with engine.connect() as connection:
        rows = connection.execute(select(audit).where(audit.c.subject == subject).order_by(audit.c.id)).all()
    assert {row.who for row in rows if row.action != "staff.signed_in"} <= {"chief@hotline.example"}
    return [row.action for row in rows]


def test_somebody_is_invited_by_a_link_that_is_shown_once(browser, post, console, engine):
    answer = post("", email=" New.One@Hotline.EXAMPLE", name="New One", language="en", roles=["operator", "auditor"])
    link = re.search(r"http://localhost(/console/invitation/[\w.-]+)", answer.text)[1]
    assert console.test_client().get(link).status_code == 200
    assert link not in browser.get(PEOPLE).text
    with engine.connect() as connection:
        [row] = connection.execute(select(staff).where(staff.c.email == "new.one@hotline.example")).all()
    assert _roles(engine, row) == ["auditor", "operator"]
    assert _acts(engine, f"staff {row.id}") == ["staff.invited"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"email": "nobody"}, "That is no e-mail address."),
        ({"email": ""}, "Write the e-mail address."),
        ({"name": ""}, "Write the name"),
        ({"roles": []}, "Choose a role at least."),
        ({"roles": ["emperor"]}, ""),
        ({"language": "xx"}, ""),
        ({"email": "CHIEF@hotline.example"}, "Somebody has this address already"),
    ],
)
def test_a_wrong_invitation_is_refused_with_a_sentence(post, engine, wrong, said):
    right = {"email": "new@hotline.example", "name": "New", "language": "ja", "roles": ["operator"]}
    answer = post("", **{**right, **wrong})
    assert answer.status_code == 200
    assert 'class="error"' in answer.text
    assert said in answer.text
    with engine.connect() as connection:
        assert len(connection.execute(select(staff)).all()) == 1


def test_a_name_is_shown_as_it_was_written_and_not_run(browser, post):
    post("", email="new@hotline.example", name="<script>alert(1)</script>", language="ja", roles=["operator"])
    assert "<script>alert" not in browser.get(PEOPLE).text
    assert "&lt;script&gt;alert" in browser.get(PEOPLE).text


def test_who_is_locked_is_signed_out_and_can_be_let_in_again(post, console, operator, engine):
    client = console.test_client()
    sign_in(client, operator)
    assert "The account is locked" in post(f"/{operator.id}/lock").text
    assert client.get("/console/account").status_code == 303
    assert "The account is open again" in post(f"/{operator.id}/unlock").text
    assert sign_in(console.test_client(), operator).status_code == 302
    assert _acts(engine, f"staff {operator.id}")[1:3] == ["staff.locked", "staff.unlocked"]


def test_roles_count_from_the_next_request_on(give, console, operator, engine):
    client = console.test_client()
    sign_in(client, operator)
    assert client.get("/console/audit").status_code == 403
    assert "The roles are changed" in give(operator, "operator", "auditor").text
    assert client.get("/console/audit").status_code == 200
    assert _acts(engine, f"staff {operator.id}")[-1] == "staff.roles_changed"


def test_roles_that_somebody_changed_meanwhile_are_not_overwritten(give, operator, engine):
    assert "Somebody else has changed these roles" in give(operator, "on-call", "auditor").text
    assert _roles(engine, operator) == ["operator"]


def test_nobody_locks_or_changes_themselves(post, give, chief, engine):
    assert "You cannot lock yourself" in post(f"/{chief.id}/lock").text
    assert "You cannot change your own roles" in give(chief, "administrator", "operator").text
    assert "cannot be done to yourself" in post(f"/{chief.id}/invitation").text
    assert (_roles(engine, chief), chief.row().active) == (["administrator"], True)


def test_the_last_administrator_stays(give, post, console, engine, chief):
    """Who asks is one themselves; so it takes another who asked at the same moment."""
    second = make_person(engine, Role.ADMINISTRATOR)
    equip(console, second)
    with engine.begin() as connection:
        connection.execute(staff.update().where(staff.c.id == chief.id).values(password=None, login_count=None))
    assert "the last administrator" in give(second, "administrator", "operator").text
    assert "the last administrator" in post(f"/{second.id}/lock").text
    assert (_roles(engine, second), second.row().active) == (["administrator"], True)


def test_a_new_invitation_is_made_for_who_forgot_the_password(post, operator, console):
    answer = post(f"/{operator.id}/invitation")
    link = re.search(r"http://localhost(/console/invitation/[\w.-]+)", answer.text)[1]
    assert console.test_client().get(link).status_code == 200


def test_nobody_else_sees_people(console, operator):
    client = console.test_client()
    sign_in(client, operator)
    assert client.get(PEOPLE).status_code == 403
    token = csrf(client, "/console/account")
    assert client.post(f"{PEOPLE}/{operator.id}/lock", data={"csrf_token": token}).status_code == 403


def test_who_is_not_there_is_not_found(post):
    assert post("/999/lock").status_code == 404
