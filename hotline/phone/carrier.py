"""The practice carrier: a real HTTP server that stands in for Twilio's REST interface.

It takes messages, places calls, keeps recordings, signs its callbacks for real and misbehaves on demand. As a program
of its own: `python -m hotline.phone.carrier --port 8399`, with the account in the settings that the hotline itself
reads.
"""

import os
import signal
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread
from typing import Final

from hotline.phone.counter import Counter
from hotline.phone.delivery import Delivery
from hotline.phone.exchange import Account, Exchange, Recording, Trouble
from hotline.phone.orders import PlacedCall
from hotline.phone.stand_ins import LIFELIKE, CallerDoes, OperatorDoes, Pace, StandIns
from hotline.phone.texts import Text
from hotline.settings import gather

PORT: Final = 8399
"""Where the program listens if it is not told."""


AT_ONCE: Final = Pace()
"""For tests: nobody waits for anything."""


class PracticeCarrier:
    """A carrier for one account on loopback. `stop()` it when it is not needed any more."""

    def __init__(self, account: Account, port: int = 0, host: str = "127.0.0.1", pace: Pace = AT_ONCE) -> None:
        """Listens at once; port 0 is any free one. Raises OSError when the port is not free.

        `pace` is how long telephones ring and people talk in the calls that it places.
        """
        self.exchange = Exchange(account)
        self.delivery = Delivery(self.exchange)
        self.stand_ins = StandIns(account, pace)
        self._server = Counter((host, port), self.exchange, self.delivery, self.stand_ins)
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), name="practice carrier", daemon=True)
        self._thread.start()
        self.delivery.start()

    @property
    def url(self) -> str:
        """Where it listens, instead of https://api.twilio.com."""
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    @property
    def messages(self) -> list[Text]:
        """Every message that was accepted, oldest first."""
        return self.exchange.texts

    @property
    def calls(self) -> list[PlacedCall]:
        """Every call that was taken, oldest first."""
        return self.exchange.calls

    @property
    def recordings(self) -> list[Recording]:
        """Every recording that was not deleted."""
        return self.exchange.recordings

    @property
    def lost_callbacks(self) -> list[str]:
        """Why callbacks were not delivered, and what was wrong with a document, one sentence each."""
        return [*self.delivery.lost, *self.stand_ins.faults]

    def misbehaves(self, trouble: Trouble, times: int = 1) -> None:
        """Meet so many of the next requests that change something with this trouble; 0 ends it."""
        self.exchange.misbehave(trouble, times)

    def refuses(self, number: str, code: int | None) -> None:
        """Refuse messages and calls to this number, e.g. with 21610 as to one who answered STOP; None ends it."""
        self.exchange.refuse(number, code)

    def loses(self, number: str, code: int | None) -> None:
        """Accept messages to this number and report them undelivered, e.g. with 30003; None ends it."""
        self.exchange.lose(number, code)

    def practises(self, operator: OperatorDoes = OperatorDoes.TAKES, caller: CallerDoes = CallerDoes.ANSWERS) -> None:
        """How the calls go on that are placed from now on."""
        self.stand_ins.operator, self.stand_ins.caller = operator, caller

    def tells_in_disorder(self) -> None:
        """From now on tell that a message has arrived before it was sent, and tell it twice; so of calls."""
        self.delivery.in_disorder = self.stand_ins.in_disorder = True

    def settles(self, within_s: float = 10.0) -> bool:
        """Wait until every accepted message has arrived, or not, every call is over, and all callbacks are sent."""
        return self.delivery.settled(within_s) and self.stand_ins.settled(within_s)

    def stop(self) -> None:
        """Deliver what waits and stop listening."""
        self._server.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self.delivery.stop()
        self.stand_ins.close()


@contextmanager
def practice_carrier(account: Account, port: int = 0) -> Iterator[PracticeCarrier]:
    """A carrier that is there until the block ends."""
    carrier = PracticeCarrier(account, port)
    try:
        yield carrier
    finally:
        carrier.stop()


def serve(account: Account, port: int, host: str = "127.0.0.1") -> None:
    """Run a carrier until SIGTERM or SIGINT; raises OSError when the port is not free. Needs the main thread."""
    over = Event()
    carrier = PracticeCarrier(account, port, host, LIFELIKE)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    sys.stdout.write(f"the practice carrier listens on {carrier.url}\n")
    sys.stdout.flush()
    over.wait()
    carrier.stop()


def main(arguments: Sequence[str] | None = None) -> None:
    """The program; ends the process with a sentence when the account is not set."""
    parser = ArgumentParser(
        prog="python -m hotline.phone.carrier", description="Stands in for Twilio's REST interface."
    )
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--host", default="127.0.0.1")
    asked = parser.parse_args(arguments)
    values, _ = gather(os.environ)
    for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"):
        if not values.get(name):
            parser.error(f"{name} is missing: set it (or {name}_FILE) in the environment or in .env.")
    account = Account(
        values["TWILIO_ACCOUNT_SID"],
        values["TWILIO_AUTH_TOKEN"],
        values.get("TWILIO_API_KEY"),
        values.get("TWILIO_API_SECRET"),
    )
    try:
        serve(account, asked.port, asked.host)
    except OSError as error:
        parser.error(
            f"port {asked.port} on {asked.host} cannot be used ({error.strerror}): choose another with --port."
        )


if __name__ == "__main__":
    main()
