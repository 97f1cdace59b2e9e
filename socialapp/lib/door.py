"""The one-time sign-in link that ``manage.py up`` prints for the admin.

Nothing is stored: the link is signed, and names the moment of the last sign-in, which
changes by using it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

if TYPE_CHECKING:
    from datetime import datetime

SECONDS = 3600
"""How long an unused link is good."""

FIRST_ADMIN = ("admin", "admin@localhost")
"""Handle and e-mail of the superuser that the first start makes."""

_signer = TimestampSigner(salt="socialapp.lib.door")

GONE = (
    "This sign-in link was used or is older than an hour. Start the server again, or"
    " run manage.py door, for a new one."
)


def first_admin_link() -> str:
    """A link for the oldest superuser; makes one, without a password, if need be."""
    users = get_user_model()._default_manager
    admin = users.filter(is_superuser=True, is_active=True).order_by("pk").first()
    if admin is None:
        handle, email = FIRST_ADMIN
        admin = users.create_superuser(username=handle, email=email, password=None)
    token = _signer.sign(f"{admin.pk}:{_last_login(admin.last_login)}")
    # Not reverse(): it would import every page of the site into `manage.py up`.
    return f"{settings.SITE_URL.rstrip('/')}/enter/{token}/"


@require_GET
@never_cache
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in whom the link names, once."""
    try:
        pk, _, then = _signer.unsign(token, max_age=SECONDS).partition(":")
    except BadSignature:  # expiry included
        return HttpResponse(GONE, status=410, content_type="text/plain")
    user = get_user_model()._default_manager.filter(pk=pk, is_active=True).first()
    if user is None or _last_login(user.last_login) != then:
        return HttpResponse(GONE, status=410, content_type="text/plain")
    # Of two clicks at once, one moves the moment on.
    mine = type(user)._default_manager.filter(pk=pk, last_login=user.last_login)
    if not mine.update(last_login=timezone.now()):
        return HttpResponse(GONE, status=410, content_type="text/plain")
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return HttpResponseRedirect(settings.ADMIN_PATH)


def _last_login(moment: datetime | None) -> str:
    return moment.isoformat() if moment else "never"
