"""What workers do for moderation."""

from __future__ import annotations

from moderation import anchors
from moderation.approvals import services as approvals
from moderation.models import LogEntry
from moderation.pictures import profiles, services


def post_anchor(number: int) -> None:
    """Send the anchor of one row of the audit log to the webhook."""
    anchors.post(number, LogEntry.objects.get(number=number).digest)


def check_again(check_id: int) -> None:
    services.check_again(check_id)


def fingerprint_profile(user_id: int) -> None:
    profiles.fingerprint(user_id)


def check_words_again(approval_id: int) -> None:
    """Words that nothing could look at are screened once more."""
    approvals.check_again(approval_id)
