"""Which post came of which: written when a remix is published, and counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from avatarfx.remixes import PREFIX, RemixKind
from feed.models import Post, PostStat, Remix
from feed.remixes import ancestry, news
from feed.remixes.allowances import stage_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from avatarfx.models import Clip


def original_of(clip: Clip) -> Post | None:
    """The post that this clip was made of; None for a clip that is no remix, or of one
    that is gone."""
    if not is_remix(clip):
        return None
    key = clip.recipe["source"].removeprefix(PREFIX)
    found = Post.objects.select_related("author", "clip__character__owner")
    return found.filter(clip__key=key).first()


def is_remix(clip: Clip) -> bool:
    return str(clip.recipe.get("source", "")).startswith(PREFIX)


@transaction.atomic
def record(*, post: Post) -> Remix | None:
    """Write down what a published post came of; a second call changes nothing. None:
    it is no remix, or its original never was public.

    What only adults may see of the original goes for the remix too.
    """
    clip = post.clip
    if clip is None or not is_remix(clip):
        return None
    known = Remix.objects.filter(child=post).first()
    if known is not None:
        return known
    parent = original_of(clip)
    if parent is None or parent.clip is None or _comes_of(parent, post):
        return None
    before = Remix.objects.filter(child=parent).first()
    made = Remix.objects.create(
        child=post,
        parent=parent,
        root=before.root if before is not None else parent,
        before=before,
        kind=_kind_of(clip),
        credit=credit_for(parent),
        credited=parent.author,
    )
    made.cast.set(stage_of(parent.clip))
    if not post.adults_only and not _for_everybody(parent):
        Post.objects.filter(pk=post.pk).update(adults_only=True)
        post.adults_only = True
    recount(posts=[parent.pk])
    news.remixed(made)
    return made


def credit_for(parent: Post) -> dict[str, Any]:
    """Whose it is, as it stands now."""
    cast = stage_of(parent.clip) if parent.clip else []
    return {
        "title": parent.title,
        "handle": parent.author.username,
        "characters": [{"key": one.key, "name": one.name} for one in cast],
    }


def settle(*, post: Post) -> None:
    """Something about who sees a post changed: what its original counts is right
    again."""
    parents = Remix.objects.filter(child=post, parent__isnull=False)
    recount(posts=parents.values_list("parent_id", flat=True))


def recount(*, posts: Iterable[int]) -> None:
    """`PostStat.remixes` of these is count(*) of the public posts that were made of
    them; those who count at once take turns."""
    for pk in sorted(set(posts)):
        with transaction.atomic():
            if PostStat.objects.select_for_update().filter(post=pk).first() is None:
                continue
            PostStat.objects.filter(post=pk).update(remixes=_counted(pk))


def _counted(parent: int) -> int:
    shown = Remix.objects.filter(
        parent=parent,
        child__visibility=Post.Visibility.PUBLIC,
        child__removed__isnull=True,
        child__withheld="",
        child__kept_back=False,
    )
    return shown.exclude(outcome=Remix.Outcome.UNLINK).count()


def _kind_of(clip: Clip) -> RemixKind:
    kind = clip.recipe.get("remix", "")
    return RemixKind(kind) if kind in RemixKind.values else RemixKind.REPLY


def _comes_of(parent: Post, post: Post) -> bool:
    """Whether `parent` is `post`, or was made of it: then it is no original of it."""
    if parent.pk == post.pk:
        return True
    above = Remix.objects.filter(pk__in=ancestry.rows_above(parent.pk))
    return above.filter(parent=post).exists()


def _for_everybody(post: Post) -> bool:
    return Post.objects.fit_for(AnonymousUser()).filter(pk=post.pk).exists()
