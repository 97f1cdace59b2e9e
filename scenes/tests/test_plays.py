"""Plays: begun on a version, saved by their log, rewound, copied, carried over, deleted."""

from __future__ import annotations

import datetime as dt
import json
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.utils import timezone

from scenes.machine.plays import apply
from scenes.models import Play, Scene
from scenes.services import plays as services
from scenes.services import saving
from scenes.services.play_errors import PlayingError
from scenes.signals import play_moved
from scenes.tests.playing import api, document, lent, make, played, publish, starters
from socialapp.accounts.services import close_account
from socialapp.characters.services import remove_character

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import DjangoCaptureOnCommitCallbacks, Settings
    from pytest_django.fixtures import DjangoAssertNumQueries

    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def scene(alice: User) -> Scene:
    return publish(alice)


@pytest.fixture
def pair(bob: User) -> dict[str, Character]:
    return {"host": make(bob, "Hob"), "guest": make(bob, "Sunniva")}


@pytest.fixture
def play(scene: Scene, bob: User, pair: dict[str, Character]) -> Play:
    cast = {role: one.key for role, one in pair.items()}
    return services.begin_play(person=bob, scene=scene, cast=cast, seed=7)


def after(play: Play, *choices: str) -> dict[str, Any]:
    """The snapshot after these choices, as a browser sends it."""
    now = played(play)
    for choice in choices:
        now = now.choose(choice)
    sent: dict[str, Any] = json.loads(json.dumps(now.snapshot()))
    return sent


def save(play: Play, *choices: str) -> Play:
    return services.save_play(play=play, rev=play.rev, snapshot=after(play, *choices))


def refused(code: str) -> Any:
    return pytest.raises(PlayingError, check=lambda error: error.code == code)


# Beginning --------------------------------------------------------------------------


def test_a_play_is_pinned_to_the_version_on_stage_and_to_a_seed(
    scene: Scene, bob: User, pair: dict[str, Character]
) -> None:
    cast = {role: one.key for role, one in pair.items()}
    begun = api(bob).post(f"/api/v1/scenes/{scene.key}/plays/", {"cast": cast})
    assert begun.status_code == 201, begun.json()
    told = begun.json()
    assert told["version"]["number"] == told["newest"]["number"] == 1
    assert told["version"]["document"] == (
        f"/api/v1/scenes/{scene.key}/versions/1/document/"
    )
    assert 0 <= told["seed"] < 2**32
    assert told["language"] == "en"
    assert (told["rev"], told["choices"], told["ending"]) == (1, 0, "")
    assert told["snapshot"]["events"] == []
    assert told["snapshot"]["cast"]["host"] == {
        "character": pair["host"].key,
        "name": "Hob",
    }
    host = told["cast"]["host"]
    assert (host["name"], host["gone"], host["voiced"]) == ("Hob", False, True)
    assert api(bob).get(host["rig"]).status_code == 200
    assert api(bob).get(f"/api/v1/plays/{told['key']}/").json() == told


def test_two_plays_have_different_seeds(
    scene: Scene, bob: User, pair: dict[str, Character]
) -> None:
    seeds = {services.begin_play(person=bob, scene=scene).seed for _ in range(4)}
    assert len(seeds) > 1


def test_empty_roles_are_filled_and_nobody_plays_two(
    scene: Scene, alice: User, bob: User
) -> None:
    hob = make(bob, "Hob")
    starters(alice, "Brannoc", "Kiko")
    play = services.begin_play(person=bob, scene=scene, cast={"guest": hob.key})
    names = {role.role: role.name for role in play.roles.all()}
    assert names["guest"] == "Hob"
    assert names["host"] in {"Brannoc", "Kiko"}
    twice = {"host": hob.key, "guest": hob.key}
    with refused("cast"):
        services.begin_play(person=bob, scene=scene, cast=twice)


def test_one_character_plays_both_when_there_is_no_other(
    scene: Scene, bob: User
) -> None:
    hob = make(bob, "Hob")
    play = services.begin_play(person=bob, scene=scene, cast={"host": hob.key})
    assert {role.name for role in play.roles.all()} == {"Hob"}


