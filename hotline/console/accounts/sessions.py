"""How long somebody stays signed in, and when it must be shown anew who it is."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, Final, TypeVar, cast

from flask import Flask, abort, current_app, flash, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from flask_security.utils import check_and_update_authn_fresh, get_message, get_request_attr, logout_user
from werkzeug.wrappers import Response

from hotline import clock
from hotline.console.accounts.configuration import FRESH_FOR, SESSION_LIMIT
from hotline.console.accounts.here import accounts

IDLE_LIMIT: Final = timedelta(minutes=30)
"""After this without a request somebody is signed out: the desk may be empty."""

HALF_LIMIT: Final = timedelta(minutes=10)
"""Between the password and the second factor."""

LIVE: Final = "Hotline-Live"
"""The header of requests that a page makes by itself to stay up to date: nobody need be there for them."""

_NOTED_EVERY_S: Final = 60

View = TypeVar("View", bound=Callable[..., Any])


def install_sessions(app: Flask) -> None:
    """Watch over sessions; to be installed before whatever asks who is signed in."""
    app.before_request(_watch)
    app.teardown_appcontext(_end_transaction)


def begin_session() -> None:
    """From now on the session counts as begun."""
    moment = clock.now().timestamp()
    session["began_at"], session["seen_at"] = moment, moment
    session.pop("half_since", None)


def fresh(view: View) -> View:
    """Ask for the password or a passkey again, unless that was done a short while ago."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not check_and_update_authn_fresh(FRESH_FOR, FRESH_FOR, get_request_attr("fs_authn_via")):
            return ask_again(FRESH_FOR, FRESH_FOR)
        return view(*args, **kwargs)

    return cast(View, guarded)


def ask_again(_within: timedelta, _grace: timedelta) -> Response:
    """To the page that asks, and from there back to what was to be seen; what was sent must be sent again."""
    flash(*get_message("REAUTHENTICATION_REQUIRED"))
    back = request.full_path.rstrip("?") if request.method == "GET" else url_for("account.show")
    return redirect(url_for("security.verify", next=back), 303)


def _watch() -> None:
    if request.endpoint == "static":
        return
    if request.blueprint == "security" and request.is_json:
        # Only forms are expected there, whose fields are text.
        abort(415)
    if current_user.is_authenticated:
        _watch_over_session()
    elif "tf_user_id" in session:
        _watch_over_half_session()
    # Who it is has been read; no transaction is held while the page is made.
    accounts().session.commit()


def _watch_over_session() -> None:
    now = clock.now().timestamp()
    began_at, seen_at = session.get("began_at", 0), session.get("seen_at", 0)
    if now - began_at >= SESSION_LIMIT.total_seconds() or now - seen_at >= IDLE_LIMIT.total_seconds():
        logout_user()
        session.clear()
        flash(_("You were signed out, because nothing was done for half an hour, or after twelve hours."), "info")
    elif now - seen_at >= _NOTED_EVERY_S and LIVE not in request.headers:
        session["seen_at"] = now


def _watch_over_half_session() -> None:
    now = clock.now().timestamp()
    since = session.setdefault("half_since", now)
    if now - since >= HALF_LIMIT.total_seconds():
        session.clear()


def _end_transaction(_error: BaseException | None) -> None:
    # What was not committed by now was not meant to be.
    current_app.extensions["hotline.accounts"].session.remove()
