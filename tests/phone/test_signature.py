from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from hotline.phone.signature import sign

URL = "https://hotline.example/voice/turn?turn=9"
fields = st.lists(st.tuples(st.text(min_size=1, max_size=8), st.text(max_size=12)), max_size=8)
texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.lists(st.tuples(texts, texts), max_size=8), texts)
def test_twilio_computes_the_same(pairs, token):
    # The same names come up often enough for repeated fields, with the same and with other values.
    repeated = pairs + [(name, value + "2") for name, value in pairs[:2]] + pairs[:1]
    assert sign(URL, repeated, token) == RequestValidator(token).compute_signature(URL, MultiDict(repeated))


def test_japanese_text_and_repeated_fields_are_signed_as_twilio_does():
    pairs = [("SpeechResult", "カードをなくしました"), ("To", "b"), ("To", "a"), ("To", "a"), ("Digits", "")]
    assert RequestValidator("token").validate(URL, MultiDict(pairs), sign(URL, pairs, "token"))


def test_another_token_or_field_or_url_signs_differently():
    right = sign(URL, [("Digits", "1")], "token")
    assert right != sign(URL, [("Digits", "1")], "tokem")
    assert right != sign(URL, [("Digits", "2")], "token")
    assert right != sign(URL + "0", [("Digits", "1")], "token")
