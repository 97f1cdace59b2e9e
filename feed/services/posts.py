"""The only writers of posts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from avatarfx.models import Clip
from avatarfx.services import NotNowError, make_audio, why_not_shown
from feed import approving, hashtags
from feed.languages import language_of
from feed.models import Post, PostStat, Tag
from feed.remixes import lineage, making
from feed.search import keeping
from moderation import log as audit
from moderation.abuse import services as abuse
from moderation.approvals import scanning
from moderation.approvals import selectors as approvals
from moderation.approvals import services as asking
from moderation.models import ApprovalState
from moderation.screening.refusals import TextRefusedError
from socialapp.accounts.consent import INHERITED, Level
from socialapp.acting.script import spoken
from socialapp.characters.approving import HOUSE
from socialapp.lib.ids import new_key

if TYPE_CHECKING:
    from moderation.models import Approval
    from socialapp.accounts.models import User

VOICED = "en"
"""What the voices speak, for words that are too few to tell."""

MAX_CAPTION = 500
"""Characters, as in ``feed.models.Post``."""


class PostError(Exception):
    """A refusal; its text is for the person who asked."""


class NoConsentError(PostError):
    """A remix whose original's owner did not agree, or does not any more."""


def checked(caption: str, visibility: str) -> str:
    """The caption as it is kept; PostError for what no post can have."""
    caption = caption.strip()
    if len(caption) > MAX_CAPTION:
        raise PostError(
            f"The caption has {len(caption)} characters; {MAX_CAPTION} fit."
            " Shorten it and try again."
        )
    if visibility not in Post.Visibility.values:
        raise PostError("Choose who may see this: everyone, a link, or only you.")
    return caption


def judge_caption(
    key: str, caption: str, author: User, *, vouched: bool
) -> asking.Ruling:
    """PostError for words that may not be shown. Outside of the transaction, so that the
    log keeps what is refused."""
    try:
        ruling = asking.judge(
            kind=approving.KIND,
            key=key,
            facet=approving.caption_of(caption),
            owner=author,
            vouched=HOUSE if vouched else "",
        )
    except TextRefusedError as error:
        raise PostError(error.message) from error
    if ruling.state == ApprovalState.REFUSED:
        raise PostError(ruling.why)
    return ruling


def _check_level(remixing: str) -> None:
    if remixing not in {INHERITED, *Level.values}:
        raise PostError(f"Choose who may remix it: {', '.join(Level.values)}.")


def _of_the_house(clip: Clip) -> bool:
    return clip.character.starter and clip.character.owner_id == clip.owner_id


def count(caption: str, author: User, address: str) -> None:
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
    remixing: str = INHERITED,
    address: str = "",
) -> Post:
    """Show a ready clip. A removed post of it comes back; a second call changes nothing.

    PostError: not the author's clip, not ready, not as it was approved, a caption that
    is too long or may not be shown, or too many posts. A caption that waits for a look
    comes in when it is approved; the post is there without it. `address`: of the
    visitor, against spam.
    """
    _check_level(remixing)
    caption = checked(caption, visibility)
    post = Post.objects.filter(clip=clip).first()
    if post is not None and post.removed is None:
        return _publish(clip=clip, author=author, visibility=visibility)
    _check_clip(clip, author)
    if ended := making.why_not_published(clip):
        raise NoConsentError(ended)
    if waits := why_not_shown(clip):
        raise PostError(waits)
    key, house = post.key if post else new_key(), _of_the_house(clip)
    ruling = judge_caption(key, caption, author, vouched=house)
    if not house:
        count(caption, author, address)
    return _publish(
        clip=clip,
        author=author,
        visibility=visibility,
        remixing=remixing,
        ruling=ruling,
    )


def _check_clip(clip: Clip, author: User) -> None:
    if clip.owner_id != author.pk or clip.removed is not None:
        raise PostError("Only the person who made a clip can publish it.")
    if clip.withheld:
        raise PostError("This clip waits for a moderator. You will hear from us.")
    if clip.state != Clip.State.READY:
        raise PostError("This clip is not ready yet. Publish it when it is.")


@transaction.atomic
def _publish(
    *,
    clip: Clip,
    author: User,
    visibility: str,
    remixing: str = INHERITED,
    ruling: asking.Ruling | None = None,
) -> Post:
    # The row lock makes two publishers of one clip take turns.
    clip = Clip.objects.select_for_update().get(pk=clip.pk)
    _check_clip(clip, author)
    if ruling is None:
        return Post.objects.get(clip=clip)
    post, created = Post.objects.get_or_create(
        clip=clip,
        defaults={
            "key": ruling.key,
            "author": author,
            "visibility": visibility,
            "language": language_of(spoken(clip.script)) or VOICED,
            "remixing": remixing,
        },
    )
    if created:
        date_post(post=post)
        PostStat.objects.create(post=post)
    elif post.removed is not None:
        post.removed = None
        # Whatever was shown before it was taken down is not asked for any more.
        post.caption, post.visibility = "", visibility
        post.save(update_fields=["removed", "visibility"])
        date_post(post=post)
    else:
        return post
    if lineage.record(post=post) is not None and not created:
        lineage.settle(post=post)
    return keep_caption(post, ruling)


def date_post(*, post: Post) -> None:
    """It is published now, by the database's clock: that of a worker may be wrong, and
    the newest posts come first."""
    row = Post.objects.filter(pk=post.pk)
    # Written as the ORM writes moments: SQLite compares them as text, and `Now` alone has
    # three digits less, so that a cursor would lead to the post that it was made of.
    post.published = row.values_list(Now(), flat=True).get()
    row.update(published=post.published)


