"""Likes, stars and comments: counted once, screened, and the author's to tidy up."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from moderation import subjects
from moderation.abuse.services import AbuseError
from moderation.approvals.tests.words import DOUBT, THREAT, nothing_looks, rule_on
from moderation.models import Approval, Standing
from moderation.screening.refusals import TextRefusedError
from scenes.exports.audience import audience as exported
from scenes.models import (
    EndingCount,
    EndingFound,
    Scene,
    SceneComment,
    SceneLike,
    ScenePlayer,
    SceneRating,
    SceneStat,
)
from scenes.services import audience
from scenes.services.audience import AudienceError
from scenes.tests.staging import on_stage, played
from socialapp.accounts.leaving import ask_to_leave
from socialapp.accounts.services import close_account
from socialapp.notices.models import Notice

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks

    from conftest import ClientOf
    from socialapp.accounts.models import User

    Commit = DjangoCaptureOnCommitCallbacks

pytestmark = [pytest.mark.django_db, pytest.mark.database]

JSON = "application/json"


@pytest.fixture
def tea(alice: User) -> Scene:
    return on_stage(alice)


@pytest.fixture
def mod(mallory: User) -> User:
    mallory.groups.add(Group.objects.get(name="Moderators"))
    mallory.is_staff = True
    mallory.save()
    return mallory


def stat(scene: Scene) -> SceneStat:
    return SceneStat.objects.get(scene=scene)


def asked(comment: SceneComment) -> Approval:
    return Approval.objects.get(kind="scene-comment", subject_key=comment.key)


# Likes and stars ------------------------------------------------------------------


def test_a_like_counts_once_and_can_be_taken_back(tea: Scene, bob: User) -> None:
    assert audience.like_scene(scene=tea, person=bob) == 1
    assert audience.like_scene(scene=tea, person=bob) == 1
    assert audience.unlike_scene(scene=tea, person=bob) == 0
    assert audience.unlike_scene(scene=tea, person=bob) == 0
    assert not SceneLike.objects.exists()


def test_the_author_hears_of_the_first_like_once_and_never_of_their_own(
    tea: Scene, alice: User, bob: User
) -> None:
    audience.like_scene(scene=tea, person=alice)
    assert not Notice.objects.exists()
    audience.unlike_scene(scene=tea, person=alice)
    for _ in range(2):
        audience.like_scene(scene=tea, person=bob)
        audience.unlike_scene(scene=tea, person=bob)
    notice = Notice.objects.get()
    assert (notice.person, notice.kind) == (alice, "scene-liked")
    assert notice.url == tea.get_absolute_url()
    assert "Tea" in notice.lead


def test_stars_are_changed_and_taken_back(tea: Scene, bob: User, mallory: User) -> None:
    audience.rate_scene(scene=tea, person=bob, stars=2)
    audience.rate_scene(scene=tea, person=mallory, stars=5)
    assert audience.rate_scene(scene=tea, person=bob, stars=4).average == 4.5
    found = audience.unrate_scene(scene=tea, person=mallory)
    assert (found.average, found.ratings) == (4.0, 1)
    assert audience.unrate_scene(scene=tea, person=mallory).ratings == 1
    assert audience.unrate_scene(scene=tea, person=bob).average is None


@pytest.mark.parametrize("stars", [0, 6, -1])
def test_there_are_one_to_five_stars(tea: Scene, bob: User, stars: int) -> None:
    with pytest.raises(AudienceError, match="1 to 5"):
        audience.rate_scene(scene=tea, person=bob, stars=stars)
    assert not SceneRating.objects.exists()


def test_nobody_rates_their_own_scene(tea: Scene, alice: User) -> None:
    with pytest.raises(AudienceError, match="come from others"):
        audience.rate_scene(scene=tea, person=alice, stars=5)


def test_an_account_that_rests_changes_nothing(tea: Scene, bob: User) -> None:
    Standing.objects.create(user=bob, banned=True)
    for act in (
        lambda: audience.like_scene(scene=tea, person=bob),
        lambda: audience.rate_scene(scene=tea, person=bob, stars=1),
        lambda: audience.write_comment(scene=tea, person=bob, text="Hello"),
    ):
        with pytest.raises(AudienceError, match="rests"):
            act()
    assert not SceneLike.objects.exists()


# Comments -------------------------------------------------------------------------


def test_a_comment_is_shown_counted_and_told_to_the_author(
    tea: Scene, alice: User, bob: User
) -> None:
    comment = audience.write_comment(
        scene=tea, person=bob, text="  The biscuit \n won "
    )
    assert comment.text == "The biscuit\nwon"
    assert stat(tea).comments == 1
    notice = Notice.objects.get()
    assert (notice.person, notice.kind) == (alice, "scene-comment")
    assert "The biscuit" in notice.words
    audience.write_comment(scene=tea, person=alice, text="It always does.")
    assert Notice.objects.count() == 1
    assert stat(tea).comments == 2


@pytest.mark.parametrize("text", ["", " \u200b ", "x" * 501, "\u202egnp"])
def test_what_is_no_comment_is_named(tea: Scene, bob: User, text: str) -> None:
    with pytest.raises(AudienceError) as refused:
        audience.write_comment(scene=tea, person=bob, text=text)
    assert refused.value.code == "text-odd"


@pytest.mark.parametrize("text", [THREAT, "I want to kill myself tonight"])
def test_what_screening_stops_nobody_sees(tea: Scene, bob: User, text: str) -> None:
    with pytest.raises(TextRefusedError) as refused:
        audience.write_comment(scene=tea, person=bob, text=text)
    assert refused.value.crisis == ("myself" in text)
    assert not SceneComment.objects.exists()
    assert not Notice.objects.exists()


def test_the_same_words_again_and_again_are_too_much(tea: Scene, bob: User) -> None:
    for _ in range(2):
        audience.write_comment(scene=tea, person=bob, text="Play my scene instead")
    with pytest.raises(AbuseError):
        audience.write_comment(scene=tea, person=bob, text="Play my scene instead!")
    assert stat(tea).comments == 2


def test_a_comment_in_doubt_is_its_writers_until_somebody_looked(
    *,
    tea: Scene,
    bob: User,
    alice: User,
    mod: User,
    django_capture_on_commit_callbacks: Commit,
) -> None:
    comment = audience.write_comment(scene=tea, person=bob, text=DOUBT)
    assert (comment.approval, stat(tea).comments) == ("pending", 0)
    assert SceneComment.objects.visible_to(bob).count() == 1
    assert SceneComment.objects.visible_to(alice).count() == 0
    assert not Notice.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        rule_on(asked(comment), mod, approve=True)
    audience.settle_comment(approval=asked(comment))
    assert SceneComment.objects.visible_to(alice).get().text == DOUBT
    assert stat(tea).comments == 1
    assert Notice.objects.get(kind="scene-comment").person == alice


def test_a_refused_comment_stays_away(
    tea: Scene, bob: User, mod: User, django_capture_on_commit_callbacks: Commit
) -> None:
    comment = audience.write_comment(scene=tea, person=bob, text=DOUBT)
    with django_capture_on_commit_callbacks(execute=True):
        rule_on(asked(comment), mod, approve=False)
    comment.refresh_from_db()
    assert (comment.approval, stat(tea).comments) == ("refused", 0)
    with pytest.raises(AudienceError, match="refused them"):
        audience.write_comment(scene=tea, person=bob, text=DOUBT)


def test_its_writer_and_the_author_of_the_scene_remove_a_comment(
    tea: Scene, alice: User, bob: User, mallory: User
) -> None:
    first = audience.write_comment(scene=tea, person=bob, text="One")
    second = audience.write_comment(scene=tea, person=bob, text="Two")
    with pytest.raises(AudienceError, match="report it"):
        audience.remove_comment(comment=first, person=mallory)
    audience.remove_comment(comment=first, person=bob)
    audience.remove_comment(comment=second, person=alice)
    audience.remove_comment(comment=second, person=alice)
    assert stat(tea).comments == 0
    assert not Notice.objects.exists()


def test_moderation_hides_a_comment_and_puts_it_back(
    tea: Scene, alice: User, bob: User
) -> None:
    comment = audience.write_comment(scene=tea, person=bob, text="A word too many")
    kind = subjects.get("scene-comment")
    assert kind.snapshot(comment) == {"Comment": "A word too many", "Under": "Tea"}
    for _ in range(2):
        kind.hide(kind.find(comment.key))
    assert not kind.visible(kind.find(comment.key), alice)
    assert kind.visible(kind.find(comment.key), bob)
    assert stat(tea).comments == 0
    assert not Notice.objects.exists()
    kind.remove(kind.find(comment.key))
    assert not SceneComment.objects.visible_to(bob).exists()
    for _ in range(2):
        kind.restore(kind.find(comment.key))
    assert stat(tea).comments == 1
    assert kind.visible(kind.find(comment.key), alice)
    assert list(kind.of_author(bob) if kind.of_author else ()) == [comment]


def test_a_comment_under_a_scene_that_one_may_not_open_cannot_be_found(
    tea: Scene, alice: User, bob: User
) -> None:
    comment = audience.write_comment(scene=tea, person=alice, text="For me")
    Scene.objects.update(visibility="private")
    kind = subjects.get("scene-comment")
    assert not kind.visible(kind.find(comment.key), bob)
    assert kind.visible(kind.find(comment.key), alice)


def test_people_under_18_like_and_rate_and_do_not_comment(
    tea: Scene, bob: User, client_of: ClientOf
) -> None:
    bob.birth_date = timezone.now().date() - dt.timedelta(days=15 * 366)
    bob.save()
    audience.write_comment(scene=tea, person=tea.owner, text="For grown-ups")
    audience.like_scene(scene=tea, person=bob)
    audience.rate_scene(scene=tea, person=bob, stars=5)
    with pytest.raises(AudienceError, match="for adults"):
        audience.write_comment(scene=tea, person=bob, text="Me too")
    listed = client_of(bob).get(f"/api/v1/scenes/{tea.key}/comments/")
    assert listed.json()["results"] == []
    page = client_of(bob).get(tea.get_absolute_url()).content.decode()
    assert "For grown-ups" not in page
    assert "Comments are for adults" in page


# Leaving and taking along ---------------------------------------------------------


def test_who_leaves_takes_everything_back_but_the_numbers_of_choices(
    tea: Scene, bob: User, django_capture_on_commit_callbacks: Commit
) -> None:
    audience.like_scene(scene=tea, person=bob)
    audience.rate_scene(scene=tea, person=bob, stars=3)
    audience.write_comment(scene=tea, person=bob, text="Farewell")
    played(tea, bob, "go")
    with django_capture_on_commit_callbacks(execute=True):
        close_account(user=bob)
    found = stat(tea)
    assert (found.likes, found.ratings, found.stars, found.comments) == (0, 0, 0, 0)
    assert (found.plays, found.finishes) == (1, 1)
    assert EndingCount.objects.get().people == 1
    for model in (SceneLike, SceneRating, SceneComment, ScenePlayer, EndingFound):
        assert not model._default_manager.filter(person=bob).exists()


def test_a_comment_of_somebody_who_is_leaving_is_not_shown(
    tea: Scene, alice: User, bob: User
) -> None:
    audience.write_comment(scene=tea, person=bob, text="Until later")
    ask_to_leave(user=bob)
    assert not SceneComment.objects.visible_to(alice).exists()


def test_the_archive_has_all_of_it(tea: Scene, bob: User) -> None:
    audience.like_scene(scene=tea, person=bob)
    audience.rate_scene(scene=tea, person=bob, stars=3)
    audience.write_comment(scene=tea, person=bob, text="Noted")
    played(tea, bob, "stay", "share")
    (file,) = exported(bob)
    told = json.loads(file.data)
    assert told["likes"][0]["scene__key"] == tea.key
    assert told["ratings"][0]["stars"] == 3
    assert told["comments"][0]["text"] == "Noted"
    assert told["endings"][0]["ending"] == "end_shared"
    (chosen,) = told["played"][0]["chosen"].values()
    assert chosen == ["table.stay", "biscuit.share"]


# Over HTTP ------------------------------------------------------------------------


def test_the_api_likes_rates_and_comments(
    tea: Scene, bob: User, client_of: ClientOf
) -> None:
    api, base = client_of(bob), f"/api/v1/scenes/{tea.key}"
    assert api.put(f"{base}/like/").json() == {"liked": True, "likes": 1}
    assert api.delete(f"{base}/like/").json() == {"liked": False, "likes": 0}
    rated = api.put(f"{base}/rating/", {"stars": 4}, content_type=JSON)
    assert rated.json() == {"mine": 4, "average": 4.0, "ratings": 1}
    assert api.delete(f"{base}/rating/").json()["mine"] is None
    made = api.post(f"{base}/comments/", {"text": "Fine"}, content_type=JSON)
    assert made.status_code == 201
    (listed,) = api.get(f"{base}/comments/").json()["results"]
    assert (listed["text"], listed["person"]["username"]) == ("Fine", "bob")
    gone = api.delete(f"/api/v1/scene-comments/{listed['key']}/")
    assert gone.status_code == 204
    assert api.delete(f"/api/v1/scene-comments/{listed['key']}/").status_code == 404


def test_the_api_says_why_not(
    tea: Scene, alice: User, bob: User, client_of: ClientOf
) -> None:
    base = f"/api/v1/scenes/{tea.key}"
    own = client_of(alice).put(f"{base}/rating/", {"stars": 5}, content_type=JSON)
    assert (own.status_code, own.json()["type"]) == (403, "urn:troupe:own-scene")
    api = client_of(bob)
    odd = api.put(f"{base}/rating/", {"stars": 9}, content_type=JSON)
    assert odd.status_code == 400
    threat = api.post(f"{base}/comments/", {"text": THREAT}, content_type=JSON)
    assert threat.status_code == 422
    comment = audience.write_comment(scene=tea, person=alice, text="Mine")
    other = api.delete(f"/api/v1/scene-comments/{comment.key}/")
    assert (other.status_code, other.json()["type"]) == (403, "urn:troupe:not-yours")


def test_visitors_read_comments_and_give_nothing(tea: Scene, client: Any) -> None:
    audience.write_comment(scene=tea, person=tea.owner, text="Come in")
    base = f"/api/v1/scenes/{tea.key}"
    assert len(client.get(f"{base}/comments/").json()["results"]) == 1
    assert client.put(f"{base}/like/").status_code == 401
    assert client.post(f"{base}/comments/", {}, content_type=JSON).status_code == 401
    assert client.get(f"{base}/stats/").status_code == 401
    Scene.objects.update(visibility="private")
    assert client.get(f"{base}/comments/").status_code == 404


def test_a_comment_waits_while_nothing_can_look(
    tea: Scene, alice: User, bob: User
) -> None:
    with nothing_looks():
        comment = audience.write_comment(scene=tea, person=bob, text="Anybody there?")
    assert comment.approval == "pending"
    assert not SceneComment.objects.visible_to(alice).exists()
