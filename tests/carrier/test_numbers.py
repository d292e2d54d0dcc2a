import pytest

from hotline.carrier.numbers import is_japanese_mobile, to_be_called_back


@pytest.mark.parametrize("number", ["+819012345678", "+818012345678", "+817012345678", "+816012345678"])
def test_mobiles_of_japan_can_be_written_to(number: str) -> None:
    assert is_japanese_mobile(number)


NOT = {
    "an IP telephone": "+815012345678",
    "a landline": "+81312345678",
    "a landline that begins like a mobile": "+81801234567",
    "a free number": "+81120950178",
    "a free number of eleven digits": "+818001234567",
    "a paid number": "+81570783578",
    "a machine": "+812012345678",
    "one digit short": "+81901234567",
    "one digit long": "+8190123456789",
    "the American half of a dialled number": "+12025550123",
    "a Korean mobile": "+821012345678",
    "a withheld number": "+266696687",
    "as it is dialled in Japan": "09012345678",
    "with hyphens": "+81-90-1234-5678",
    "with an extension": "+819012345678;ext=5",
    "with the zero of the trunk": "+8109012345678",
    "a word": "anonymous",
    "nothing": "",
}


@pytest.mark.parametrize("number", NOT.values(), ids=NOT.keys())
def test_nothing_else_can(number: str) -> None:
    assert not is_japanese_mobile(number)


CALLED = {
    "+819012345678": "+819012345678",
    "09012345678": "+819012345678",
    "0312345678": "+81312345678",
    "05031234567": "+815031234567",
    "0120950178": "+81120950178",
    "+821012345678": "+821012345678",
}


@pytest.mark.parametrize(("left", "called"), CALLED.items())
def test_whoever_left_a_number_is_called_back_there_in_its_whole_form(left: str, called: str) -> None:
    assert to_be_called_back(left) == called


NOT_CALLED = {
    "a number that charges its caller": "0990512345",
    "a paid number of Japan": "0570783578",
    "the same in its whole form": "+81570783578",
    "a paid number of America": "+19005550123",
    "a withheld number": "+266696687",
    "the police": "110",
    "one digit short": "0901234567",
    "an address": "sip:somebody@example.com",
    "another verb": "09012345678</Number><Number>0312345678",
    "nothing": "",
}


@pytest.mark.parametrize("left", NOT_CALLED.values(), ids=NOT_CALLED.keys())
def test_nobody_is_called_back_at(left: str) -> None:
    assert to_be_called_back(left) is None
