"""What the web server loads: `hotline.wsgi:app`."""

from hotline.app import create_app
from hotline.logs import start_logging
from hotline.settings import load_settings

start_logging()
app = create_app(load_settings())
