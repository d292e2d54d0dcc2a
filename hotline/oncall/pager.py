"""Telling somebody, through whatever carries it to them."""

import logging

from apprise import Apprise, NotifyType
from pydantic import SecretStr

from hotline.oncall.roster import Person
from hotline.oncall.watching import Page

log = logging.getLogger(__name__)


def tell(person: Person, page: Page) -> bool:
    """Whether at least one of their addresses took it. Waits for each of them, some seconds at most."""
    return any([_send(address, page) for address in person.tell])


def is_address(address: SecretStr) -> bool:
    """Whether messages can be sent there at all."""
    return Apprise().add(address.get_secret_value()) is True


def breathe(switch: SecretStr) -> bool:
    """Keep a dead man's switch from waking somebody."""
    return _send(switch, Page("The watch lives.", "All is well with whoever watches the line."))


def _send(address: SecretStr, page: Page) -> bool:
    carrier = Apprise()
    if not carrier.add(address.get_secret_value()):
        return False
    try:
        return bool(carrier.notify(title=page.title, body=page.text, notify_type=NotifyType.WARNING))
    except Exception as error:
        # A carrier of any kind may fail in any way, and the next person must be told all the same.
        log.error("a page failed", extra={"error": type(error).__name__})
        return False
