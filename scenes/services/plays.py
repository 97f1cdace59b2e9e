"""What a player does with plays: begin, keep copies, go on from one, carry over, delete."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from scenes.machine import Choose, PlayError, limits
from scenes.machine import Play as Played
from scenes.machine.plays import Player, begin
from scenes.models import Company, Play, PlayRole
from scenes.selectors.machines import machine_of
from scenes.selectors.plays import is_on_stage
from scenes.services.casting import chosen_cast, still_castable
from scenes.services.company import end
from scenes.services.play_errors import PlayingError
from scenes.services.saving import carried, ending_of, require_open, save_play
from socialapp.accounts.models import User
from socialapp.lib.text import TextError, clean_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scenes.models import Scene, SceneVersion
    from socialapp.characters.models import Character

__all__ = [
    "PlayingError",
    "begin_play",
    "carry_over",
    "forget_person",
    "keep_copy",
    "play_again",
    "remove_play",
    "resume_copy",
    "save_play",
    "sweep",
]

SLOTS = 6
"""Copies that a person keeps of their plays of one scene."""

MAX_NAME = 60
GONE_DAYS = 7
"""After these a deleted play is erased."""


def begin_play(
    *,
    person: User,
    scene: Scene,
    cast: Mapping[str, str] | None = None,
    seed: int | None = None,
    language: str = "",
) -> Play:
    """A new play of the version that is on stage, and of no later one.

    `cast`: keys of characters by role; roles left out are filled. `seed`: 0 to 2**32 - 1;
    none: by chance. PlayingError says what cannot be so, and which field.
    """
    version = scene.version
    if version is None:
        raise PlayingError("This scene is not on stage now.", code="closed")
    chance = secrets.randbelow(limits.SEED + 1) if seed is None else seed
    if not 0 <= chance <= limits.SEED:
        raise PlayingError(
            f"A seed is from 0 to {limits.SEED}.", code="seed", field="seed"
        )
    spoken = _language(version, language)
    require_open(Play(person=person, scene=scene, version=version))
    _require_on_stage(person, scene)
    chosen = chosen_cast(version=version, person=person, wanted=cast or {})
    played = _begun(version, chance, chosen)
    return _create(person, version, played, chosen, spoken)


def play_again(*, play: Play) -> Play:
    """A new play from the start, with the same cast as far as they still may play, of
    the version on stage."""
    require_open(play)
    version = play.scene.version or play.version
    cast = still_castable(
        version=version, person=play.person, wanted=_keys_of(play.snapshot)
    )
    language = play.language if play.language in _languages(version) else ""
    return begin_play(
        person=play.person, scene=play.scene, cast=cast, language=language
    )


def carry_over(*, play: Play) -> tuple[Play, int, int]:
    """The play on the newest version, as far as its choices fit: a play of its own,
    and how many of how many events it kept. The old save stays as it is."""
    require_open(play)
    _require_on_stage(play.person, play.scene)
    version = play.scene.version
    if version is None or version.pk == play.version_id:
        raise PlayingError("This play is on the newest version already.", code="newest")
    scene = machine_of(version).scene
    old = _keys_of(play.snapshot)
    cast = chosen_cast(
        version=version,
        person=play.person,
        wanted=still_castable(version=version, person=play.person, wanted=old),
    )
    events = play.snapshot["events"]
    played, kept = carried(_begun(version, play.seed, cast), events)
    language = play.language if play.language in scene.languages else ""
    spoken = _language(version, language)
    made = _create(play.person, version, played, cast, spoken)
    return made, kept, len(events)


def keep_copy(*, play: Play, name: str = "") -> Play:
    """A copy of where the play stands, which stays as it is. PlayingError ``slots``
    when all are taken."""
    try:
        named = clean_line(name, max_length=MAX_NAME, empty=True)
    except TextError as error:
        raise PlayingError(str(error), code="name", field="name") from None
    with transaction.atomic():
        _make_room(play.person)
        mine = Play.objects.filter(
            person=play.person, scene=play.scene, slot__gt=0, removed__isnull=True
        )
        taken = set(mine.values_list("slot", flat=True))
        free = next((n for n in range(1, SLOTS + 1) if n not in taken), None)
        if free is None:
            raise PlayingError(
                f"{SLOTS} copies of this scene are kept, and no more fit. Delete one"
                " to make room.",
                code="slots",
            )
        return _copy(play, slot=free, name=named)


def resume_copy(*, play: Play) -> Play:
    """Go on from a kept copy, as a play of its own; the copy stays."""
    require_open(play)
    with transaction.atomic():
        _make_room(play.person)
        return _copy(play, slot=0, name="")


@transaction.atomic
def remove_play(*, play: Play) -> None:
    """Out of sight at once, erased after a week."""
    play.removed = timezone.now()
    play.save(update_fields=["removed"])
    for company in Company.objects.filter(play=play, open=True):
        end(company=company, why="The host deleted this play, so the company is over.")


@transaction.atomic
def forget_person(*, person: User) -> None:
    """A leaving person's plays and copies; what was counted of them stays a number."""
    Play.objects.filter(person=person).delete()


