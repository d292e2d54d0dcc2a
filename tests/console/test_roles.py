"""Every address x every role. What is not written here fails, and so does what is written and not there any more."""

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from hotline.console.access import GRANTS, Permission, Role, allows
from tests.console.staff import make_person, sit_down

OPEN = "open"
"""For whoever is on the way in."""

CLOSED = "closed"
"""What the library of accounts brings and nobody may use."""

LOOK, WORK, REVEAL = Permission.LOOK, Permission.WORK, Permission.REVEAL
EXPORT, SUPERVISE = Permission.EXPORT, Permission.SUPERVISE
AUDIT, PEOPLE, SELF = Permission.AUDIT, Permission.PEOPLE, Permission.SELF

NEEDS = {
    "static": OPEN,
    "health.alive": OPEN,
    "today.show": LOOK,
    "today.now": LOOK,
    "calls.index": LOOK,
    "calls.save_view": LOOK,
    "calls.change_view": LOOK,
    "calls.export": EXPORT,
    "one_call.show": LOOK,
    "one_call.newest": LOOK,
    "one_call.hidden": REVEAL,
    "one_call.reveal": REVEAL,
    "one_call.recording": REVEAL,
    "one_call.note": WORK,
    "one_call.hold": SUPERVISE,
    "follow_ups.index": LOOK,
    "follow_ups.show": LOOK,
    "follow_ups.calling_back": LOOK,
    "follow_ups.call_back": WORK,
    "follow_ups.take": WORK,
    "follow_ups.hand_over": WORK,
    "follow_ups.resolve": WORK,
    "sending.show": WORK,
    "sending.send": WORK,
    "pictures.show": LOOK,
    "prompts.show": LOOK,
    "prompts.one": LOOK,
    "prompts.sound": LOOK,
    "prompts.mark": WORK,
    "prompts.settle": WORK,
    "prompts.export": EXPORT,
    "audit.show": AUDIT,
    "audit.verify": AUDIT,
    "people.show": PEOPLE,
    "people.invite": PEOPLE,
    "people.invite_again": PEOPLE,
    "people.change_roles": PEOPLE,
    "people.lock": PEOPLE,
    "people.unlock": PEOPLE,
    "account.show": SELF,
    "account.change": SELF,
    "account.codes": SELF,
    "account.sign_out_everywhere": SELF,
    "invitation.take": OPEN,
    "elsewhere.start": OPEN,
    "elsewhere.back": OPEN,
    "security.login": OPEN,
    "security.two_factor_token_validation": OPEN,
    "security.tf_select": OPEN,
    "security.mf_recovery": OPEN,
    "security.wan_signin": OPEN,
    "security.wan_signin_response": OPEN,
    "security.logout": SELF,
    "security.verify": SELF,
    "security.change_password": SELF,
    "security.two_factor_setup": SELF,
    "security.two_factor_setup_validate": SELF,
    "security.wan_register": SELF,
    "security.wan_register_response": SELF,
    "security.wan_delete": SELF,
    "security.wan_verify": SELF,
    "security.wan_verify_response": SELF,
    "security.mf_recovery_codes": CLOSED,
    "security.two_factor_rescue": CLOSED,
}
"""What each endpoint asks for, written a second time: who changes it there must mean it here too."""

EXAMPLES = {"sid": "CA" + "0" * 32, "receipt": "10000005", "language": "ja", "filename": "console.css"}
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
NEVER_BY_AUDITORS = {WORK, SUPERVISE, PEOPLE}


class WithRoles:
    """Somebody with these roles, as the guard sees them."""

    def __init__(self, *roles: str) -> None:
        self.role_names = roles


def routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method


def address(app: Flask, rule: Rule) -> str:
    given = {name: EXAMPLES.get(name, 1) for name in rule.arguments}
    return app.url_map.bind("localhost").build(rule.endpoint, given)


def test_every_endpoint_stands_here_and_nothing_else(console):
    there = {rule.endpoint for rule in console.url_map.iter_rules()}
    elsewhere = {name for name in NEEDS if name.startswith("elsewhere.")}
    assert there - set(NEEDS) == set()
    assert set(NEEDS) - there - elsewhere == set()


def test_strangers_are_sent_to_sign_in(console):
    client = console.test_client()
    for rule, method in routes(console):
        if NEEDS[rule.endpoint] is OPEN:
            continue
        answer = client.open(address(console, rule), method=method)
        assert answer.status_code == 303, f"{method} {rule}"
        assert answer.headers["Location"].startswith("/console/sign-in"), f"{method} {rule}"


@pytest.mark.parametrize("role", Role)
def test_a_role_may_do_what_it_is_for_and_nothing_else(console, engine, role):
    client = console.test_client()
    sit_down(client, make_person(engine, role))
    for rule, method in routes(console):
        asked = NEEDS[rule.endpoint]
        if asked is OPEN or rule.endpoint == "security.logout":
            continue
        may = asked is not CLOSED and (asked is SELF or asked in GRANTS[role])
        answer = client.open(address(console, rule), method=method)
        assert (answer.status_code != 403) == may, f"{role}: {method} {rule} answered {answer.status_code}"
        assert answer.status_code < 500, f"{role}: {method} {rule} answered {answer.status_code}"


def test_who_looks_without_a_role_sees_nothing_but_their_own_account(console, engine):
    client = console.test_client()
    sit_down(client, make_person(engine))
    for rule, method in routes(console):
        if NEEDS[rule.endpoint] not in (OPEN, SELF):
            assert client.open(address(console, rule), method=method).status_code == 403, f"{method} {rule}"


def test_an_auditor_changes_nothing(console):
    changing = {rule.endpoint for rule, method in routes(console) if method in CHANGING}
    own = {"calls.save_view", "calls.change_view"}
    granted = {name for name in changing - own if NEEDS[name] in GRANTS[Role.AUDITOR] - {SELF}}
    # They write down that somebody looked, and why.
    assert granted == {"one_call.reveal", "calls.export", "audit.verify"}
    assert not GRANTS[Role.AUDITOR] & NEVER_BY_AUDITORS


def test_several_roles_add_up_and_unknown_ones_grant_nothing():
    assert allows(WithRoles("on-call", "auditor"), AUDIT)
    assert not allows(WithRoles("on-call", "king"), WORK)
    assert allows(WithRoles(), SELF)


def test_nothing_is_changed_by_a_form_from_elsewhere(console, engine):
    client = console.test_client()
    sit_down(client, make_person(engine, *Role))
    for rule, method in routes(console):
        if method == "POST" and NEEDS[rule.endpoint] not in (OPEN, CLOSED) and rule.endpoint != "security.logout":
            answer = client.post(address(console, rule), data={"csrf_token": "made up"})
            assert answer.status_code == 400, f"{rule} answered {answer.status_code}"
