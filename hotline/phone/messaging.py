"""Reads the answer to a text message as strictly as can be.

Of Twilio's verbs for messages only `<Message>` is known here, with its text or one `<Body>`, answering whoever wrote:
the line has no use for pictures, other recipients and redirects.
"""

from typing import Final
from xml.etree import ElementTree

from hotline.phone.faults import RefusedTwiml
from hotline.phone.grammar import Element
from hotline.phone.texts import TEXT_LIMIT, length
from hotline.phone.twiml import check_grammar, response_element

INVALID_BODY: Final = 14103

_ELEMENTS: Final = {
    "Response": Element({}, children=frozenset({"Message"})),
    "Message": Element({}, children=frozenset({"Body"}), takes_text=True),
    "Body": Element({}, takes_text=True),
}


def read_messages(body: bytes, content_type: str) -> tuple[str, ...]:
    """The texts that the document answers with; raises RefusedTwiml with the first fault found."""
    root = response_element(body, content_type)
    check_grammar(root, _ELEMENTS)
    return tuple(_text(message) for message in root)


def _text(message: ElementTree.Element) -> str:
    texts = [(part or "").strip() for part in (message.text, *(body.text for body in message))]
    texts += [(body.tail or "").strip() for body in message]
    written = [text for text in texts if text]
    if len(message) > 1 or len(written) > 1:
        raise RefusedTwiml("<Message> has more than one text.", INVALID_BODY)
    if not written:
        raise RefusedTwiml("<Message> has no text.", INVALID_BODY)
    if (characters := length(written[0])) > TEXT_LIMIT:
        raise RefusedTwiml(f"<Message> has {characters} characters; it may have {TEXT_LIMIT}.", INVALID_BODY)
    return written[0]
