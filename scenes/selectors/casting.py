"""Who may play which role, and a first guess."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Case, IntegerField, Q, Value, When

from scenes.machine import read_scene
from socialapp.characters.models import Character

if TYPE_CHECKING:
    from scenes.machine.model import Role
    from scenes.models import SceneVersion
    from scenes.models.story import Viewer

MOST = 60
"""Characters that a role is offered."""


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


def casting_for(version: SceneVersion, viewer: Viewer) -> tuple[RoleCasting, ...]:
    """Every role with whom this viewer could cast, their own first. One query."""
    characters = _offered(viewer)
    cast: list[RoleCasting] = []
    taken: set[int] = set()
    for name, role in read_scene(version.document).roles.items():
        offered = tuple(Candidate(one, _why_not(one, role)) for one in characters)
        able = [one.character for one in offered if not one.why_not]
        free = [one for one in able if one.pk not in taken] or able
        suggested = max(free, key=lambda one: _fits(one, role), default=None)
        if suggested is not None:
            taken.add(suggested.pk)
        cast.append(RoleCasting(name, role, offered, suggested))
    return tuple(cast)


def _offered(viewer: Viewer) -> list[Character]:
    lent = Q(starter=True) | Q(in_scenes=True, visibility="public")
    mine = Q(owner=viewer) if viewer.is_authenticated else Q(pk__in=[])
    shown = Character.objects.visible_to(viewer).filter(withheld="")
    order = Case(
        When(mine, then=Value(0)),
        When(starter=True, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    found = shown.filter(lent & Q(waits=False) | mine, portrait__isnull=False)
    return list(found.full().order_by(order, "-created", "-pk")[:MOST])


def _why_not(one: Character, role: Role) -> str:
    if one.waits:
        return f"The words of {one.name} wait until somebody has looked at them."
    missing = [tag for tag in role.requires.tags if tag not in one.tags]
    return f"This role asks for the tag {', '.join(missing)}." if missing else ""


def _fits(one: Character, role: Role) -> int:
    """Words that the advice of the role and the character share."""
    advice = role.suits.main.casefold().replace(",", " ") if role.suits else ""
    said = f"{one.tagline} {' '.join(one.tags)}".casefold().replace(",", " ")
    return len(set(advice.split()) & set(said.split()))
