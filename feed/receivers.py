"""What the feed does when something happens elsewhere."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver

from avatarfx.signals import clip_ready
from feed import services, snippets
from feed.models import Impression, Like, Post, RankedList, View
from feed.remixes import forgetting, making
from feed.visits import PENDING_LIKE
from moderation import log as audit
from moderation.signals import approval_decided
from socialapp.accounts.signals import account_closed, consent_changed
from socialapp.chat.signals import sharing_ended
from streams.services import telling
from streams.signals import stream_ended

if TYPE_CHECKING:
    from django.http import HttpRequest

    from avatarfx.models import Clip
    from moderation.models import Approval
    from socialapp.accounts.models import User
    from socialapp.chat.models import Participant
    from streams.models import Stream

log = logging.getLogger(__name__)


@receiver(clip_ready, dispatch_uid="feed.publish_when_asked")
def publish_when_asked(*, clip: Clip, **_: Any) -> None:
    """A refusal is logged: the clip is ready and its owner can still publish it."""
    if ended := making.why_not_published(clip):
        making.take_back(clip=clip, why=ended)
        return
    if not clip.publish:
        return
    try:
        services.publish_post(clip=clip, author=clip.owner, caption=clip.caption)
    except services.PostError as error:
        log.warning("Clip %s was not published: %s", clip.key, error)


@receiver(stream_ended, dispatch_uid="feed.offer_replay")
def offer_replay(*, stream: Stream, **_: Any) -> None:
    """The host is told how it went, and led to the clips that can be cut out of it."""
    telling.ended(stream)


@receiver(approval_decided, dispatch_uid="feed.settle_words")
def settle_words(*, approval: Approval, **_: Any) -> None:
    services.settle_words(approval=approval)


@receiver(account_closed, dispatch_uid="feed.leave_with_viewer")
def leave_with_viewer(*, user: User, **_: Any) -> None:
    """Take back the likes and forget what was watched; counted views stay counted.
    The person's own posts go with their clips, and their lines out of those of others."""
    for like in Like.objects.filter(user=user).select_related("post"):
        services.unlike_post(post=like.post, user=user)
    for model in (View, Impression, RankedList):
        model._default_manager.filter(viewer=f"user:{user.pk}").delete()
    user.follows.all().delete()
    user.followers.all().delete()
    user.hidden.all().delete()
    user.unwanted.all().delete()
    snippets.forget_person(person=user)
    forgetting.forget_person(person=user)


@receiver(consent_changed, dispatch_uid="feed.log_consent")
def log_consent(*, user: User, said: dict[str, str], **_: Any) -> None:
    audit.record(user, "remix.consent", f"user:{user.pk}", said)


@receiver(sharing_ended, dispatch_uid="feed.take_lines_out")
def take_lines_out(*, seat: Participant, **_: Any) -> None:
    snippets.take_out(seat=seat)


@receiver(user_logged_in, dispatch_uid="feed.give_pending_like")
def give_pending_like(*, request: HttpRequest | None, user: User, **_: Any) -> None:
    """The like that sent a visitor to the door is given once they are inside."""
    if request is None or not hasattr(request, "session"):
        return
    key = request.session.pop(PENDING_LIKE, "")
    post = key and Post.objects.visible_to(user).filter(key=key).first()
    if post:
        services.like_post(post=post, user=user)
