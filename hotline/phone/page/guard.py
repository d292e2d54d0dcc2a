"""Who may use the page: browsers on this machine that opened it themselves, and nobody on behalf of another website.

A website that is open in the same browser could otherwise make calls here, or read them under a name of its own that
leads to this machine.
"""

from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Response, request

from hotline.phone.page.refusals import Refused

_HERE: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_OWN: Final = frozenset({"same-origin", "none"})

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def protect(app: Flask) -> None:
    """Refuse what is foreign, before anything else is done; and tell browsers to keep to what is our own."""
    app.before_request(_refuse_foreign)
    app.after_request(_with_headers)


def _refuse_foreign() -> None:
    if _host(f"//{request.host}") not in _HERE:
        raise Refused(403, "foreign", "This page answers only at 127.0.0.1 or localhost: open it there.")
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site", "none")
    is_foreign = origin is not None and origin != f"http://{request.host}"
    if is_foreign or (site not in _OWN and not _is_followed_link()):
        raise Refused(403, "foreign", "Another website asked for this: open the page itself.")


def _is_followed_link() -> bool:
    """Whether somebody follows a link to the page, which shows it to nobody but them."""
    is_navigation = request.headers.get("Sec-Fetch-Mode") == "navigate"
    return is_navigation and request.method == "GET" and request.path == "/"


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _with_headers(answer: Response) -> Response:
    answer.headers.update(HEADERS)
    # Parts of the page are asked for anew each time, so that an update is seen; sounds say for themselves.
    answer.headers.setdefault("Cache-Control", "no-cache" if request.path.startswith("/static/") else "no-store")
    return answer
