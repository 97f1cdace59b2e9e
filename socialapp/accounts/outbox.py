"""``/outbox/``: the mails of a copy that has no mail server, for its administrators.

Not for other staff: whoever reads the mails can set anybody's password.
"""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.decorators import user_passes_test
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from socialapp.backstage import FILE_BACKEND

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.http import HttpRequest, HttpResponse

    from socialapp.accounts.models import User

NEWEST = 50
"""Files read: each holds the mails of one request, nearly always one."""

BETWEEN = "-" * 79
"""What Django's file backend writes after each mail."""


@dataclass(frozen=True, slots=True)
class Mail:
    subject: str
    to: str
    date: str
    body: str


def mails(folder: Path) -> list[Mail]:
    """The newest first."""
    if not folder.is_dir():
        return []
    files = sorted(folder.glob("*.log"), reverse=True)[:NEWEST]
    return [mail for file in files for mail in _read(file)]


def _read(file: Path) -> list[Mail]:
    found = []
    for text in file.read_text(encoding="utf-8", errors="replace").split(BETWEEN):
        if not text.strip():
            continue
        message = email.message_from_string(
            text.lstrip("\n"), policy=email.policy.default
        )
        body = message.get_body(("plain", "html"))
        found.append(
            Mail(
                subject=str(message["Subject"] or ""),
                to=str(message["To"] or ""),
                date=str(message["Date"] or ""),
                body=body.get_content() if body else "",
            )
        )
    return found


def _administers(user: User | AnonymousUser) -> bool:
    return user.is_active and user.is_superuser


@never_cache
@require_GET
@user_passes_test(_administers, login_url="admin:login")
def outbox(request: HttpRequest) -> HttpResponse:
    """Where a mail server is configured, mails are not ours to show."""
    if settings.EMAIL_BACKEND != FILE_BACKEND:
        raise Http404
    found = mails(Path(settings.EMAIL_FILE_PATH))
    return render(request, "accounts/outbox.html", {"mails": found})
