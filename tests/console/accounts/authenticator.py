"""A key at somebody's key ring, in software: it makes passkeys and answers with them as a browser passes it on."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """One passkey, once it has been made."""

    origin: str
    asks_for_finger: bool = True
    """Whether it makes sure who holds it."""
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    handle: bytes = b""
    """Whose it is."""

    def create(self, options: dict[str, Any]) -> str:
        """What a browser sends back after it was told to make a passkey."""
        self.handle = _decoded(options["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        state = self._state(options["rp"]["id"], ATTESTED) + attested
        response = {
            "attestationObject": _encoded(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": state})),
            "clientDataJSON": _encoded(self._client("webauthn.create", options["challenge"])),
            "transports": ["usb"],
        }
        return self._answer(response)

    def get(self, options: dict[str, Any]) -> str:
        """What a browser sends back after it was told to ask for a passkey."""
        state, client = self._state(options["rpId"], 0), self._client("webauthn.get", options["challenge"])
        signature = self.key.sign(state + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        response = {
            "authenticatorData": _encoded(state),
            "clientDataJSON": _encoded(client),
            "signature": _encoded(signature),
            "userHandle": _encoded(self.handle),
        }
        return self._answer(response)

    def _state(self, name: str, more: int) -> bytes:
        flags = PRESENT | (VERIFIED if self.asks_for_finger else 0) | more
        return hashlib.sha256(name.encode()).digest() + bytes([flags]) + bytes(4)

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, response: dict[str, Any]) -> str:
        known = {"id": _encoded(self.id), "rawId": _encoded(self.id), "type": "public-key"}
        return json.dumps({**known, "response": response, "extensions": "{}", "clientExtensionResults": {}})


def _encoded(some: bytes) -> str:
    return urlsafe_b64encode(some).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
