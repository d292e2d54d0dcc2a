import re

import pytest
from twilio.twiml import voice_response
from twilio.twiml.voice_response import Gather as TwilioGather
from twilio.twiml.voice_response import VoiceResponse

from hotline.phone.faults import RefusedTwiml
from hotline.phone.grammar import ELEMENTS, MARKUP
from hotline.phone.twiml import read_twiml
from hotline.phone.verbs import Dial, Enqueue, Gather, Hangup, Number, Pause, Play, Record, Redirect, Reject, Say

XML = "text/xml; charset=utf-8"


def read(verbs, content_type=XML):
    return read_twiml(
        f'<?xml version="1.0" encoding="UTF-8"?><Response>{verbs}</Response>'.encode(), content_type
    ).verbs


def refusal(verbs):
    with pytest.raises(RefusedTwiml) as refused:
        read(verbs)
    return str(refused.value)


def test_a_menu_is_read_with_everything_in_it():
    menu, back = read(
        '<Gather input="dtmf" action="/keyed" method="GET" timeout="9" finishOnKey="" numDigits="1"'
        ' actionOnEmptyResult="true"><Say voice="Polly.Kazuha-Neural" language="ja-JP">はい。</Say><Pause length="2"/>'
        '<Play>/hello.wav</Play></Gather><Redirect method="POST">/again</Redirect>'
    )
    assert menu == Gather(
        inside=(Say("はい。", "ja-JP"), Pause(2), Play("/hello.wav")),
        action="/keyed",
        method="GET",
        hears_keys=True,
        hears_speech=False,
        timeout_s=9,
        finish_key="",
        num_digits=1,
        action_on_empty_result=True,
        barge_in=True,
    )
    assert back == Redirect("/again", "POST")


def test_what_is_not_written_is_as_twilio_has_it():
    (gather,) = read("<Gather/>")
    assert gather == Gather((), None, "POST", True, False, 5, "#", None, False, True)
    (record,) = read("<Record/>")
    assert record == Record(None, "POST", 5, "1234567890*#", 3600, True, None, "POST", frozenset({"completed"}))
    (dial,) = read("<Dial>+81312345678</Dial>")
    assert dial == Dial((Number("+81312345678", None, "POST"),), None, "POST", 30, 14400, None, False)


def test_the_other_verbs_are_read():
    assert read('<Enqueue waitUrl="/wait" action="/left">support</Enqueue>') == (
        Enqueue("support", "/left", "POST", "/wait", "POST"),
    )
    assert read('<Reject reason="busy"/>') == (Reject("busy"),)
    assert read("<Reject/>") == (Reject("no-answer"),)
    assert read("<Hangup/>") == (Hangup(),)
    assert read("<!-- nothing --><Pause/>") == (Pause(1),)
    assert read("") == ()


LANGUAGES_BY_EAR = "ja-JP en-US cmn-Hans-CN ko-KR es-MX es-US pt-BR vi-VN th-TH id-ID fil-PH ne-NP"


@pytest.mark.parametrize("language", LANGUAGES_BY_EAR.split())
def test_every_language_of_the_line_is_understood_when_it_is_spoken(language):
    (gather,) = read(
        f'<Gather input="dtmf speech" language="{language}" speechTimeout="auto" hints="card, lost card"/>'
    )
    assert gather.hears_speech
    assert gather.hears_keys


@pytest.mark.parametrize(("model", "language"), [("phone_call", "ja-JP"), ("experimental_utterances", "th-TH")])
def test_a_model_for_speech_understands_its_languages(model, language):
    assert read(f'<Gather input="speech" speechModel="{model}" speechTimeout="2" language="{language}"/>')


def test_hints_may_be_500_phrases_of_100_characters():
    assert read('<Gather input="speech" hints="{}"/>'.format(",".join(["x" * 100] * 500)))


HOLD = '<Gather input="dtmf" numDigits="1" timeout="3" finishOnKey="" actionOnEmptyResult="true" action="/on"/>'


