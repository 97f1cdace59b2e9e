"""Posts of clips of scenes: whose story it is, and who may see it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from avatarfx.models import ClipActor
from avatarfx.tests.conftest import make_character
from feed import selectors
from feed.tests.rows import clip_of, post_by
from scenes.models import Scene, SceneCut, SceneVersion
from scenes.tests.tea import published
from socialapp.accounts.models import User

if TYPE_CHECKING:
    from django.test import Client

    from conftest import ClientOf
    from feed.models import Post

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def version(bob: User) -> SceneVersion:
    return published(bob)


@pytest.fixture
def post(alice: User, version: SceneVersion) -> Post:
    """Alice's, of what she played of Bob's scene."""
    made = post_by(alice)
    clip = clip_of(made)
    hob = make_character(alice, "Hob")
    assert hob.portrait is not None
    ClipActor.objects.create(clip=clip, seat="a", character=hob, portrait=hob.portrait)
    clip.recipe["source"] = f"scene:{version.scene.key}"
    clip.save(update_fields=["recipe"])
    SceneCut.objects.create(
        clip=clip, scene=version.scene, version=version, start=0, end=3
    )
    return made


def page(client: Client, post: Post) -> str:
    return client.get(f"/p/{post.key}/").content.decode()


def test_a_post_of_a_scene_leads_to_the_scene_and_its_author(
    post: Post, version: SceneVersion, client: Client
) -> None:
    shown = page(client, post)
    assert f'<a href="/sc/{version.scene.key}/">Tea – play it</a>' in shown
    assert "From the scene" in shown
    assert '<a href="/@bob/">@bob</a>' in shown


def test_a_scene_that_is_off_the_stage_is_not_led_to(
    post: Post, version: SceneVersion, client: Client
) -> None:
    Scene.objects.update(visibility="private")
    shown = page(client, post)
    assert "One that is off the stage" in shown
    assert f"/sc/{version.scene.key}/" not in shown


@pytest.mark.parametrize("how", ["rating", "moderation"])
def test_what_was_played_for_adults_is_shown_to_adults(
    post: Post, bob: User, how: str, client: Client, client_of: ClientOf
) -> None:
    assert page(client, post)
    if how == "rating":
        SceneVersion.objects.update(rating="mature")
    else:
        Scene.objects.update(adults_only=True)
    young = User.objects.create_user(
        username="kid",
        email="kid@example.com",
        birth_date=timezone.now().date() - dt.timedelta(days=15 * 365),
    )
    for viewer in (client, client_of(young)):
        assert viewer.get(f"/p/{post.key}/").status_code == 404
    assert selectors.feed_page(viewer=young).posts == []
    assert client_of(bob).get(f"/p/{post.key}/").status_code == 200
    assert [one.key for one in selectors.feed_page(viewer=bob).posts] == [post.key]
