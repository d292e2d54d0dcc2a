"""What the web server of the console loads: `hotline.console.wsgi:app`."""

from threading import Thread

from hotline.console.app import create_console
from hotline.logs import start_logging
from hotline.settings import load_settings
from hotline.speech.book import walk_ahead

start_logging()
app = create_console(load_settings())
# Some seconds of work, for which whoever opens the prompts first would wait.
Thread(target=walk_ahead, name="walk ahead", daemon=True).start()