@pytest.mark.parametrize(
    ("changed", "holds"),
    [
        ('timeout="3"', True),
        ('timeout="1"', True),
        ('timeout="4"', False),
        ('numDigits="2"', False),
        ('actionOnEmptyResult="false"', False),
        ('input="speech"', False),
        ('input="dtmf speech"', True),
    ],
)
def test_a_short_ear_for_one_key_that_nobody_must_press_is_a_hold(changed, holds):
    name = changed.partition("=")[0]
    (gather,) = read(re.sub(rf'{name}="[^"]*"', changed, HOLD))
    assert gather.is_hold is holds


def test_markup_is_spoken_as_it_is_heard():
    (say,) = read(
        '<Say voice="Polly.Joanna-Neural">One<break time="300ms"/>two <sub alias="World Health">WH</sub>'
        ' <prosody rate="90%">three</prosody>.</Say>'
    )
    assert say.text == "One two World Health three."


def test_what_twilios_library_writes_is_accepted():
    response = VoiceResponse()
    gather = TwilioGather(
        input="dtmf",
        action="/voice/turn?turn=3&x=1",
        method="POST",
        timeout=5,
        finish_on_key="",
        num_digits=1,
        action_on_empty_result=False,
    )
    gather.say("紛失は、2番を。", language="ja-JP", voice="Polly.Kazuha-Neural")
    gather.pause(length=4)
    response.append(gather)
    dial = response.dial(timeout=25, answer_on_bridge=True)
    dial.number("+81312345678", url="/whisper")
    response.redirect("/voice/turn?turn=3", method="POST")
    verbs = read_twiml(str(response).encode(), XML).verbs
    assert [type(verb) for verb in verbs] == [Gather, Dial, Redirect]
    assert verbs[0].action == "/voice/turn?turn=3&x=1"


def test_every_attribute_of_ours_is_one_that_twilio_knows():
    """Twilio's library writes down which attributes there are, in its own spelling."""
    for name, element in ELEMENTS.items():
        if name in MARKUP or not element.attributes:
            continue
        method = getattr(voice_response.Dial if name == "Number" else VoiceResponse, name.lower())
        known = {argument.replace("_", "") for argument in method.__code__.co_varnames}
        assert {attribute.lower() for attribute in element.attributes} <= known


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "does not begin"),
        (b" <Response/>", "does not begin"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><Response/>", "does not begin"),
        (b"hello<Response/>", "does not begin"),
        (b"<Response><Say>Hi</Response>", "not well-formed"),
        (b"<Response/>left over", "not well-formed"),
        (b"<Response/><Response/>", "not well-formed"),
        (b"<Responses/>", "root element is <Responses>"),
        (b"<?xml version='1.0'?><html/>", "root element is <html>"),
        (b"<?xml version='1.0'?><!DOCTYPE x><Response/>", "DOCTYPE"),
        (b"<Response><Say>bell \x07</Say></Response>", "not well-formed"),
        (b"<Response><Say>bell &#7;</Say></Response>", "not well-formed"),
        (b"<Response><Say>\xff</Say></Response>", "not well-formed"),
        ("<Response><Say>\x85</Say></Response>".encode(), "control character U.0085"),
        (b"<Response><Say>\x7f</Say></Response>", "control character U.007F"),
    ],
)
def test_a_damaged_document_is_refused(body, words):
    with pytest.raises(RefusedTwiml, match=words) as refused:
        read_twiml(body, XML)
    assert refused.value.code == 12100


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/html",
        "application/json",
        "application/xml",
        "text/xml; charset=shift_jis",
        "text/plain; charset=utf-8",
    ],
)
def test_another_content_type_is_refused(content_type):
    with pytest.raises(RefusedTwiml, match="12300"):
        read("<Hangup/>", content_type)


def test_a_document_may_have_64_kilobytes_and_no_more():
    padding = "<!--" + "x" * (64 * 1024 - len("<Response><Hangup/><!----></Response>")) + "-->"
    fits = f"<Response><Hangup/>{padding}</Response>".encode()
    assert read_twiml(fits, XML).verbs == (Hangup(),)
    with pytest.raises(RefusedTwiml, match="11750"):
        read_twiml(fits.replace(b"xx", b"xxx", 1), XML)


