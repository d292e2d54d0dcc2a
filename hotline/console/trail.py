"""What a person does here, in the audit trail."""

import json

from flask import request
from flask_login import current_user

from hotline import clock
from hotline.store import audit
from hotline.store.database import Connection

STRANGER = "somebody who is not signed in"
"""Who did it, when nobody is signed in."""


def trail(
    connection: Connection,
    action: str,
    subject: str,
    *,
    call_sid: str | None = None,
    reason: str = "",
    **details: object,
) -> None:
    """Write that the person of this request does this, in the transaction of what is done.

    `subject` and `details` name what it is done to by its id; never anything that was keyed, and no telephone number.
    """
    known = current_user.is_authenticated
    entry = audit.Entry(
        at=clock.now(),
        who=current_user.email if known else STRANGER,
        staff_id=current_user.id if known else None,
        address=request.remote_addr,
        action=action,
        subject=subject,
        call_sid=call_sid,
        reason=reason,
        details=json.dumps(details, ensure_ascii=False, sort_keys=True, default=str) if details else "",
    )
    audit.write(connection, entry)
