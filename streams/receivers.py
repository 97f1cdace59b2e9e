"""What streams do when something happens below them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.dispatch import receiver

from avatarfx.signals import clip_failed, clip_ready
from socialapp.accounts.signals import account_closed
from socialapp.characters.services import forget_owner
from streams import services
from streams.models import ChatMessage, Stream, StreamReminder, StreamTicket, TopicVote
from streams.services import telling
from streams.signals import stream_started

if TYPE_CHECKING:
    from avatarfx.models import Clip
    from socialapp.accounts.models import User


@receiver(stream_started, dispatch_uid="streams.tell_who_asked")
def tell_who_asked(*, stream: Stream, **_: Any) -> None:
    telling.started(stream)


@receiver(clip_ready, dispatch_uid="streams.tell_of_ready_cut")
def tell_of_ready_cut(*, clip: Clip, **_: Any) -> None:
    telling.clip_ready(clip)


@receiver(clip_failed, dispatch_uid="streams.tell_of_failed_cut")
def tell_of_failed_cut(*, clip: Clip, **_: Any) -> None:
    telling.clip_failed(clip)


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
    StreamReminder.objects.filter(person=user).delete()
    # Streams held on to portraits and characters; nothing does any longer.
    forget_owner(owner=user)
