"""Scenes between people who keep apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import AnonymousUser

from scenes.models import Company, Play
from scenes.selectors import browsing, casting, showing
from scenes.selectors import company as companies
from scenes.selectors.plays import why_closed
from scenes.services import audience, company
from scenes.services.play_errors import PlayingError
from scenes.services.plays import begin_play
from scenes.tests.playing import lent, make, publish
from scenes.tests.staging import on_stage
from socialapp.accounts import keeping_apart
from socialapp.notices.models import Notice

if TYPE_CHECKING:
    from conftest import ClientOf
    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.mark.parametrize("blocker", ["alice", "bob"])
def test_a_scene_of_whom_one_keeps_apart_from_is_not_there(
    alice: User, bob: User, client_of: ClientOf, blocker: str
) -> None:
    scene = on_stage(alice)
    make(bob)
    assert scene.version is not None
    saved = Play.objects.create(person=bob, scene=scene, version=scene.version)
    assert why_closed(saved) == ""
    pair = (alice, bob) if blocker == "alice" else (bob, alice)
    keeping_apart.block(person=pair[0], whom=pair[1])
    for address in (scene.get_absolute_url(), f"/api/v1/scenes/{scene.key}/"):
        assert client_of(bob).get(address).status_code == 404
    assert not browsing.scenes_for(bob).exists()
    assert browsing.scenes_for(AnonymousUser()).exists()
    assert "not on stage for you" in why_closed(saved)


def test_comments_of_the_blocked_are_not_under_a_scene(
    alice: User, bob: User, mallory: User
) -> None:
    scene = on_stage(alice)
    keeping_apart.block(person=bob, whom=mallory)
    audience.write_comment(scene=scene, person=mallory, text="Tea at last")
    assert showing.comments_of(scene, bob) == []
    assert len(showing.comments_of(scene, alice)) == 1
    assert len(showing.comments_of(scene, AnonymousUser())) == 1


def test_an_author_hears_of_no_comment_of_whom_they_muted(
    alice: User, mallory: User
) -> None:
    scene = on_stage(alice)
    keeping_apart.mute(person=alice, whom=mallory)
    audience.write_comment(scene=scene, person=mallory, text="Tea at last")
    assert not Notice.objects.filter(kind="scene-comment").exists()


def test_a_character_of_the_blocked_is_not_cast(alice: User, bob: User) -> None:
    hob = lent(alice, "Hob")
    assert casting.castable(bob).filter(pk=hob.pk).exists()
    keeping_apart.block(person=alice, whom=bob)
    assert not casting.castable(bob).filter(pk=hob.pk).exists()


def test_companies_are_left_and_not_joined(
    alice: User, bob: User, mallory: User, client_of: ClientOf
) -> None:
    make(alice, "Hob")
    play = begin_play(person=alice, scene=publish(alice), seed=7)
    made = company.open_company(play=play)
    for guest in (bob, mallory):
        company.join(company=made, person=guest)
    keeping_apart.block(person=bob, whom=alice)
    seats = made.seats.filter(left=None).values_list("person__username", flat=True)
    assert set(seats) == {"alice", "mallory"}
    url = f"/api/v1/companies/{made.key}/seat/"
    assert client_of(bob).put(url).status_code == 404
    with pytest.raises(Company.DoesNotExist):
        companies.company_to_join(bob, made.key)


def test_nobody_joins_where_somebody_apart_sits(
    alice: User, bob: User, mallory: User
) -> None:
    make(alice, "Hob")
    play = begin_play(person=alice, scene=publish(alice), seed=7)
    made = company.join(company=company.open_company(play=play), person=bob)
    keeping_apart.block(person=bob, whom=mallory)
    with pytest.raises(PlayingError, match="not open to you"):
        company.join(company=made, person=mallory)
