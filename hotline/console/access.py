"""Who may do what. Every page names its permission; a page that names none is shown to nobody."""

from collections.abc import Callable, Collection, Mapping
from enum import StrEnum
from typing import Any, Final, Protocol, TypeVar
from urllib.parse import quote

from flask import Flask, abort, current_app, redirect, request
from flask_login import current_user
from werkzeug.wrappers import Response

View = TypeVar("View", bound=Callable[..., object])


class Permission(StrEnum):
    """What a page asks of whoever opens it."""

    SELF = "self"
    """Whoever is signed in: their own account."""
    LOOK = "look"
    """See calls, follow-ups, figures and prompts; never what was keyed."""
    WORK = "work"
    """Take, note, call back, send again, resolve; mark prompts."""
    REVEAL = "reveal"
    """See what was keyed, for a reason, for a minute; hear recordings."""
    EXPORT = "export"
    """Take lists out of the console."""
    SUPERVISE = "supervise"
    """Hand over other people's work, hold calls, settle what was marked."""
    AUDIT = "audit"
    """Read who did what."""
    PEOPLE = "people"
    """Invite, lock, give roles."""


class Role(StrEnum):
    """What somebody is here for. A person may have several."""

    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    ON_CALL = "on-call"
    AUDITOR = "auditor"
    """Reads everything and changes nothing."""
    ADMINISTRATOR = "administrator"
    """Sees to people and roles; what callers keyed is none of their business."""


_P: Final = Permission
GRANTS: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.OPERATOR: frozenset({_P.SELF, _P.LOOK, _P.WORK, _P.REVEAL}),
    Role.SUPERVISOR: frozenset({_P.SELF, _P.LOOK, _P.WORK, _P.REVEAL, _P.EXPORT, _P.SUPERVISE}),
    Role.ON_CALL: frozenset({_P.SELF, _P.LOOK}),
    Role.AUDITOR: frozenset({_P.SELF, _P.LOOK, _P.REVEAL, _P.EXPORT, _P.AUDIT}),
    Role.ADMINISTRATOR: frozenset({_P.SELF, _P.LOOK, _P.AUDIT, _P.PEOPLE}),
}
"""What each role may do."""

OPEN: Final = frozenset({"static", "health.alive"})
"""Endpoints that answer everybody: they tell nothing of any call or person."""


class HasRoles(Protocol):
    """Somebody with roles."""

    @property
    def role_names(self) -> Collection[str]:
        """The names of the roles."""


def allows(person: HasRoles, permission: Permission) -> bool:
    """Whether one of the person's roles grants this. Unknown roles grant nothing; signed in suffices for SELF."""
    known = [Role(name) for name in person.role_names if name in set(Role)]
    return permission is Permission.SELF or any(permission in GRANTS[role] for role in known)


def needs(permission: Permission) -> Callable[[View], View]:
    """Say which permission a view asks for; the guard looks at it before the view is called."""

    def mark(view: View) -> View:
        view.needs = permission  # type: ignore[attr-defined]
        return view

    return mark


def guarded(permission: Permission, method: Callable[..., Any]) -> Callable[..., Any]:
    """A method of an object as a view that asks for this: methods themselves cannot be marked."""

    def view(**given: object) -> Any:
        return method(**given)

    return needs(permission)(view)


def needed(app: Flask, endpoint: str) -> Permission | None:
    """What an endpoint asks for; None when it says nothing, and nobody may open it."""
    permission: Permission | None = getattr(app.view_functions.get(endpoint), "needs", None)
    return permission


def install_guard(app: Flask, sign_in: str, others: Callable[[str], Permission | bool | None]) -> None:
    """Refuse every request that nothing allows. To be installed first.

    `sign_in` is the endpoint that strangers are sent to. `others` says of endpoints that a library brought what they
    ask for: True for those that guard themselves and are open to strangers, None for those that nobody may open.
    """

    @app.before_request
    def guard() -> Response | None:
        endpoint = request.endpoint
        if endpoint is None or endpoint in OPEN:
            return None
        permission = needed(current_app, endpoint) or others(endpoint)
        if permission is True:
            return None
        if not current_user.is_authenticated:
            return _sent_to(app.url_for(sign_in))
        if not isinstance(permission, Permission) or not allows(current_user, permission):
            abort(403)
        return None


def _sent_to(address: str) -> Response:
    if request.headers.get("HX-Request"):
        # A page that keeps itself up to date by htmx is left as a whole.
        return Response(status=401, headers={"HX-Redirect": address})
    if request.method != "GET":
        return redirect(address, 303)
    came_for = request.full_path.rstrip("?")
    return redirect(f"{address}?next={quote(came_for, safe='')}", 303)
