"""Posts as what comments hang under."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feed.models import Follow, Post
from feed.services.talk import KIND
from socialapp.accounts import circle
from socialapp.comments import hosts

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User
    from socialapp.comments.models import Thread

    Viewer = User | AnonymousUser


def register() -> None:
    hosts.register(KIND, hosts.Host(place=_place, visible=_visible, follows=_follows))


def url_of(post: Post) -> str:
    return f"{post.get_absolute_url()}comments/"


def _place(thread: Thread) -> hosts.Place | None:
    found = Post.objects.filter(thread=thread)
    post = found.select_related("clip__character", "snippet__lead").first()
    if post is None:
        return None
    return hosts.Place(f"post:{post.key}", post.title, url_of(post))


def _visible(thread: Thread, viewer: Viewer) -> bool:
    """As the post itself: private, withheld, leaving, for adults, kept apart."""
    shown = Post.objects.visible_to(viewer).filter(circle.not_apart(viewer, "author"))
    return shown.filter(thread=thread).exists()


def _follows(one: User, other: User) -> bool:
    return Follow.objects.filter(person=one, creator=other).exists()
