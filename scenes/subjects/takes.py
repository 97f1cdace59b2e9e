"""Voiced lines go with the scene that has their words and the character that says them.

There are thousands of them, so they are not things of their own to be reported: all of
one scene, and all of one character, are one thing that is withheld with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moderation import subjects
from scenes.models import Scene, TakeUse, TakeUseQuerySet
from socialapp.characters.models import Character
from socialapp.lib import blobs, withheld

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User
    from socialapp.lib.models import Withheld

KIND = "takes"
OF_SCENE, OF_CHARACTER = "scene", "character"


@dataclass(frozen=True, slots=True)
class Voices:
    """All voiced lines of a scene, or of a character."""

    of: Scene | Character

    @property
    def key(self) -> str:
        kind = OF_SCENE if isinstance(self.of, Scene) else OF_CHARACTER
        return f"{kind}-{self.of.key}"

    @property
    def uses(self) -> TakeUseQuerySet:
        if isinstance(self.of, Scene):
            return TakeUse.objects.filter(scene=self.of)
        return TakeUse.objects.filter(character=self.of)


def register() -> None:
    subjects.register(
        KIND,
        title="Voiced lines",
        find=_find,
        describe=lambda voices: f"Voiced lines of {voices.of}",
        snapshot=_snapshot,
        author=lambda voices: voices.of.owner,
        url=lambda voices: voices.of.get_absolute_url(),
        visible=_nobody,
        media=_sounds,
        hide=_as_theirs,
        remove=_as_theirs,
        restore=_as_theirs,
        content_types=("CONTENT_TYPE_AUDIO", "CONTENT_TYPE_SYNTHETIC_MEDIA"),
    )
    subjects.add_descendants("scene", _voiced)
    subjects.add_descendants("character", _voiced)
    withheld.register_use("scenes.takes", _played_elsewhere)


def _find(key: str) -> Voices | None:
    kind, _, own = key.partition("-")
    found: Scene | Character | None = None
    if kind == OF_SCENE:
        found = Scene.objects.select_related("owner").filter(key=own).first()
    elif kind == OF_CHARACTER:
        found = Character.objects.full().filter(key=own).first()
    return Voices(found) if found else None


def _snapshot(voices: Voices) -> dict[str, str]:
    said = voices.uses.order_by("pk").values_list("take__recipe__words", flat=True)
    return {"Lines": "\n".join(said[:100])}


def _nobody(_voices: Voices, _viewer: User | AnonymousUser) -> bool:
    """Who minds a line reports its scene."""
    return False


def _as_theirs(_voices: Voices) -> None:
    """Whether takes are given out hangs on their scene and character alone."""


def _sounds(voices: Voices) -> list[str]:
    refs = voices.uses.exclude(take__sound="").values_list("take__sound", flat=True)
    return [blobs.name_of(ref) for ref in refs.distinct()]


def _voiced(of: Scene | Character) -> Iterator[tuple[str, Any]]:
    voices = Voices(of)
    if voices.uses.exists():
        yield KIND, voices


def _played_elsewhere(name: str, causes: Sequence[Withheld]) -> bool:
    """Whether the same sound is said in a scene, and by a character, of which neither is
    withheld: two who share a voice share what it says."""
    if not all(one.cause.startswith(f"{KIND}:") for one in causes):
        return False
    return TakeUse.objects.on_stage().filter(take__sound=_ref_of(name)).exists()


def _ref_of(name: str) -> str:
    return f"sha256:{name.rpartition('/')[2]}"
