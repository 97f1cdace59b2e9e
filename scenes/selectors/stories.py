"""Which scenes a viewer gets to see, and where a scene comes from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import (
    Count,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    TextField,
    Value,
)
from django.db.models.functions import Cast, Coalesce

from moderation.models import ApprovalState
from scenes.models import Play, Scene, SceneVersion

if TYPE_CHECKING:
    import datetime as dt

    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from scenes.models import SceneQuerySet
    from socialapp.accounts.models import User

    Viewer = User | AnonymousUser

MOST_ANCESTORS = 20
LONGEST_QUERY = 80


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is asked for; empty: anything."""

    q: str = ""
    """Words of titles, loglines and handles."""

    tag: str = ""
    rating: str = ""
    language: str = ""
    genre: str = ""
    mine: bool = False
    """One's own, drafts too."""


@dataclass(frozen=True, slots=True)
class Ancestor:
    """What a scene was begun with, or what that was."""

    title: str
    author: str
    """Handle; empty: somebody who is leaving."""

    key: str
    """Empty: it cannot be opened any more, and the credit stays."""

    number: int
    """Of the version."""


@dataclass(frozen=True, slots=True)
class Draft:
    document: str
    rev: int
    saved: dt.datetime


def scenes_for(viewer: Viewer, wanted: Wanted | None = None) -> SceneQuerySet:
    """With `played` on each, and without the texts; in no order."""
    wanted = wanted or Wanted()
    if wanted.mine:
        found = Scene.objects.visible_to(viewer).filter(owner=viewer.pk)
    else:
        shown = Scene.objects.listed().fit_for(viewer)
        found = shown.filter(Q(demoted=False) | Q(owner=viewer.pk))
    for word in wanted.q[:LONGEST_QUERY].split():
        found = found.filter(
            Q(title__icontains=word)
            | Q(logline__icontains=word)
            | Q(owner__username__icontains=word.removeprefix("@"))
        )
    if wanted.tag:
        found = _with_word(found, "tags", wanted.tag.lower().removeprefix("#"))
    if wanted.language:
        found = _with_word(found, "languages", wanted.language)
    if wanted.rating:
        found = found.filter(rating=wanted.rating)
    if wanted.genre:
        found = found.filter(genre__iexact=wanted.genre)
    return counted(found.full())


def _with_word(found: SceneQuerySet, column: str, word: str) -> SceneQuerySet:
    """Rows whose JSON list has this word. Databases store such a list as they like, with
    letters beyond ASCII escaped or not, and have no common way to look into it."""
    text = Cast(column, TextField())
    return found.alias(**{f"{column}_text": text}).filter(
        Q(**{f"{column}_text__contains": json.dumps(word)})
        | Q(**{f"{column}_text__contains": json.dumps(word, ensure_ascii=False)})
    )


def scene_for(*, viewer: Viewer, key: str) -> Scene:
    """Scene.DoesNotExist for what they may not see."""
    return counted(Scene.objects.visible_to(viewer).full()).get(key=key)


def counted(found: SceneQuerySet) -> SceneQuerySet:
    """With `played`: how many plays were begun."""
    plays = Play.objects.filter(scene=OuterRef("pk"), slot=0).order_by()
    each = plays.values("scene").annotate(n=Count("pk")).values("n")
    counting = Coalesce(Subquery(each, output_field=IntegerField()), Value(0))
    return found.annotate(played=counting)


def draft_of(scene: Scene) -> Draft:
    """As it was saved last: text and number in one look."""
    row = Scene.objects.values("draft", "draft_rev", "draft_changed").get(pk=scene.pk)
    return Draft(row["draft"], row["draft_rev"], row["draft_changed"])


def plays_of(scene: Scene) -> int:
    return Play.objects.filter(scene=scene, slot=0).count()


def versions_for(*, scene: Scene, viewer: Viewer) -> QuerySet[SceneVersion]:
    """All for the author; for others those that were approved, unless the scene is not
    on stage any more."""
    if viewer.is_authenticated and scene.owner_id == viewer.pk:
        return scene.versions.all()
    if scene.version is None:
        return scene.versions.none()
    return scene.versions.filter(approval=ApprovalState.APPROVED)


def version_for(*, viewer: Viewer, key: str, number: int) -> SceneVersion | None:
    """A version of a scene that they may see, or that they play: whatever became of the
    scene since, a save goes on, unless moderation took it away."""
    found = SceneVersion.objects.select_related("scene").defer("scene__draft")
    version = found.filter(scene__key=key, number=number).first()
    if version is None:
        return None
    scene = version.scene
    seen = Scene.objects.visible_to(viewer).filter(pk=scene.pk).exists()
    listed = versions_for(scene=scene, viewer=viewer).filter(pk=version.pk)
    if seen and listed.exists():
        return version
    if not viewer.is_authenticated or version.approval != ApprovalState.APPROVED:
        return None
    fit = Scene.objects.fit_for(viewer).filter(pk=scene.pk, withheld="").exists()
    plays = Play.objects.filter(person=viewer, version=version, removed__isnull=True)
    return version if fit and plays.exists() else None


def ancestry(scene: Scene, *, viewer: Viewer) -> list[Ancestor]:
    """From what it was begun with to the first of all."""
    found: list[Ancestor] = []
    origin = scene.origin_id
    while origin and len(found) < MOST_ANCESTORS:
        version = (
            SceneVersion.objects.select_related("scene__owner")
            .defer("document", "scene__draft")
            .get(pk=origin)
        )
        parent = version.scene
        open_to = Scene.objects.visible_to(viewer).filter(pk=parent.pk).exists()
        leaving = parent.owner.leaves is not None
        found.append(
            Ancestor(
                version.title,
                "" if leaving else parent.owner.username,
                parent.key if open_to else "",
                version.number,
            )
        )
        origin = parent.origin_id
    return found
