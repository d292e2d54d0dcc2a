"""The words of the operators' pages, and their catalogues."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from babel.support import Translations

from hotline.speech.pages import DOMAIN, extract_pages, page_catalogue, untranslated, update_pages
from hotline.speech.places import Places
from hotline.speech.pofiles import CatalogueFault

CODE = """
from flask_babel import gettext as _, lazy_gettext, ngettext

def told(number):
    # Translators: said at the end of a shift.
    thanks = _("Thank you.")
    return thanks, lazy_gettext("Good night."), ngettext("%(num)d call", "%(num)d calls", number)
"""

PAGE = """
<h1>{{ _("Good morning, %(name)s.", name=name) }}</h1>
{% if 1 %}<p title="{{ _('Thank you.') }}">{{ ngettext("%(num)d card", "%(num)d cards", 3) }}</p>{% endif %}
<p>Not marked.</p>
"""

JAPANESE = {
    "Thank you.": "ありがとうございます。",
    "Good night.": "おやすみなさい。",
    "Good morning, %(name)s.": "%(name)sさん、おはようございます。",
    "%(num)d call": "通話%(num)d件",
    "%(num)d card": "カード%(num)d枚",
}


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """A console of one module and one page, whose words are in the catalogue and not yet translated."""
    templates = tmp_path / "hotline" / "console" / "templates" / "below"
    templates.mkdir(parents=True)
    (tmp_path / "hotline" / "console" / "calls.py").write_text(CODE, "utf-8")
    (templates / "calls.html").write_text(PAGE, "utf-8")
    places = Places(tmp_path, tmp_path / "voices.toml")
    update_pages(places)
    return places


def catalogue(places: Places) -> str:
    return page_catalogue("ja", places).read_text("utf-8")


def translate(places: Places, others: Mapping[str, str] | None = None) -> None:
    """Fill everything in as a translator does, some of it otherwise."""
    text = catalogue(places)
    for source, wanted in {**JAPANESE, **(others or {})}.items():
        before, found, after = text.partition(f'msgid "{source}"\n')
        assert found, source
        empty = 'msgstr[0] ""' if after.startswith("msgid_plural") else 'msgstr ""'
        text = f"{before}{found}{after.replace(empty, empty.replace(chr(34) * 2, chr(34) + wanted + chr(34)), 1)}"
    page_catalogue("ja", places).write_text(text, "utf-8")
    update_pages(places)


def test_the_words_of_code_and_pages_are_found_with_where_they_stand(places):
    found = {message.id: message for message in extract_pages(places) if message.id}
    assert set(found) == {
        "Thank you.",
        "Good night.",
        "Good morning, %(name)s.",
        ("%(num)d call", "%(num)d calls"),
        ("%(num)d card", "%(num)d cards"),
    }
    thanks = found["Thank you."]
    assert [place for place, _ in thanks.locations] == [
        "hotline/console/calls.py",
        "hotline/console/templates/below/calls.html",
    ]
    assert thanks.auto_comments == ["Translators: said at the end of a shift."]


def test_every_text_is_to_be_translated_and_every_one_is_named(places):
    assert sorted(untranslated(places)) == sorted(
        f"ja: {text!r} is not translated."
        for text in (
            *("Thank you.", "Good night.", "Good morning, %(name)s."),
            *(("%(num)d call", "%(num)d calls"), ("%(num)d card", "%(num)d cards")),
        )
    )


def test_what_is_translated_is_complete_and_the_pages_speak_it(places):
    translate(places)
    assert untranslated(places) == []
    spoken = Translations.load(str(places.locales), ["ja"], DOMAIN)
    assert spoken.gettext("Thank you.") == "ありがとうございます。"
    assert spoken.ngettext("%(num)d call", "%(num)d calls", 5) == "通話%(num)d件"


def test_japanese_has_one_form_for_every_number(places):
    assert '"Plural-Forms: nplurals=1; plural=0;\\n"' in catalogue(places)
    assert "msgstr[1]" not in catalogue(places)


def test_a_second_run_changes_nothing(places):
    translate(places)
    before = {path: path.read_bytes() for path in places.locales.rglob("*") if path.is_file()}
    update_pages(places)
    assert {path: path.read_bytes() for path in places.locales.rglob("*") if path.is_file()} == before


def test_translations_stay_while_words_come_and_go(places):
    translate(places)
    code = CODE.replace('lazy_gettext("Good night.")', 'lazy_gettext("Sleep well.")')
    (places.root / "hotline" / "console" / "calls.py").write_text(code, "utf-8")
    update_pages(places)
    assert untranslated(places) == ["ja: 'Sleep well.' is not translated."]
    assert "おやすみなさい" not in catalogue(places)
    assert "ありがとうございます。" in catalogue(places)


def test_a_text_that_the_catalogue_does_not_know_yet_is_missing(places):
    translate(places)
    (places.root / "hotline" / "console" / "calls.py").write_text(CODE + '_("Sleep well.")\n', "utf-8")
    assert untranslated(places) == ["ja: 'Sleep well.' is not translated."]


@pytest.mark.parametrize("wrong", ["おはようございます。", "%(nome)sさん、おはようございます。"])
def test_wrong_placeholders_are_named(places, wrong):
    translate(places, {"Good morning, %(name)s.": wrong})
    assert untranslated(places) == ["ja: 'Good morning, %(name)s.' must have these placeholders and no others: name."]


def test_a_doubtful_translation_counts_as_none(places):
    translate(places)
    text = catalogue(places).replace('msgid "Good night."', '#, fuzzy\nmsgid "Good night."')
    page_catalogue("ja", places).write_text(text, "utf-8")
    update_pages(places)
    assert "#, fuzzy" in catalogue(places)
    assert untranslated(places) == ["ja: 'Good night.' is not translated."]


def test_a_broken_catalogue_is_named_and_left_alone(places):
    page_catalogue("ja", places).write_text('msgid "Thank you.\n', "utf-8")
    with pytest.raises(CatalogueFault, match=r"ja/LC_MESSAGES/console\.po is broken"):
        update_pages(places)
    assert catalogue(places) == 'msgid "Thank you.\n'


def test_a_line_without_pages_has_no_catalogue_of_them(tmp_path):
    places = Places(tmp_path, tmp_path / "voices.toml")
    update_pages(places)
    assert untranslated(places) == []
    assert not places.locales.exists()
