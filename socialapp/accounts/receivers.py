"""What accounts do when somebody signs in, signs out or has a new password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account import signals as account_signals
from allauth.account.signals import password_changed, password_reset, password_set
from allauth.usersessions import signals as allauth_sessions
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver

from socialapp.accounts import leaving
from socialapp.accounts.signing_in import sessions

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


@receiver(user_logged_in, dispatch_uid="accounts.list_session")
def list_session(*, request: HttpRequest | None, user: User, **_: Any) -> None:
    if request is not None and hasattr(request, "session"):
        # Before this one is in the list: it is stored when the request is over.
        UserSession.objects.purge_and_list(user)
        sessions.note(request, user)


@receiver(user_logged_out, dispatch_uid="accounts.close_sockets")
def close_sockets(*, request: HttpRequest | None, **_: Any) -> None:
    """Other pages of the same browser still have theirs open."""
    session = getattr(request, "session", None)
    if session is not None and session.session_key:
        sessions.end(UserSession.objects.filter(session_key=session.session_key))


@receiver(password_changed, dispatch_uid="accounts.end_others_changed")
@receiver(password_set, dispatch_uid="accounts.end_others_set")
@receiver(password_reset, dispatch_uid="accounts.end_others_reset")
def end_others(*, request: HttpRequest, user: User, **_: Any) -> None:
    """A new password ends every other session; their sockets know nothing of that."""
    sessions.end_all(user, but=request.session.session_key)
    sessions.note(request, user)


def keep_no_addresses() -> None:
    """allauth would list a session with its whole address; `list_session` does it."""
    account_signals.user_logged_in.disconnect(allauth_sessions.on_user_logged_in)
    for signal in (password_changed, password_set):
        signal.disconnect(allauth_sessions.on_password_changed)
