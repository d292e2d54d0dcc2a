"""A reply of the conversation as TwiML.

Every attribute is written out, because Twilio's defaults end calls; and everything that listens or holds is followed
by a redirect, because a `<Gather>` that hears nothing sends no request at all.
"""

from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import urlsplit

from twilio.twiml.voice_response import Gather, VoiceResponse

from hotline.callflow.replies import Entry, HangUp, Hold, Listen, Menu, Option, Reply, Sentence, Transfer
from hotline.callflow.state import Turn
from hotline.speech.speak import speak

BETWEEN_KEYS_S: Final = 5
"""Patience between two keys, in seconds, and of a silent caller after the pause below."""

FIRST_KEY_PAUSE_S: Final = 4
"""Silence inside the `<Gather>`, after the words: with the patience above, 9 seconds to find the first key."""

UNHURRIED: Final = 2
"""After a miss, how many times as long."""

RING_S: Final = 25
"""Seconds for which operators' telephones ring."""


class TwimlRenderer:
    """Renders turns for one public address and one set of operators."""

    def __init__(self, public_url: str, operator_numbers: Sequence[str]) -> None:
        self._path = urlsplit(public_url).path
        self._operator_numbers = tuple(operator_numbers)

    def __call__(self, turn: Turn, number: int) -> str:
        """The TwiML of a turn; the next webhook will carry its number."""
        response = VoiceResponse()
        language, reply = turn.state.language, turn.reply
        next_turn = f"{self._path}/voice/turn?turn={number}"
        match reply.ending:
            case Listen() as listen:
                self._listen(response, listen, reply, language, next_turn)
            case Hold(seconds):
                _say(response, reply.sentences, language)
                response.pause(length=seconds)
                response.redirect(next_turn, method="POST")
            case Transfer():
                _say(response, reply.sentences, language)
                dial = response.dial(action=next_turn, method="POST", timeout=RING_S, answer_on_bridge=True)
                for operator_number in self._operator_numbers:
                    dial.number(operator_number)
            case HangUp():
                _say(response, reply.sentences, language)
                response.hangup()
        return str(response)

    def _listen(self, response: VoiceResponse, listen: Listen, reply: Reply, language: str, next_turn: str) -> None:
        factor = UNHURRIED if listen.unhurried else 1
        gather = Gather(
            input="dtmf",
            action=next_turn,
            method="POST",
            timeout=BETWEEN_KEYS_S * factor,
            **_how_to_end(listen.to),
        )
        options = listen.to.options if isinstance(listen.to, Menu) else ()
        _say(gather, (*reply.sentences, *_named(options)), language)
        gather.pause(length=FIRST_KEY_PAUSE_S * factor)
        response.append(gather)
        response.redirect(next_turn, method="POST")


def _how_to_end(to: Menu | Entry) -> dict[str, object]:
    match to:
        case Menu():
            # Without a finish key `#` and `*` arrive like any other key.
            return {"num_digits": 1, "finish_on_key": "", "action_on_empty_result": False}
        case Entry(may_be_empty):
            # No number of digits: whoever keys `#` after a full entry would else answer the next question with it.
            # Twilio tells `#` alone only when asked for empty results, and then FinishedOnKey tells it from silence.
            return {"finish_on_key": "#", "action_on_empty_result": may_be_empty}


def _named(options: Iterable[Option]) -> tuple[Sentence, ...]:
    return tuple(
        Sentence(option.prompt, {"key": option.key}, option.language) for option in options if option.prompt is not None
    )


def _say(verb: VoiceResponse | Gather, sentences: Iterable[Sentence], language: str) -> None:
    for sentence in sentences:
        utterance = speak(sentence, language)
        for piece in utterance.pieces():
            verb.say(piece, language=utterance.language, voice=utterance.voice)
