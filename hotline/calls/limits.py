"""How much is usual. Beyond it the line slows down and marks; it never turns away somebody whose card is lost."""

from datetime import timedelta
from typing import Final

A_DAY: Final = timedelta(hours=24)

AN_HOUR: Final = timedelta(hours=1)

REQUESTS_OF_A_CALLER: Final = 3
"""Requests a day from one telephone: a family that lost everything needs no more. The next one is slowed down."""

REQUESTS_FOR_A_PERSON: Final = 3
"""Requests a day for one holder: corrected and repeated, the two targets apart. The next one is slowed down."""

REQUESTS_WITHOUT_NUMBER: Final = 60
"""Requests an hour from all who withhold their number, together: nobody can tell one of them from another."""

PERSONS_OF_A_CALLER: Final = 3
"""Different holders a day from one telephone, before operators and on-call are told."""

REQUESTS_IN_ALL: Final = 3600
"""Requests an hour from everybody, one a second, before each further one is slowed down.

A country that loses some thousand cards a day comes nowhere near it, but for a flood of calls that somebody makes.
"""

SLOWED_BY: Final = timedelta(seconds=20)
"""How much later a request beyond the limits is carried out. Whoever really lost a card can wait so long."""

MESSAGES_OF_A_WRITER: Final = 100
"""Messages an hour from one number that are answered. To stop a card takes ten; more come from machines, which would
answer the line's answers for ever."""

TEXTS_TO_A_NUMBER: Final = 3
"""Text messages a day to one number, by whomever."""

TEXTS_OF_A_CALLER: Final = 3
"""Text messages a day that one telephone can ask for."""

TEXTS_IN_ALL: Final = 1000
"""Text messages an hour, in all."""

BIRTH_DATES_AT_A_CALL: Final = 4
"""Wrong birth dates at one call that broke off, in all calls that could take it up. Then it is offered no more."""

WRONG_RECEIPTS: Final = 5
"""Wrong birth dates a day with one receipt number, and wrong pairs a day from one telephone."""

WRONG_RECEIPTS_WITHOUT_NUMBER: Final = 60
"""Wrong pairs an hour from all who withhold their number, together."""
