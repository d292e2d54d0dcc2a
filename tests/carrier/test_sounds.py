"""Fetching what a caller left, from something that answers in Twilio's place over real HTTP."""

from collections.abc import Iterator

import pytest

from hotline import clock
from hotline.carrier import sounds
from hotline.carrier.errors import Permanent, Retryable
from hotline.carrier.sounds import Sounds
from hotline.phone.carrier import PracticeCarrier, practice_carrier
from hotline.phone.exchange import Account, Recording

SID = "RE" + "1" * 32
SOUND = b"RIFF what a caller said"
ACCOUNT = Account("AC" + "0" * 32, "token", "SK" + "0" * 32, "secret")


@pytest.fixture
def twilio() -> Iterator[PracticeCarrier]:
    with practice_carrier(ACCOUNT) as carrier:
        carrier.exchange.keep(Recording(SID, "CA" + "0" * 32, SOUND, clock.now()))
        yield carrier


def of(carrier: PracticeCarrier, secret: str = "secret") -> Sounds:
    return Sounds(ACCOUNT.sid, ("SK" + "0" * 32, secret), carrier.url)


def test_it_comes_whole(twilio: PracticeCarrier) -> None:
    assert of(twilio).fetch(SID) == SOUND


def test_what_was_deleted_is_gone_for_good(twilio: PracticeCarrier) -> None:
    with pytest.raises(Permanent):
        of(twilio).fetch("RE" + "2" * 32)


def test_a_wrong_key_may_be_put_right(twilio: PracticeCarrier) -> None:
    with pytest.raises(Retryable) as refused:
        of(twilio, "another secret").fetch(SID)
    assert "secret" not in str(refused.value)


def test_nobody_there_may_come_back(free_port: int) -> None:
    with pytest.raises(Retryable):
        Sounds(ACCOUNT.sid, ("key", "secret"), f"http://127.0.0.1:{free_port}").fetch(SID)


def test_what_never_ends_is_not_read_to_its_end(twilio: PracticeCarrier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sounds, "LARGEST", 4)
    with pytest.raises(Permanent):
        of(twilio).fetch(SID)


def test_the_key_shows_nowhere() -> None:
    assert "secret" not in repr(Sounds(ACCOUNT.sid, ("key", "secret")))
