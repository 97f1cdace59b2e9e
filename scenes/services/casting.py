"""A cast as a player wants it, held to the rules, with the empty roles filled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.selectors import casting
from scenes.selectors.machines import scene_of
from scenes.services.play_errors import PlayingError
from socialapp.characters.services import (
    CharacterError,
    PictureError,
    require_approved,
    require_words,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scenes.machine.model import Scene
    from scenes.models import SceneVersion
    from scenes.models.story import Viewer
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character


def chosen_cast(
    *, version: SceneVersion, person: User, wanted: Mapping[str, str]
) -> dict[str, Character]:
    """Somebody for every role. `wanted`: keys of characters by role; roles that are left
    out get whom `casting_for` suggests. PlayingError names the role that cannot be so."""
    scene = scene_of(version)
    if odd := sorted(wanted.keys() - scene.roles.keys()):
        raise PlayingError(
            f"This scene has no role {odd[0][:64]}. It has {', '.join(scene.roles)}.",
            code="cast",
            field="cast",
        )
    cast = _wanted(scene, person, wanted)
    for role, character in cast.items():
        _require_shown(role, character)
    missing = [role for role in scene.roles if role not in cast]
    if not missing and len({one.pk for one in cast.values()}) == len(cast):
        return cast
    listed = casting.casting_for(version, person, cast=cast)
    _require_distinct(scene, cast, listed)
    for found in listed:
        if found.id in cast:
            continue
        if found.suggested is None:
            raise PlayingError(
                f"Nobody you may cast fits the role {found.role.label.main}. Make a"
                " character who does, and begin again.",
                code="cast",
                field=f"cast.{found.id}",
            )
        cast[found.id] = found.suggested
    return {role: cast[role] for role in scene.roles}


def still_castable(
    *, version: SceneVersion, person: Viewer, wanted: Mapping[str, str]
) -> dict[str, str]:
    """Those of an older cast who may still play their role, for beginning anew."""
    scene = scene_of(version)
    roles = {role: key for role, key in wanted.items() if role in scene.roles}
    found = {
        one.key: one
        for one in casting.castable(person).filter(key__in=set(roles.values()))
    }
    faceless = casting.unapproved(found.values())
    return {
        role: key
        for role, key in roles.items()
        if key in found
        and not casting.why_nowhere(found[key], person, faceless)
        and not casting.why_not(found[key], scene.roles[role], scene, person)
    }


def _wanted(
    scene: Scene, person: User, wanted: Mapping[str, str]
) -> dict[str, Character]:
    able = casting.castable(person).filter(key__in=set(wanted.values()))
    by_key = {one.key: one for one in able}
    cast = {}
    for role in scene.roles:
        if role not in wanted:
            continue
        character = by_key.get(wanted[role])
        if character is None:
            raise PlayingError(
                "There is no such character, or its owner does not lend it to scenes of"
                " others. Choose another one.",
                code="cast",
                field=f"cast.{role}",
            )
        # Whether the portrait is approved is asked below, where it is looked at late.
        why = casting.why_nowhere(character, person, frozenset()) or casting.why_not(
            character, scene.roles[role], scene, person
        )
        if why:
            raise PlayingError(why, code="cast", field=f"cast.{role}")
        cast[role] = character
    return cast


def _require_shown(role: str, character: Character) -> None:
    """Its words and its face were approved; what was never looked at is now."""
    try:
        require_words(character)
        if character.portrait is not None:
            require_approved(character.portrait)
    except (CharacterError, PictureError) as refusal:
        raise PlayingError(
            f"{character.name} cannot be cast now. {refusal}",
            code="cast",
            field=f"cast.{role}",
        ) from None


def _require_distinct(
    scene: Scene,
    cast: Mapping[str, Character],
    listed: tuple[casting.RoleCasting, ...],
) -> None:
    """Nobody has two roles, unless there are fewer characters than roles."""
    able = {
        one.character.pk for of in listed for one in of.candidates if not one.why_not
    }
    able |= {one.pk for one in cast.values()}
    if len(able) < len(scene.roles):
        return
    taken: dict[int, str] = {}
    for role, character in cast.items():
        if character.pk in taken:
            raise PlayingError(
                f"{character.name} has the role {taken[character.pk]} already. Choose"
                " somebody else for one of the two.",
                code="cast",
                field=f"cast.{role}",
            )
        taken[character.pk] = role
