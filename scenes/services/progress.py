"""What a play tells of itself: the numbers of its scene, and the endings somebody found.

Whoever saves a play calls `note_progress`. It may be called with the same events again:
a choice and an ending are counted once a person and version, and a scene once a person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from scenes.models import ChoiceCount, EndingCount, EndingFound, ScenePlayer, SceneStat
from scenes.services.audience import stat_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scenes.models import Play

MOST_CHOICES = 2_000
"""Of one person in one version that are counted; far more than a story offers."""

BATCH = 500


@transaction.atomic
def note_progress(*, play: Play, events: Iterable[Mapping[str, Any]]) -> None:
    """Count what is new in `events`, which are those of the play's log, all of them or
    the latest alone, and the play's ending if it has one.

    Two queries for a save that brings nothing new, and at most nine for one choice. The
    author's own plays find endings and are counted nowhere.
    """
    taken = _choices(events)
    if not taken and not play.ending:
        return
    if play.ending:
        EndingFound.objects.get_or_create(
            person_id=play.person_id, scene_id=play.scene_id, ending=play.ending
        )
    if play.person_id == play.scene.owner_id:
        return
    _, created = ScenePlayer.objects.get_or_create(
        scene_id=play.scene_id, person_id=play.person_id
    )
    # Two tabs of one person take turns: what is counted below does not change meanwhile.
    player = ScenePlayer.objects.select_for_update().get(
        scene_id=play.scene_id, person_id=play.person_id
    )
    known = player.chosen.setdefault(str(play.version_id), [])
    new = [one for one in taken if one not in set(known)]
    new = new[: max(0, MOST_CHOICES - len(known))]
    ended = player.ended.setdefault(str(play.version_id), [])
    ends = [play.ending] if play.ending and play.ending not in ended else []
    finishes = bool(play.ending) and player.finished is None
    if not (created or new or ends or finishes):
        return
    known += new
    ended += ends
    if finishes:
        player.finished = timezone.now()
    player.save(update_fields=["chosen", "ended", "finished"])
    _count_choices(play, new)
    for ending in ends:
        EndingCount.objects.get_or_create(version_id=play.version_id, state=ending)
        EndingCount.objects.filter(version_id=play.version_id, state=ending).update(
            people=F("people") + 1
        )
    if created or finishes:
        stat_of(scene=play.scene)
        SceneStat.objects.filter(scene_id=play.scene_id).update(
            plays=F("plays") + int(created), finishes=F("finishes") + int(finishes)
        )


def _choices(events: Iterable[Mapping[str, Any]]) -> list[str]:
    """As ``state.choice``, each once, in the order in which they were taken."""
    taken = (
        f"{event['state']}.{event['choice']}"
        for event in events
        if event["type"] == "choose"
    )
    return list(dict.fromkeys(taken))


def _count_choices(play: Play, taken: list[str]) -> None:
    for start in range(0, len(taken), BATCH):
        pairs = [one.split(".") for one in taken[start : start + BATCH]]
        ChoiceCount.objects.bulk_create(
            [
                ChoiceCount(version_id=play.version_id, state=state, choice=choice)
                for state, choice in pairs
            ],
            ignore_conflicts=True,
        )
        wanted = set(map(tuple, pairs))
        rows = ChoiceCount.objects.filter(
            version_id=play.version_id, state__in={state for state, _ in pairs}
        )
        counted = [
            pk
            for pk, state, choice in rows.values_list("pk", "state", "choice")
            if (state, choice) in wanted
        ]
        ChoiceCount.objects.filter(pk__in=counted).update(people=F("people") + 1)
