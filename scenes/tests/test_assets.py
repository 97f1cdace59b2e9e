"""What scenes are set in: built-in names, uploads, and what becomes of both."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from PIL import Image

from moderation.models import PictureCheck, Screening
from moderation.pictures import services as screening
from moderation.services import holds
from moderation.tests.seeing import telling_detectors
from scenes import assets, content, sounds
from scenes.models import SceneAsset
from scenes.services import assets as services
from scenes.tests.bringing import picture, published, wav
from socialapp.accounts import exports
from socialapp.accounts.services import close_account
from socialapp.content import backgrounds
from socialapp.lib import blobs
from socialapp.lib.images import PictureError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import (
        DjangoAssertNumQueries,
        DjangoCaptureOnCommitCallbacks,
        Settings,
    )

    from moderation.tests.seeing import Eyes
    from socialapp.accounts.models import User


@pytest.fixture(autouse=True)
def eyes() -> Iterator[Eyes]:
    with telling_detectors() as seen:
        yield seen


# Names ------------------------------------------------------------------------------


@pytest.mark.django_db
def test_every_name_that_the_launch_scenes_use_is_there(alice: User) -> None:
    for name in content.backgrounds():
        assert assets.exists("background", name, alice)
        assert assets.url("background", name) == f"/static/backgrounds/{name}.svg"
    assert set(assets.built_in("background")) == set(backgrounds.names())
    for name in sounds.names():
        assert assets.exists("sound", name, alice)
        assert assets.url("sound", name) == f"/static/sounds/{name}.webm"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("background", "nowhere"),
        ("background", "rain"),
        ("sound", "bakery"),
        ("film", "bakery"),
        ("background", "../../settings"),
        ("background", "sha256:" + "0" * 64 + ".webp"),
        ("background", "sha256:zz"),
        ("sound", "__proto__"),
        ("background", "x" * 1_000_000),
    ],
)
def test_other_names_are_not(alice: User, kind: str, name: str) -> None:
    assert not assets.exists(kind, name, alice)
    assert assets.url(kind, name) is None


@pytest.mark.django_db
def test_a_player_gets_all_addresses_at_once(
    alice: User, bob: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    shown = services.add_background(owner=alice, data=picture())
    heard = services.add_sound(owner=alice, data=wav())
    hidden = services.add_background(owner=bob, data=picture((640, 360)))
    services.set_withheld(asset=hidden, level="removed")
    names = (shown.ref, hidden.ref, "bakery", "nowhere", "sha256:" + "0" * 64 + ".png")
    document = published(alice, *names).version.document  # type: ignore[union-attr]
    document += json.dumps({"sound": "rain", "text": '"background": "office"'})
    document += json.dumps({"type": "sound", "sound": heard.ref})
    with django_assert_num_queries(1):
        found = assets.addresses(document)
    assert found == {
        "background": {
            shown.ref: blobs.url(shown.ref),
            "bakery": "/static/backgrounds/bakery.svg",
        },
        "sound": {"rain": "/static/sounds/rain.webm", heard.ref: blobs.url(heard.ref)},
    }


@pytest.mark.django_db
def test_every_launch_scene_has_all_that_it_names() -> None:
    for name in content.scene_ids():
        text = (content.FOLDER / f"{name}.json").read_text(encoding="utf-8")
        found = assets.addresses(text)["background"]
        assert found
        assert set(found) <= set(content.backgrounds())


# Backgrounds ------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_picture_comes_in_smaller_and_without_its_exif(alice: User) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Camera of Alice"
    asset = services.add_background(
        owner=alice, data=picture(exif=exif), name="  My   hall "
    )
    assert (asset.name, asset.state) == ("My hall", "approved")
    assert (asset.width, asset.height) == (1920, 1080)
    kept = blobs.get(asset.ref)
    assert asset.size == len(kept)
    with Image.open(io.BytesIO(kept)) as opened:
        assert (opened.format, opened.size) == ("WEBP", (1920, 1080))
        assert not opened.getexif()
    assert b"Camera" not in kept
    assert assets.exists("background", asset.ref, alice)
    assert not assets.exists("background", asset.ref, None)
    assert assets.url("background", asset.ref) == blobs.url(asset.ref)
    assert not assets.exists("sound", asset.ref, alice)
    assert Screening.objects.get(person=alice).surface == "background"


@pytest.mark.django_db
def test_a_real_face_is_refused_and_leaves_nothing(alice: User, eyes: Eyes) -> None:
    eyes.photograph()
    with pytest.raises(PictureError, match=r"rule 2\.1"):
        services.add_background(owner=alice, data=picture())
    assert not SceneAsset.objects.exists()
    assert not PictureCheck.objects.exists()


@pytest.mark.django_db
def test_a_picture_that_nobody_could_check_waits(
    alice: User,
    eyes: Eyes,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    eyes.broken = "It crashed."
    asset = services.add_background(owner=alice, data=picture())
    assert asset.state == "pending"
    assert "look again" in services.why_it_waits(asset)
    assert not assets.exists("background", asset.ref, alice), "publishing waits"
    assert assets.url("background", asset.ref) is None
    eyes.broken = ""
    check = screening.check_of(owner=alice, ref=asset.ref)
    assert check is not None
    with django_capture_on_commit_callbacks(execute=True):
        screening.check_again(check.pk)
    asset.refresh_from_db()
    assert asset.state == "approved"
    assert assets.exists("background", asset.ref, alice)


@pytest.mark.django_db
def test_what_waited_and_is_refused_is_not_kept(
    alice: User,
    bob: User,
    eyes: Eyes,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    eyes.broken = "It crashed."
    asset = services.add_background(owner=alice, data=picture())
    check = screening.check_of(owner=alice, ref=asset.ref)
    assert check is not None
    with django_capture_on_commit_callbacks(execute=True):
        screening.decide(check=check, moderator=bob, approve=False)
    assert not SceneAsset.objects.exists()
    with pytest.raises(FileNotFoundError):
        blobs.get(asset.ref)


@pytest.mark.django_db
def test_a_known_bad_picture_is_refused(alice: User) -> None:
    asset = services.add_background(owner=alice, data=picture())
    holds.withhold(kind="scene-asset", thing=asset, level=holds.REMOVED, cause="t:1")
    with pytest.raises(services.AssetError, match="taken down"):
        services.add_background(owner=alice, data=picture())


@pytest.mark.django_db
@pytest.mark.parametrize("data", [b"", b"no picture", b"<svg/>", b"GIF89a", b"%PDF-1"])
def test_what_is_no_picture_is_refused_in_words(alice: User, data: bytes) -> None:
    with pytest.raises(PictureError):
        services.add_background(owner=alice, data=data)


@pytest.mark.django_db
def test_a_tiny_picture_is_refused(alice: User) -> None:
    with pytest.raises(PictureError, match="at least 320"):
        services.add_background(owner=alice, data=picture((300, 300)))


# Their life -------------------------------------------------------------------------


@pytest.mark.django_db
def test_there_is_room_for_so_many(alice: User, settings: Settings) -> None:
    settings.SCENE_ASSETS_PER_PERSON = 1
    asset = services.add_background(owner=alice, data=picture())
    with pytest.raises(services.AssetError, match="no more fit"):
        services.add_sound(owner=alice, data=wav())
    services.remove_asset(asset=asset)
    services.add_sound(owner=alice, data=wav())


@pytest.mark.django_db
def test_the_same_file_is_kept_once_and_comes_back(alice: User) -> None:
    first = services.add_background(owner=alice, data=picture(), name="One")
    published(alice, first.ref)
    services.remove_asset(asset=first)
    again = services.add_background(owner=alice, data=picture(), name="Two")
    assert (again.pk, again.name, again.removed) == (first.pk, "Two", None)


@pytest.mark.django_db
def test_what_nothing_names_is_gone_when_it_is_deleted(
    alice: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    asset = services.add_background(owner=alice, data=picture())
    with django_capture_on_commit_callbacks(execute=True):
        services.remove_asset(asset=asset)
    assert not SceneAsset.objects.exists()
    with pytest.raises(FileNotFoundError):
        blobs.get(asset.ref)


@pytest.mark.django_db
def test_a_published_scene_keeps_what_its_author_deleted(
    alice: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    asset = services.add_background(owner=alice, data=picture())
    scene = published(alice, asset.ref, "bakery")
    with django_capture_on_commit_callbacks(execute=True):
        services.remove_asset(asset=asset)
    assert assets.url("background", asset.ref), "who plays sees it to the end"
    assert list(SceneAsset.objects.kept_by(alice)) == []
    assert services.sweep() == {"assets": 0}
    scene.removed = timezone.now()
    scene.save()
    with django_capture_on_commit_callbacks(execute=True):
        assert services.sweep() == {"assets": 1}
    assert assets.url("background", asset.ref) is None
    with pytest.raises(FileNotFoundError):
        blobs.get(asset.ref)


@pytest.mark.django_db
def test_a_file_of_two_people_stays_for_the_other(
    alice: User,
    bob: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    hers = services.add_background(owner=alice, data=picture())
    his = services.add_background(owner=bob, data=picture())
    assert hers.ref == his.ref
    with django_capture_on_commit_callbacks(execute=True):
        services.remove_asset(asset=hers)
    assert blobs.get(his.ref)
    assert not assets.exists("background", his.ref, alice)
    assert assets.exists("background", his.ref, bob)


@pytest.mark.django_db
def test_a_remix_may_keep_the_pictures_that_came_with_it(
    alice: User, bob: User
) -> None:
    asset = services.add_background(owner=alice, data=picture())
    scene = published(alice, asset.ref)
    assert not assets.exists("background", asset.ref, bob)
    scene.remixable = True
    scene.save()
    assert assets.exists("background", asset.ref, bob)
    services.remove_asset(asset=asset)
    assert assets.exists("background", asset.ref, bob), "his remix goes on"


@pytest.mark.django_db
def test_who_leaves_takes_their_files_along(
    alice: User,
    bob: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    asset = services.add_background(owner=alice, data=picture())
    published(bob, asset.ref)
    with django_capture_on_commit_callbacks(execute=True):
        close_account(user=alice)
    assert not SceneAsset.objects.exists()
    assert assets.url("background", asset.ref) is None, "a quiet default, and no break"


@pytest.mark.django_db
def test_an_archive_has_the_files_with_their_names(alice: User) -> None:
    asset = services.add_sound(owner=alice, data=wav(), name="Buzz")
    with zipfile.ZipFile(io.BytesIO(b"".join(exports.archive(alice)))) as packed:
        (row,) = json.loads(packed.read("scene_assets.json"))
        assert (row["name"], row["called"]) == ("Buzz", asset.ref)
        assert packed.read(row["file"]) == blobs.get(asset.ref)
