"""Read by the page's server before its own code: it rings for a moment, and the line talks four times as fast, so that
tests need not hear it out. Whoever may do something then has as long as ever.
"""

from functools import partial

from hotline.local import page
from hotline.phone.moments import Doing, Wait


def _pace(wait: Wait) -> float:
    return wait.seconds / 4 if wait.doing in (Doing.TALKING, Doing.OPERATOR_LISTENS) else wait.seconds


page.Booth = partial(page.Booth, rings_s=0.1, pace=_pace)  # type: ignore[misc, assignment]
