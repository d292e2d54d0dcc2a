"""Pictures show what their tables say."""

import re

import pytest
from playwright.sync_api import expect

from hotline.console.access import Role

CHARTS = 5
ROUNDED = 0.51
"""By how much a number in the table may be rounded: those above a hundred seconds have no decimals there."""

DRAWN = """canvas => {
    const ink = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    const seen = new Set();
    for (let at = 0; at < ink.length; at += 4) seen.add(`${ink[at]} ${ink[at + 1]} ${ink[at + 2]}`);
    return seen.size;
}"""
"""How many colours there are on it."""

IN_CHART = """figure => {
    const chart = Chart.getChart(figure.querySelector("canvas"));
    return { places: chart.data.labels, series: chart.data.datasets.map(({ label, data }) => ({ label, data })) };
}"""

IN_TABLE = """figure => {
    const rows = [...figure.querySelectorAll("tbody tr")];
    const heads = [...figure.querySelectorAll("thead th")].slice(1, Number(figure.dataset.drawn) + 1);
    return {
        places: rows.map((row) => row.querySelector("th").innerText || row.querySelector("th").textContent),
        series: heads.map((head, place) => ({
            label: head.textContent,
            data: rows.map((row) => {
                const shown = row.querySelectorAll("td")[place].textContent.trim();
                return /[0-9]/.test(shown) ? Number(shown.replaceAll(",", "").replace(/[^0-9.]/g, "")) : null;
            }),
        })),
    };
}"""
"""What people read in the table: its shown numbers, not those that the script reads."""


def test_every_picture_is_drawn_of_the_numbers_in_its_table(sits_down, language):
    seat = sits_down(Role.OPERATOR, language=language).at("/pictures")
    figures = seat.page.locator("figure[data-chart]")
    expect(figures.locator("canvas")).to_have_count(CHARTS)
    for number in range(CHARTS):
        figure = figures.nth(number)
        assert figure.locator("canvas").evaluate(DRAWN) > 3
        drawn, shown = figure.evaluate(IN_CHART), figure.evaluate(IN_TABLE)
        assert drawn["places"] == shown["places"]
        assert [one["label"] for one in drawn["series"]] == [one["label"] for one in shown["series"]]
        for chart, table in zip(drawn["series"], shown["series"], strict=True):
            assert chart["data"] == pytest.approx(table["data"], abs=ROUNDED)
        name = figure.locator("[data-reading]").inner_text()
        expect(figure.get_by_role("img", name=name)).to_be_visible()


def test_another_range_is_chosen(sits_down):
    seat = sits_down(Role.OPERATOR).at("/pictures")
    hours = seat.page.locator("figure[data-chart] tbody").first.locator("tr")
    before = _total(seat)
    seat.chooses("How many days", "1").clicks("Show", exact=True)
    expect(seat.page).to_have_url(re.compile("days=1&"))
    expect(seat.page.locator("figure[data-chart] canvas").first).to_be_visible()
    assert hours.count() > 0
    assert 0 < _total(seat) < before


def _total(seat):
    """All calls of the first picture."""
    cells = seat.page.locator("figure[data-chart]").first.locator("tbody td[data-value]")
    return cells.evaluate_all("all => all.reduce((sum, one) => sum + Number(one.dataset.value), 0)")


def test_an_impossible_day_is_said_and_something_is_drawn_nevertheless(sits_down):
    seat = sits_down(Role.OPERATOR).at("/pictures?days=7&day=soon")
    expect(seat.page.get_by_role("alert")).to_contain_text("That is no day.")
    expect(seat.page.locator("canvas").first).to_be_visible()
