"""Posts as something to be reported, withheld, labelled and shown less."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from feed import services
from feed.models import Collection, CustomFeed, Post, RemixRequest
from feed.remixes.requests import waiting_for, withhold
from moderation import subjects
from socialapp.lib import blobs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.contrib.auth.models import AnonymousUser

    from avatarfx.models import Clip
    from feed.models import CollectionQuerySet
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character


def register() -> None:
    subjects.register(
        "post",
        title="Post",
        find=lambda key: Post.objects.full().filter(key=key).first(),
        describe=lambda post: post.caption or post.title,
        snapshot=_snapshot,
        author=lambda post: post.author,
        url=lambda post: post.get_absolute_url(),
        visible=_visible,
        media=_media,
        hide=lambda post: services.set_withheld(post=post, level=Post.Level.HIDDEN),
        remove=lambda post: services.set_withheld(post=post, level=Post.Level.REMOVED),
        restore=lambda post: services.set_withheld(post=post, level=""),
        label=lambda post, words: services.set_marks(post=post, warning=words),
        age_limit=lambda post, on: services.set_marks(post=post, adults_only=on),
        demote=lambda post, on: services.set_marks(post=post, demoted=on),
        content_types=("CONTENT_TYPE_SYNTHETIC_MEDIA", "CONTENT_TYPE_VIDEO"),
        reach=lambda post: post.stat.views,
        of_author=lambda user: Post.objects.full().filter(author=user),
    )
    _register_feeds()
    subjects.register(
        "remix-request",
        title="Request to remix",
        find=lambda key: RemixRequest.objects.full().filter(key=key).first(),
        describe=lambda asked: asked.script[:120],
        snapshot=lambda asked: {
            "Words": asked.script,
            "Title": asked.title,
            "Caption": asked.caption,
        },
        author=lambda asked: asked.asker,
        url=lambda asked: asked.get_absolute_url(),
        visible=_asked_or_asker,
        hide=lambda asked: withhold(asked, RemixRequest.Level.HIDDEN),
        remove=lambda asked: withhold(asked, RemixRequest.Level.REMOVED),
        restore=lambda asked: withhold(asked, ""),
        of_author=lambda user: RemixRequest.objects.full().filter(asker=user),
    )
    subjects.register(
        services.COLLECTION,
        title="Collection",
        find=lambda key: _collections().filter(key=key).first(),
        describe=lambda collection: collection.title,
        snapshot=lambda one: {"Title": one.title, "Note": one.note},
        author=lambda collection: collection.owner,
        url=lambda collection: collection.get_absolute_url(),
        visible=lambda one, viewer: (
            Collection.objects.visible_to(viewer).filter(pk=one.pk).exists()
        ),
        hide=lambda one: _withhold(one, Collection.Level.HIDDEN),
        remove=lambda one: _withhold(one, Collection.Level.REMOVED),
        restore=lambda one: _withhold(one, ""),
        of_author=lambda user: _collections().filter(owner=user),
    )
    subjects.add_descendants("post", _its_clip)
    subjects.add_descendants("clip", _its_post)
    subjects.add_descendants("character", _chats_with)


def _register_feeds() -> None:
    """What somebody calls a feed that they share; the posts in it are others'."""
    subjects.register(
        "custom-feed",
        title="Feed",
        find=lambda key: CustomFeed.objects.filter(key=key).first(),
        describe=lambda feed: feed.name,
        snapshot=lambda feed: {"Name": feed.name, "Note": feed.note},
        author=lambda feed: feed.owner,
        url=lambda feed: feed.get_absolute_url(),
        visible=lambda feed, viewer: (
            CustomFeed.objects.visible_to(viewer).filter(pk=feed.pk).exists()
        ),
        hide=lambda feed: services.set_feed_withheld(
            feed=feed, level=CustomFeed.Level.HIDDEN
        ),
        remove=lambda feed: services.set_feed_withheld(
            feed=feed, level=CustomFeed.Level.REMOVED
        ),
        restore=lambda feed: services.set_feed_withheld(feed=feed, level=""),
        content_types=("CONTENT_TYPE_TEXT",),
        of_author=lambda user: CustomFeed.objects.filter(owner=user),
    )


def _collections() -> CollectionQuerySet:
    return Collection.objects.select_related("owner")


def _withhold(collection: Collection, level: str) -> None:
    services.set_collection_withheld(collection=collection, level=level)


def _snapshot(post: Post) -> dict[str, str]:
    if post.snippet is not None:
        said = [f"{line.name}: {line.text}" for line in post.snippet.lines.all()]
        return {"Caption": post.caption, "Lines of a chat": "\n".join(said)}
    assert post.clip is not None  # noqa: S101  the database holds it
    return {
        "Caption": post.caption,
        "Title": post.clip.title,
        "Script": post.clip.script,
    }


def _visible(post: Post, viewer: User | AnonymousUser) -> bool:
    return Post.objects.visible_to(viewer).filter(pk=post.pk).exists()


def _asked_or_asker(asked: RemixRequest, viewer: User | AnonymousUser) -> bool:
    if not viewer.is_authenticated:
        return False
    mine = asked.asker_id == viewer.pk and asked.withheld != RemixRequest.Level.REMOVED
    return mine or waiting_for(viewer).filter(pk=asked.pk).exists()


def _media(post: Post) -> list[str]:
    return [blobs.name_of(ref) for ref in post.clip.files] if post.clip else []


def _its_clip(post: Post) -> Iterator[tuple[str, Any]]:
    if post.clip is not None:
        yield "clip", post.clip


def _its_post(clip: Clip) -> Iterator[tuple[str, Any]]:
    """A post shows its clip and nothing else: neither is there without the other."""
    return (("post", post) for post in Post.objects.full().filter(clip=clip))


def _chats_with(character: Character) -> Iterator[tuple[str, Any]]:
    """Public lines of a character go with it, whoever published them."""
    shown = Post.objects.full().filter(snippet__lines__character=character).distinct()
    return (("post", post) for post in shown)
