"""Read by the web server before the line: every part is open at any hour, so that tests find it so whenever they run.

What is said about the hours stays as it is; that parts close is tested where the time is an argument. So is it that a
yes counts only when what it answers can have been read: writers of the tests read at once.
"""

from datetime import timedelta

from hotline.callflow.hours import Hours
from hotline.calls import by_text

Hours.is_open = lambda *_: True  # type: ignore[method-assign]
by_text.UNREAD_FOR = timedelta(0)  # type: ignore[misc]
