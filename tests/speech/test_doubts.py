"""Terms that nobody could verify stay in sight."""

from hotline.speech.check import Conversation, check_prompts
from hotline.speech.doubts import find_doubts
from tests.speech.line import JAPANESE, Line


def test_a_doubt_is_noted_and_is_no_fault(line: Line) -> None:
    line.translate("ja", JAPANESE)
    before = line.catalogue("ja")
    above = '#: prompts/menu.toml\nmsgctxt "things.card"'
    assert above in before
    line.write_catalogue("ja", before.replace(above, f"# doubtful: カード was not\n# verified.\n{above}"))
    line.update()
    assert list(find_doubts("ja", line.places)) == [("things.card", "カード was not verified.")]
    findings = check_prompts(line.places, Conversation(("en", "ja")))
    assert "ja: things.card is spoken, and doubtful: カード was not verified." in findings.notes
    assert not any(fault.startswith("ja: things.card") for fault in findings.faults())


def test_other_comments_are_no_doubts(line: Line) -> None:
    above = '#: prompts/menu.toml\nmsgctxt "things.card"'
    line.write_catalogue("ja", line.catalogue("ja").replace(above, f"# Short.\n{above}"))
    assert list(find_doubts("ja", line.places)) == []
