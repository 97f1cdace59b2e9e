"""Plain mails, sent at commit: nobody is told of what was rolled back."""

from __future__ import annotations

import logging
import smtplib
from functools import partial
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string

log = logging.getLogger(__name__)


class MailDownError(Exception):
    """The mail server did not take it."""


def send(*, to: str, template: str, **context: object) -> None:
    """Send ``mail/<template>.txt``, whose first line is the subject, to one person.

    A mail server that does not answer is logged and no more: what a mail says is on a
    page too, and nothing is undone for want of a mail.
    """
    if not to:
        return
    subject, body = _words(template, context)
    message = EmailMessage(subject, body, to=[to])
    transaction.on_commit(partial(_deliver, message, template))


def compose(
    *, to: str, template: str, key: str, one_click: str, **context: object
) -> EmailMultiAlternatives:
    """A mail of ``mail/<template>.txt`` and ``.html``, for whoever sends it themselves.

    `key`: the same mail has the same one, and so the same Message-ID. `one_click`: the
    path that ends these mails when a mail program posts to it (RFC 8058).
    """
    subject, body = _words(template, context)
    site = _site()
    headers = {
        "Message-ID": f"<{key}@{urlsplit(site).hostname or 'localhost'}>",
        "List-Unsubscribe": f"<{site}{one_click}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    message = EmailMultiAlternatives(subject, body, to=[to], headers=headers)
    page = render_to_string(f"mail/{template}.html", {"site": site, **context})
    message.attach_alternative(page, "text/html")
    return message


def hand_over(message: EmailMessage) -> None:
    """Give it to the mail server now. MailDownError: it was not taken."""
    try:
        message.send()
    except (OSError, smtplib.SMTPException) as error:
        raise MailDownError(str(error)) from error


def _site() -> str:
    return settings.SITE_URL.rstrip("/")


def _words(template: str, context: dict[str, object]) -> tuple[str, str]:
    """Subject and text."""
    text = render_to_string(f"mail/{template}.txt", {"site": _site(), **context})
    subject, _, body = text.strip().partition("\n")
    return subject.strip(), body.strip() + "\n"


def _deliver(message: EmailMessage, template: str) -> None:
    try:
        hand_over(message)
    except MailDownError:
        log.exception("A mail was not sent: %s", template)
