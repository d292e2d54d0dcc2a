from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.callflow.effects import Facts
from hotline.privacy import CannotUnseal, Vault, new_key
from hotline.store.facts import seal_facts, unseal_facts
from tests.store.rows import FACTS, VAULT

FACT_SETS = st.builds(
    Facts,
    st.dates(date(1873, 1, 1), date(2100, 1, 1)),
    st.from_regex(r"[0-9]{7}", fullmatch=True),
    st.none() | st.from_regex(r"[0-9]{1,4}(\*[0-9]{1,4}){0,3}", fullmatch=True),
)


@given(FACT_SETS)
def test_what_was_sealed_comes_back(facts: Facts) -> None:
    assert unseal_facts(VAULT, seal_facts(VAULT, facts)) == facts


def test_nothing_keyed_can_be_read_in_what_is_stored() -> None:
    sealed = seal_facts(VAULT, FACTS)
    assert not any(keyed in sealed for keyed in (b"1980-03-01", b"1000001", b"2*16"))


@pytest.mark.parametrize("facts", [Facts(None, "1000001"), Facts(date(1980, 3, 1), None)])
def test_facts_that_identify_nobody_are_not_kept(facts: Facts) -> None:
    with pytest.raises(ValueError, match="ask for both"):
        seal_facts(VAULT, facts)


@pytest.mark.parametrize(
    "sealed", ["19800301", {"birth_date": "1980-13-01", "postal_code": "1", "house_number": None}, {}]
)
def test_something_else_that_was_sealed_is_refused_without_being_quoted(sealed: object) -> None:
    with pytest.raises(CannotUnseal) as raised:
        unseal_facts(VAULT, VAULT.seal(sealed))
    assert "1980" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_facts_of_a_lost_key_are_refused() -> None:
    with pytest.raises(CannotUnseal):
        unseal_facts(Vault([new_key()]), seal_facts(VAULT, FACTS))
