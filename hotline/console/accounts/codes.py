"""Codes of authenticator apps: each counts once."""

import base64
import io
from typing import Any

import qrcode
from flask_security.totp import Totp
from passlib.totp import TokenError
from qrcode.image.svg import SvgPathFillImage

from hotline.console.accounts.here import accounts
from hotline.store.staff import use_code


class Codes(Totp):
    """Flask-Security's codes, but none is taken twice: who looks over a shoulder comes too late."""

    def verify_totp(self, token: str, totp_secret: str, user: Any, window: int = 0) -> bool:
        """Whether the code is right, not yet used, and no older than `window` seconds around now."""
        is_new_secret = totp_secret != user.tf_totp_secret
        last = None if is_new_secret else user.totp_counter
        try:
            match = self._totp.verify(token, totp_secret, window=window, last_counter=last)
        except TokenError:
            return False
        if is_new_secret:
            # It is kept together with the secret, or not at all.
            user.totp_counter = match.counter
            return True
        with accounts().desk.engine.begin() as connection:
            return use_code(connection, user.id, match.counter)

    def generate_qrcode(self, username: str, totp: str) -> str:
        """The picture for the app's camera, black on white also where the page is dark."""
        picture = qrcode.make(self.get_totp_uri(username, totp), image_factory=SvgPathFillImage)
        with io.BytesIO() as written:
            picture.save(written)
            return f"data:image/svg+xml;base64,{base64.b64encode(written.getvalue()).decode()}"

    def sealed(self, base32_key: str) -> str:
        """A secret that an app has already, as it is kept."""
        return str(self._totp(key=base32_key).to_json(encrypt=True))
