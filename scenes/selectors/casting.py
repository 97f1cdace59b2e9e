"""Who may play which role, and a good first guess.

A person casts their own characters and the starter cast, and of others' public ones
those whose owner said yes (``Character.in_scenes``). Whoever is listed and does not fit
comes with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from avatarfx.voices import catalogue
from moderation.models import PictureCheck
from moderation.pictures.services import hash_of
from scenes.machine.model import RATINGS
from scenes.selectors.machines import scene_of
from scenes.selectors.suiting import Suit, suggest
from socialapp.characters.models import Character, Portrait

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from scenes.machine.model import Role, Scene
    from scenes.models import SceneVersion
    from scenes.models.story import Viewer
    from socialapp.characters.models import CharacterQuerySet

OTHERS = 24
"""Characters of others that are offered at once; the rest are found by name."""

GROWN_TAGS = frozenset({"nsfw", "mature", "adult", "adults", "adults-only", "18"})
"""A character says so itself."""


@dataclass(frozen=True, slots=True)
class Candidate:
    character: Character
    why_not: str
    """Empty: it fits."""


@dataclass(frozen=True, slots=True)
class RoleCasting:
    id: str
    role: Role
    candidates: tuple[Candidate, ...]
    suggested: Character | None


def casting_for(
    version: SceneVersion,
    viewer: Viewer,
    *,
    search: str = "",
    cast: Mapping[str, Character] | None = None,
) -> tuple[RoleCasting, ...]:
    """Every role with whom this viewer could cast, their own first.

    `search` narrows the characters of others by name; `cast` is who was chosen already,
    for the suggestions. Four queries, however many there are.
    """
    scene = scene_of(version)
    found = _offered(viewer, search)
    faceless = unapproved(found)
    barred = {one.pk: why_nowhere(one, viewer, faceless) for one in found}
    roles = {
        name: tuple(
            Candidate(one, barred[one.pk] or why_not(one, role, scene, viewer))
            for one in found
        )
        for name, role in scene.roles.items()
    }
    suggested = _suggested(scene, viewer, roles, cast)
    return tuple(
        RoleCasting(name, role, roles[name], suggested.get(name))
        for name, role in scene.roles.items()
    )


def castable(viewer: Viewer) -> CharacterQuerySet:
    """Whom this viewer may cast at all; one of theirs may still lack something."""
    listed = Character.objects.listed().of_company(viewer)
    listed = listed.filter(portrait__isnull=False)
    allowed = Q(starter=True)
    if viewer.is_authenticated:
        allowed |= Q(in_scenes=True)
    shown = Q(pk__in=listed.filter(allowed).values("pk"))
    if viewer.is_authenticated:
        shown |= Q(owner=viewer)
    return Character.objects.alive().filter(shown).full()


def why_nowhere(character: Character, viewer: Viewer, faceless: frozenset[int]) -> str:
    """Why this viewer may cast it in no role, now; empty: they may.

    `faceless`: ids of portraits that wait or were refused, as `unapproved` gives them.
    """
    name = character.name
    mine = viewer.is_authenticated and character.owner_id == viewer.pk
    if character.removed is not None or character.withheld:
        return f"{name} is not on stage."
    if not mine and not _lent(character, viewer):
        return f"The owner of {name} does not lend them to scenes of others."
    if character.portrait is None:
        return f"{name} has no portrait yet. Give them one first."
    if character.portrait.withheld or character.portrait.pk in faceless:
        return f"The portrait of {name} waits for a look, or may not be shown."
    if character.waits:
        return f"The words of {name} wait until somebody has looked at them."
    return ""


def why_not(character: Character, role: Role, scene: Scene, viewer: Viewer) -> str:
    """What the role asks for and the character lacks; empty: it fits."""
    name = character.name
    needs = role.requires
    rating = rating_of(character)
    most = needs.rating or scene.rating
    grown = viewer.is_authenticated and not viewer.is_minor
    if not grown and RATINGS.index(most) > RATINGS.index("teen"):
        most = "teen"
    if RATINGS.index(rating) > RATINGS.index(most):
        return f"{name} is rated {rating}, and this role takes {most} at most."
    if needs.voice and not voiced(character):
        return f"{name} has no voice, and this role speaks."
    have = {tag.lower() for tag in character.tags}
    if missing := [tag for tag in needs.tags if tag.lower() not in have]:
        return f"This role asks for the tag {', '.join(missing)}."
    return ""


def rating_of(character: Character) -> str:
    """What its card says, or its tags; ``everyone`` when neither says anything: what a
    character says is screened like everything else."""
    said = character.card.get("rating")
    if said in RATINGS:
        return str(said)
    grown = GROWN_TAGS & {tag.lower() for tag in character.tags}
    return "mature" if grown else "everyone"


def voiced(character: Character) -> bool:
    return catalogue.is_known(character.voice)


def unapproved(characters: Iterable[Character]) -> frozenset[int]:
    """Ids of their portraits that nobody else may see (yet), in one query."""
    uploads = [
        one.portrait
        for one in characters
        if one.portrait is not None and one.portrait.source == Portrait.Source.UPLOAD
    ]
    if not uploads:
        return frozenset()
    checks = PictureCheck.objects.filter(
        state=PictureCheck.State.APPROVED,
        owner__in={portrait.owner_id for portrait in uploads},
        sha256__in={hash_of(portrait.ref) for portrait in uploads},
    )
    approved = set(checks.values_list("owner_id", "sha256"))
    return frozenset(
        portrait.pk
        for portrait in uploads
        if (portrait.owner_id, hash_of(portrait.ref)) not in approved
    )


def _lent(character: Character, viewer: Viewer) -> bool:
    """Of others: the house's own to everybody, a public one when its owner says so."""
    if character.owner.leaves is not None or character.waits:
        return False
    if character.visibility != Character.Visibility.PUBLIC:
        return False
    return character.starter or (viewer.is_authenticated and character.in_scenes)


def _offered(viewer: Viewer, search: str) -> list[Character]:
    """Own, then the starter cast, then others, newest first."""
    able = castable(viewer).order_by("-created", "-pk")
    if not viewer.is_authenticated:
        return list(able)
    others = able.exclude(owner=viewer).filter(starter=False)
    if search:
        others = others.filter(name__icontains=search)
    return [
        *able.filter(owner=viewer),
        *able.filter(starter=True).exclude(owner=viewer),
        *others[:OTHERS],
    ]


def _suggested(
    scene: Scene,
    viewer: Viewer,
    roles: Mapping[str, Sequence[Candidate]],
    cast: Mapping[str, Character] | None,
) -> dict[str, Character]:
    fits = {
        name: [
            Suit(
                one.character,
                mine=viewer.is_authenticated and one.character.owner_id == viewer.pk,
            )
            for one in candidates
            if not one.why_not
        ]
        for name, candidates in roles.items()
    }
    advice = {
        name: role.suits.main if role.suits else ""
        for name, role in scene.roles.items()
    }
    return suggest(advice, fits, cast)
