"""What plays add up to: each person once, nobody recognised, however often it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth import get_user_model

from scenes.models import (
    ChoiceCount,
    EndingCount,
    EndingFound,
    Play,
    Scene,
    ScenePlayer,
    SceneStat,
)
from scenes.selectors.statistics import crowds, statistics_of
from scenes.services import progress
from scenes.signals import play_moved
from scenes.tests.staging import document, on_stage, played, publish

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

    from conftest import ClientOf
    from scenes.selectors.statistics import Statistics
    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def tea(alice: User) -> Scene:
    return on_stage(alice)


def people(number: int) -> list[User]:
    return [
        get_user_model().objects.create_user(
            username=f"guest{n}", email=f"guest{n}@example.com", password=None
        )
        for n in range(number)
    ]


def choices() -> dict[str, int]:
    return {
        f"{row.state}.{row.choice}": row.people for row in ChoiceCount.objects.all()
    }


def numbers(scene: Scene) -> tuple[int, int]:
    found = SceneStat.objects.get(scene=scene)
    return found.plays, found.finishes


def statistics(scene: Scene) -> Statistics:
    assert scene.version is not None
    return statistics_of(scene, scene.version)


def test_a_play_is_counted_choice_by_choice_and_once(tea: Scene, bob: User) -> None:
    play = played(tea, bob, "stay", "back", "stay", "share")
    assert choices() == {"table.stay": 1, "biscuit.back": 1, "biscuit.share": 1}
    assert numbers(tea) == (1, 1)
    for _ in range(2):
        progress.note_progress(play=play, events=play.snapshot["events"])
    progress.note_progress(play=play, events=play.snapshot["events"][-1:])
    assert choices() == {"table.stay": 1, "biscuit.back": 1, "biscuit.share": 1}
    assert numbers(tea) == (1, 1)
    assert EndingCount.objects.get().people == 1


def test_a_save_is_counted_when_it_is_announced(tea: Scene, bob: User) -> None:
    play = played(tea, bob)
    play.ending = "end_home"
    events = [{"type": "choose", "state": "table", "choice": "go", "at": 0}]
    play_moved.send(sender=Play, play=play, events=events)
    assert choices() == {"table.go": 1}
    assert numbers(tea) == (1, 1)


def test_somebody_who_plays_again_is_one_person_and_finds_more(
    tea: Scene, bob: User
) -> None:
    played(tea, bob, "stay")
    played(tea, bob, "go")
    played(tea, bob, "go")
    played(tea, bob, "stay", "share")
    assert numbers(tea) == (1, 1)
    assert choices()["table.go"] == choices()["table.stay"] == 1
    found = EndingFound.objects.filter(person=bob).values_list("ending", flat=True)
    assert set(found) == {"end_home", "end_shared"}


def test_a_play_without_a_choice_is_no_play(tea: Scene, bob: User) -> None:
    play = played(tea, bob)
    progress.note_progress(play=play, events=[{"type": "wait", "at": 4.0}])
    assert not ScenePlayer.objects.exists()
    assert not SceneStat.objects.exists()


def test_the_author_finds_endings_and_is_not_counted(tea: Scene, alice: User) -> None:
    played(tea, alice, "go")
    assert EndingFound.objects.get().ending == "end_home"
    assert not SceneStat.objects.exists()
    assert choices() == {}


def test_versions_are_counted_apart_and_people_once(tea: Scene, bob: User) -> None:
    first = tea.version
    played(tea, bob, "go")
    publish(tea, document(logline="Now with two biscuits."))
    played(tea, bob, "go")
    assert [row.people for row in ChoiceCount.objects.all()] == [1, 1]
    assert numbers(tea) == (1, 1)
    assert EndingFound.objects.count() == 1
    assert ChoiceCount.objects.filter(version=first).count() == 1


def test_a_log_of_every_choice_there_could_be_is_cut(
    tea: Scene, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "MOST_CHOICES", 700)
    play = played(tea, bob)
    events = [{"type": "choose", "state": f"s{n}", "choice": "go"} for n in range(2000)]
    for _ in range(2):
        progress.note_progress(play=play, events=events)
    assert ChoiceCount.objects.count() == 700
    assert {row.people for row in ChoiceCount.objects.all()} == {1}


def test_a_save_that_brings_nothing_new_costs_few_queries(
    tea: Scene, bob: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    play = played(tea, bob, "stay")
    with django_assert_max_num_queries(5):
        progress.note_progress(play=play, events=play.snapshot["events"])


# What the author is told ----------------------------------------------------------


def test_small_groups_are_not_told_apart() -> None:
    few, many = crowds([4, 12])
    assert (few.people, few.share, few.heat, few.told) == (
        None,
        None,
        0,
        "fewer than 5",
    )
    assert (many.people, many.share, many.heat) == (12, None, 100)
    assert [one.told for one in crowds([0, 1, 4])] == ["fewer than 5"] * 3
    assert crowds([]) == []


def test_shares_are_told_when_every_number_is() -> None:
    assert [(one.share, one.heat) for one in crowds([5, 15])] == [(25, 33), (75, 100)]


def test_the_author_sees_what_many_chose_and_nobody_alone(tea: Scene) -> None:
    guests = people(6)
    for guest in guests:
        played(tea, guest, "stay", "share")
    played(tea, guests[0], "go")
    found = statistics(tea)
    assert (found.plays, found.finishes.people) == (6, 6)
    home, shared = found.endings
    assert (home.title, home.crowd.told) == ("Home before dark", "fewer than 5")
    assert (shared.title, shared.crowd.people) == ("Half a biscuit each", 6)
    assert shared.crowd.share is None
    table, biscuit = found.crossings
    assert (table.title, biscuit.title) == ("At the table", "biscuit")
    assert [one.id for one in table.choices] == ["stay", "go"]
    assert table.choices[0].text == "Ask the guest"
    assert [one.crowd.people for one in biscuit.choices] == [6, None]


def test_the_order_of_small_groups_tells_nothing(tea: Scene) -> None:
    for guest in people(3):
        played(tea, guest, "go")
    (table, _) = statistics(tea).crossings
    assert [one.id for one in table.choices] == ["stay", "go"]
    assert not table.told
    assert statistics(tea).untold == ["At the table", "biscuit"]


def test_the_numbers_are_the_authors_alone(
    tea: Scene, alice: User, bob: User, client_of: ClientOf
) -> None:
    for guest in people(5):
        played(tea, guest, "go")
    base = f"/api/v1/scenes/{tea.key}/stats/"
    assert client_of(bob).get(base).status_code == 403
    assert client_of(alice).get(f"{base}?version=7").status_code == 400
    told = client_of(alice).get(base).json()
    assert (told["version"], told["plays"]) == (1, 5)
    assert told["finishes"] == {"people": 5, "told": "5", "share": None}
    assert told["endings"][1]["crowd"]["told"] == "fewer than 5"
    assert told["crossings"][0]["choices"][0] == {
        "id": "go",
        "text": "Go home",
        "crowd": {"people": 5, "told": "5", "share": None},
    }
    assert (
        "numbers-title"
        not in client_of(bob).get(tea.get_absolute_url()).content.decode()
    )
    mine = client_of(alice).get(tea.get_absolute_url()).content.decode()
    assert "fewer than 5" in mine
    assert "Go home" in mine
