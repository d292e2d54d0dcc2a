"""Reads a voice document as strictly as can be: what Twilio would refuse or silently drop is refused here."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final
from urllib.parse import quote_plus
from xml.etree import ElementTree

from hotline.phone import faults
from hotline.phone.ears import deafness
from hotline.phone.faults import RefusedTwiml
from hotline.phone.grammar import ELEMENTS, Element, is_url
from hotline.phone.verbs import (
    FOREVER,
    Dial,
    Document,
    Enqueue,
    Gather,
    Hangup,
    Leave,
    Number,
    Pause,
    Play,
    Record,
    Redirect,
    Reject,
    Say,
    Talk,
    Verb,
)
from hotline.phone.voices import ignores_say_as, language_of, misfit, takes_markup, text_limit

BODY_LIMIT: Final = 64 * 1024
"""Bytes a document may have."""

ENCODED_SAY_LIMIT: Final = 4500
"""Bytes the text of a Say may have when it is URL-encoded; over it the prompt is silently lost."""

NUMBERS_LIMIT: Final = 10
"""How many numbers one Dial may ring."""

_Node = ElementTree.Element


def read_twiml(body: bytes, content_type: str) -> Document:
    """The document in a webhook's answer; raises RefusedTwiml with the first fault found."""
    root = response_element(body, content_type)
    check_grammar(root, ELEMENTS)
    _check_order(list(root))
    return Document(tuple(_VERBS[node.tag](node) for node in root))


def response_element(body: bytes, content_type: str) -> _Node:
    """The root of the document, whatever is in it; raises RefusedTwiml when it is none."""
    _check_envelope(body, content_type)
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise RefusedTwiml(f"The document is not well-formed XML: {error}.", faults.PARSE_FAILURE) from error
    if root.tag != "Response":
        raise RefusedTwiml(f"The root element is <{root.tag}> and not <Response>.", faults.PARSE_FAILURE)
    return root


def _check_envelope(body: bytes, content_type: str) -> None:
    kind, _, parameters = content_type.partition(";")
    if kind.strip().lower() != "text/xml":
        raise RefusedTwiml(
            f"The Content-Type is {content_type or 'missing'!r} and not text/xml.", faults.INVALID_CONTENT_TYPE
        )
    charset = re.search(r"charset=\"?([^\";\s]+)", parameters)
    if charset and charset[1].lower() != "utf-8":
        raise RefusedTwiml(f"The charset is {charset[1]} and not utf-8.", faults.INVALID_CONTENT_TYPE)
    if len(body) > BODY_LIMIT:
        raise RefusedTwiml(f"The document is longer than {BODY_LIMIT} bytes.", faults.BODY_TOO_LARGE)
    if not body.startswith((b"<?xml", b"<Response")):
        raise RefusedTwiml("The document does not begin with <?xml or <Response>.", faults.PARSE_FAILURE)
    if b"<!" in body.replace(b"<!--", b"").replace(b"<![CDATA[", b""):
        raise RefusedTwiml("The document has a DOCTYPE or another declaration.", faults.PARSE_FAILURE)


def check_grammar(node: _Node, elements: Mapping[str, Element]) -> None:
    """Hold the element and everything in it against a grammar; raises RefusedTwiml."""
    rules = elements[node.tag]
    for name, value in node.attrib.items():
        if name not in rules.attributes:
            raise RefusedTwiml(f"<{node.tag}> has no attribute {name}.", faults.SCHEMA_VIOLATION)
        rule = rules.attributes[name]
        if not rule.allows(value):
            raise RefusedTwiml(f"{name} of <{node.tag}> is {value!r}; it must be {rule.legal}.", rule.code)
    for text in (node.text, *(child.tail for child in node), *node.attrib.values()):
        _check_characters(node.tag, text or "")
    if not rules.takes_text and any((text or "").strip() for text in (node.text, *(child.tail for child in node))):
        raise RefusedTwiml(f"<{node.tag}> has text in it, where none may stand.", faults.SCHEMA_VIOLATION)
    for child in node:
        if child.tag not in rules.children:
            raise RefusedTwiml(f"<{child.tag}> may not stand inside <{node.tag}>.", rules.nested_code)
        check_grammar(child, elements)


