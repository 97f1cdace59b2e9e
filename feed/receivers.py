"""What the feed does when something happens elsewhere."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.contrib.auth.signals import user_logged_in
from django.db.models import Q
from django.dispatch import receiver

from avatarfx.signals import clip_ready
from feed import services, snippets
from feed.models import Follow, Like, Post, RankedList
from feed.remixes import forgetting, making
from feed.search import keeping
from feed.services import answering, talk
from feed.visits import PENDING_LIKE
from moderation import log as audit
from moderation.signals import approval_decided, case_decided
from socialapp.accounts.signals import account_closed, consent_changed, kept_apart
from socialapp.characters.models import Character
from socialapp.characters.signals import characters_going
from socialapp.chat.signals import sharing_ended
from socialapp.comments.signals import comment_shown, thread_counted
from socialapp.lib.signals import listing_changed
from streams.services import telling
from streams.signals import stream_ended

if TYPE_CHECKING:
    from django.http import HttpRequest

    from avatarfx.models import Clip
    from moderation.models import Approval, Case
    from socialapp.accounts.models import User
    from socialapp.chat.models import Participant
    from socialapp.comments.models import Comment, Thread
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
    services.settle_collection(approval=approval)


@receiver(account_closed, dispatch_uid="feed.leave_with_viewer")
def leave_with_viewer(*, user: User, **_: Any) -> None:
    """Take back the likes and forget what was watched, with what it counted.
    The person's own posts go with their clips, and their lines out of those of others."""
    for like in Like.objects.filter(user=user).select_related("post"):
        services.unlike_post(post=like.post, user=user)
    services.forget_viewer(viewer=f"user:{user.pk}")
    RankedList.objects.filter(viewer=f"user:{user.pk}").delete()
    services.forget_keeper(person=user)
    services.end_follows(Follow.objects.filter(Q(person=user) | Q(creator=user)))
    user.hidden.all().delete()
    user.unwanted.all().delete()
    user.custom_feeds.all().delete()
    user.subscriptions.all().delete()
    user.muted_words.all().delete()
    snippets.forget_person(person=user)
    keeping.forget_owner(owner=user.pk)
    forgetting.forget_person(person=user)


@receiver(characters_going, dispatch_uid="feed.end_follows_of_characters")
def end_follows_of_characters(*, owner: User, **_: Any) -> None:
    services.end_follows(Follow.objects.filter(character__owner=owner))


@receiver(consent_changed, dispatch_uid="feed.log_consent")
def log_consent(*, user: User, said: dict[str, str], **_: Any) -> None:
    audit.record(user, "remix.consent", f"user:{user.pk}", said)


@receiver(listing_changed, dispatch_uid="feed.note_listing")
def note_listing(*, kind: str, pk: int, **_: Any) -> None:
    """What search says of it is brought up to date."""
    keeping.note(kind=kind, pk=pk)


@receiver(case_decided, dispatch_uid="feed.note_decision")
def note_decision(*, case: Case, **_: Any) -> None:
    """A character went out of sight or came back; posts and scenes tell by themselves."""
    if case.kind != "character":
        return
    for pk in Character.objects.filter(key=case.subject_key).values_list(
        "pk", flat=True
    ):
        keeping.note(kind="character", pk=pk)


@receiver(kept_apart, dispatch_uid="feed.end_follows")
def end_follows(*, person: User, whom: User, **_: Any) -> None:
    """Neither follows the other, nor a character of theirs, any more."""
    services.part(person, whom)


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


@receiver(thread_counted, dispatch_uid="feed.keep_comment_count")
def keep_comment_count(*, thread: Thread, **_: Any) -> None:
    talk.keep_count(thread=thread)


@receiver(comment_shown, dispatch_uid="feed.ask_for_answer")
def ask_for_answer(*, comment: Comment, **_: Any) -> None:
    """In the transaction of the comment: it is not shown without being asked about."""
    answering.ask_for(comment=comment)
