"""What can go wrong with a call, each told in a sentence."""

HTTP_RETRIEVAL_FAILURE = 11200
HTTP_CONNECTION_FAILURE = 11205
INVALID_URL = 11100
INVALID_RETRY_POLICY = 11243
TOO_MANY_REDIRECTS = 11215
INVALID_REDIRECT = 11216
BODY_TOO_LARGE = 11750
PARSE_FAILURE = 12100
SCHEMA_VIOLATION = 12200
INVALID_CONTENT_TYPE = 12300


class WebhookFault(Exception):
    """A webhook gave nothing to go on with.

    `code` is the number that Twilio's debugger would show; it is sent to the fallback URL as `ErrorCode`.
    """

    def __init__(self, sentence: str, code: int) -> None:
        super().__init__(f"{sentence} (Twilio error {code})")
        self.code = code


class RefusedTwiml(WebhookFault):
    """Twilio would refuse this document, or silently drop a part of it."""


class CallFailed(Exception):
    """The call died of a fault of the line, and no fallback URL could save it."""


class TextFailed(Exception):
    """A text message got no answer that could be read; the text ends with the transcript."""


class NotAsExpected(AssertionError):
    """The scripted caller or texter expected something else; the text ends with the transcript."""
