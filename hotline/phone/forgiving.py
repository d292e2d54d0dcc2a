"""What Twilio leaves out of a document with a warning, left out with a sentence."""

from typing import Final
from xml.etree import ElementTree

from hotline.phone.voices import language_of, misfit

_QUOTED: Final = 200
"""Characters of a lost sentence that are told."""


def without_the_unspeakable(body: bytes) -> tuple[bytes, list[str]]:
    """The document without sentences that no voice can speak, and what to tell of each.

    What cannot be read as XML is given back as it came, and refused by whoever reads it next.
    """
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError:
        return body, []
    notes = [note for parent in root.iter() for say in parent.findall("Say") if (note := _drop(parent, say))]
    return (ElementTree.tostring(root, "utf-8", xml_declaration=True) if notes else body), notes


def _drop(parent: ElementTree.Element, say: ElementTree.Element) -> str | None:
    voice = say.get("voice")
    why = misfit(voice, language_of(voice, say.get("language")))
    if why is None:
        return None
    parent.remove(say)
    words = " ".join("".join(say.itertext()).split())[:_QUOTED]
    return f"A sentence is left out, as Twilio would do: {why}. It reads: {words}"
