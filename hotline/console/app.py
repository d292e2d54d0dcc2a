"""Builds the console: the only place where its parts are joined. It is a process of its own, apart from the line."""

import logging
from typing import Final
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, current_app, render_template, request
from flask_babel import Babel, force_locale
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import BaseConverter, IntegerConverter, Map

from hotline.calls.prints import Prints
from hotline.console import access, shown, words
from hotline.console.accounts import install_accounts
from hotline.console.advice import advice
from hotline.console.audit import audit_blueprint
from hotline.console.calls import calls_blueprint
from hotline.console.desk import Desk
from hotline.console.follow_ups import follow_ups_blueprint
from hotline.console.one_call import one_call_blueprint
from hotline.console.people import people_blueprint
from hotline.console.pictures import pictures_blueprint
from hotline.console.prompts import prompts_blueprint
from hotline.console.sending import sending_blueprint
from hotline.console.today import today_blueprint
from hotline.privacy import Vault
from hotline.settings import Settings
from hotline.speech.places import THE_LINE
from hotline.store.database import DATABASE_TROUBLE, connect_to

log = logging.getLogger(__name__)

ROOT: Final = "/console"
"""Below which everything lies, so that one address can serve the line and the console."""

LARGEST_BODY: Final = 64 * 1024
"""Bytes of the largest form that is read. More is refused with 413."""


class CallSid(BaseConverter):
    """What a call is named by in an address; anything else is no address of the console."""

    regex = "[A-Z]{2}[0-9a-f]{32}"


class Number(IntegerConverter):
    """A number in an address that the database can hold; a larger one is no address of the console."""

    regex = "[0-9]+"

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=2**63 - 1)


class ReceiptNumber(BaseConverter):
    """What a request is named by in an address."""

    regex = "[0-9]{8}"


PAGES: Final = (
    today_blueprint,
    calls_blueprint,
    one_call_blueprint,
    follow_ups_blueprint,
    sending_blueprint,
    pictures_blueprint,
    prompts_blueprint,
    people_blueprint,
    audit_blueprint,
)
"""What makes each part of the console, in the order of the menu."""

_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        *(f"{kind}-src 'self'" for kind in ("script", "style", "connect", "font", "media")),
        "img-src 'self' data:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def create_console(settings: Settings) -> Flask:
    """The web application of the operators."""
    app = Flask("hotline.console", static_url_path=f"{ROOT}/static")
    desk = _desk(settings)
    app.extensions.update({"hotline.engine": desk.engine, "hotline.desk": desk})
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=LARGEST_BODY,
        TRUSTED_HOSTS=_hosts(settings),
        WTF_CSRF_TIME_LIMIT=None,
    )
    if settings.hotline_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.hotline_proxies, x_proto=0)  # type: ignore[method-assign]
    Babel(
        app,
        default_locale=shown.PAGE_LANGUAGES[0],
        default_domain="console",
        default_translation_directories=str(THE_LINE.locales),
        locale_selector=shown.page_language,
    )
    app.url_map.converters.update(int=Number, sid=CallSid, receipt=ReceiptNumber)
    install_accounts(app, desk)
    CSRFProtect(app)
    shown.install_filters(app)
    app.context_processor(_given_to_every_page)
    app.register_error_handler(HTTPException, _say_what_went_wrong)
    for trouble in DATABASE_TROUBLE:
        app.register_error_handler(trouble, _say_that_the_database_is_away)
    app.after_request(_with_headers)
    app.register_blueprint(_health())
    for page in PAGES:
        app.register_blueprint(page(desk), url_prefix=ROOT)
    return app


def _desk(settings: Settings) -> Desk:
    engine = connect_to(
        settings.database_url.get_secret_value(), application="hotline console", checked=True, plans_anew=True
    )
    vault = Vault(key.get_secret_value() for key in settings.hotline_encryption_keys)
    return Desk(engine, vault, Prints(settings.hotline_secret_key.get_secret_value()), settings)


def _hosts(settings: Settings) -> list[str]:
    """Under which names a browser may ask: a page that came by another could be made to send its form elsewhere."""
    name = urlsplit(settings.console_url).hostname
    # On loopback is whoever looks whether the process lives.
    return [*([name] if name else []), "localhost", "127.0.0.1"]


def _given_to_every_page() -> dict[str, object]:
    def may(permission: str) -> bool:
        return bool(current_user.is_authenticated) and access.allows(current_user, access.Permission(permission))

    return {
        "may": may,
        "words": words.named,
        "choices": words.choices,
        "advice": advice,
        "language": shown.page_language(),
        "ROOT": ROOT,
    }


def _say_what_went_wrong(error: HTTPException) -> tuple[str, int] | HTTPException:
    if error.code is None or error.code < 400:
        return error
    return render_template("error.html", code=error.code), error.code


def _say_that_the_database_is_away(error: Exception) -> tuple[str, int]:
    log.error("the console found no database", extra={"error": type(error).__name__})
    # Not as other pages are made, which ask the database who is signed in.
    language = shown.browser_language()
    with force_locale(language):
        return current_app.jinja_env.get_template("away.html").render(language=language), 503


def _with_headers(response: Response) -> Response:
    for name, text in _HEADERS.items():
        response.headers.setdefault(name, text)
    if request.endpoint != "static":
        # What stands on a page must not come back with the browser's back button after signing out.
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _health() -> Blueprint:
    blueprint = Blueprint("health", __name__)
    blueprint.add_url_rule(f"{ROOT}/healthz", "alive", lambda: Response("alive\n", content_type="text/plain"))
    return blueprint
