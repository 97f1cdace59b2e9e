"""Counters of scenes under many hands at once: they are count(*), whatever happens."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from feed.tests.test_counters import at_once, people
from scenes.models import (
    ChoiceCount,
    EndingCount,
    EndingFound,
    SceneLike,
    SceneRating,
    SceneStat,
)
from scenes.services import audience
from scenes.services.progress import note_progress
from scenes.tests.staging import on_stage, played

if TYPE_CHECKING:
    from socialapp.accounts.models import User

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]


def test_impatient_fingers_like_once(alice: User) -> None:
    scene = on_stage(alice)
    errors = at_once(
        [
            partial(change, scene=scene, person=guest)
            for guest in people(4)
            for change in (
                audience.like_scene,
                audience.like_scene,
                audience.unlike_scene,
                audience.like_scene,
            )
        ]
    )
    assert errors == []
    assert SceneStat.objects.get().likes == SceneLike.objects.count()


def test_stars_that_meet_add_up(alice: User) -> None:
    scene = on_stage(alice)
    guests = people(3)
    errors = at_once(
        [
            partial(audience.rate_scene, scene=scene, person=guest, stars=stars)
            for guest in guests
            for stars in (1, 3, 5)
        ]
        + [partial(audience.unrate_scene, scene=scene, person=guests[0])] * 2
    )
    assert errors == []
    stat = SceneStat.objects.get()
    given = list(SceneRating.objects.values_list("stars", flat=True))
    assert (stat.ratings, stat.stars) == (len(given), sum(given))


def test_a_play_saved_in_ten_tabs_is_counted_once(alice: User, bob: User) -> None:
    scene = on_stage(alice)
    play = played(scene, bob)
    play.ending = "end_home"
    events = [{"type": "choose", "state": "table", "choice": "go", "at": 0}]
    errors = at_once([partial(note_progress, play=play, events=events)] * 10)
    assert errors == []
    assert ChoiceCount.objects.get().people == EndingCount.objects.get().people == 1
    stat = SceneStat.objects.get()
    assert (stat.plays, stat.finishes) == (1, 1)
    assert EndingFound.objects.count() == 1


def test_a_comment_removed_by_two_at_once_is_removed_once(
    alice: User, bob: User
) -> None:
    scene = on_stage(alice)
    kept = audience.write_comment(scene=scene, person=bob, text="Stays")
    gone = audience.write_comment(scene=scene, person=bob, text="Goes")
    errors = at_once(
        [
            partial(audience.remove_comment, comment=gone, person=person)
            for person in (alice, bob)
            for _ in range(3)
        ]
    )
    assert errors == []
    assert SceneStat.objects.get().comments == 1
    assert list(scene.comments.all()) == [kept]
