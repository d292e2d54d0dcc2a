"""Pictures: every chart has its sentence and its table."""

import re
from datetime import timedelta

import pytest

from hotline import clock
from hotline.console.access import Role
from tests.store.rows import start_call


def figure(text: str, id_: str) -> str:
    found = re.search(rf'<figure [^>]*id="{id_}".*?</figure>', text, re.S)
    assert found
    return re.sub(r"\s+", " ", found[0])


def test_every_chart_says_what_it_shows_and_has_its_table(signed_in, engine):
    now = clock.now()
    here = clock.in_japan(now)
    for _ in range(3):
        start_call(engine, at=now, outcome="stopped", language="vi")
    start_call(engine, at=now, outcome="nothing", language="ja")
    page = signed_in(Role.OPERATOR).get(f"/console/pictures?days=1&day={here.date()}").text
    hour = here.hour
    assert f"Most calls came at {hour:02}:00: 4 of 4." in page
    hours = figure(page, "hours")
    assert "<caption>Calls by hour and outcome</caption>" in hours
    of_the_hour = re.search(rf'<th scope="row">{hour:02}:00</th>(.*?)</tr>', hours)
    assert of_the_hour
    assert re.findall(r'data-value="(\d+)"', of_the_hour[1]) == ["3", "0", "0", "0", "0", "0", "0", "1", "0", "4"]
    assert "The language of most calls was Vietnamese: 3 of 4 (75%)." in figure(page, "languages")
    assert 'data-label="3 · 75%"' in figure(page, "languages")


def test_without_calls_each_chart_says_so_in_a_sentence(signed_in):
    page = signed_in(Role.ON_CALL).get("/console/pictures").text
    assert "No call came in this time." in figure(page, "hours")
    assert "Nobody began to stop anything in this time." in figure(page, "funnel")
    assert "<table" not in page


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("days=8", "Pictures are drawn of one day, of 7 or of 30 days."),
        ("days=%00", "Pictures are drawn of one day, of 7 or of 30 days."),
        ("day=2026-02-30", "That is no day."),
        ("day=<script>", "That is no day."),
        ("day=9999-12-31", "On that day nothing can have been counted."),
        ("day=0001-01-01", "On that day nothing can have been counted."),
    ],
)
def test_what_makes_no_sense_is_said_and_the_usual_is_shown(signed_in, asked, said):
    answer = signed_in(Role.OPERATOR).get(f"/console/pictures?{asked}")
    assert answer.status_code == 200
    assert said in answer.text
    assert "<script>" not in answer.text


def test_a_day_can_be_chosen(signed_in, engine):
    yesterday = clock.now() - timedelta(days=1)
    start_call(engine, at=yesterday)
    client = signed_in(Role.OPERATOR)
    day = clock.in_japan(yesterday).date()
    assert "1 of 1" in figure(client.get(f"/console/pictures?days=1&day={day}").text, "hours")
    before = day - timedelta(days=1)
    assert "No call came" in figure(client.get(f"/console/pictures?days=1&day={before}").text, "hours")


def test_nothing_on_the_page_needs_an_inline_script_or_style(signed_in, engine):
    start_call(engine, at=clock.now())
    page = signed_in(Role.OPERATOR).get("/console/pictures").text
    assert "<script>" not in page
    assert "style=" not in page
