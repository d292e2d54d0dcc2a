"""A reply of the conversation as TwiML.

Every attribute is written out, because Twilio's defaults end calls; and everything that listens or holds is followed
by a redirect, because a `<Gather>` that hears nothing sends no request at all.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Gather, VoiceResponse

from hotline.callflow.replies import Entry, HangUp, Hold, Listen, Menu, Record, Reply, Sentence, Transfer
from hotline.callflow.state import Turn
from hotline.speech.hearing import hints, listening_language
from hotline.speech.messages import write_reply
from hotline.speech.recordings import Recordings
from hotline.speech.speak import speak

BETWEEN_KEYS_S: Final = 5
"""Patience between two keys, in seconds, and of a silent caller after the pause below."""

FIRST_KEY_PAUSE_S: Final = 4
"""Silence inside the `<Gather>`, after the words: with the patience above, 9 seconds to find the first key."""

UNHURRIED: Final = 2
"""After a miss, how many times as long."""

BETWEEN_WORDS_S: Final = 2
"""Silence after which an utterance is over: people who tell digits one by one pause for more than a second."""

RING_S: Final = 25
"""Seconds for which operators' telephones ring."""

CALL_BACK_RING_S: Final = 40
"""Seconds for which the telephone of somebody rings who is called back."""

END_OF_MESSAGE_S: Final = 5
"""Silence after which a recording is over."""

BETWEEN_STEPS_S: Final = 1
"""Silence after each sentence for callers who write along."""

RECORDINGS: Final = "/recordings"
"""Where prompts that are recorded are played from."""


