"""What the web server of the console loads: `hotline.console.wsgi:app`."""

from hotline.console.app import create_console
from hotline.logs import start_logging
from hotline.settings import load_settings

start_logging()
app = create_console(load_settings())