def test_a_scene_without_anybody_to_cast_says_so(scene: Scene, bob: User) -> None:
    begun = api(bob).post(f"/api/v1/scenes/{scene.key}/plays/", {})
    assert begun.status_code == 400
    assert "Make a character" in begun.json()["detail"]
    assert not Play.objects.exists()


def test_what_cannot_be_cast_is_refused_by_role(
    scene: Scene, alice: User, bob: User, mallory: User
) -> None:
    hob = make(bob, "Hob")
    kept = make(alice, "Kept", visibility="public")
    for wanted, field in (
        ({"host": kept.key}, "cast.host"),
        ({"host": "nobody"}, "cast.host"),
        ({"king": hob.key}, "cast"),
        ({"host": make(bob, "Unread", waits=True).key}, "cast.host"),
    ):
        begun = api(bob).post(f"/api/v1/scenes/{scene.key}/plays/", {"cast": wanted})
        assert begun.status_code == 400, wanted
        assert begun.json()["errors"][0]["field"] == field
    for odd in ({"seed": 2**32}, {"seed": -1}, {"language": "fr"}, {"cast": "x"}):
        begun = api(bob).post(f"/api/v1/scenes/{scene.key}/plays/", odd, format="json")
        assert begun.status_code == 400, odd


def test_a_lent_character_is_cast_until_its_owner_says_no(
    scene: Scene, alice: User, bob: User
) -> None:
    hob, fox = lent(alice, "Hob"), make(bob, "Tamsin")
    cast = {"host": hob.key, "guest": fox.key}
    play = services.begin_play(person=bob, scene=scene, cast=cast)
    path = f"/api/v1/plays/{play.key}/"
    assert not api(bob).get(path).json()["cast"]["host"]["gone"]
    hob.in_scenes = False
    hob.save(update_fields=["in_scenes"])
    told = api(bob).get(path).json()
    assert told["cast"]["host"] == {
        "character": hob.key,
        "name": "Hob",
        "rig": None,
        "portrait": None,
        "voiced": False,
        "gone": True,
    }
    assert not told["cast"]["guest"]["gone"]
    assert save(play, "drink").choices == 1
    with refused("cast"):
        services.begin_play(person=bob, scene=scene, cast=cast)


@pytest.mark.parametrize("how", ["removed", "withheld", "face", "erased"])
def test_whoever_leaves_mid_play_keeps_the_name_and_the_play_goes_on(
    play: Play, bob: User, pair: dict[str, Character], how: str
) -> None:
    hob = pair["host"]
    if how == "removed":
        remove_character(character=hob)
    elif how == "withheld":
        type(hob).objects.filter(pk=hob.pk).update(withheld="hidden")
    elif how == "face":
        assert hob.portrait is not None
        hob.portrait.withheld = "removed"
        hob.portrait.save(update_fields=["withheld"])
    else:
        type(hob).objects.filter(pk=hob.pk).delete()
    told = api(bob).get(f"/api/v1/plays/{play.key}/").json()
    assert told["cast"]["host"]["gone"]
    assert told["cast"]["host"]["name"] == "Hob"
    assert told["cast"]["host"]["rig"] is None
    assert told["closed"] == ""
    assert save(play, "drink").rev == 2


def test_a_person_has_so_many_plays_and_no_more(
    play: Play, scene: Scene, bob: User, settings: Settings
) -> None:
    settings.PLAYS_PER_PERSON = 2
    services.keep_copy(play=play)
    with refused("too-many"):
        services.begin_play(person=bob, scene=scene)
    with refused("too-many"):
        services.keep_copy(play=play)
    with refused("too-many"):
        services.play_again(play=play)
    services.remove_play(play=play)
    assert services.begin_play(person=bob, scene=scene).slot == 0


# Saving -----------------------------------------------------------------------------


def test_a_save_is_played_again_and_kept(play: Play, bob: User) -> None:
    path = f"/api/v1/plays/{play.key}/"
    sent = {"rev": 1, "snapshot": after(play, "drink", "drink")}
    saved = api(bob).put(path, sent, format="json")
    assert (saved.status_code, saved.json()) == (200, {"rev": 2})
    told = api(bob).get(path).json()
    assert (told["choices"], told["rev"], told["ending"]) == (2, 2, "")
    assert told["snapshot"]["position"]["context"] == {"cups": 2}
    play.refresh_from_db()
    assert save(play, "go").ending == "end_tea"


