"""Whom a viewer meets in a post: everybody on its stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import BooleanField, Exists, OuterRef, Q, Value

from avatarfx.models import ClipActor
from feed.models import Hidden, Post, SnippetLine
from feed.selectors.pages import FeedPage, listed_for, page_of, post_for
from socialapp.characters.models import Character
from socialapp.lib.models import on_stage

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User

    Viewer = User | AnonymousUser


def cast_of(post: Post, viewer: Viewer) -> list[Character]:
    """Who plays or speaks in a post that this viewer may open, the lead first, each with
    ``hidden``: whether the viewer hides them. One query."""
    lead = post.character.pk
    known = Q(pk=lead) | Q(on_stage(viewer, "owner"), waits=False)
    acted = ClipActor.objects.filter(clip=post.clip_id).values("character")
    said = SnippetLine.objects.filter(snippet=post.snippet_id, character__isnull=False)
    there = acted if post.clip_id else said.values("character")
    hidden: Exists | Value = Value(False, output_field=BooleanField())
    if viewer.is_authenticated:
        mine = Hidden.objects.filter(person=viewer.pk, character=OuterRef("pk"))
        hidden = Exists(mine)
    found = Character.objects.filter(known, Q(pk=lead) | Q(pk__in=there))
    return sorted(
        found.annotate(hidden=hidden).order_by("name", "pk"),
        key=lambda one: one.pk != lead,
    )


def character_met(*, viewer: Viewer, key: str, post: str = "") -> Character:
    """One that this viewer may see, that they met in a post although its page is
    closed, or that they follow or hide. Character.DoesNotExist when there is none."""
    try:
        met = cast_of(post_for(viewer=viewer, key=post), viewer) if post else []
    except Post.DoesNotExist:
        met = []
    for one in met:
        if one.key == key:
            return one
    if viewer.is_authenticated:
        for chosen in (viewer.follows, viewer.hidden):
            known = chosen.filter(character__key=key).select_related("character")
            if (row := known.first()) and row.character:
                return row.character
    return Character.objects.visible_to(viewer).get(key=key)


def appearances_page(
    *, person: User, after: str | None = None, limit: int = 24, strict: bool = False
) -> FeedPage:
    """Public posts of others in which a character of this person plays or speaks, the
    newest first. `strict` as in ``pages.place_in``."""
    mine = Character.objects.filter(owner=person, starter=False).values("pk")
    acted = ClipActor.objects.filter(character__in=mine).values("clip")
    said = SnippetLine.objects.filter(character__in=mine).values("snippet")
    leads = Q(lead__in=mine)
    ways = [leads, Q(clip__in=acted) & ~leads, Q(snippet__in=said) & ~leads]
    posts = listed_for(person).exclude(author=person.pk)
    of = f"appearances:{person.pk}"
    return page_of(posts, after, limit, of=of, strict=strict, ways=ways)
