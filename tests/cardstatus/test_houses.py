"""House numbers: written in a register, keyed on a telephone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.cardstatus.reference.houses import groups, matches


@pytest.mark.parametrize("keyed", ["2*16*3", "2163", "2*16", "216", "2163402", "2*16*3*402", "2*163", "216*3", "2*16*"])
def test_leading_groups_match(keyed: str) -> None:
    assert matches("2-16-3 402", keyed)


@pytest.mark.parametrize(
    "keyed", ["216340", "2163*4", "2", "2*1", "21*63", "16*3", "2*16*4", "21634020", "*", "2*1*6*3"]
)
def test_anything_else_does_not_match(keyed: str) -> None:
    assert not matches("2-16-3 402", keyed)


@pytest.mark.parametrize("keyed", ["1*2*3", "123", "1*23"])
def test_a_group_never_matches_the_beginning_of_a_longer_one(keyed: str) -> None:
    assert matches("1-2-3", keyed)
    assert not matches("1-2-30", keyed)


def test_the_longer_number_does_not_match_the_shorter_one() -> None:
    assert matches("1-2-30", "1*2*30")
    assert not matches("1-2-3", "1*2*30")


def test_one_group_is_enough_where_there_is_only_one() -> None:
    assert matches("508", "508")
    assert not matches("508", "50")


@pytest.mark.parametrize("written", ["", "字大前", "番外地"])
def test_an_address_without_a_number_matches_only_a_skipped_entry(written: str) -> None:
    assert matches(written, None)
    assert not matches(written, "1")
    assert not matches(written, "*")


@pytest.mark.parametrize("written", ["２－１６－３　４０２", "2丁目16番3号 402号室", "2の16の3、４０２", "②-⑯-③ 402"])
def test_the_way_it_is_written_does_not_count(written: str) -> None:
    assert groups(written) == ("2", "16", "3", "402")


ADDRESS = st.lists(st.integers(0, 999).map(str), min_size=1, max_size=5)


@given(ADDRESS, st.data())
def test_whoever_keys_enough_leading_groups_is_found(address: list[str], data: st.DataObject) -> None:
    told = data.draw(st.integers(min(2, len(address)), len(address)))
    joints = data.draw(st.lists(st.sampled_from(["", "*"]), min_size=told, max_size=told))
    keyed = "".join(group + joint for group, joint in zip(address, joints, strict=False))
    assert matches("-".join(address), keyed)


@given(ADDRESS, st.text("0123456789*", min_size=1, max_size=12))
def test_whatever_is_found_was_keyed_as_whole_leading_groups(address: list[str], keyed: str) -> None:
    enough = range(min(2, len(address)), len(address) + 1)
    leading = {"".join(address[:told]) for told in enough}
    if "*" not in keyed:
        assert matches("-".join(address), keyed) == (keyed in leading)
    elif matches("-".join(address), keyed):
        assert keyed.replace("*", "") in leading


@given(ADDRESS, st.data())
def test_a_star_inside_a_group_is_wrong(address: list[str], data: st.DataObject) -> None:
    long = [number for number, group in enumerate(address) if len(group) > 1]
    if long:
        chosen = data.draw(st.sampled_from(long))
        cut = data.draw(st.integers(1, len(address[chosen]) - 1))
        broken = [*address]
        broken[chosen] = f"{address[chosen][:cut]}*{address[chosen][cut:]}"
        assert not matches("-".join(address), "*".join(broken))


@given(ADDRESS)
def test_a_skipped_entry_matches_everybody(address: list[str]) -> None:
    assert matches("-".join(address), None)