@pytest.mark.parametrize(
    ("verbs", "words"),
    [
        ("<Speak>Hi</Speak>", "<Speak> may not stand inside <Response>"),
        ("<say>Hi</say>", "<say> may not stand inside <Response>"),
        ("<Number>+81312345678</Number>", "<Number> may not stand"),
        ("<Gather><Gather/></Gather>", "13320"),
        ("<Gather><Redirect>/x</Redirect></Gather>", "13320"),
        ("<Gather><Record/></Gather>", "13320"),
        ("<Dial><Client>anna</Client></Dial>", "13215"),
        ("<Say voice='Polly.Joanna'><Say>x</Say></Say>", "<Say> may not stand inside <Say>"),
        ("<Hangup>now</Hangup>", "<Hangup> has text"),
        ("<Gather>Press one.</Gather>", "<Gather> has text"),
        ("Welcome<Hangup/>", "<Response> has text"),
        ("<Hangup/>Goodbye", "<Response> has text"),
    ],
)
def test_an_element_in_the_wrong_place_is_refused(verbs, words):
    assert words in refusal(verbs)


@pytest.mark.parametrize(
    ("verbs", "words"),
    [
        ('<Gather finishonkey="#"/>', "<Gather> has no attribute finishonkey"),
        ('<Gather finish_on_key="#"/>', "no attribute finish_on_key"),
        ('<Gather finishOnKey="##"/>', "13310"),
        ('<Gather finishOnKey="a"/>', "13310"),
        ('<Gather method="PUT"/>', "13312"),
        ('<Gather method="post"/>', "13312"),
        ('<Gather timeout="0"/>', "13313"),
        ('<Gather timeout="5.5"/>', "13313"),
        ('<Gather timeout="auto"/>', "13313"),
        ('<Gather numDigits="0"/>', "13314"),
        ('<Gather numDigits="one"/>', "13314"),
        ('<Gather input="keys"/>', "13326"),
        ('<Gather input=""/>', "13326"),
        ('<Gather speechTimeout="0"/>', "13327"),
        ('<Gather hints="{}"/>'.format(",".join(["card"] * 501)), "13330"),
        ('<Gather hints="{}"/>'.format("x" * 101), "13330"),
        ('<Gather language="ja"/>', "13331"),
        ('<Gather language="cmn-CN"/>', "13331"),
        ('<Gather bargeIn="yes"/>', "13332"),
        ('<Gather speechModel="best"/>', "13334"),
        ('<Gather maxSpeechTime="61"/>', "maxSpeechTime"),
        ('<Gather input="speech" speechModel="phone_call" speechTimeout="2" language="th-TH"/>', "13331"),
        ('<Gather input="speech" speechModel="googlev2_telephony" speechTimeout="2"/>', "13331"),
        ('<Gather input="speech" language="ja"/>', "13331"),
        ('<Gather input="speech" speechModel="phone_call" speechTimeout="auto"/>', "13327"),
        ('<Gather input="speech" speechModel="default"/>', "13327"),
        ('<Gather input="speech" enhanced="true"/>', "13334"),
        ('<Gather actionOnEmptyResult="True"/>', "13338"),
        ('<Gather action=""/>', "11100"),
        ('<Gather action="/声"/>', "11100"),
        ('<Gather action="/a b"/>', "11100"),
        ('<Gather action="ftp://hotline.example/"/>', "11100"),
        ('<Gather action="https:///turn"/>', "11100"),
        ('<Pause length="0"/>', "13910"),
        ('<Pause length="-1"/>', "13910"),
        ('<Pause length="１"/>', "13910"),
        ('<Redirect method="get">/x</Redirect>', "13710"),
        ("<Redirect/>", "11100"),
        ("<Redirect>javascript:alert(1)</Redirect>", "11100"),
        ('<Play loop="-1">/x.wav</Play>', "13410"),
        ('<Play digits="12a"/>', "13430"),
        ("<Play/>", "either a URL or digits"),
        ('<Play digits="1">/x.wav</Play>', "either a URL or digits"),
        ('<Dial timeout="601">+81312345678</Dial>', "13212"),
        ('<Dial callerId="0312345678">+81312345678</Dial>', "13214"),
        ('<Dial timeLimit="14401">+81312345678</Dial>', "13216"),
        ('<Dial record="always">+81312345678</Dial>', "13217"),
        ('<Dial answerOnBridge="1">+81312345678</Dial>', "13219"),
        ("<Dial>03-1234-5678</Dial>", "13223"),
        ("<Dial><Number>+8131234567８</Number></Dial>", "13223"),
        ("<Dial/>", "13224"),
        ("<Dial>+81312345678<Number>+81312345678</Number></Dial>", "13224"),
        ("<Dial>{}</Dial>".format("<Number>+81312345678</Number>" * 11), "13250"),
        ('<Dial><Number method="PUT">+81312345678</Number></Dial>', "13221"),
        ('<Record maxLength="0"/>', "13612"),
        ('<Record finishOnKey="x"/>', "13613"),
        ('<Record playBeep="no"/>', "13616"),
        ('<Enqueue waitUrlMethod="PUT">a</Enqueue>', "14206"),
        ("<Enqueue/>", "name of a queue"),
        ("<Enqueue>{}</Enqueue>".format("x" * 65), "name of a queue"),
        ('<Reject reason="tired"/>', "reason of <Reject> is 'tired'"),
        ('<Say loop="many">x</Say>', "13510"),
        ('<Say language="zh-CN">你好</Say>', "13512"),
        ('<Say language="ne-NP">x</Say>', "13512"),
    ],
)
def test_a_wrong_attribute_or_value_is_refused(verbs, words):
    assert words in refusal(verbs)


