"""What the web server of the console loads: `hotline.console.wsgi:app`."""

from threading import Timer

from hotline.console.app import create_console
from hotline.logs import start_logging
from hotline.settings import load_settings
from hotline.speech.book import walk_ahead

QUIET_AFTER_S = 30.0
"""By then everything that starts beside the console on the same machine has started."""

start_logging()
app = create_console(load_settings())
# Some seconds of work, for which whoever opens the prompts first would wait.
_walk = Timer(QUIET_AFTER_S, walk_ahead)
_walk.daemon = True
_walk.start()
