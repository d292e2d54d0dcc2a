"""A little OpenID Connect provider on loopback: it signs for real, and says what a test tells it to say."""

import hashlib
import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug import Request, Response
from werkzeug.serving import make_server

CLIENT = "hotline"
SECRET = "secret of the console"


@dataclass
class Provider:
    """What it says of whoever comes."""

    key: RSAKey
    address: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    """Beside what is always there; None leaves a claim out."""
    signs_with: RSAKey | None = None
    """Another key than the one that it publishes."""
    asked: dict[str, dict[str, str]] = field(default_factory=dict)
    """What each code was asked for with."""

    def answer(self, request: Request) -> Response:
        """Discovery, keys, the page that would ask for a password, and the exchange of a code for tokens."""
        match request.path:
            case "/.well-known/openid-configuration":
                return _json(self._metadata())
            case "/keys":
                return _json({"keys": [self.key.as_dict(private=False)]})
            case "/token":
                return self._tokens(request)
        return Response(status=404)

    def ask(self, address: str) -> str:
        """What a browser does there: somebody says yes, and is sent back to this address."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.asked)}"
        self.asked[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def _metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/ask",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def _tokens(self, request: Request) -> Response:
        asked = self.asked.pop(request.form.get("code", ""), None)
        if asked is None or request.authorization is None or request.authorization.password != SECRET:
            return _json({"error": "invalid_grant"}, 400)
        digest = hashlib.sha256(request.form["code_verifier"].encode()).digest()
        if urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return _json({"error": "invalid_grant"}, 400)
        now = int(time.time())
        always = {"iss": self.address, "sub": "1", "aud": CLIENT, "iat": now, "exp": now + 60, "auth_time": now}
        claims = {**always, "nonce": asked["nonce"], **self.claims}
        header = {"alg": "RS256", "kid": self.key.kid}
        token = jwt.encode(header, {k: v for k, v in claims.items() if v is not None}, self.signs_with or self.key)
        return _json({"access_token": "access", "token_type": "Bearer", "expires_in": 60, "id_token": token})


@contextmanager
def providing() -> Iterator[Provider]:
    """A running one."""
    provider = Provider(RSAKey.generate_key(2048, {"kid": "one"}))
    server = make_server("127.0.0.1", 0, Request.application(provider.answer), threaded=True)
    provider.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _json(value: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(value), status, content_type="application/json")
