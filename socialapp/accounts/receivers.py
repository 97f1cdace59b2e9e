"""What accounts do when somebody signs in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver

from socialapp.accounts import leaving

if TYPE_CHECKING:
    from django.http import HttpRequest

    from socialapp.accounts.models import User


@receiver(user_logged_in, dispatch_uid="accounts.stay_after_all")
def stay_after_all(*, request: HttpRequest | None, user: User, **_: Any) -> None:
    """Signing in undoes leaving; the session goes on with the hash of one who stays."""
    if user.leaves is None or not leaving.stay(user=user):
        return
    if request is not None and hasattr(request, "session"):
        update_session_auth_hash(request, user)
        if hasattr(request, "_messages"):
            messages.success(request, "Welcome back. Your account stays.")
