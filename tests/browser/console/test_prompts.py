"""What the line says: heard, marked, and taken to the translators."""

import io

from babel.messages.pofile import read_po
from playwright.sync_api import expect

from hotline.console.access import Role

PROMPT = "common.silence"


def test_a_sentence_is_played_and_stopped_by_mouse_and_by_key(sits_down):
    seat = sits_down(Role.OPERATOR).at(f"/prompts/en/{PROMPT}")
    row = seat.page.locator("[data-row]").first
    button = row.locator("[data-plays]")
    with seat.page.expect_response(lambda answer: "/sound/" in answer.url) as sound:
        button.click()
    assert sound.value.headers["content-type"] == "audio/wav"
    assert sound.value.ok
    expect(button).to_contain_text(seat.says("Stop"))
    expect(row.locator("audio")).to_have_js_property("paused", False)
    assert row.locator("audio").evaluate("audio => audio.duration") > 0.5
    button.click()
    expect(button).to_contain_text(seat.says("Play"))
    seat.page.keyboard.press("p")
    expect(row.locator("audio")).to_have_js_property("paused", False)


def test_a_wrong_sentence_is_marked_exported_and_settled(sits_down, office, language):
    comment = f"Too stiff, says the reader of the {language} pages."
    seat = sits_down(Role.SUPERVISOR, language=language).at("/prompts?language=ne")
    row = seat.page.locator("[data-row]").nth(2 if language == "en" else 3)
    prompt = row.get_attribute("id")
    row.locator("summary").click()
    row.locator("textarea").fill(comment)
    row.get_by_role("button", name=seat.says("Mark"), exact=True).click()
    seat.reads("%(prompt)s is marked. Translators get what you wrote.", prompt=prompt)
    with seat.page.expect_download() as download:
        seat.page.locator("a[download]").click()
    assert download.value.suggested_filename == "hotline-marks-ne.po"
    catalogue = read_po(io.BytesIO(download.value.path().read_bytes()))
    marked = [one for one in catalogue if comment in " ".join(one.user_comments + one.auto_comments)]
    assert [
        prompt in " ".join([str(one.context), str(one.id), *one.auto_comments, *one.user_comments]) for one in marked
    ] == [True]
    seat.at(f"/prompts/ne/{prompt}").reads(comment).clicks("Settle").reads("The mark is settled.")
