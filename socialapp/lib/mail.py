"""Plain mails, sent at commit: nobody is told of what was rolled back."""

from __future__ import annotations

import logging
import smtplib
from functools import partial

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string

log = logging.getLogger(__name__)


def send(*, to: str, template: str, **context: object) -> None:
    """Send ``mail/<template>.txt``, whose first line is the subject, to one person.

    A mail server that does not answer is logged and no more: what a mail says is on a
    page too, and nothing is undone for want of a mail.
    """
    if not to:
        return
    text = render_to_string(
        f"mail/{template}.txt", {"site": settings.SITE_URL.rstrip("/"), **context}
    )
    subject, _, body = text.strip().partition("\n")
    message = EmailMessage(subject.strip(), body.strip() + "\n", to=[to])
    transaction.on_commit(partial(_deliver, message, template))


def _deliver(message: EmailMessage, template: str) -> None:
    try:
        message.send()
    except (OSError, smtplib.SMTPException):
        log.exception("A mail was not sent: %s", template)
