"""Every form that the console shows, filled in by somebody who means harm or has a broken browser."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from urllib.parse import quote_from_bytes, urlencode

import pytest
from sqlalchemy import text

from hotline.callflow.effects import Reason
from hotline.console.access import Role
from hotline.store.console_tables import metadata
from tests.console.staff import make_person, sit_down
from tests.console.stories import tell

START = ("/console/", "/console/account")
MOST_PAGES = 60
LEAVE_ALONE = (
    "/sign-out",
    "/sign-in",
    "/sign-out-everywhere",
    "/healthz",
    ".csv",
    "/static/",
    "/sound/",
    "/recordings/",
)

NEVER_KEPT = {
    "a NUL byte": b"a\x00b",
    "what was no text": "\ufffd".encode(),
    "a control character": b"a\x1b[2Jb",
    "a My Number": b"It is 1234-5678-9018.",
    "far too long": b"x" * 60_000,
}
"""Nothing with this in it may be kept anywhere."""

ONLY_TEXT = {
    # These come as they were sent, byte for byte in per cent: text again.
    "broken UTF-8": b"\xff\xfe\xc3\x28",
    "a lone surrogate": "\ud800".encode("utf-8", "surrogatepass"),
    "HTML": b"<script>alert(1)</script><img src=x onerror=alert(1)>",
    "SQL": b"'; DROP TABLE calls; --",
    "a template": b"{{ 7*7 }}{% for x in ().__class__.__base__.__subclasses__() %}{% endfor %}",
    "a number that is none": b"99999999999999999999999",
    "a formula": b"=cmd|' /C calc'!A0",
}
"""Where a text is asked for this is one, and nothing more."""


@dataclass(frozen=True)
class Form:
    """A form as a browser has it."""

    page: str
    action: str
    hidden: dict[str, str]
    fields: tuple[str, ...]


@pytest.fixture
def client(console, engine, vault):
    tell(engine, vault)
    tell(engine, vault, reason=Reason.CALL_BACK, status="needs_operator")
    client = console.test_client()
    sit_down(client, make_person(engine, *Role))
    make_person(engine, Role.OPERATOR)
    return client


def forms(client) -> Iterator[Form]:
    """Every form that can be reached by links, each action once."""
    waiting, seen, actions = list(START), set(), set()
    while waiting and len(seen) < MOST_PAGES:
        page = waiting.pop(0)
        kind = re.sub(r"\d+|[A-Z]{2}[0-9a-f]{32}", "#", page.partition("?")[0])
        if kind in seen or any(part in page for part in LEAVE_ALONE):
            continue
        seen.add(kind)
        shown = client.get(page)
        assert shown.status_code < 500, page
        waiting += [link for link in re.findall(r'href="(/console/[^"#]*)', shown.text)]
        for form in read(page, shown.text):
            shape = (re.sub(r"\d+|[A-Z]{2}[0-9a-f]{32}", "#", form.action), form.fields)
            if shape not in actions and not any(part in form.action for part in LEAVE_ALONE):
                actions.add(shape)
                yield form


def read(page: str, shown: str) -> Iterator[Form]:
    for tag, body in re.findall(r"<form\b([^>]*)>(.*?)</form>", shown, re.S):
        if 'method="post"' not in tag.lower():
            continue
        action = re.search(r'action="([^"]*)"', tag)
        inputs = re.findall(r"<(?:input|textarea|select|button)\b[^>]*>", body)
        named = {m[1]: tag for tag in inputs if (m := re.search(r'name="([^"]*)"', tag))}
        hidden = {
            name: html.unescape(m[1]) if (m := re.search(r'value="([^"]*)"', tag)) else ""
            for name, tag in named.items()
            if 'type="hidden"' in tag
        }
        visible = tuple(name for name in named if name not in hidden)
        yield Form(page, html.unescape(action[1]) if action and action[1] else page, hidden, visible)


def kept(engine) -> dict[str, str]:
    """What is in each table, apart from the audit trail, which may say that somebody looked."""
    with engine.connect() as connection:
        names = [table.name for table in metadata.sorted_tables if table.name not in ("audit", "staff")]
        query = "SELECT md5(coalesce(string_agg(row::text, ',' ORDER BY row::text), '')) FROM {} AS row"
        return {name: connection.execute(text(query.format(name))).scalar_one() for name in names}


def body(form: Form, value: bytes, *, hidden_too: bool) -> bytes:
    """The form with this value in every field, as bytes: encodings may be broken."""
    own = {name: one for name, one in form.hidden.items() if not hidden_too or name.endswith("csrf_token")}
    others = [*form.fields, *(name for name in form.hidden if name not in own)]
    parts = [urlencode(own).encode(), *(f"{name}={quote_from_bytes(value)}".encode() for name in others)]
    return b"&".join(part for part in parts if part)


def test_there_are_forms_to_try(client):
    found = [form.action for form in forms(client)]
    for part in ("/notes", "/hold", "/keyed", "/take", "/resolve", "/hand-over", "/again", "/people", "/account"):
        assert [action for action in found if part in action], part


def test_what_must_not_be_kept_is_refused_and_changes_nothing(client, engine):
    before = kept(engine)
    for form in list(forms(client)):
        for (name, value), hidden_too in product(NEVER_KEPT.items(), (False, True)):
            names = set(form.fields) | (set(form.hidden) if hidden_too else set())
            if any(not one.endswith("csrf_token") for one in names):
                status = post(client, form, value, hidden_too=hidden_too).status_code
                assert status < 500, f"{form.action} answered {status} to {name}"
        assert kept(engine) == before, form.action


def test_hostile_text_is_text_and_nothing_more(client, engine):
    for form in list(forms(client)):
        for name, value in ONLY_TEXT.items() if form.fields else ():
            answer = post(client, form, value, hidden_too=False)
            assert answer.status_code < 500, f"{form.action} answered {answer.status_code} to {name}"
            assert not harmful(answer.text), f"{form.action} answered {name} in {answer.text}"
        assert not harmful(client.get(form.page).text), form.page
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM calls")).scalar_one() == 2


def post(client, form: Form, value: bytes, *, hidden_too: bool):
    sent = body(form, value, hidden_too=hidden_too)
    return client.post(form.action, data=sent, content_type="application/x-www-form-urlencoded")


def harmful(shown: str) -> bool:
    return any(part in shown for part in ("<script>alert", "onerror=alert(1)>", "49{%"))


def test_ten_megabytes_are_refused_at_once(client, engine):
    before = kept(engine)
    for form in list(forms(client)):
        answer = client.post(form.action, data=b"note-note=" + b"x" * 10_000_000)
        assert answer.status_code in (400, 413), f"{form.action} answered {answer.status_code}"
    assert kept(engine) == before


ADDRESSES = ("follow-ups/{}", "calls/CA{}", "people/{}/lock", "requests/{}/again", "prompts/{}")
NAMES = ("0", "999999999999999999999999", "-1", "1;DROP", "%00", "../etc/passwd", "１")
QUERIES = ("?find=%00", "?find=%ff%fe", "?after=x,y", "?after=%00", "?from=<script>", "?language=zz")
PAGES = ("calls", "follow-ups", "audit", "prompts", "pictures", "")


def test_names_of_nothing_are_nothing(client, engine):
    before = kept(engine)
    for address, name in product(ADDRESSES, NAMES):
        answer = client.get("/console/" + address.format(name))
        assert answer.status_code in (303, 400, 404, 405), f"{address} {name} answered {answer.status_code}"
    assert kept(engine) == before


def test_a_broken_address_is_answered_with_words(client):
    for page, query in product(PAGES, QUERIES):
        answer = client.get(f"/console/{page}{query}")
        assert answer.status_code in (200, 302, 303, 400, 404), f"{page}{query} answered {answer.status_code}"
        assert "<script>" not in answer.text.replace("<script src", "")
