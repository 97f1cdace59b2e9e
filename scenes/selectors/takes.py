"""What pages and the API read of voiced lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation.models import ApprovalState
from scenes.models import LineTake, SceneVersion, TakeUse
from socialapp.characters.models import Character

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scenes.models import Scene
    from scenes.models.story import Viewer


def version_for(*, viewer: Viewer, scene: Scene, number: int) -> SceneVersion:
    """One that this viewer may play, also an older one. SceneVersion.DoesNotExist."""
    versions = SceneVersion.objects.filter(scene=scene, number=number)
    if not (viewer.is_authenticated and viewer.pk == scene.owner_id):
        versions = versions.filter(approval=ApprovalState.APPROVED)
    return versions.defer("document").get()


def speakers_for(viewer: Viewer, cast: Mapping[str, str]) -> dict[str, Character]:
    """Who speaks for this viewer, of the characters that were asked for by key. One who
    may not be cast, or not any more, is left out: their lines are told in silence."""
    keys = set(cast.values())
    found = {
        one.key: one
        for one in Character.objects.alive()
        .select_related("owner")
        .filter(key__in=keys)
        if may_voice(one, viewer)
    }
    return {role: found[key] for role, key in cast.items() if key in found}


def may_voice(character: Character, viewer: Viewer) -> bool:
    """One's own, the starter cast, and public ones whose owner lets others cast them."""
    if character.withheld or character.removed or character.waits:
        return False
    if viewer.is_authenticated and character.owner_id == viewer.pk:
        return True
    if character.visibility != Character.Visibility.PUBLIC or character.owner.leaves:
        return False
    return character.starter or (viewer.is_authenticated and character.in_scenes)


def take_for(*, viewer: Viewer, digest: str) -> LineTake:
    """One that is made and plays in some scene of this viewer's. LineTake.DoesNotExist."""
    uses = TakeUse.objects.visible_to(viewer).filter(take__digest=digest)
    made = LineTake.objects.filter(digest=digest, performance__isnull=False)
    return made.filter(pk__in=uses.values("take")).get()


def takes_by_digest(digests: Iterable[str]) -> dict[str, LineTake]:
    found = LineTake.objects.filter(digest__in=set(digests))
    return {take.digest: take for take in found}
