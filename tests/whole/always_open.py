"""Read by the web server before the line: every part is open at any hour, so that tests find it so whenever they run.

What is said about the hours stays as it is; that parts close is tested where the time is an argument.
"""

from hotline.callflow.hours import Hours

Hours.is_open = lambda *_: True  # type: ignore[method-assign]