def test_only_what_is_new_is_played_again(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[Any] = []

    def counted(machine: Any, position: Any, event: Any) -> Any:
        taken.append(event)
        return apply(machine, position, event)

    monkeypatch.setattr("scenes.services.saving.apply", counted)
    save(play, "drink", "drink", "drink")
    assert len(taken) == 3
    save(play, "go")
    assert len(taken) == 4


def test_a_log_that_does_not_lead_where_it_says_is_refused(play: Play) -> None:
    good = after(play, "drink")
    richer = json.loads(json.dumps(good))
    richer["position"]["context"]["cups"] = 3
    odd: Any
    for odd in (
        richer,
        good | {"seed": 8},
        good | {"scene": "0" * 64},
        good | {"preset": {"state": "table", "context": {}}},
        good | {"format": "scene"},
        good | {"events": "all of them"},
        good | {"events": [{"type": "win"}]},
        good | {"events": good["events"] * 9},
        good | {"events": [{"type": "wait", "at": 1}] * 20_001},
        good | {"position": None},
        {},
        [],
        None,
    ):
        with refused("unreadable"):
            services.save_play(play=play, rev=1, snapshot=odd)
    play.refresh_from_db()
    assert (play.rev, play.choices) == (1, 0)


ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    0.5,
    2**70,
    1e308,
    "",
    "__proto__",
    "x" * 300,
    "(a+)+$",
    [],
    [[]],
    {},
    {"__proto__": {"x": 1}},
)


def broken(whole: Any) -> Iterator[Any]:
    """The same with one place of it odd, or missing."""
    if isinstance(whole, dict | list):
        places = list(whole) if isinstance(whole, dict) else range(len(whole))
        for place in places:
            for inner in (*ODD, *broken(whole[place])):
                copy = json.loads(json.dumps(whole))
                copy[place] = inner
                yield copy
            copy = json.loads(json.dumps(whole))
            del copy[place]
            yield copy


def test_a_broken_snapshot_is_refused_and_never_a_fault_of_ours(play: Play) -> None:
    sent = list(broken(after(play, "drink")))
    assert len(sent) > 400
    codes = set()
    for snapshot in sent:
        try:
            found = saving.replayed(play, snapshot)
        except PlayingError as error:
            codes.add(error.code)
        else:
            # What was broken is not read: the names of the cast.
            assert found.snapshot()["position"]["context"] == {"cups": 1}
            assert found.cast["host"].name == "Hob"
    assert codes == {"unreadable"}


def test_a_cast_is_the_servers_to_say(play: Play) -> None:
    forged = after(play, "drink")
    forged["cast"]["host"] = {"character": "x", "name": "Somebody Famous"}
    services.save_play(play=play, rev=1, snapshot=forged)
    play.refresh_from_db()
    assert play.snapshot["cast"]["host"]["name"] == "Hob"


def test_a_rewind_is_a_shorter_log_and_dice_fall_the_same(play: Play) -> None:
    drunk = after(play, "drink", "drink")
    save(play, "drink", "drink", "drink")
    back = services.save_play(play=play, rev=2, snapshot=drunk)
    assert (back.rev, back.choices) == (3, 2)
    again = services.save_play(play=back, rev=3, snapshot=after(back, "drink"))
    assert (
        again.snapshot["position"]["dice"]
        == (played(again).snapshot()["position"]["dice"])
    )


def test_two_tabs_cannot_overwrite_each_other(play: Play, bob: User) -> None:
    path = f"/api/v1/plays/{play.key}/"
    one, other = after(play, "drink"), after(play, "drink", "drink")
    client = api(bob)
    assert (
        client.put(path, {"rev": 1, "snapshot": other}, format="json").status_code
        == 200
    )
    late = client.put(path, {"rev": 1, "snapshot": one}, format="json")
    assert late.status_code == 409
    assert late.json()["type"] == "urn:troupe:conflict"
    assert late.json()["rev"] == 2
    assert late.json()["snapshot"]["events"] == other["events"]
    assert len(client.get(path).json()["snapshot"]["events"]) == 2


