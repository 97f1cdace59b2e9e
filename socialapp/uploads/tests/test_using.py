"""What takes a file in a form takes a finished upload too, through the same checks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from avatarfx.models import Backdrop, Recording
from avatarfx.tests.engines import EvenAligner
from avatarfx.tests.spoken import encoded, hum
from moderation.tests.seeing import telling_detectors
from scenes.models import SceneAsset
from scenes.tests.bringing import picture as landscape
from scenes.tests.bringing import wav
from socialapp.characters import services as characters
from socialapp.characters.models import Character, Portrait
from socialapp.characters.tests.rigging import picture, telling_rigger
from socialapp.engines.handler import aligners
from socialapp.lib import blobs
from socialapp.lib.cards.tests import made
from socialapp.uploads.models import Upload
from socialapp.uploads.tests.sending import Sender

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

    from moderation.tests.seeing import Eyes
    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]

PORTRAITS = "/api/v1/portraits/"
CARD = json.dumps(made.V3).encode()
LINE = "Good evening to the lamp."


@pytest.fixture(autouse=True)
def fresh_counts() -> None:
    cache.clear()


@pytest.fixture(autouse=True)
def eyes(settings: Settings) -> Iterator[Eyes]:
    with telling_rigger(settings), telling_detectors() as seen:
        yield seen


@pytest.fixture(autouse=True)
def ears(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every recording is of the script that comes with it."""
    monkeypatch.setitem(aligners._built, "default", EvenAligner())


@pytest.fixture
def hers(alice: User) -> Sender:
    return Sender(alice)


def use(sender: Sender, path: str, key: str, **more: Any) -> Any:
    return sender.client.post(path, {"upload": key} | more, format="json")


def refused(answer: Any, status: int, code: str, field: str = "upload") -> None:
    assert answer.status_code == status, answer.content
    told = answer.json()
    assert told["type"] == f"urn:troupe:{code}"
    assert [one["field"] for one in told["errors"]] == [field]


def nothing_is_left() -> bool:
    rows = Upload.objects.exists()
    return not rows and not default_storage.listdir("private/uploads")[0]


# Each of them ---------------------------------------------------------------------------


def test_a_portrait_is_the_one_that_a_form_makes(hers: Sender, alice: User) -> None:
    made_of = use(hers, PORTRAITS, hers.sent(picture(), "picture"))
    assert made_of.status_code == 201, made_of.content
    portrait = Portrait.objects.get(key=made_of.json()["key"])
    same = characters.add_portrait(owner=alice, data=picture())
    assert (portrait.owner, portrait.ref, portrait.rig) == (alice, same.ref, same.rig)
    assert nothing_is_left()


def test_a_recording_has_the_words_of_its_script(hers: Sender, alice: User) -> None:
    sound = encoded(hum())
    path = "/api/v1/recordings/"
    key = hers.sent(sound, "recording")
    answer = use(hers, path, key, script=LINE, consent=True)
    assert answer.status_code == 201, answer.content
    kept = Recording.objects.get()
    assert (kept.owner, [word[2] for word in kept.words]) == (alice, LINE.split())
    assert nothing_is_left()


def test_a_background_of_a_clip_is_called_as_its_file(hers: Sender) -> None:
    answer = use(hers, "/api/v1/backgrounds/mine/", hers.sent(landscape(), "picture"))
    assert answer.status_code == 201, answer.content
    assert Backdrop.objects.get().name == "hall"
    assert nothing_is_left()


def test_a_scene_gets_its_background_and_its_sound(hers: Sender) -> None:
    path = "/api/v1/scene-assets/"
    hall = use(hers, path, hers.sent(landscape(), "picture"), kind="background")
    assert (hall.status_code, hall.json()["title"]) == (201, "hall")
    buzz = use(hers, path, hers.sent(wav(), "sound"), kind="sound", title="Buzz")
    assert (buzz.status_code, buzz.json()["title"]) == (201, "Buzz")
    assert SceneAsset.objects.count() == 2
    swapped = hers.sent(wav(), "sound")
    refused(use(hers, path, swapped, kind="background"), 400, "upload-kind")


def test_a_card_becomes_a_character(hers: Sender, alice: User) -> None:
    answer = use(hers, "/api/v1/cards/", hers.sent(CARD, "card"))
    assert answer.status_code == 201, answer.content
    assert Character.objects.get().owner == alice
    assert nothing_is_left()


# Once, by its owner, when it is whole ---------------------------------------------------


