"""Something that answers in Twilio's place."""

from collections.abc import Iterator

import pytest

from hotline.carrier.client import Carrier
from tests.carrier.twilio_here import ACCOUNT, KEY, SECRET, TwilioHere, twilio_here


@pytest.fixture
def twilio() -> Iterator[TwilioHere]:
    """What the carrier of this test asks."""
    with twilio_here() as twilio:
        yield twilio


@pytest.fixture
def carrier(twilio: TwilioHere) -> Carrier:
    """A carrier that asks `twilio`, and is soon tired of silence."""
    return Carrier(ACCOUNT, KEY, SECRET, twilio.url, timeout_s=1.0)