def test_a_save_whose_answer_was_lost_is_answered_again(play: Play, bob: User) -> None:
    path = f"/api/v1/plays/{play.key}/"
    sent = {"rev": 1, "snapshot": after(play, "drink")}
    answers = [api(bob).put(path, sent, format="json") for _ in range(2)]
    assert [one.json() for one in answers] == [{"rev": 2}, {"rev": 2}]


@pytest.mark.django_db(transaction=True)
def test_of_two_saves_at_once_one_is_kept_and_one_is_told(
    alice: User, bob: User
) -> None:
    scene = publish(alice)
    make(bob, "Hob")
    play = services.begin_play(person=bob, scene=scene, seed=7)
    logs = [after(play, "drink"), after(play, "drink", "drink"), after(play, "go")]
    told: list[str] = []
    start = threading.Barrier(len(logs))

    def run(snapshot: dict[str, Any]) -> None:
        mine = Play.objects.select_related("person", "scene__owner").get(pk=play.pk)
        start.wait()
        try:
            services.save_play(play=mine, rev=1, snapshot=snapshot)
            told.append("kept")
        except PlayingError as error:
            told.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[log]) for log in logs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["conflict", "conflict", "kept"]
    play.refresh_from_db()
    assert play.rev == 2


def test_a_log_that_takes_too_long_is_refused(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scenes.services.saving.SECONDS", -1.0)
    with refused("unreadable"):
        save(play, "drink")


def test_what_is_new_in_the_log_is_announced_once(
    play: Play, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    heard: list[list[Any]] = []

    def listen(*, events: list[Any], **_: Any) -> None:
        heard.append([event["choice"] for event in events])

    play_moved.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            save(play, "drink")
            save(play, "drink")
            services.save_play(play=play, rev=3, snapshot=after(fresh(play)))
            save(play, "go")
    finally:
        play_moved.disconnect(listen)
    assert heard == [["drink"], ["drink"], [], ["go"]]


def fresh(play: Play) -> Play:
    """The same play before its first choice."""
    begun = played(play).again(())
    return Play(version=play.version, snapshot=begun.snapshot(), seed=play.seed)


# Copies, and later versions ---------------------------------------------------------


def test_six_copies_are_kept_and_stay_as_they_are(play: Play, bob: User) -> None:
    save(play, "drink")
    client = api(bob)
    path = f"/api/v1/plays/{play.key}/slots/"
    copies = [client.post(path, {"name": f"Cup {n}"}).json() for n in range(6)]
    assert [one["slot"] for one in copies] == [1, 2, 3, 4, 5, 6]
    assert copies[0]["name"] == "Cup 0"
    full = client.post(path, {})
    assert (full.status_code, full.json()["type"]) == (409, "urn:troupe:slots")
    copy = copies[2]
    sent = {"rev": copy["rev"], "snapshot": after(play, "go")}
    kept = client.put(f"/api/v1/plays/{copy['key']}/", sent, format="json")
    assert (kept.status_code, kept.json()["type"]) == (409, "urn:troupe:kept")
    assert client.delete(f"/api/v1/plays/{copy['key']}/").status_code == 204
    assert client.post(path, {}).json()["slot"] == 3


def test_a_copy_is_gone_on_from_as_a_play_of_its_own(play: Play, bob: User) -> None:
    save(play, "drink", "drink")
    copy = services.keep_copy(play=play, name="Two cups")
    made = api(bob).post(f"/api/v1/plays/{copy.key}/resume/").json()
    assert (made["slot"], made["choices"], made["seed"]) == (0, 2, 7)
    assert made["cast"]["host"]["name"] == "Hob"
    assert made["key"] not in {copy.key, play.key}


def test_a_play_begins_anew_with_the_same_cast(
    play: Play, bob: User, pair: dict[str, Character]
) -> None:
    save(play, "go")
    made = api(bob).post(f"/api/v1/plays/{play.key}/again/").json()
    assert (made["choices"], made["ending"]) == (0, "")
    assert [made["cast"][role]["name"] for role in pair] == ["Hob", "Sunniva"]
    remove_character(character=pair["host"])
    instead = make(bob, "Perpetua")
    again = api(bob).post(f"/api/v1/plays/{play.key}/again/").json()
    assert again["cast"]["host"]["character"] == instead.key
    assert again["cast"]["guest"]["name"] == "Sunniva"


def test_a_play_stays_on_its_version_and_learns_of_the_newest(
    play: Play, scene: Scene, bob: User
) -> None:
    publish(scene.owner, document(title="More tea"), scene=scene)
    told = api(bob).get(f"/api/v1/plays/{play.key}/").json()
    assert (told["version"]["number"], told["newest"]["number"]) == (1, 2)
    assert told["scene"]["title"] == "Tea"
    play.refresh_from_db()
    assert save(play, "drink").version.number == 1


def test_a_play_is_carried_over_as_far_as_it_fits(
    play: Play, scene: Scene, bob: User
) -> None:
    save(play, "drink", "drink", "go")
    longer = document(title="Weak tea")
    longer["context"]["cups"]["max"] = 1
    longer["states"]["table"]["choices"][0]["guard"] = "cups < 1"
    longer["roles"]["cook"] = {"label": "the cook"}
    make(bob, "Kiko")
    publish(scene.owner, longer, scene=scene)
    carried = api(bob).post(f"/api/v1/plays/{play.key}/carry/")
    assert carried.status_code == 201
    told = carried.json()
    assert (told["kept"], told["of"]) == (1, 3)
    assert told["play"]["version"]["number"] == 2
    assert told["play"]["seed"] == 7
    assert told["play"]["snapshot"]["position"]["context"] == {"cups": 1}
    assert told["play"]["cast"]["cook"]["name"] == "Kiko"
    assert told["play"]["cast"]["host"]["name"] == "Hob"
    old = api(bob).get(f"/api/v1/plays/{play.key}/").json()
    assert (old["version"]["number"], old["ending"]) == (1, "end_tea")
    new = Play.objects.get(key=told["play"]["key"])
    with refused("newest"):
        services.carry_over(play=new)


# What happens to scenes -------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"removed": timezone.now()}, "taken down"),
        ({"withheld": "hidden"}, "moderator"),
        ({"withheld": "removed"}, "rules"),
    ],
)
def test_a_scene_that_leaves_the_stage_is_named_and_the_save_is_kept(
    play: Play, scene: Scene, bob: User, changes: dict[str, Any], word: str
) -> None:
    sent = {"rev": 1, "snapshot": after(play, "drink")}
    Scene.objects.filter(pk=scene.pk).update(**changes)
    path = f"/api/v1/plays/{play.key}/"
    told = api(bob).get(path)
    assert told.status_code == 200
    assert word in told.json()["closed"]
    stopped = api(bob).put(path, sent, format="json")
    assert (stopped.status_code, stopped.json()["type"]) == (403, "urn:troupe:closed")
    assert word in stopped.json()["detail"]
    for what in ("again", "carry", "resume"):
        assert api(bob).post(f"{path}{what}/").status_code == 403
    assert api(bob).get("/api/v1/plays/").json()["results"][0]["closed"]
    assert api(bob).delete(path).status_code == 204


