"""Listening to what the line says, and marking what is wrong."""

import io
import re
import wave
from collections.abc import Callable
from html import unescape
from types import SimpleNamespace

import pytest
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient

from hotline import clock
from hotline.callflow.languages import LANGUAGES
from hotline.console.access import Role
from hotline.sound.aloud import read_aloud
from hotline.speech.book import worded
from hotline.speech.recordings import ACTOR
from hotline.store.audit import Written, read
from hotline.store.database import Engine
from hotline.store.prompt_marks import Mark, Remark, add_mark, marks_of
from hotline.store.staff import find_member_by_email
from tests.console.forms import hidden
from tests.console.staff import Colleague, make_person, sign_in
from tests.sound.test_heard import record

pytestmark = pytest.mark.xdist_group("walk")
"""One process walks through the conversation, and keeps the turns for all these tests."""

LIST = "/console/prompts"
PAGE = f"{LIST}/ko/main_menu.lost"
ALOUD = f"{LIST}/en/main_menu.lost/sound/0"


@pytest.fixture
def console(kept_console: Flask) -> Flask:
    """One console for all: each test marks a sentence of its own."""
    return kept_console


@pytest.fixture(scope="module")
def signed(kept_console: Flask) -> Callable[[Role], FlaskClient]:
    """Somebody with a role, signed in once for all tests."""
    known: dict[Role, FlaskClient] = {}

    def client(role: Role) -> FlaskClient:
        if role not in known:
            known[role] = kept_console.test_client()
            sign_in(
                known[role], make_person(kept_console.extensions["hotline.engine"], role, email=f"{role}@a.example")
            )
        return known[role]

    return client


@pytest.fixture
def operator(signed: Callable[..., FlaskClient]) -> FlaskClient:
    return signed(Role.OPERATOR)


@pytest.fixture
def somebody(engine: Engine) -> Colleague:
    """Somebody else, who is not signed in."""
    return make_person(engine, Role.OPERATOR)


