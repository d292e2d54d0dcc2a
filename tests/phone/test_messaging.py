import pytest
from twilio.twiml.messaging_response import Body, Message, MessagingResponse

from hotline.phone.faults import RefusedTwiml
from hotline.phone.messaging import read_messages

XML = "text/xml; charset=utf-8"


def read(verbs, content_type=XML):
    return read_messages(f'<?xml version="1.0" encoding="UTF-8"?><Response>{verbs}</Response>'.encode(), content_type)


def test_the_texts_of_the_answer_are_read_in_their_order():
    assert read("<Message>はい。\n受付番号</Message><Message><Body>  Two &amp; three </Body></Message>") == (
        "はい。\n受付番号",
        "Two & three",
    )


def test_no_answer_is_an_answer():
    assert read("") == ()


def test_what_twilios_library_writes_is_accepted():
    response = MessagingResponse()
    response.message("One.")
    message = Message()
    message.append(Body("Two."))
    response.append(message)
    assert read_messages(str(response).encode(), XML) == ("One.", "Two.")


@pytest.mark.parametrize(
    ("verbs", "words"),
    [
        ("<Say>Hi</Say>", "<Say> may not stand inside <Response>"),
        ("<Redirect>/x</Redirect>", "<Redirect> may not stand"),
        ("<message>Hi</message>", "<message> may not stand"),
        ("Hi", "<Response> has text"),
        ("<Message/>", "14103"),
        ("<Message> \n </Message>", "<Message> has no text"),
        ("<Message><Body/></Message>", "<Message> has no text"),
        ("<Message>One<Body>Two</Body></Message>", "more than one text"),
        ("<Message><Body>One</Body><Body>Two</Body></Message>", "more than one text"),
        ("<Message><Body>One</Body><Body/></Message>", "more than one text"),
        ("<Message><Body>One</Body>Two</Message>", "more than one text"),
        ("<Message><Media>https://hotline.example/x.png</Media></Message>", "<Media> may not stand"),
        ('<Message to="+819012345678">Hi</Message>', "<Message> has no attribute to"),
        ("<Message>{}</Message>".format("あ" * 1601), "1601 characters"),
        ("<Message>{}</Message>".format("😀" * 801), "1602 characters"),
        ("<Message>\x7f</Message>", "control character"),
    ],
)
def test_what_twilio_would_refuse_or_drop_is_refused(verbs, words):
    with pytest.raises(RefusedTwiml, match=words):
        read(verbs)


def test_a_message_may_have_1600_characters():
    assert len(read("<Message>{}</Message>".format("あ" * 1600))[0]) == 1600


def test_another_kind_of_answer_is_refused():
    with pytest.raises(RefusedTwiml, match="12300"):
        read("<Message>Hi</Message>", "text/html")
