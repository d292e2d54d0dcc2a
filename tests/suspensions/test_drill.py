"""The drill in every order: the line keeps its promises, and each planted mistake is found."""

import pytest
from redis import Redis

from hotline.cardstatus.client import CardStatus
from hotline.store.database import Engine
from tests.cardstatus.running import Backend
from tests.console.staff import make_person
from tests.suspensions.every_order import World, play
from tests.suspensions.mutants import MUTANTS, Plant

ENOUGH = 1500
"""Scripts within which a planted mistake must be found; most are found within ten, the rarest within some hundred."""


@pytest.fixture
def world(engine: Engine, redis: Redis, backend: Backend, client: CardStatus) -> World:
    return World(engine, redis, backend, client, on_call=make_person(engine).id)


@pytest.mark.timeout(600)
def test_whatever_goes_wrong_every_promise_is_kept_once(world: World) -> None:
    play(world, examples=100)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("plant", MUTANTS, ids=lambda plant: plant.__name__)
def test_a_planted_mistake_is_found(world: World, plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    drill = plant(monkeypatch)
    with pytest.raises(AssertionError):
        play(world, drill, examples=ENOUGH, shrinks=False)
