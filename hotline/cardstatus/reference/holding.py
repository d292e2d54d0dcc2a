"""Who can still practise: whose card the reference backend has not stopped."""

from datetime import date

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from hotline.cardstatus.reference.errors import CannotServe
from hotline.cardstatus.reference.people import Held
from hotline.cardstatus.reference.tables import people


def stopped_cards(engine: Engine) -> set[tuple[date, str]]:
    """Birth date and postal code of everybody whose card is not active now; raises CannotServe without its tables."""
    stopped = select(people.c.birth_date, people.c.postal_code).where(people.c.card != Held.ACTIVE.value)
    try:
        with engine.connect() as connection:
            return {(row.birth_date, row.postal_code) for row in connection.execute(stopped)}
    except SQLAlchemyError as error:
        raise CannotServe(f"The database of the card-status backend cannot be read ({type(error).__name__}).") from None