def test_it_is_used_once(hers: Sender) -> None:
    key = hers.sent(picture(), "picture")
    assert use(hers, PORTRAITS, key).status_code == 201
    refused(use(hers, PORTRAITS, key), 404, "upload-unknown")
    assert Portrait.objects.count() == 1


def test_while_it_is_used_nobody_else_uses_it(
    hers: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = hers.sent(picture(), "picture")
    answers = []
    real = characters.add_portrait

    def meanwhile(**given: Any) -> Portrait:
        monkeypatch.setattr(characters, "add_portrait", real)
        answers.append(use(hers, PORTRAITS, key))
        assert hers.ask(f"/api/v1/uploads/{key}/").status_code == 404
        return real(**given)

    monkeypatch.setattr(characters, "add_portrait", meanwhile)
    assert use(hers, PORTRAITS, key).status_code == 201
    refused(answers[0], 404, "upload-unknown")
    assert Portrait.objects.count() == 1


def test_what_is_not_theirs_or_not_there_is_unknown(hers: Sender, bob: User) -> None:
    key = hers.sent(picture(), "picture")
    for wrong in (key, "nosuchupload"):
        refused(use(Sender(bob), PORTRAITS, wrong), 404, "upload-unknown")
    assert use(hers, PORTRAITS, key).status_code == 201


def test_half_a_file_is_refused_and_can_still_be_finished(hers: Sender) -> None:
    data = picture()
    place = hers.begun(len(data))
    hers.send(place, 0, data[:100])
    key = place.split("/")[-2]
    refused(use(hers, PORTRAITS, key), 400, "upload-unfinished")
    hers.send(place, 100, data[100:])
    assert use(hers, PORTRAITS, key).status_code == 201


def test_a_file_of_another_kind_is_refused_and_kept(hers: Sender) -> None:
    key = hers.sent(wav(), "sound")
    refused(use(hers, PORTRAITS, key), 400, "upload-kind")
    assert Upload.objects.get().taken is None


def test_one_whose_time_is_over_is_gone(hers: Sender) -> None:
    key = hers.sent(picture(), "picture")
    Upload.objects.update(expires="2020-01-01T00:00:00Z")
    refused(use(hers, PORTRAITS, key), 410, "upload-gone")


def test_json_without_an_upload_says_so_and_a_form_still_wants_a_file(
    hers: Sender,
) -> None:
    refused(hers.client.post(PORTRAITS, {}, format="json"), 400, "invalid")
    form = hers.client.post(PORTRAITS, {"upload": "x"}, format="multipart")
    refused(form, 400, "invalid", "picture")


# The same checks ------------------------------------------------------------------------


def test_a_real_face_is_refused_and_nothing_of_it_is_kept(
    hers: Sender, eyes: Eyes
) -> None:
    eyes.photograph()
    form = SimpleUploadedFile("me.png", picture(), "image/png")
    sent = hers.client.post(PORTRAITS, {"picture": form}, format="multipart")
    refused(sent, 400, "picture-refused", "picture")
    key = hers.sent(picture(), "picture")
    refused(use(hers, PORTRAITS, key), 400, "picture-refused", "picture")
    assert nothing_is_left()


def test_what_is_no_picture_is_refused_as_in_a_form(hers: Sender) -> None:
    key = hers.sent(b"GIF89a, or so it says", "picture")
    refused(use(hers, PORTRAITS, key), 400, "invalid", "picture")
    assert nothing_is_left()


def test_a_recording_without_consent_is_refused(hers: Sender) -> None:
    key = hers.sent(encoded(hum()), "recording")
    answer = use(hers, "/api/v1/recordings/", key, script=LINE)
    refused(answer, 400, "recording-consent", "consent")


def test_when_the_house_fails_it_may_be_used_again(
    hers: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = hers.sent(picture(), "picture")

    def away(**_: Any) -> Portrait:
        raise blobs.StorageError("The file storage does not answer.")

    with monkeypatch.context() as broken:
        broken.setattr(characters, "add_portrait", away)
        assert use(hers, PORTRAITS, key).status_code == 503
    assert use(hers, PORTRAITS, key).status_code == 201


def test_bytes_that_the_storage_lost_are_not_used(hers: Sender) -> None:
    key = hers.sent(picture(), "picture")
    part = Upload.objects.get().parts.all()[1]
    default_storage.delete(part.file)
    blobs.write(part.file, b"something else")
    assert use(hers, PORTRAITS, key).status_code == 503
    assert not Portrait.objects.exists()