def shown(client: FlaskClient, address: str) -> str:
    """What a page says, without its tags."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text)))


def names(client: FlaskClient, query: str) -> list[str]:
    """The prompts that are listed."""
    return re.findall(r'<li class="card sentence" id="([^"]+)"', client.get(f"{LIST}?{query}").text)


def mark(client: FlaskClient, page: str, **fields: str):
    """Mark a sentence on its page."""
    return client.post(f"{page}/mark", data={**hidden(client.get(page).text, f"{page}/mark"), **fields})


def marks(engine: Engine, language: str, prompt: str) -> list[Mark]:
    with engine.connect() as connection:
        return list(marks_of(connection, language, prompt))


def put_mark(engine: Engine, by: int, language: str, prompt: str, wording: str = "As it was.") -> int:
    with engine.begin() as connection:
        return add_mark(connection, Remark(language, prompt, wording, "Wrong."), by, clock.now())


def newest_entry(engine: Engine) -> Written:
    with engine.connect() as connection:
        return read(connection, limit=1)[0]


def settle(client: FlaskClient, number: int | str):
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(LIST).text)
    assert token
    return client.post(f"{LIST}/marks/{number}/settle", data={"csrf_token": token[1]})


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_of_every_language_is_listed_page_by_page(operator, language):
    pages = [names(operator, f"language={language}&page={page}") for page in range(1, 7)]
    assert [name for page in pages for name in page] == [one.prompt.id for one in worded(language)]


def test_a_row_has_the_wording_its_source_and_the_note_for_translators(operator):
    text = shown(operator, f"{LIST}?language=ko&find=main_menu.lost")
    [one] = [one for one in worded("ko") if one.prompt.id == "main_menu.lost"]
    assert one.prompt.text in text
    assert one.prompt.note in text
    assert one.pieces()[0].strip() in text
    assert "{key}" in text


@pytest.mark.parametrize(("language", "tag"), [("ja-easy", "ja"), ("pt", "pt-BR"), ("ne", "ne"), ("zh", "zh")])
def test_the_wording_names_its_language_for_screen_readers(operator, language, tag):
    row = operator.get(f"{LIST}?language={language}&find=common.silence").text
    assert f'<p class="wording"><span lang="{tag}"' in row


@pytest.mark.parametrize("find", ["MAIN_MENU.LOST", "ＬＯＳＴ or stolen card", "紛失・盗難は"])
def test_the_search_takes_names_and_words_of_both_languages(operator, find):
    assert "main_menu.lost" in names(operator, f"find={find}")


def test_filters_narrow_the_list_and_an_empty_one_says_what_to_do(operator, engine, somebody):
    assert {name.partition(".")[0] for name in names(operator, "language=th&part=texts")} == {"sms", "text"}
    assert "Take a filter away" in shown(operator, f"{LIST}?language=th&find=xyzzy")
    assert "Nobody has marked a sentence of this language." in shown(operator, f"{LIST}?language=th&marked=yes")
    put_mark(engine, somebody.id, "th", "common.silence")
    assert names(operator, "language=th&marked=yes") == ["common.silence"]
    assert "(1 mark)" in shown(operator, f"{LIST}?language=th")


@pytest.mark.parametrize("address", [f"{LIST}?language=tlh", f"{LIST}/tlh/common.silence", f"{LIST}/ja/no.such"])
def test_what_the_line_does_not_say_is_not_found(operator, address):
    assert operator.get(address).status_code == 404


def test_a_sentence_is_served_as_a_whole_wav_file(operator):
    answer = operator.get(ALOUD)
    assert (answer.status_code, answer.content_type, answer.headers["Accept-Ranges"]) == (200, "audio/wav", "bytes")
    assert answer.data == read_aloud("For a lost or stolen card or smartphone, press 2.", "en")
    with wave.open(io.BytesIO(answer.data)) as sound:
        assert sound.getnframes() > 8000


def test_a_part_of_the_sound_can_be_asked_for(operator):
    whole = operator.get(ALOUD).data
    part = operator.get(ALOUD, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.data) == (206, whole[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(whole)}"
    assert operator.get(ALOUD, headers={"Range": f"bytes={len(whole)}-"}).status_code == 416


def test_the_sound_is_fetched_once(operator):
    address = unescape(re.search(r'<audio[^>]* src="([^"]+)"', operator.get(f"{LIST}/en/main_menu.lost").text)[1])
    named = operator.get(address)
    assert "max-age=31536000, immutable" in named.headers["Cache-Control"]
    again = operator.get(address, headers={"If-None-Match": named.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert operator.get(f"{ALOUD}?v=of-another-sound").headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("prompt", ["sms.receipt", "heard.yes"])
def test_what_nobody_says_has_no_sound(operator, prompt):
    assert "<audio" not in operator.get(f"{LIST}/ja/{prompt}").text
    assert operator.get(f"{LIST}/ja/{prompt}/sound/0").status_code == 404


def test_every_way_to_fill_a_sentence_can_be_heard(operator):
    page = operator.get(f"{LIST}/en/common.choices").text
    assert [int(number) for number in re.findall(r"common.choices/sound/(\d+)", page)] == list(range(12))
    assert operator.get(f"{LIST}/en/common.choices/sound/12").status_code == 404


def test_the_page_says_who_is_heard(console, operator, tmp_path, monkeypatch):
    page = f"{LIST}/vi/common.silence"
    monkeypatch.setattr("hotline.console.prompts.THE_LINE", SimpleNamespace(rendered=tmp_path))
    assert "read aloud here only" in shown(operator, page)
    record(tmp_path, "vi", ACTOR, spoken := read_aloud("Xin chào.", "vi"))
    assert "recorded by a person" in shown(operator, page)
    assert operator.get(f"{page}/sound/0").data == spoken


def test_a_language_that_cannot_be_heard_says_so(operator, monkeypatch):
    monkeypatch.setattr("hotline.console.prompts.find_heard", lambda *_: None)
    assert "no sound" in shown(operator, f"{LIST}?language=id")
    assert "<audio" not in operator.get(f"{LIST}?language=id").text


def test_a_mark_keeps_the_comment_the_wording_and_who_it_was(operator, engine):
    answer = mark(operator, PAGE, comment="  Too hard.\nSay 「분실」. ")
    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    [kept] = marks(engine, "ko", "main_menu.lost")
    [one] = [one for one in worded("ko") if one.prompt.id == "main_menu.lost"]
    assert (kept.comment.splitlines(), kept.wording) == (["Too hard.", "Say 「분실」."], one.wording)
    with engine.connect() as connection:
        author = find_member_by_email(connection, "operator@a.example")
    assert author
    assert kept.staff_id == author.id
    entry = newest_entry(engine).entry
    assert (entry.action, entry.subject) == ("prompt.marked", "prompt main_menu.lost in ko")
    assert "hard" not in entry.details + entry.reason
    assert "Too hard." in shown(operator, PAGE)
    assert "Too hard." in shown(operator, f"{LIST}?language=ko&marked=yes")


@pytest.mark.parametrize(
    ("comment", "why"),
    [
        ("", "Write something here first."),
        (" \n ", "Write something here first."),
        ("x" * 2001, "at most 2000 characters"),
        ("It says 1234-5678-9012.", "may be a My Number"),
        ("It says １２３４　５６７８　９０１２.", "may be a My Number"),
        ("bell \x07", "cannot be kept"),
    ],
)
def test_a_comment_that_must_not_be_kept_says_why_and_changes_nothing(operator, engine, comment, why):
    page = f"{LIST}/es/main_menu.lost"
    before = newest_entry(engine).id
    answer = mark(operator, page, comment=comment)
    assert answer.status_code == 400
    assert why in unescape(answer.text)
    assert marks(engine, "es", "main_menu.lost") == []
    assert newest_entry(engine).id == before


def test_a_comment_is_shown_as_it_was_written_and_never_run(operator):
    page = f"{LIST}/pt/main_menu.lost"
    mark(operator, page, comment="<script>alert('x')</script> {{ 7*7 }} %(name)s")
    assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; {{ 7*7 }} %(name)s" in operator.get(page).text


def test_a_wording_that_changed_under_the_form_is_read_again_first(operator, engine):
    page = f"{LIST}/vi/main_menu.lost"
    answer = mark(operator, page, comment="Wrong.", seen="what it said yesterday")
    assert answer.status_code == 409
    assert "The wording has changed since you opened the page." in answer.text
    assert "Wrong." in answer.text
    assert marks(engine, "vi", "main_menu.lost") == []


def test_a_mark_of_an_older_wording_says_that_it_has_changed_since(operator, engine, somebody):
    put_mark(engine, somebody.id, "fil", "common.silence", "Ang dating salita.")
    text = shown(operator, f"{LIST}?language=fil&marked=yes")
    assert "the wording has changed since Then it was: Ang dating salita." in text


def test_a_form_on_the_list_comes_back_to_the_list(operator):
    page, back = f"{LIST}/zh/main_menu.lost", f"{LIST}?language=zh&page=2#main_menu.lost"
    assert mark(operator, page, comment="Wrong.", back=back).headers["Location"] == back


@pytest.mark.parametrize("back", ["https://elsewhere.example/", f"{LIST}.elsewhere", f"{LIST}?\r\nSet-Cookie: a=b"])
def test_a_form_comes_back_to_nowhere_else(operator, back):
    page = f"{LIST}/ja-easy/main_menu.lost"
    assert mark(operator, page, comment="Wrong.", back=back).headers["Location"] == page


def test_the_author_settles_a_mark(operator, engine):
    page = f"{LIST}/ne/main_menu.lost"
    mark(operator, page, comment="Wrong.")
    [kept] = marks(engine, "ne", "main_menu.lost")
    assert settle(operator, kept.id).headers["Location"] == page
    [kept] = marks(engine, "ne", "main_menu.lost")
    assert kept.settled_at
    entry = newest_entry(engine).entry
    assert (entry.action, entry.subject) == ("prompt.settled", "prompt main_menu.lost in ne")
    assert "settled by" in shown(operator, page)


def test_another_operator_settles_nothing_and_a_supervisor_everything(signed, operator, engine, somebody):
    number = put_mark(engine, somebody.id, "ne", "result.wait")
    assert settle(operator, number).status_code == 403
    assert settle(signed(Role.SUPERVISOR), number).status_code == 303
    [kept] = marks(engine, "ne", "result.wait")
    assert kept.settled_at


def test_a_mark_that_somebody_settled_before_says_so(signed, engine, somebody):
    number = put_mark(engine, somebody.id, "ne", "common.silence")
    supervisor = signed(Role.SUPERVISOR)
    settle(supervisor, number)
    written = newest_entry(engine).id
    again = settle(supervisor, number)
    assert again.status_code == 303
    assert "Somebody settled this mark before you." in shown(supervisor, again.headers["Location"])
    assert newest_entry(engine).id == written


def test_a_mark_of_a_sentence_that_is_gone_can_still_be_settled(signed, engine, somebody):
    number, marked = put_mark(engine, somebody.id, "ko", "gone.away"), f"{LIST}?language=ko&marked=yes"
    supervisor = signed(Role.SUPERVISOR)
    assert "that the line does not say any more Wrong." in shown(supervisor, marked)
    assert settle(supervisor, number).headers["Location"] == marked
    assert "any more" not in shown(supervisor, marked)


@pytest.mark.parametrize("number", ["0", "999999", "99999999999999999999"])
def test_a_mark_that_never_was_cannot_be_settled(operator, number):
    assert settle(operator, number).status_code == 404


@pytest.mark.parametrize("role", [Role.ON_CALL, Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_only_looks_finds_no_form_and_changes_nothing(signed, role, engine, somebody):
    client = signed(role)
    number = put_mark(engine, somebody.id, "en", "common.silence")
    page = client.get(f"{LIST}/en/common.silence").text
    assert "<textarea" not in page
    assert "/settle" not in page
    assert settle(client, number).status_code == 403
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    fields = {"csrf_token": token[1], "comment": "Wrong.", "seen": ""}
    assert client.post(f"{LIST}/en/common.silence/mark", data=fields).status_code == 403


def test_translators_get_what_is_open_without_anybodys_name(signed, engine, somebody):
    put_mark(engine, somebody.id, "id", "common.silence", "Dulu.")
    answer = signed(Role.SUPERVISOR).get(f"{LIST}/marks.po?language=id")
    assert answer.headers["Content-Disposition"] == "attachment; filename=hotline-marks-id.po"
    assert answer.content_type == "text/x-gettext-translation; charset=utf-8"
    [_, message] = read_po(io.BytesIO(answer.data), abort_invalid=True)
    assert message.context == "common.silence"
    assert any("Wrong." in line for line in message.user_comments)
    assert somebody.email not in answer.text
    assert "Person" not in answer.text
    entry = newest_entry(engine).entry
    assert (entry.action, entry.subject) == ("marks.exported", "prompts in id")


def test_operators_take_no_lists_out_of_the_console(operator):
    assert operator.get(f"{LIST}/marks.po").status_code == 403
    assert "marks.po" not in operator.get(f"{LIST}?language=id").text
