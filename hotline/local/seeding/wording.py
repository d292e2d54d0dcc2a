"""What the text messages of the history say, as the line would have written them."""

from typing import TYPE_CHECKING, Final

from hotline.callflow.line import Now
from hotline.callflow.samples import RECEIPT
from hotline.callflow.texts import Told, compose
from hotline.local.seeding.courses import CourseText
from hotline.privacy import Vault
from hotline.speech.messages import write_message

if TYPE_CHECKING:
    from hotline.local.seeding.rows import Placed

_SAMPLE: Final = f"{RECEIPT[:4]}-{RECEIPT[4:]}"
"""The receipt number of the samples, as it is written."""


class Wording:
    """Seals what messages say."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def body(self, placed: "Placed", text: CourseText, receipt_number: str, municipality: str | None) -> bytes:
        """What this one says, sealed."""
        if text.body is not None:
            written = f"{receipt_number[:4]}-{receipt_number[4:]}"
            return self._vault.seal(text.body.replace(_SAMPLE, written) if receipt_number else text.body)
        answers, loss = {}, None
        if text.request is not None:
            request = placed.course.requests[text.request]
            answers, loss = request.answers, request.loss
        told = Told(receipt_number, answers, loss, municipality)
        return self._vault.seal(write_message(compose(told, Now(placed.at(text.at_ms))), placed.course.language))
