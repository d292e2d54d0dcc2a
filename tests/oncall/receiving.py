"""A server of ours to which Apprise can post what somebody is told."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def receiving() -> Iterator[tuple[list[dict[str, str]], str]]:
    """What was posted, and where to post it; it refuses what is posted to /refuses."""
    bodies: list[dict[str, str]] = []

    class Receives(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(500 if self.path.startswith("/refuses") else 200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receives)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield bodies, f"json://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
