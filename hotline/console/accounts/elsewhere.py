"""Single sign-on at an OpenID Connect provider, for people who were invited here."""

import logging
from collections.abc import Mapping
from typing import Any, Final

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from flask import Blueprint, Flask, flash, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from flask_security import login_user
from flask_security.proxies import _security as security
from flask_security.utils import validate_redirect_url
from joserfc.errors import JoseError
from werkzeug.wrappers import Response

from hotline import clock
from hotline.console.accounts.here import accounts
from hotline.console.accounts.person import Person
from hotline.settings import Settings

BACK: Final = "/console/sign-in/elsewhere/back"
"""The redirect address that the provider is told, below the console's own."""

TIMEOUT_S: Final = 8
"""Seconds that the provider has for each answer."""

ASKED_WITHIN_S: Final = 300
"""Who shows anew that it is them must have been asked by the provider within this many seconds."""

log = logging.getLogger(__name__)

_FAULTS: Final = (AuthlibBaseError, JoseError, OSError, RuntimeError, ValueError, KeyError)
"""What a provider that is away, wrongly set up or wrong can bring about; what `requests` raises is an OSError."""


class NotLetIn(Exception):
    """The provider's answer does not do; the text says why, to the person."""


def elsewhere_blueprint(app: Flask, settings: Settings) -> Blueprint:
    """The way to the provider and back."""
    blueprint = Blueprint("elsewhere", __name__)
    provider = _provider(app, settings)

    @blueprint.get("/sign-in/elsewhere")
    def start() -> Response:
        session["elsewhere_next"] = request.args.get("next")
        again = {"prompt": "login", "max_age": "0"} if current_user.is_authenticated else {}
        try:
            answer: Response = provider.authorize_redirect(settings.console_url + BACK, **again)
        except _FAULTS as fault:
            return _refused(_("%(name)s does not answer. Try again, or take another way.", name=_name(settings)), fault)
        return answer

    @blueprint.get("/sign-in/elsewhere/back")
    def back() -> Response:
        try:
            claims = _claims(provider, settings)
            return _confirm(claims) if current_user.is_authenticated else _let_in(claims)
        except NotLetIn as refusal:
            return _refused(str(refusal), refusal)
        except _FAULTS as fault:
            return _refused(_("%(name)s did not let you in. Try again.", name=_name(settings)), fault)

    return blueprint


def _provider(app: Flask, settings: Settings) -> Any:
    secret = settings.oidc_client_secret
    return OAuth(app).register(
        "elsewhere",
        client_id=settings.oidc_client_id,
        client_secret=secret.get_secret_value() if secret else None,
        server_metadata_url=f"{settings.oidc_issuer}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid email profile",
            "code_challenge_method": "S256",
            "default_timeout": TIMEOUT_S,
        },
    )


def _claims(provider: Any, settings: Settings) -> Mapping[str, Any]:
    """What the provider says of the person; signature, issuer, audience, time, nonce and state were checked."""
    metadata = provider.load_server_metadata()
    if str(metadata["issuer"]).rstrip("/") != settings.oidc_issuer:
        raise ValueError("The provider calls itself otherwise than OIDC_ISSUER.")
    token = provider.authorize_access_token(claims_options={"iss": {"essential": True, "values": [metadata["issuer"]]}})
    claims: dict[str, Any] = dict(token["userinfo"])
    if "email" not in claims:
        more = provider.userinfo(token=token)
        if more["sub"] != claims["sub"]:
            raise ValueError("The provider speaks of two people.")
        claims = {**more, **claims}
    return claims


def _person(claims: Mapping[str, Any]) -> Person:
    if not claims.get("email") or claims.get("email_verified") not in (True, "true"):
        raise NotLetIn(_("Your provider does not vouch for your e-mail address: ask whoever runs it."))
    address = security.mail_util.normalize(str(claims["email"]))
    person = accounts().find(email=address)
    if person is None or not person.is_active:
        accounts().failed(person, "single sign-on")
        raise NotLetIn(_("%(email)s was not invited here, or is locked: ask an administrator.", email=address))
    return person


def _let_in(claims: Mapping[str, Any]) -> Response:
    person = _person(claims)
    person.invited_at = None
    # The provider has asked for a second factor, or was told not to: that is its administrators' affair.
    login_user(person, authn_via=["single sign-on"])
    accounts().commit()
    return redirect(_onward("today.show"), 303)


def _confirm(claims: Mapping[str, Any]) -> Response:
    now = clock.now().timestamp()
    if _person(claims).id != current_user.id:
        raise NotLetIn(_("That was somebody else's account at the provider."))
    if now - float(claims.get("auth_time") or 0) > ASKED_WITHIN_S:
        raise NotLetIn(_("Your provider did not ask you again who you are. Sign out, then sign in anew."))
    session["fs_paa"] = now
    return redirect(_onward("account.show"), 303)


def _onward(otherwise: str) -> str:
    came_for = session.pop("elsewhere_next", None)
    return came_for if came_for and validate_redirect_url(came_for) else url_for(otherwise)


def _refused(sentence: str, fault: Exception) -> Response:
    log.warning("single sign-on failed", extra={"fault": type(fault).__name__})
    flash(sentence, "error")
    return redirect(url_for("account.show" if current_user.is_authenticated else "security.login"), 303)


def _name(settings: Settings) -> str:
    return settings.oidc_name or settings.oidc_issuer or ""