class TwimlRenderer:
    """Renders turns for one public address and one set of operators."""

    def __init__(self, public_url: str, operator_numbers: Sequence[str], recordings: Recordings | None = None) -> None:
        """Without recordings, voices say everything."""
        self._url = public_url
        self._path = urlsplit(public_url).path
        self._operator_numbers = tuple(operator_numbers)
        self._recordings = recordings

    def __call__(self, turn: Turn, number: int) -> str:
        """The TwiML of a turn; the next webhook will carry its number."""
        if turn.state.by_text:
            return self.messages(turn.reply, turn.state.language)
        response = VoiceResponse()
        language, reply = turn.state.language, turn.reply
        next_turn = f"{self._path}/voice/turn?turn={number}"
        match reply.ending:
            case Listen() as listen:
                self._listen(response, listen, reply, language, next_turn)
            case Hold(seconds):
                self._say(response, reply, language)
                _hold(response, seconds, next_turn)
            case Transfer(operator):
                self._say(response, reply, language)
                self._ring(response, operator, next_turn)
            case Record(longest_s):
                self._say(response, reply, language)
                self._record(response, longest_s, next_turn)
            case HangUp():
                self._say(response, reply, language)
                response.hangup()
        return str(response)

    def messages(self, reply: Reply, language: str) -> str:
        """The reply as text messages."""
        response = MessagingResponse()
        for body in write_reply(reply, language):
            response.message(body)
        return str(response)

    def whisper(self, reply: Reply, language: str, taken: str = "/operators/taken") -> str:
        """What an operator hears alone; whoever presses nothing is hung up on, and the caller is kept.

        `taken` is the route that a key goes to, with its query.
        """
        response = VoiceResponse()
        gather = Gather(
            input="dtmf",
            action=f"{self._path}{taken}",
            method="POST",
            timeout=BETWEEN_KEYS_S,
            num_digits=1,
            finish_on_key="",
            action_on_empty_result=False,
        )
        self._say(gather, reply, language)
        response.append(gather)
        response.hangup()
        return str(response)

    def call_back(self, call_back_id: int, to: str, caller_id: str, longest_s: int) -> str:
        """Ring whoever is called back, and connect them with the operator who hears this."""
        response = VoiceResponse()
        over = f"{self._path}/call-backs/over?call_back={call_back_id}"
        dial = response.dial(
            action=over,
            method="POST",
            timeout=CALL_BACK_RING_S,
            time_limit=longest_s,
            caller_id=caller_id,
            answer_on_bridge=True,
        )
        dial.number(
            to,
            status_callback=f"{self._url}/call-backs/status?call_back={call_back_id}",
            status_callback_method="POST",
            status_callback_event="answered completed",
        )
        return str(response)

    def _listen(self, response: VoiceResponse, listen: Listen, reply: Reply, language: str, next_turn: str) -> None:
        factor = UNHURRIED if listen.unhurried else 1
        gather = Gather(
            action=next_turn,
            method="POST",
            timeout=BETWEEN_KEYS_S * factor,
            **_how_to_end(listen.to),
            **_what_to_hear(listen, language),
        )
        self._say(gather, reply, language)
        gather.pause(length=FIRST_KEY_PAUSE_S * factor)
        response.append(gather)
        response.redirect(next_turn, method="POST")

    def _ring(self, response: VoiceResponse, operator: int | None, next_turn: str) -> None:
        dial = response.dial(action=next_turn, method="POST", timeout=RING_S, answer_on_bridge=True)
        # The set of operators may have changed since the turn was taken: then all that there are now ring.
        rings = self._operator_numbers if operator is None else self._operator_numbers[operator : operator + 1]
        for number in rings or self._operator_numbers:
            dial.number(number, url=f"{self._url}/operators/whisper", method="POST")

    def _record(self, response: VoiceResponse, longest_s: int, next_turn: str) -> None:
        response.record(
            action=next_turn,
            method="POST",
            max_length=longest_s,
            timeout=END_OF_MESSAGE_S,
            finish_on_key="#",
            play_beep=True,
            trim="trim-silence",
            transcribe=False,
            recording_status_callback=f"{self._url}/voice/recording",
            recording_status_callback_method="POST",
            recording_status_callback_event="completed",
        )
        response.redirect(next_turn, method="POST")

    def _say(self, verb: VoiceResponse | Gather, reply: Reply, language: str) -> None:
        for sentence in reply.said:
            self._say_sentence(verb, sentence, language)
            if reply.slowly:
                verb.pause(length=BETWEEN_STEPS_S)

    def _say_sentence(self, verb: VoiceResponse | Gather, sentence: Sentence, language: str) -> None:
        recorded = self._recordings and self._recordings.find(sentence, language)
        if recorded:
            for file in recorded:
                verb.play(f"{self._url}{RECORDINGS}/{file}")
            return
        utterance = speak(sentence, language)
        for piece in utterance.pieces():
            verb.say(piece, language=utterance.language, voice=utterance.voice)


def _hold(response: VoiceResponse, seconds: int, next_turn: str) -> None:
    """Keys are heard while the caller holds; zero seconds hold nobody."""
    if seconds > 0:
        gather = Gather(
            input="dtmf",
            action=next_turn,
            method="POST",
            timeout=seconds,
            num_digits=1,
            finish_on_key="",
            action_on_empty_result=True,
        )
        response.append(gather)
    response.redirect(next_turn, method="POST")


def _how_to_end(to: Menu | Entry) -> dict[str, Any]:
    match to:
        case Menu():
            # Without a finish key `#` and `*` arrive like any other key.
            return {"num_digits": 1, "finish_on_key": "", "action_on_empty_result": False}
        case Entry(may_be_empty):
            # No number of digits: whoever keys `#` after a full entry would else answer the next question with it.
            # Twilio tells `#` alone only when asked for empty results, and then FinishedOnKey tells it from silence.
            return {"finish_on_key": "#", "action_on_empty_result": may_be_empty}


def _what_to_hear(listen: Listen, language: str) -> dict[str, Any]:
    if not listen.hears_speech:
        return {"input": "dtmf"}
    return {
        "input": "dtmf speech",
        "language": listening_language(language),
        "speech_timeout": BETWEEN_WORDS_S,
        "hints": ",".join(_plain(hints(listen, language))),
    }


def _plain(phrases: Iterable[str]) -> Iterable[str]:
    """A comma would end a hint."""
    return (phrase.replace(",", " ") for phrase in phrases)