def _check_characters(tag: str, text: str) -> None:
    # expat refuses the control characters below the blank by itself, but lets these through.
    if found := re.search("[\x7f-\x9f\ufffe\uffff]", text):
        raise RefusedTwiml(f"<{tag}> holds the control character U+{ord(found[0]):04X}.", faults.PARSE_FAILURE)


def _check_order(nodes: list[_Node]) -> None:
    """Refuse what can never be reached, and a Reject that comes too late."""
    for place, node in enumerate(nodes):
        leaves = node.tag in ("Redirect", "Hangup", "Reject", "Leave") or (
            node.tag in ("Dial", "Enqueue") and "action" in node.attrib
        )
        if leaves and node is not nodes[-1]:
            raise RefusedTwiml(
                f"<{nodes[place + 1].tag}> after <{node.tag}> can never be reached.", faults.SCHEMA_VIOLATION
            )
        if node.tag == "Reject" and place:
            raise RefusedTwiml("<Reject> only works as the first verb.", faults.SCHEMA_VIOLATION)


def _say(node: _Node) -> Say:
    voice = node.get("voice")
    language = language_of(voice, node.get("language"))
    _check_markup(node, voice)
    text = " ".join("".join(_spoken(node)).split())
    if not text:
        raise RefusedTwiml("<Say> has no text.", 13520)
    if len(text) > text_limit(voice):
        raise RefusedTwiml(f"<Say> has {len(text)} characters; the voice takes {text_limit(voice)}.", 13521)
    if (encoded := len(quote_plus(text))) > ENCODED_SAY_LIMIT:
        raise RefusedTwiml(
            f"<Say> has {encoded} URL-encoded bytes; beyond {ENCODED_SAY_LIMIT} the prompt is lost.", 13521
        )
    if why := misfit(voice, language):
        raise RefusedTwiml(f"voice and language of <Say> do not go together: {why}.", 13511)
    return Say(text, language, _repeats(node), voice)


def _check_markup(node: _Node, voice: str | None) -> None:
    inside = {child.tag for child in node.iter()} - {node.tag}
    if inside and not takes_markup(voice):
        raise RefusedTwiml(f"<Say> with the basic voice holds <{min(inside)}>, which it does not know.", 13520)
    if "say-as" in inside and ignores_say_as(voice or ""):
        raise RefusedTwiml(f"<Say> holds <say-as>, which the voice {voice} ignores: write the words out.", 13520)


def _spoken(node: _Node) -> Iterator[str]:
    """The words that are heard; a break is heard as a blank, a sub as its alias."""
    yield node.get("alias", "") if node.tag == "sub" else node.text or ""
    for child in node:
        yield " " if child.tag == "break" else "".join(_spoken(child))
        yield child.tail or ""


def _play(node: _Node) -> Play:
    url, digits = (node.text or "").strip(), node.get("digits", "")
    if bool(url) == bool(digits):
        raise RefusedTwiml("<Play> needs either a URL or digits.", faults.SCHEMA_VIOLATION)
    return Play(_url(node, url) if url else None, digits, _repeats(node))


def _repeats(node: _Node) -> int:
    return int(node.get("loop", "1")) or FOREVER


def _pause(node: _Node) -> Pause:
    return Pause(int(node.get("length", "1")))


_TALK: Final[dict[str, Callable[[_Node], Talk]]] = {"Say": _say, "Play": _play, "Pause": _pause}


def _gather(node: _Node) -> Gather:
    kinds = node.get("input", "dtmf").split()
    timeout = node.get("timeout", "5")
    if timeout == "auto" and kinds != ["speech"]:
        raise RefusedTwiml("timeout of <Gather> may be 'auto' for speech only.", 13313)
    _check_speech(node)
    return Gather(
        inside=tuple(_TALK[child.tag](child) for child in node),
        action=node.get("action"),
        method=node.get("method", "POST"),
        hears_keys="dtmf" in kinds,
        hears_speech="speech" in kinds,
        timeout_s=5 if timeout == "auto" else int(timeout),
        finish_key=node.get("finishOnKey", "#"),
        num_digits=int(node.attrib["numDigits"]) if "numDigits" in node.attrib else None,
        action_on_empty_result=node.get("actionOnEmptyResult") == "true",
        barge_in=node.get("bargeIn") != "false",
    )


