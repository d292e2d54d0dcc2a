"""The call that is listened to and worked out in seconds is one that the line really has."""

import pytest

from hotline.callflow.course import stopped_card
from hotline.callflow.languages import FIRST_LANGUAGE, LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("dialled", [None, FIRST_LANGUAGE])
def test_the_course_leads_from_the_greeting_to_the_stopped_card(language, dialled):
    *way, last = stopped_card(language, dialled)
    assert way[0].reply.said[0].prompt == "main_menu.greeting"
    assert last.reply.said[0].prompt == "result.card.suspended"
    assert last.language == language
    keyed = "".join(heard.keys for heard in way)
    assert keyed.endswith("2119800301#1000001#2163#1")
    assert all(heard.keys for heard in way[:-1])
    assert not way[-1].keys


def test_a_language_of_its_own_number_is_not_chosen():
    assert all(heard.language == "ne" for heard in stopped_card("ne"))
    assert "".join(heard.keys for heard in stopped_card("ne", "ja")).startswith("991")
