"""Everybody can use the page: axe-core finds nothing, whatever is shown, however it is looked at."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from hotline.callflow.state import Step
from tests.browser.telephone import ENGLISH, Telephone

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SMALL = {"width": 320, "height": 640}
WIDE = {"width": 1920, "height": 1080}


@pytest.mark.parametrize(
    ("locale", "scheme", "size"),
    [
        ("ja-JP", "light", WIDE),
        ("ja-JP", "dark", SMALL),
        ("en-GB", "light", SMALL),
        ("en-GB", "dark", {"width": 900, "height": 1100}),
    ],
)
def test_axe_finds_nothing_before_in_and_after_a_call(opens, locale, scheme, size):
    phone = opens(locale=locale, color_scheme=scheme, viewport=size)
    _is_accessible(phone)
    phone.calls().presses("2").reaches(Step.TARGET)
    _is_accessible(phone)
    phone.hangs_up().is_over()
    _is_accessible(phone)
    phone.page.locator("#from").fill("12")
    phone.page.locator("#call").click()
    expect(phone.page.locator("#from-wrong")).to_be_visible()
    _is_accessible(phone)


def _is_accessible(phone: Telephone) -> None:
    found = Axe().run(phone.page, options={"runOnly": RULES})
    assert found.violations_count == 0, found.generate_report()
    _fits(phone)


def _fits(phone: Telephone) -> None:
    """Nothing must be scrolled sideways, and whatever is pressed is at least 44 pixels high and wide."""
    assert phone.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    small = phone.page.evaluate(
        """[...document.querySelectorAll("button, input:not([type=checkbox]), select, label.tick")]
           .filter((one) => one.checkVisibility())
           .map((one) => [one.id || one.textContent, one.getBoundingClientRect()])
           .filter(([, box]) => box.height < 43.9 || box.width < 43.9).map(([name]) => name)"""
    )
    assert small == []


def test_the_page_speaks_japanese_or_english_and_a_call_keeps_its_language(opens):
    phone = opens(locale="ja-JP").calls(ENGLISH).presses("2").reaches(Step.TARGET)
    expect(phone.page.locator("html")).to_have_attribute("lang", "ja")
    phone.reads("#timeline", "何を止めるか")
    phone.page.get_by_role("button", name="English").click()
    expect(phone.page.locator("html")).to_have_attribute("lang", "en")
    phone.reads("#timeline", "what to stop").reads("#captions", "Line")
    assert phone.captions.locator(".sentence[lang=en]").count() > 0
    assert phone.page.locator("[data-say]").filter(has_text="undefined").count() == 0
    phone.hangs_up().is_over()


def test_keys_that_are_signs_have_names_for_those_who_do_not_see_them(opens):
    english, japanese = opens(), opens(locale="ja-JP")
    for phone, star, sharp in ((english, "star", "hash"), (japanese, "こめじるし", "シャープ")):
        expect(phone.page.get_by_role("button", name=star, exact=True)).to_have_attribute("data-key", "*")
        expect(phone.page.get_by_role("button", name=sharp, exact=True)).to_have_attribute("data-key", "#")


def test_both_languages_of_the_page_have_the_same_texts(opens):
    phone = opens()
    texts = "import('/static/words.js').then(({ TEXTS }) => Object.values(TEXTS).map((one) => Object.keys(one).sort()))"
    english, japanese = phone.page.evaluate(texts)
    assert english == japanese


def test_every_step_of_the_talk_has_a_name_in_both_languages(opens):
    phone = opens()
    names = phone.page.evaluate("import('/static/words.js').then(({ STEPS }) => Object.values(STEPS).map(Object.keys))")
    assert [sorted(one) for one in names] == [sorted(Step), sorted(Step)]
