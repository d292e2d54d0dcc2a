"""Sending forms as a browser does: with what is hidden in them."""

import re
from collections.abc import Mapping

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


def send(
    client: FlaskClient, page: str, path: str, fields: Mapping[str, object], headers: Mapping[str, str] | None = None
) -> TestResponse:
    """Fill in the form of a page that goes to `path` below it, and send it."""
    shown = client.get(page).text
    return client.post(page + path, data={**hidden(shown, page + path), **fields}, headers=headers or {})


def hidden(shown: str, action: str) -> dict[str, str]:
    """The hidden fields of the form with this action, or of the one without any."""
    forms = re.findall(r"<form\b([^>]*)>(.*?)</form>", shown, re.S)
    inside = next((body for tag, body in forms if f'action="{action}"' in tag), None)
    if inside is None:
        inside = next(body for tag, body in forms if 'method="post"' in tag and "action=" not in tag)
    fields = re.findall(r"<input\b[^>]*>", inside)
    found = [tag for tag in fields if 'type="hidden"' in tag]
    return {re.search(r'name="([^"]*)"', tag)[1]: re.search(r'value="([^"]*)"', tag)[1] for tag in found}
