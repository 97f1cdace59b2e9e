"""What streams do when something happens below them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.dispatch import receiver

from socialapp.accounts.signals import account_closed
from socialapp.characters.services import forget_owner
from streams import services
from streams.models import ChatMessage, Stream, StreamTicket, TopicVote

if TYPE_CHECKING:
    from socialapp.accounts.models import User


@receiver(account_closed, dispatch_uid="streams.leave_with_host")
def leave_with_host(*, user: User, **_: Any) -> None:
    """End and delete the person's streams with their sound, and what they wrote and
    voted in others'; reactions were never anybody's."""
    for stream in Stream.objects.filter(host=user):
        services.end_stream(stream=stream, reason="stopped")
        services.delete_stream(stream=stream)
    ChatMessage.objects.filter(person=user).delete()
    TopicVote.objects.filter(person=user).delete()
    StreamTicket.objects.filter(person=user).delete()
    # Streams held on to portraits and characters; nothing does any longer.
    forget_owner(owner=user)
