"""What goes with a person who leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q

from scenes.models import Play, PlayRole, Scene

if TYPE_CHECKING:
    from socialapp.accounts.models import User

GONE = "Removed"
"""As characters of somebody who left are called everywhere."""


@transaction.atomic
def forget_author(*, author: User) -> None:
    """Delete a leaving person's scenes, with all versions and everybody's plays of
    them: the words are theirs. Remixes that others made stay, without the credit."""
    mine = Scene.objects.filter(owner=author)
    mine.update(version=None)
    mine.delete()


@transaction.atomic
def forget_player(*, player: User) -> None:
    """Delete their plays, and their characters' names out of the plays of others, which
    go on."""
    Play.objects.filter(person=player).delete()
    # A character's row is deleted when its owner leaves, and at no other time.
    left = PlayRole.objects.filter(
        Q(character__isnull=True) | Q(character__owner=player)
    ).exclude(name=GONE)
    for role in left.select_related("play"):
        play = role.play
        play.snapshot = _without(play.snapshot, role.name)
        play.save(update_fields=["snapshot"])
        role.name = GONE
        role.save(update_fields=["name"])


def _without(value: Any, name: str) -> Any:
    """The same JSON, with GONE wherever the name stood alone."""
    if isinstance(value, dict):
        return {key: _without(one, name) for key, one in value.items()}
    if isinstance(value, list):
        return [_without(one, name) for one in value]
    return GONE if value == name else value
