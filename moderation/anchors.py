"""Where the head of the audit log is written down outside the database.

Always in ``DATA_DIR/audit-anchor.log``, one line a row; that file belongs on another
disk or in a backup that the database's administrator cannot write. ``AUDIT_WEBHOOK``
sends the same line to a machine of somebody else.
"""

from __future__ import annotations

import json
import logging
import os
import urllib.request
from pathlib import Path

from django.conf import settings

from socialapp.jobs.queue import enqueue

log = logging.getLogger(__name__)

JOB = "moderation.jobs.post_anchor"


def file() -> Path:
    return Path(settings.DATA_DIR) / "audit-anchor.log"


def drop(number: int, digest: str) -> None:
    """Write the anchor of a row; called at commit. A full disk is logged, not raised:
    the row is written already, and `verify` needs only some of the anchors."""
    try:
        # One short write to a file opened for appending is one piece, whoever else
        # appends (POSIX, write).
        handle = os.open(file(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, f"{number} {digest}\n".encode())
        finally:
            os.close(handle)
    except OSError:
        log.exception("The anchor of audit row %d was not written", number)
    if settings.AUDIT_WEBHOOK:
        enqueue(JOB, number)


def kept() -> dict[int, str]:
    """Row number to digest, of every whole line of the file."""
    if not file().exists():
        return {}
    found: dict[int, str] = {}
    for line in file().read_text(encoding="ascii", errors="replace").splitlines():
        number, _, digest = line.partition(" ")
        if number.isdigit() and len(digest) == 64:
            # The first word counts: a line appended later does not rewrite history.
            found.setdefault(int(number), digest)
    return found


def post(number: int, digest: str) -> None:
    """Send one anchor to the webhook; OSError when it did not arrive."""
    body = json.dumps({"number": number, "digest": digest}).encode()
    request = urllib.request.Request(  # noqa: S310 - the operator's own address
        settings.AUDIT_WEBHOOK, body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10):  # noqa: S310
        pass
