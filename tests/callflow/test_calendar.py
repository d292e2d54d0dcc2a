"""Birth dates as they are keyed."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.callflow.calendar import ERAS, DateFault, find_era, read_birth_date

TODAY = date(2026, 11, 23)
BORN = st.dates(min_value=date(1868, 1, 25), max_value=TODAY)


@given(BORN)
def test_eight_digits_are_the_day(day):
    assert read_birth_date(day.strftime("%Y%m%d"), TODAY) == day


@given(BORN)
def test_the_era_and_six_digits_are_the_same_day(day):
    era = find_era(day)
    assert era is not None
    assert read_birth_date(f"{era.key}{era.year(day):02d}{day:%m%d}", TODAY) == day


@given(st.text(max_size=20))
def test_whatever_is_keyed_is_a_day_or_a_fault(keys):
    assert isinstance(read_birth_date(keys, TODAY), date | DateFault)


@pytest.mark.parametrize(
    ("keys", "day"),
    [
        ("2151225", date(1926, 12, 25)),
        ("3011225", date(1926, 12, 25)),
        ("3640107", date(1989, 1, 7)),
        ("4010108", date(1989, 1, 8)),
        ("4310430", date(2019, 4, 30)),
        ("5010501", date(2019, 5, 1)),
        ("1450730", date(1912, 7, 30)),
        ("2010730", date(1912, 7, 30)),
        ("20240229", date(2024, 2, 29)),
        ("20261123", TODAY),
    ],
)
def test_the_days_at_which_eras_change(keys, day):
    assert read_birth_date(keys, TODAY) == day


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ("00000000", DateFault.NO_SUCH_DAY),
        ("20230229", DateFault.NO_SUCH_DAY),
        ("19801301", DateFault.NO_SUCH_DAY),
        ("19800431", DateFault.NO_SUCH_DAY),
        ("16000101", DateFault.NO_SUCH_DAY),
        ("3551301", DateFault.NO_SUCH_DAY),
        ("20261124", DateFault.FUTURE),
        ("5090101", DateFault.FUTURE),
        ("3650101", DateFault.NO_SUCH_ERA_YEAR),
        ("3640108", DateFault.NO_SUCH_ERA_YEAR),
        ("4010107", DateFault.NO_SUCH_ERA_YEAR),
        ("4310501", DateFault.NO_SUCH_ERA_YEAR),
        ("3000101", DateFault.NO_SUCH_ERA_YEAR),
        ("6010101", DateFault.NO_SUCH_ERA_YEAR),
        ("0550301", DateFault.NO_SUCH_ERA_YEAR),
        ("2151226", DateFault.NO_SUCH_ERA_YEAR),
        ("198003", DateFault.LENGTH),
        ("198003011", DateFault.LENGTH),
        ("１９８００３０１", DateFault.LENGTH),
        ("", DateFault.LENGTH),
    ],
)
def test_impossible_dates_are_faults_of_their_own(keys, fault):
    assert read_birth_date(keys, TODAY) is fault


def test_every_day_since_1868_has_an_era():
    assert find_era(date(1868, 1, 24)) is None
    assert all(later.first_day >= earlier.last_day for earlier, later in pairwise(ERAS))