@pytest.mark.parametrize(
    ("verbs", "words"),
    [
        ("<Redirect>/x</Redirect><Say>Hi</Say>", "<Say> after <Redirect> can never be reached"),
        ("<Hangup/><Hangup/>", "<Hangup> after <Hangup> can never"),
        ('<Dial action="/x">+81312345678</Dial><Hangup/>', "<Hangup> after <Dial> can never"),
        ('<Enqueue action="/x">a</Enqueue><Hangup/>', "<Hangup> after <Enqueue> can never"),
        ("<Say>Hi</Say><Reject/>", "only works as the first verb"),
    ],
)
def test_what_can_never_happen_is_refused(verbs, words):
    assert words in refusal(verbs)


def test_verbs_after_a_dial_without_action_are_reached():
    assert len(read("<Dial>+81312345678</Dial><Hangup/>")) == 2


@pytest.mark.parametrize("text", ["", "   ", "<break/>", "<sub alias=''>WHO</sub>"])
def test_a_say_without_words_is_refused(text):
    assert "13520" in refusal(f'<Say voice="Polly.Joanna">{text}</Say>')


@pytest.mark.parametrize(
    ("voice", "most"), [("Polly.Joanna-Neural", 3000), ("Google.en-US-Neural2-A", 4500), (None, 3000)]
)
def test_a_say_has_as_many_letters_as_its_voice_takes(voice, most):
    attribute = f'voice="{voice}"' if voice else ""
    assert len(read(f"<Say {attribute}>{'x' * most}</Say>")[0].text) == most
    assert "13521" in refusal(f"<Say {attribute}>{'x' * (most + 1)}</Say>")


def test_a_say_has_at_most_500_japanese_characters():
    assert read(f'<Say language="ja-JP">{"あ" * 500}</Say>')
    assert "URL-encoded" in refusal(f'<Say language="ja-JP">{"あ" * 501}</Say>')


@pytest.mark.parametrize(
    ("say", "words"),
    [
        ('<Say voice="Polly.Kazuha-Neural" language="en-US">x</Say>', "speaks ja-JP and not en-US"),
        ('<Say voice="Polly.Nobody" language="en-US">x</Say>', "not on the list"),
        ('<Say voice="woman" language="ja-JP">x</Say>', "does not speak ja-JP"),
        ('<Say voice="Polly.Kazuha-Neural"><say-as interpret-as="digits">1</say-as></Say>', "ignores"),
        ('<Say><break time="1s"/>x</Say>', "basic voice"),
        ('<Say voice="Polly.Joanna"><break time="long"/>x</Say>', "time of <break>"),
        ('<Say voice="Polly.Joanna"><blink>x</blink></Say>', "<blink> may not stand inside <Say>"),
    ],
)
def test_a_say_that_the_voice_cannot_speak_is_refused(say, words):
    assert words in refusal(say)


def test_a_standard_voice_may_use_say_as():
    assert read('<Say voice="Polly.Joanna"><say-as interpret-as="digits">12</say-as></Say>') == (Say("12", "en-US"),)
