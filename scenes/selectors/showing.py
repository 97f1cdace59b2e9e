"""One scene and what stands around it: its ancestors, versions, plays and comments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from moderation.models import ApprovalState
from scenes.models import EndingFound, Scene, SceneComment, SceneLike, SceneRating
from scenes.selectors.browsing import my_plays, scenes_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenes.models import Play, SceneOutline, SceneVersion
    from scenes.models.story import Viewer
    from socialapp.accounts.models import User

MOST_REMIXES = 12
MOST_VERSIONS = 50
COMMENTS = 20
"""That one page shows."""

MOST_ANCESTORS = 8


def scene_for(*, viewer: Viewer, key: str) -> Scene:
    """One that this viewer may open; Scene.DoesNotExist for all others."""
    shown = Scene.objects.visible_to(viewer).full().select_related("stat")
    return shown.get(key=key)


@dataclass(frozen=True, slots=True)
class Ancestor:
    """What a scene was begun with. Credit stays where the scene itself may not be seen."""

    title: str
    handle: str
    """Empty: its author left."""

    url: str
    """Empty: it is not on stage for this viewer."""


def ancestors_of(scene: Scene, viewer: Viewer) -> list[Ancestor]:
    """The nearest first. Two queries a generation, eight generations at most."""
    found: list[Ancestor] = []
    seen = {scene.pk}
    origin_id = scene.origin_id
    while origin_id is not None and len(found) < MOST_ANCESTORS:
        parent = (
            Scene.objects.filter(versions=origin_id)
            .select_related("owner")
            .defer("draft")
            .first()
        )
        if parent is None or parent.pk in seen:
            break
        seen.add(parent.pk)
        found.append(_ancestor(parent, viewer))
        origin_id = parent.origin_id
    return found


def _ancestor(parent: Scene, viewer: Viewer) -> Ancestor:
    shown = Scene.objects.visible_to(viewer).filter(pk=parent.pk).exists()
    there = parent.owner.is_active and parent.owner.leaves is None
    return Ancestor(
        parent.title if shown else "a scene that is not on stage",
        parent.owner.username if there else "",
        parent.get_absolute_url() if shown else "",
    )


def remixes_of(scene: Scene, viewer: Viewer) -> list[Scene]:
    """Public ones that were begun with any version of it, the newest first."""
    return list(scenes_for(viewer).filter(origin__scene=scene)[:MOST_REMIXES])


def versions_of(scene: Scene, viewer: Viewer) -> list[SceneVersion]:
    """The newest first, without their documents. Others than the author learn nothing of
    those that wait for a look or were refused, their notes included."""
    found = scene.versions.defer("document").order_by("-number")
    if not viewer.is_authenticated or viewer.pk != scene.owner_id:
        found = found.filter(approval=ApprovalState.APPROVED)
    return list(found[:MOST_VERSIONS])


@dataclass(frozen=True, slots=True)
class Envelope:
    """An ending: open when the viewer has seen it."""

    title: str
    """Empty while it is closed."""

    mood: str

    @property
    def open(self) -> bool:
        return bool(self.title)


def envelopes_of(
    scene: Scene, outline: SceneOutline | None, viewer: Viewer
) -> list[Envelope]:
    """The endings of the version on stage, those found first. A closed one says nothing
    of what is in it; to the author none is closed."""
    endings = outline.endings if outline is not None else []
    found: set[str] = set()
    if viewer.is_authenticated and viewer.pk == scene.owner_id:
        found = {one["id"] for one in endings}
    elif viewer.is_authenticated:
        seen = EndingFound.objects.filter(scene=scene, person=viewer)
        found = set(seen.values_list("ending", flat=True))
    known = [Envelope(e["title"], e["mood"]) for e in endings if e["id"] in found]
    return known + [Envelope("", "")] * (len(endings) - len(known))


@dataclass(frozen=True, slots=True)
class Mine:
    """What this viewer did with a scene."""

    going_on: Play | None = None
    """Saved by itself, and not at an ending."""

    latest: Play | None = None
    """Going on or ended: whose cast is offered again."""

    kept: tuple[Play, ...] = ()
    liked: bool = False
    stars: int = 0


def mine_of(scene: Scene, viewer: Viewer) -> Mine:
    """Three queries; none for a visitor."""
    if not viewer.is_authenticated:
        return Mine()
    plays = list(my_plays(viewer).filter(scene=scene).order_by("-changed")[:60])
    running = [play for play in plays if play.slot == 0]
    stars = SceneRating.objects.filter(scene=scene, person=viewer)
    return Mine(
        going_on=next((play for play in running if not play.ending), None),
        latest=next(iter(running), None),
        kept=tuple(play for play in plays if play.slot > 0),
        liked=SceneLike.objects.filter(scene=scene, person=viewer).exists(),
        stars=stars.values_list("stars", flat=True).first() or 0,
    )


def comments_of(
    scene: Scene, viewer: Viewer, *, before: int = 0, most: int = COMMENTS
) -> Sequence[SceneComment]:
    """The newest first; none for people under 18. `before`: id of the oldest one that
    is known already."""
    if viewer.is_authenticated and viewer.is_minor:
        return []
    found = SceneComment.objects.visible_to(viewer).filter(scene=scene)
    if before:
        found = found.filter(pk__lt=before)
    return list(found.select_related("person").order_by("-pk")[:most])


def comment_for(*, viewer: User, key: str) -> SceneComment:
    """One that this viewer may see, or that stands under a scene of theirs.
    SceneComment.DoesNotExist for all others."""
    found = SceneComment.objects.select_related("scene__owner", "person")
    comment = found.defer("scene__draft").get(key=key)
    own = comment.scene.owner_id == viewer.pk
    shown = SceneComment.objects.visible_to(viewer).filter(pk=comment.pk)
    if not own and not shown.exists():
        raise SceneComment.DoesNotExist
    return comment
