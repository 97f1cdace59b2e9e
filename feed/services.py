"""The only writers of posts, likes and views."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from avatarfx.models import Clip
from avatarfx.services import NotNowError, make_audio
from feed import hashtags
from feed.models import Like, Post, PostStat, Tag, View
from moderation.abuse import services as abuse
from moderation.screening.judge import ScreeningUnavailableError
from moderation.screening.refusals import TextRefusedError, check_text

if TYPE_CHECKING:
    from socialapp.accounts.models import User

MAX_CAPTION = 500
"""Characters, as in ``feed.models.Post``."""


class PostError(Exception):
    """A refusal; its text is for the person who asked."""


def _checked(caption: str, visibility: str) -> str:
    caption = caption.strip()
    if len(caption) > MAX_CAPTION:
        raise PostError(
            f"The caption has {len(caption)} characters; {MAX_CAPTION} fit."
            " Shorten it and try again."
        )
    if visibility not in Post.Visibility.values:
        raise PostError("Choose who may see this: everyone, a link, or only you.")
    return caption


def _screen(caption: str, author: User, subject: str) -> None:
    """PostError for words that may not be shown. Outside of the transaction, so that the
    log keeps what is refused."""
    if not caption:
        return
    try:
        check_text(
            caption, surface="caption", person=author, subject=subject, field="caption"
        )
    except (TextRefusedError, ScreeningUnavailableError) as error:
        raise PostError(error.message) from error


def _of_the_house(clip: Clip) -> bool:
    return clip.character.starter and clip.character.owner_id == clip.owner_id


def _count(caption: str, author: User, address: str) -> None:
    """PostError for what is too much or too alike."""
    try:
        abuse.allow(person=author, text=caption, surface="caption", address=address)
    except abuse.AbuseError as error:
        raise PostError(error.message) from error


def _set_tags(post: Post) -> None:
    names = hashtags.names_in(post.caption)
    Tag.objects.bulk_create([Tag(name=name) for name in names], ignore_conflicts=True)
    post.tags.set(Tag.objects.filter(name__in=names))


def publish_post(
    *,
    clip: Clip,
    author: User,
    caption: str,
    visibility: str = Post.Visibility.PUBLIC,
    address: str = "",
) -> Post:
    """Show a ready clip. A removed post of it comes back; a second call changes nothing.

    PostError: not the author's clip, not ready, a caption that is too long or may not
    be shown, or too many posts. `address`: of the visitor, against spam.
    """
    caption = _checked(caption, visibility)
    if not Post.objects.filter(clip=clip, removed__isnull=True).exists():
        _screen(caption, author, f"clip:{clip.key}")
        if not _of_the_house(clip):
            _count(caption, author, address)
    return _publish(clip=clip, author=author, caption=caption, visibility=visibility)


@transaction.atomic
def _publish(*, clip: Clip, author: User, caption: str, visibility: str) -> Post:
    # The row lock makes two publishers of one clip take turns.
    clip = Clip.objects.select_for_update().get(pk=clip.pk)
    if clip.owner_id != author.pk or clip.removed is not None:
        raise PostError("Only the person who made a clip can publish it.")
    if clip.withheld:
        raise PostError("This clip waits for a moderator. You will hear from us.")
    if clip.state != Clip.State.READY:
        raise PostError("This clip is not ready yet. Publish it when it is.")
    post, created = Post.objects.get_or_create(
        clip=clip,
        defaults={"author": author, "caption": caption, "visibility": visibility},
    )
    if created:
        PostStat.objects.create(post=post)
    elif post.removed is not None:
        post.removed = None
        post.caption, post.visibility = caption, visibility
        post.published = timezone.now()
        post.save(update_fields=["removed", "caption", "visibility", "published"])
    else:
        return post
    _set_tags(post)
    return post


def edit_post(
    *, post: Post, caption: str | None = None, visibility: str | None = None
) -> Post:
    """Change what was given; PostError as in ``publish_post``."""
    new_caption = _checked(
        post.caption if caption is None else caption,
        post.visibility if visibility is None else visibility,
    )
    if new_caption != post.caption:
        _screen(new_caption, post.author, f"post:{post.key}")
    return _edit(post, new_caption, visibility)


@transaction.atomic
def _edit(post: Post, caption: str, visibility: str | None) -> Post:
    post.caption = caption
    post.visibility = post.visibility if visibility is None else visibility
    post.edited = timezone.now()
    post.save(update_fields=["caption", "visibility", "edited"])
    _set_tags(post)
    return post


def remove_post(*, post: Post) -> None:
    """Take it off the stage. The clip stays, and so do likes for `restore_post`."""
    post.removed = timezone.now()
    post.save(update_fields=["removed"])


def restore_post(*, post: Post) -> None:
    """Undo `remove_post`: the same place in the feed, the same likes."""
    post.removed = None
    post.save(update_fields=["removed"])


def set_withheld(*, post: Post, level: str) -> None:
    """For moderation: ``hidden``, ``removed`` or empty, which is back on stage."""
    Post.objects.filter(pk=post.pk).update(withheld=level)
    post.withheld = level


def set_marks(*, post: Post, **marks: str | bool) -> None:
    """For moderation: ``warning``, ``adults_only`` or ``demoted``."""
    Post.objects.filter(pk=post.pk).update(**marks)
    for name, value in marks.items():
        setattr(post, name, value)


def audio_of(*, post: Post) -> str:
    """The ref of what is said in it, behind a spoken notice. Errors as for
    ``avatarfx.services.make_audio``."""
    if post.withheld and not post.clip.audio:
        raise NotNowError("There is no sound of a clip that is not on show.")
    return make_audio(clip=post.clip)


@transaction.atomic
def like_post(*, post: Post, user: User) -> int:
    """Like once, however often asked; the number of likes now.

    The like and the counter change in one transaction, and only the call that made
    the row counts: under any concurrency the counter is count(*).
    """
    _, created = Like.objects.get_or_create(post=post, user=user)
    if created:
        PostStat.objects.filter(post=post).update(likes=F("likes") + 1)
    return PostStat.objects.values_list("likes", flat=True).get(post=post)


@transaction.atomic
def unlike_post(*, post: Post, user: User) -> int:
    """Take the like back if there is one; the number of likes now."""
    gone, _ = Like.objects.filter(post=post, user=user).delete()
    if gone:
        PostStat.objects.filter(post=post).update(likes=F("likes") - 1)
    return PostStat.objects.values_list("likes", flat=True).get(post=post)


@transaction.atomic
def count_view(
    *,
    post: Post,
    viewer: str,
    seconds: float = 0.0,
    completed: bool = False,
    day: dt.date | None = None,
) -> bool:
    """Count `viewer` once a day (UTC); True when this call counted.

    Later calls of the day only lengthen what was watched.
    """
    seconds = max(0.0, seconds)
    view, created = View.objects.get_or_create(
        post=post,
        viewer=viewer,
        day=day or timezone.now().astimezone(dt.UTC).date(),
        defaults={"seconds": seconds, "completed": completed},
    )
    if created:
        PostStat.objects.filter(post=post).update(views=F("views") + 1)
        return True
    View.objects.filter(pk=view.pk).update(seconds=Greatest(F("seconds"), seconds))
    if completed:
        View.objects.filter(pk=view.pk).update(completed=True)
    return False
