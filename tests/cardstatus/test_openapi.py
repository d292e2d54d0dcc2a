"""The reference backend against the contract's file, case by case as schemathesis invents them."""

from pathlib import Path

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.config import SchemathesisConfig

import hotline.cardstatus
from tests.cardstatus.running import TOKEN, Backend

CONTRACT = schemathesis.openapi.from_path(
    Path(hotline.cardstatus.__file__).with_name("openapi.yaml"),
    config=SchemathesisConfig.from_dict(
        {
            "auth": {"openapi": {"token": {"bearer": TOKEN}}},
            "generation": {"deterministic": True, "max-examples": 50, "database": "none"},
            # The cases share keys, so 422 is right where it comes: it has no other meaning.
            "checks": {"positive_data_acceptance": {"expected-statuses": ["200", "201", "404", "422"]}},
        }
    ),
)


@CONTRACT.parametrize()
# One backend for all cases of an operation is what is wanted: the cases must not disturb each other.
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_answers_are_those_of_the_contract(case: Case, backend: Backend) -> None:
    case.call_and_validate(base_url=backend.url)