@pytest.mark.parametrize("changes", [{"visibility": "private"}, {"version": None}])
def test_a_play_goes_on_when_its_author_takes_the_scene_off_the_stage(
    play: Play, scene: Scene, bob: User, changes: dict[str, Any]
) -> None:
    Scene.objects.filter(pk=scene.pk).update(**changes)
    path = f"/api/v1/plays/{play.key}/"
    assert api(bob).get(path).json()["closed"] == ""
    sent = {"rev": 1, "snapshot": after(play, "drink")}
    assert api(bob).put(path, sent, format="json").status_code == 200
    copy = api(bob).post(f"{path}slots/").json()
    assert api(bob).post(f"/api/v1/plays/{copy['key']}/resume/").status_code == 201
    for what in ("again", "carry"):
        assert api(bob).post(f"{path}{what}/").status_code == 403
    begun = api(bob).post(f"/api/v1/scenes/{scene.key}/plays/", {})
    assert begun.status_code == 404


@pytest.mark.parametrize(
    ("approval", "word"), [("pending", "looks at"), ("refused", "may not be shown")]
)
def test_a_version_that_is_not_approved_any_more_waits(
    play: Play, bob: User, approval: str, word: str
) -> None:
    type(play.version).objects.update(approval=approval)
    told = api(bob).get(f"/api/v1/plays/{play.key}/").json()
    assert word in told["closed"]


