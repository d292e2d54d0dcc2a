"""Operators of the console, who sign in as they really do and then ask for pages over HTTP."""

import re
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import requests
from passlib.totp import TOTP

from bench.programs import console_settings
from bench.site import Site
from hotline.console.accounts.practising import Practising, equip
from hotline.settings import NAMES, Settings

ROLES: Final = ("supervisor", "auditor")
"""Together they may look at everything, and take lists out."""

_CSRF: Final = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_PATIENCE_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A page, and how long it took until all of it was here."""

    milliseconds: float
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Operator:
    """Somebody who is signed in, over one connection that is kept alive."""

    address: str
    browser: requests.Session = field(repr=False)

    def ask(self, path: str) -> Answer:
        """One page; raises HTTPError when it is none."""
        begun = time.perf_counter()
        answer = self.browser.get(self.address + path, timeout=_PATIENCE_S, allow_redirects=False)
        milliseconds = (time.perf_counter() - begun) * 1000
        answer.raise_for_status()
        return Answer(milliseconds, answer.text)

    def cookies(self) -> Mapping[str, str]:
        """By which the console knows the operator."""
        return self.browser.cookies.get_dict()

    @contextmanager
    def export(self, token: str, query: str = "") -> Iterator[Iterator[bytes]]:
        """Take out what these filters list, with a `token`. The file comes in parts; leaving breaks it off."""
        form = {"csrf_token": token, "query": query, "reason": "a measurement"}
        address = f"{self.address}/console/calls.csv"
        with self.browser.post(address, data=form, stream=True, timeout=_PATIENCE_S) as answer:
            answer.raise_for_status()
            yield answer.iter_content(None)

    def token(self) -> str:
        """What the forms of this browser carry."""
        return _token(self.ask("/console/calls").text)


def sign_in(site: Site, database_url: str, port: int, email: str) -> Operator:
    """Make an account, and sign in with its password and the code of its authenticator app."""
    password, codes = secrets.token_urlsafe(16), TOTP.new()
    practising = Practising(email=email, name=email, roles=ROLES, password=password, codes=codes.base32_key)
    equip(settings_of(site, database_url, port), practising)
    operator = Operator(f"http://127.0.0.1:{port}", requests.Session())
    page = f"{operator.address}/console/sign-in"
    answer = operator.browser.get(page)
    form = {"csrf_token": _token(answer.text), "email": email, "password": password}
    answer = operator.browser.post(page, data=form)
    form = {"csrf_token": _token(answer.text), "code": str(codes.generate().token)}
    operator.browser.post(answer.url, data=form).raise_for_status()
    operator.ask("/console/calls")
    return operator


def settings_of(site: Site, database_url: str, port: int) -> Settings:
    """What the programs of this site are told, for what runs in this one."""
    given = {**site.environment, **console_settings(database_url, port)}
    return Settings.model_validate({name.lower(): given[name] for name in NAMES if name in given})


def _token(page: str) -> str:
    found = _CSRF.search(page)
    assert found, page
    return found[1]