def _check_speech(node: _Node) -> None:
    """What goes together only in some ways, all of it after Twilio's reference of <Gather>."""
    model = node.get("speechModel")
    if why := deafness(model, node.get("language", "en-US")):
        raise RefusedTwiml(f"language and speechModel of <Gather> do not go together: {why}.", 13331)
    if model and not node.get("speechTimeout", "").isdecimal():
        raise RefusedTwiml("<Gather> with a speechModel needs a speechTimeout in seconds, not 'auto'.", 13327)
    if node.get("enhanced") == "true" and model != "phone_call":
        raise RefusedTwiml("enhanced of <Gather> works with the speechModel 'phone_call' only.", 13334)


def _redirect(node: _Node) -> Redirect:
    return Redirect(_url(node, (node.text or "").strip()), node.get("method", "POST"))


def _url(node: _Node, text: str) -> str:
    if not is_url(text):
        raise RefusedTwiml(f"<{node.tag}> needs a URL of plain ASCII; it has {text!r}.", faults.INVALID_URL)
    return text


def _dial(node: _Node) -> Dial:
    bare = (node.text or "").strip()
    if bool(bare) == bool(len(node)):
        raise RefusedTwiml("<Dial> needs either a number or <Number> elements.", 13224)
    if len(node) > NUMBERS_LIMIT:
        raise RefusedTwiml(f"<Dial> has more than {NUMBERS_LIMIT} <Number> elements.", 13250)
    return Dial(
        numbers=(_number(node),) if bare else tuple(_number(child) for child in node),
        action=node.get("action"),
        method=node.get("method", "POST"),
        timeout_s=int(node.get("timeout", "30")),
        time_limit_s=int(node.get("timeLimit", "14400")),
        caller_id=node.get("callerId"),
        in_turn=node.get("sequential") == "true",
    )


def _number(node: _Node) -> Number:
    number = (node.text or "").strip()
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", number):
        raise RefusedTwiml(f"<{node.tag}> holds {number!r}, which is not a number like +81312345678.", 13223)
    return Number(
        number,
        node.get("url"),
        node.get("method", "POST"),
        callback=node.get("statusCallback"),
        callback_method=node.get("statusCallbackMethod", "POST"),
        callback_events=frozenset(node.get("statusCallbackEvent", "completed").split()),
    )


def _record(node: _Node) -> Record:
    return Record(
        action=node.get("action"),
        method=node.get("method", "POST"),
        timeout_s=int(node.get("timeout", "5")),
        finish_keys=node.get("finishOnKey", "1234567890*#"),
        max_length_s=int(node.get("maxLength", "3600")),
        beeps=node.get("playBeep") != "false",
        callback=node.get("recordingStatusCallback"),
        callback_method=node.get("recordingStatusCallbackMethod", "POST"),
        callback_events=frozenset(node.get("recordingStatusCallbackEvent", "completed").split()),
    )


def _enqueue(node: _Node) -> Enqueue:
    queue = (node.text or "").strip()
    if len(queue) > 64 or not (queue or node.get("workflowSid")):
        raise RefusedTwiml("<Enqueue> needs the name of a queue, of at most 64 characters.", faults.SCHEMA_VIOLATION)
    return Enqueue(
        queue=queue,
        action=node.get("action"),
        method=node.get("method", "POST"),
        wait_url=node.get("waitUrl"),
        wait_method=node.get("waitUrlMethod", "POST"),
    )


def _reject(node: _Node) -> Reject:
    return Reject("busy" if node.get("reason") == "busy" else "no-answer")


_VERBS: Final[dict[str, Callable[[_Node], Verb]]] = {
    **_TALK,
    "Gather": _gather,
    "Redirect": _redirect,
    "Hangup": lambda _: Hangup(),
    "Leave": lambda _: Leave(),
    "Reject": _reject,
    "Dial": _dial,
    "Record": _record,
    "Enqueue": _enqueue,
}