def test_its_author_plays_what_others_may_not(scene: Scene, alice: User) -> None:
    make(alice, "Hob")
    play = services.begin_play(person=alice, scene=scene)
    Scene.objects.filter(pk=scene.pk).update(visibility="private", withheld="hidden")
    play = Play.objects.select_related("scene__owner").get(pk=play.pk)
    assert save(play, "drink").rev == 2


def test_a_minor_does_not_go_on_with_what_became_for_adults(
    play: Play, scene: Scene, bob: User
) -> None:
    bob.birth_date = timezone.now().date() - dt.timedelta(days=15 * 366)
    bob.save()
    Scene.objects.filter(pk=scene.pk).update(adults_only=True)
    told = api(bob).get(f"/api/v1/plays/{play.key}/").json()
    assert "adults" in told["closed"]


# Whose they are, and when they go ---------------------------------------------------


def test_plays_are_ones_own(play: Play, mallory: User, scene: Scene) -> None:
    path = f"/api/v1/plays/{play.key}/"
    sent = {"rev": 1, "snapshot": after(play, "drink")}
    for client, code in ((api(mallory), 404), (api(), 401)):
        assert client.get(path).status_code == code
        assert client.put(path, sent, format="json").status_code == code
        assert client.delete(path).status_code == code
        for what in ("slots", "again", "carry", "resume"):
            assert client.post(f"{path}{what}/").status_code == code
    assert api(mallory).get("/api/v1/plays/").json()["results"] == []
    assert api().post(f"/api/v1/scenes/{scene.key}/plays/", {}).status_code == 401
    assert api(mallory).post("/api/v1/scenes/nothing/plays/", {}).status_code == 404


def test_a_list_has_no_logs_and_asks_the_database_as_often(
    play: Play,
    bob: User,
    alice: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(3):
        other = publish(alice, document(title=f"Tea {number}"))
        services.begin_play(person=bob, scene=other)
    client = api(bob)
    with django_assert_num_queries(3):
        told = client.get("/api/v1/plays/").json()["results"]
    assert len(told) == 4
    assert all("snapshot" not in row for row in told)
    assert {row["cast"]["host"]["name"] for row in told} <= {"Hob", "Sunniva"}
    one = client.get("/api/v1/plays/", {"scene": play.scene.key}).json()["results"]
    assert [row["key"] for row in one] == [play.key]


def test_deleted_and_abandoned_plays_are_swept(
    play: Play, bob: User, scene: Scene, settings: Settings
) -> None:
    ended = save(services.begin_play(person=bob, scene=scene), "go")
    copy = services.keep_copy(play=play)
    deleted = services.begin_play(person=bob, scene=scene)
    services.remove_play(play=deleted)
    assert not Play.objects.filter(key=deleted.key, removed=None).exists()
    long_ago = timezone.now() - timedelta(days=settings.PLAY_DAYS + 1)
    Play.objects.filter(pk__in=[ended.pk, copy.pk]).update(changed=long_ago)
    assert services.sweep() == {"plays deleted": 0, "plays abandoned": 0}
    Play.objects.filter(pk=play.pk).update(changed=long_ago)
    Play.objects.filter(pk=deleted.pk).update(removed=long_ago)
    assert services.sweep() == {"plays deleted": 1, "plays abandoned": 1}
    assert set(Play.objects.all()) == {ended, copy}


def test_plays_leave_with_their_person(
    play: Play,
    bob: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        close_account(user=bob)
    assert not Play.objects.exists()
