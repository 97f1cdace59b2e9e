"""Backgrounds and sounds that are taken off the stage, put back, and kept away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from moderation import lookalikes, subjects
from moderation.services import holds
from moderation.tests.seeing import telling_detectors
from scenes import assets
from scenes.models import SceneAsset
from scenes.services import assets as services
from scenes.tests.bringing import photograph, picture, published, wav
from socialapp.lib import blobs
from socialapp.lib.images import PictureError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

    from conftest import ClientOf
    from moderation.tests.seeing import Eyes
    from socialapp.accounts.models import User


@pytest.fixture(autouse=True)
def eyes() -> Iterator[Eyes]:
    with telling_detectors() as seen:
        yield seen


@pytest.mark.django_db
@pytest.mark.parametrize("level", [holds.HIDDEN, holds.REMOVED])
def test_what_is_taken_off_the_stage_can_be_put_back(
    alice: User, bob: User, client: Client, client_of: ClientOf, level: str
) -> None:
    asset = services.add_background(owner=alice, data=picture())
    published(alice, asset.ref)
    address = blobs.url(asset.ref)
    assert client.get(address).status_code == 200
    subject = subjects.get("scene-asset")
    assert subject.visible(asset, bob)
    holds.withhold(kind="scene-asset", thing=asset, level=level, cause="test:1")
    asset.refresh_from_db()
    assert assets.url("background", asset.ref) is None
    assert not assets.exists("background", asset.ref, alice)
    assert not subject.visible(asset, bob)
    assert client.get(address).status_code == 404
    hers = client_of(alice).get(address).status_code
    assert hers == (200 if level == holds.HIDDEN else 404)
    holds.release(cause="test:1")
    assert client.get(address).status_code == 200
    assert assets.url("background", asset.ref) == address


@pytest.mark.django_db
def test_another_person_with_the_same_picture_still_shows_it(
    alice: User, bob: User, client: Client
) -> None:
    hers = services.add_background(owner=alice, data=picture())
    services.add_background(owner=bob, data=picture())
    holds.withhold(kind="scene-asset", thing=hers, level=holds.HIDDEN, cause="test:1")
    assert client.get(blobs.url(hers.ref)).status_code == 200
    assert assets.url("background", hers.ref)


@pytest.mark.django_db
def test_a_moderator_reads_where_it_is_shown(alice: User) -> None:
    asset = services.add_background(owner=alice, data=picture(), name="Hall")
    published(alice, asset.ref)
    subject = subjects.get("scene-asset")
    found = subject.find(asset.key)
    assert found == asset
    assert subject.snapshot(found) == {
        "Kind": "Background",
        "Name": "Hall",
        "Scenes": "Set in",
    }
    assert subject.describe(found) == "Background of @alice: Hall"


@pytest.mark.django_db
def test_what_was_taken_down_does_not_come_back_in_another_form(
    alice: User, bob: User
) -> None:
    seen = services.add_background(owner=alice, data=photograph())
    heard = services.add_sound(owner=alice, data=wav(4.0))
    for asset in (seen, heard):
        assert lookalikes.block("scene-asset", asset.key)
    with pytest.raises(PictureError, match="rule"):
        services.add_background(owner=bob, data=photograph(quality=60))
    with pytest.raises(services.AssetError, match="taken down"):
        services.add_sound(owner=bob, data=wav(4.0, channels=2))
    for asset in (seen, heard):
        assert lookalikes.block("scene-asset", asset.key, blocked=False)
    services.add_background(owner=bob, data=photograph(quality=60))
    services.add_sound(owner=bob, data=wav(4.0, channels=2))
    assert SceneAsset.objects.kept_by(bob).count() == 2


@pytest.mark.django_db
def test_the_same_file_of_others_is_found(alice: User, bob: User) -> None:
    hers = services.add_background(owner=alice, data=picture())
    his = services.add_background(owner=bob, data=picture())
    (copy,) = [
        one
        for one in lookalikes.copies_of("scene-asset", hers.key)
        if one.kind == "scene-asset"
    ]
    assert (copy.key, copy.exact) == (his.key, True)
    file = blobs.name_of(hers.ref)
    assert lookalikes.owner_of(file) == ("scene-asset", hers.key)