def sweep(*, lost: str = "") -> dict[str, int]:  # noqa: ARG001  workers are not ours
    """Erase plays that were deleted a week ago, and those that nobody went on with for
    ``PLAY_DAYS`` days and that never came to an end. Kept copies stay."""
    now = timezone.now()
    deleted = Play.objects.filter(removed__lt=now - timedelta(days=GONE_DAYS))
    gone = deleted.count()
    deleted.delete()
    left = 0
    if settings.PLAY_DAYS:
        since = now - timedelta(days=settings.PLAY_DAYS)
        idle = Play.objects.filter(changed__lt=since, slot=0, ending="")
        left = idle.count()
        idle.delete()
    return {"plays deleted": gone, "plays abandoned": left}


def _require_on_stage(person: User, scene: Scene) -> None:
    if not is_on_stage(scene, person):
        raise PlayingError(
            f"“{scene.title}” is not on stage now. Your plays of it go on.",
            code="closed",
        )


def _create(
    person: User,
    version: SceneVersion,
    played: Played,
    cast: Mapping[str, Character],
    language: str,
) -> Play:
    with transaction.atomic():
        _make_room(person)
        play = Play.objects.create(
            person=person,
            scene_id=version.scene_id,
            version=version,
            seed=played.seed,
            language=language,
            snapshot=played.snapshot(),
            choices=sum(isinstance(event, Choose) for event in played.events),
            ending=ending_of(played),
        )
        PlayRole.objects.bulk_create(
            PlayRole(play=play, role=role, character=one, name=one.name)
            for role, one in cast.items()
        )
    return play


def _copy(play: Play, *, slot: int, name: str) -> Play:
    made = Play.objects.create(
        person=play.person,
        scene=play.scene,
        version=play.version,
        slot=slot,
        name=name,
        seed=play.seed,
        language=play.language,
        snapshot=play.snapshot,
        choices=play.choices,
        ending=play.ending,
    )
    PlayRole.objects.bulk_create(
        PlayRole(play=made, role=one.role, character=one.character, name=one.name)
        for one in play.roles.select_related("character")
    )
    return made


def _make_room(person: User) -> None:
    # Plays of one person begin one by one, for they are counted.
    User.objects.select_for_update().get(pk=person.pk)
    most = settings.PLAYS_PER_PERSON
    if Play.objects.filter(person=person, removed__isnull=True).count() >= most:
        raise PlayingError(
            f"You have {most} plays and copies, and no more fit. Delete one to make"
            " room.",
            code="too-many",
        )


def _begun(version: SceneVersion, seed: int, cast: Mapping[str, Character]) -> Played:
    players = {role: Player(one.key, one.name) for role, one in cast.items()}
    try:
        return begin(machine_of(version), seed=seed, cast=players)
    except PlayError as error:
        raise PlayingError(
            f"This version cannot be played: {error}.", code="closed"
        ) from None


def _keys_of(snapshot: Mapping[str, dict[str, dict[str, str]]]) -> dict[str, str]:
    return {role: who["character"] for role, who in snapshot["cast"].items()}


def _languages(version: SceneVersion) -> tuple[str, ...]:
    return machine_of(version).scene.languages


def _language(version: SceneVersion, language: str) -> str:
    known = _languages(version)
    if language and language not in known:
        raise PlayingError(
            f"This scene is told in {', '.join(known)}. Choose one of them.",
            code="language",
            field="language",
        )
    return language or known[0]