def keep_caption(post: Post, ruling: asking.Ruling) -> Post:
    """Store what was said of the caption; what waits does not come into the row."""
    if not ruling.approved:
        notice_change(post=post)
    asking.keep(ruling)
    post.approval = ruling.state
    if ruling.approved:
        post.caption = ruling.facet.says["caption"]
    post.save(update_fields=["caption", "approval"])
    _set_tags(post)
    keeping.note_post(post)
    return post


def edit_post(
    *,
    post: Post,
    caption: str | None = None,
    visibility: str | None = None,
    remixing: str | None = None,
) -> Post:
    """Change what was given; PostError as in ``publish_post``. `remixing`: what others
    may make of it, empty for what the account says. A caption that waits for
    a look takes the place of the old one when it is approved."""
    _check_level(remixing or INHERITED)
    new_caption = checked(
        post.caption if caption is None else caption,
        post.visibility if visibility is None else visibility,
    )
    ruling = None
    waits = post.approval != ApprovalState.APPROVED
    if caption is not None and (waits or new_caption != post.caption):
        ruling = judge_caption(post.key, new_caption, post.author, vouched=False)
    return _edit(post, visibility, ruling, remixing)


@transaction.atomic
def _edit(
    post: Post,
    visibility: str | None,
    ruling: asking.Ruling | None,
    remixing: str | None,
) -> Post:
    post.visibility = post.visibility if visibility is None else visibility
    post.edited = timezone.now()
    if remixing is not None and remixing != post.remixing:
        post.remixing = remixing
        said = {"remixing": remixing}
        audit.record(post.author, "remix.consent", f"post:{post.key}", said)
    post.save(update_fields=["visibility", "remixing", "edited"])
    lineage.settle(post=post)
    if ruling is not None:
        return keep_caption(post, ruling)
    keeping.note_post(post)
    return post


@transaction.atomic
def settle_words(*, approval: Approval) -> None:
    """A caption was decided about, or waits again. Safe to call twice."""
    if approval.kind != approving.KIND:
        return
    post = Post.objects.select_for_update().filter(key=approval.subject_key).first()
    newest = approvals.newest(
        kind=approving.KIND, key=approval.subject_key, facet=approving.FACET
    )
    if post is None or newest is None or newest.pk != approval.pk:
        return
    post.approval = approval.state
    if approval.approved:
        post.caption = approval.says.get("caption", post.caption)
        asking.forget_content(approval=approval)
    elif approving.caption_of(post.caption).sha256 == approval.sha256:
        # It was approved once and is not any more.
        asking.keep_content(approval=approval, facet=approving.caption_of(post.caption))
        post.caption = ""
    post.save(update_fields=["caption", "approval"])
    _set_tags(post)
    keeping.note_post(post)


@transaction.atomic
def notice_change(*, post: Post) -> bool:
    """A caption that somebody wrote behind the services is taken off until it was
    screened; whether it was."""
    facets = approving.facets_of(post)
    now = approvals.standing(kind=approving.KIND, key=post.key, facets=facets)
    if not now.strays:
        return False
    for facet in now.strays:
        asking.doubt(kind=approving.KIND, key=post.key, facet=facet, owner=post.author)
    post.caption, post.approval = "", ApprovalState.PENDING
    Post.objects.filter(pk=post.pk).update(caption="", approval=post.approval)
    _set_tags(post)
    keeping.note_post(post)
    return True


def recheck_words(*, lost: str = "") -> dict[str, int]:  # noqa: ARG001
    """Ask about the next posts whose caption is not the approved one."""
    noticed = 0
    shown = Post.objects.filter(removed__isnull=True).exclude(caption="")
    for post, now in scanning.next_rows(
        kind=approving.KIND,
        rows=shown.select_related("author"),
        facets_of=approving.facets_of,
    ):
        if now.strays:
            noticed += notice_change(post=post)
        elif not now.asked:
            asking.ask_late(
                kind=approving.KIND,
                key=post.key,
                facet=approving.caption_of(post.caption),
                owner=post.author,
            )
            noticed += notice_change(post=post)
    return {"captions asked about": noticed}


@transaction.atomic
def remove_post(*, post: Post) -> None:
    """Take it off the stage. The clip stays, and so do likes for `restore_post`."""
    post.removed = timezone.now()
    post.save(update_fields=["removed"])
    lineage.settle(post=post)
    keeping.note_post(post)


@transaction.atomic
def restore_post(*, post: Post) -> None:
    """Undo `remove_post`: the same place in the feed, the same likes."""
    post.removed = None
    post.save(update_fields=["removed"])
    lineage.settle(post=post)
    keeping.note_post(post)


@transaction.atomic
def set_withheld(*, post: Post, level: str) -> None:
    """For moderation: ``hidden``, ``removed`` or empty, which is back on stage."""
    Post.objects.filter(pk=post.pk).update(withheld=level)
    post.withheld = level
    lineage.settle(post=post)
    keeping.note_post(post)


@transaction.atomic
def set_marks(*, post: Post, **marks: str | bool) -> None:
    """For moderation: ``warning``, ``adults_only`` or ``demoted``."""
    Post.objects.filter(pk=post.pk).update(**marks)
    for name, value in marks.items():
        setattr(post, name, value)
    keeping.note_post(post)


def audio_of(*, post: Post) -> str:
    """The ref of what is said in it, behind a spoken notice. Errors as for
    ``avatarfx.services.make_audio``."""
    if post.clip is None:
        raise NotNowError("There is no sound of lines from a chat.")
    if (post.withheld or post.kept_back) and not post.clip.audio:
        raise NotNowError("There is no sound of a clip that is not on show.")
    return make_audio(clip=post.clip)
