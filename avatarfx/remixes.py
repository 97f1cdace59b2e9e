"""How a clip can be made of another one; what each kind takes from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import models

from socialapp.provenance.credentials import Relation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from avatarfx.models import Clip
    from avatarfx.recipe import Role

PREFIX = "remix:"
"""Before the key of the original in ``Recipe.source``."""


class RemixKind(models.TextChoices):
    REVOICE = "revoice", "Another voice"
    """The words and moods of the original, by another character in their own voice."""

    REWRITE = "rewrite", "Other words"
    """The character of the original says something else."""

    REPLY = "reply", "A reply"
    """A clip that answers the original, and shows nothing of it."""

    DUET = "duet", "A duet"
    """The original in one half; in the other, somebody listens and then answers."""


CARRIED = (RemixKind.REVOICE, RemixKind.DUET)
"""Kinds that say again what the original says: they fall with it."""


RELATIONS = {
    RemixKind.REVOICE: Relation.PARENT,
    RemixKind.REWRITE: Relation.PARENT,
    RemixKind.REPLY: Relation.INPUT,
    RemixKind.DUET: Relation.COMPONENT,
}
"""What the original is to the film, in the words of C2PA: a duet holds it, a reply has
nothing of it in it, the others are derived from it."""


@dataclass(frozen=True, slots=True)
class Remix:
    """What `avatarfx.services.request_clip` is told of the original."""

    kind: RemixKind
    of: Clip
    seat: str = ""
    """Of a revoiced talk: whose lines another character takes over; else empty."""

    roles: Mapping[str, Role] = field(default_factory=dict)
    """By seat of the new clip: who sounds and moves as they did in the original."""


def origin_of(recipe: Mapping[str, Any]) -> str:
    """Key of the clip that a remix was made of, from its recipe's JSON; else empty."""
    source = str(recipe.get("source", ""))
    return source.removeprefix(PREFIX) if source.startswith(PREFIX) else ""


def source_of(clip: Clip) -> str:
    """What the recipe of a remix of `clip` names as its source."""
    return f"{PREFIX}{clip.key}"
