"""What pages and the API read of voiced lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation.models import ApprovalState
from scenes.models import ChoiceCount, LineTake, SceneVersion, TakeUse
from scenes.selectors import casting

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scenes.models import Scene
    from scenes.models.story import Viewer
    from socialapp.characters.models import Character


def version_for(*, viewer: Viewer, scene: Scene, number: int) -> SceneVersion:
    """One that this viewer may play, also an older one. SceneVersion.DoesNotExist."""
    versions = SceneVersion.objects.filter(scene=scene, number=number)
    if not (viewer.is_authenticated and viewer.pk == scene.owner_id):
        versions = versions.filter(approval=ApprovalState.APPROVED)
    return versions.defer("document").get()


def speakers_for(viewer: Viewer, cast: Mapping[str, str]) -> dict[str, Character]:
    """Who speaks for this viewer, of the characters that were asked for by key. One who
    may not be cast, or not any more, is left out: their lines are told in silence."""
    found = {
        one.key: one
        for one in casting.castable(viewer).filter(key__in=set(cast.values()))
        # A face that waits is no reason to be silent.
        if not casting.why_nowhere(one, viewer, frozenset())
    }
    return {role: found[key] for role, key in cast.items() if key in found}


def take_for(*, viewer: Viewer, digest: str) -> LineTake:
    """One that is made and plays in some scene of this viewer's. LineTake.DoesNotExist."""
    uses = TakeUse.objects.visible_to(viewer).filter(take__digest=digest)
    made = LineTake.objects.filter(digest=digest, performance__isnull=False)
    return made.filter(pk__in=uses.values("take")).get()


def takes_by_digest(digests: Iterable[str]) -> dict[str, LineTake]:
    found = LineTake.objects.filter(digest__in=set(digests))
    return {take.digest: take for take in found}


def choice_counts(version: SceneVersion) -> dict[tuple[str, str], int]:
    """How many took each choice of each state, for what is prepared first."""
    counts = ChoiceCount.objects.filter(version=version)
    rows = counts.values_list("state", "choice", "people")
    return {(state, choice): people for state, choice, people in rows}
