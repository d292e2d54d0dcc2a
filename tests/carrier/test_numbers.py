import pytest

from hotline.carrier.numbers import is_japanese_mobile


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
