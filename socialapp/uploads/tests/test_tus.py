"""Uploads by tus: piece by piece, broken off, gone on with, refused, swept."""

from __future__ import annotations

import hashlib
import threading
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import connections
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from socialapp.accounts.services import close_account, create_token
from socialapp.jobs import recovery
from socialapp.lib import blobs
from socialapp.uploads import services
from socialapp.uploads.errors import MovedError
from socialapp.uploads.models import Upload, UploadPart
from socialapp.uploads.tests.sending import (
    FILE,
    TYPE,
    URL,
    Sender,
    in_base64,
    metadata,
    sum_of,
)

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]

SIXTY = len(FILE) * 6 // 10


@pytest.fixture(autouse=True)
def fresh_counts() -> None:
    cache.clear()


@pytest.fixture
def hers(alice: User) -> Sender:
    return Sender(alice)


def files() -> list[str]:
    """Of all pieces that are stored."""
    folder = "private/uploads"
    if not default_storage.exists(folder):
        return []
    return [
        f"{folder}/{key}/{name}"
        for key in default_storage.listdir(folder)[0]
        for name in default_storage.listdir(f"{folder}/{key}")[1]
    ]


def problem(answer: Any, status: int, code: str) -> Any:
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert (told["type"], told["status"]) == (f"urn:troupe:{code}", status)
    assert answer["Tus-Resumable"] == "1.0.0"
    return answer


# Sent -----------------------------------------------------------------------------------


def test_cut_at_sixty_percent_it_goes_on_and_is_the_same(hers: Sender) -> None:
    place = hers.begun()
    assert hers.send(place, 0, FILE[:SIXTY])["Upload-Offset"] == str(SIXTY)
    # The line is gone; another device asks how far it came.
    asked = hers.ask(place)
    assert (asked["Upload-Offset"], asked["Upload-Length"]) == (str(SIXTY), "50000")
    assert asked["Upload-Metadata"] == metadata(kind="picture", filename="hall.png")
    assert asked["Cache-Control"] == "no-store"
    assert "Repr-Digest" not in asked
    last = hers.send(
        place, SIXTY, FILE[SIXTY:], **{"Upload-Checksum": sum_of(FILE[SIXTY:])}
    )
    assert (last.status_code, last["Upload-Offset"]) == (204, "50000")
    digest = hashlib.sha256(FILE)
    assert last["Repr-Digest"] == f"sha-256=:{in_base64(digest.digest())}:"
    assert hers.ask(place)["Repr-Digest"] == last["Repr-Digest"]
    told = hers.client.get(place).json()
    assert (told["finished"], told["sha256"]) == (True, digest.hexdigest())
    assert (told["kind"], told["name"]) == ("picture", "hall.png")


def test_the_offset_is_true_when_the_process_dies_between_two_steps(
    hers: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bytes are stored, and nobody was there any more to count them."""
    place = hers.begun()
    hers.send(place, 0, FILE[:SIXTY])
    with monkeypatch.context() as dying:
        dying.setattr(UploadPart.objects, "create", _die)
        with pytest.raises(KeyboardInterrupt):
            hers.send(place, SIXTY, FILE[SIXTY:])
    assert len(files()) == 2
    assert hers.ask(place)["Upload-Offset"] == str(SIXTY)
    hers.send(place, SIXTY, FILE[SIXTY:])
    assert hers.client.get(place).json()["sha256"] == hashlib.sha256(FILE).hexdigest()
    services.remove(upload=Upload.objects.get())
    assert files() == []


def _die(**_: Any) -> None:
    raise KeyboardInterrupt


def test_a_full_disk_leaves_the_offset_where_it_was(
    hers: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = hers.begun()
    with monkeypatch.context() as full:
        full.setattr(Path, "open", _no_room)
        problem(hers.send(place, 0, FILE[:10]), 507, "disk-full")
    assert hers.ask(place)["Upload-Offset"] == "0"


def _no_room(*_: Any) -> None:
    raise OSError(28, "No space left on device")


def test_a_piece_at_another_offset_is_refused_and_told_where_it_goes_on(
    hers: Sender,
) -> None:
    place = hers.begun()
    hers.send(place, 0, FILE[:SIXTY])
    for at in (0, SIXTY - 1, SIXTY + 1):
        refused = problem(hers.send(place, at, b"more"), 409, "upload-offset")
        assert refused["Upload-Offset"] == str(SIXTY)
    assert len(files()) == 1


def test_of_two_pieces_at_once_one_is_counted(
    hers: Sender, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = hers.begun()
    upload = Upload.objects.get()
    real = blobs.write

    def slowly(name: str, data: bytes) -> None:
        """Somebody else's piece arrives while this one is being stored."""
        monkeypatch.setattr(blobs, "write", real)
        services.append(upload=Upload.objects.get(), at=0, data=FILE[:100])
        real(name, data)

    monkeypatch.setattr(blobs, "write", slowly)
    with pytest.raises(MovedError) as moved:
        services.append(upload=upload, at=0, data=FILE[:SIXTY])
    assert moved.value.offset == 100
    assert len(files()) == 1
    assert hers.ask(place)["Upload-Offset"] == "100"


@pytest.mark.django_db(transaction=True)
def test_a_storm_of_the_same_piece_is_counted_once(alice: User) -> None:
    upload = services.begin_upload(
        owner=alice, length=len(FILE), metadata=metadata(kind="picture")
    )
    outcomes = []
    start = threading.Barrier(4)

    def go() -> None:
        start.wait()
        try:
            fresh = Upload.objects.get(pk=upload.pk)
            services.append(upload=fresh, at=0, data=FILE)
            outcomes.append("counted")
        except MovedError:
            outcomes.append("moved")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["counted", "moved", "moved", "moved"]
    assert len(files()) == 1
    services.remove(upload=upload)


def test_what_arrives_otherwise_than_it_was_sent_is_not_kept(hers: Sender) -> None:
    place = hers.begun()
    for name in ("sha1", "sha256"):
        wrong = {"Upload-Checksum": sum_of(b"other", name)}
        problem(hers.send(place, 0, FILE, **wrong), 460, "upload-checksum")
    assert files() == []
    for odd in ("crc32 AAAA", "sha256 not base64!", "sha256"):
        answer = hers.send(place, 0, FILE, **{"Upload-Checksum": odd})
        assert answer.status_code in {400, 460}, odd
    right = {"Upload-Checksum": sum_of(FILE, "sha1")}
    assert hers.send(place, 0, FILE, **right).status_code == 204


def test_an_empty_piece_changes_nothing(hers: Sender) -> None:
    place = hers.begun()
    answer = hers.send(place, 0, b"", CONTENT_LENGTH="0")
    assert answer.status_code == 204
    assert (answer["Upload-Offset"], files()) == ("0", [])


# The protocol ---------------------------------------------------------------------------


def test_anybody_may_ask_what_is_spoken_here() -> None:
    for path in (URL, f"{URL}something/"):
        told = APIClient().options(path)
        assert told.status_code == 204
        assert told["Tus-Version"] == told["Tus-Resumable"] == "1.0.0"
        assert told["Tus-Extension"] == "creation,termination,checksum,expiration"
        assert told["Tus-Max-Size"] == str(20 * 1024 * 1024)
        assert told["Tus-Checksum-Algorithm"] == "sha1,sha256"


def test_another_version_is_refused(hers: Sender) -> None:
    place = hers.begun()
    refused = problem(hers.begin(**{"Tus-Resumable": "0.2.2"}), 412, "tus-version")
    assert refused["Tus-Version"] == "1.0.0"
    problem(hers.client.delete(place), 412, "tus-version")
    assert hers.ask(place).status_code == 200


def test_a_piece_is_a_stream_of_bytes(hers: Sender) -> None:
    place = hers.begun()
    odd = hers.send(place, 0, b'{"a": 1}', content_type="application/json")
    problem(odd, 415, "unsupported-media-type")


def test_who_can_only_post_names_the_method_in_a_header(hers: Sender) -> None:
    place = hers.begun()
    headers = {
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": "0",
        "X-HTTP-Method-Override": "PATCH",
    }
    sent = hers.client.post(place, FILE, content_type=TYPE, headers=headers)
    assert (sent.status_code, sent["Upload-Offset"]) == (204, "50000")
    odd = headers | {"X-HTTP-Method-Override": "GET"}
    assert hers.client.post(place, headers=odd).status_code == 405


def test_it_is_given_up(hers: Sender) -> None:
    place = hers.begun()
    hers.send(place, 0, FILE[:SIXTY])
    gone = hers.client.delete(place, headers={"Tus-Resumable": "1.0.0"})
    assert gone.status_code == 204
    assert hers.ask(place).status_code == 404
    assert (files(), Upload.objects.count()) == ([], 0)


def test_a_token_is_enough_and_a_page_needs_its_csrf_token(alice: User) -> None:
    _, key = create_token(user=alice)
    told = {
        "Tus-Resumable": "1.0.0",
        "Upload-Length": "5",
        "Upload-Metadata": metadata(kind="picture"),
    }
    app = Client()
    sent = app.post(URL, headers=told | {"Authorization": f"Bearer {key}"})
    assert sent.status_code == 201
    page = Client(enforce_csrf_checks=True)
    page.force_login(alice)
    problem(page.post(URL, headers=told), 403, "permission-denied")
    problem(Client().post(URL, headers=told), 401, "not-authenticated")


# What is too much -----------------------------------------------------------------------


def test_each_kind_is_as_large_as_a_form_takes_it(
    hers: Sender, settings: Settings
) -> None:
    settings.MAX_PICTURE_BYTES, settings.MAX_SOUND_BYTES = 1000, 500
    assert hers.begin(1000).status_code == 201
    problem(hers.begin(1001), 413, "upload-too-large")
    problem(hers.begin(501, "sound"), 413, "upload-too-large")


def test_no_more_than_was_announced_is_taken(hers: Sender) -> None:
    place = hers.begun(10)
    problem(hers.send(place, 0, FILE), 413, "upload-too-large")
    assert hers.send(place, 0, FILE[:6]).status_code == 204
    problem(hers.send(place, 6, FILE[:5]), 413, "upload-too-large")
    assert hers.ask(place)["Upload-Offset"] == "6"


def test_so_many_are_open_at_once(hers: Sender, bob: User, settings: Settings) -> None:
    settings.UPLOADS_PER_PERSON = 2
    first = hers.begun()
    hers.begun()
    problem(hers.begin(), 409, "upload-too-many")
    assert Sender(bob).begin().status_code == 201
    assert len(hers.client.get(URL).json()["results"]) == 2
    hers.client.delete(first, headers={"Tus-Resumable": "1.0.0"})
    assert hers.begin().status_code == 201


@pytest.mark.parametrize(
    ("header", "value", "code"),
    [
        ("Upload-Length", "", "upload-header"),
        ("Upload-Length", "-1", "upload-header"),
        ("Upload-Length", "٣", "upload-header"),
        ("Upload-Length", "9" * 40, "upload-header"),
        ("Upload-Length", "0", "upload-empty"),
        ("Upload-Defer-Length", "1", "upload-length"),
        ("Upload-Metadata", "", "upload-metadata"),
        ("Upload-Metadata", metadata(kind="film"), "upload-metadata"),
        ("Upload-Metadata", "kind not-base64!", "upload-metadata"),
        ("Upload-Metadata", "kind /w==", "upload-metadata"),
        ("Upload-Metadata", metadata(kind="sound") * 2, "upload-metadata"),
        ("Upload-Metadata", "kind c291bmQ=,kind c291bmQ=", "upload-metadata"),
        (
            "Upload-Metadata",
            metadata(kind="sound", filename="\u202ea"),
            "upload-metadata",
        ),
        ("Upload-Metadata", metadata(kind="sound", more="x" * 999), "upload-metadata"),
    ],
)
def test_an_odd_beginning_is_refused_by_name(
    hers: Sender, header: str, value: str, code: str
) -> None:
    problem(hers.begin(**{header: value}), 400, code)
    assert not Upload.objects.exists()


# Whose, and for how long ----------------------------------------------------------------


def test_somebody_elses_is_not_there(hers: Sender, bob: User) -> None:
    place = hers.begun()
    his = Sender(bob)
    assert his.ask(place).status_code == 404
    problem(his.send(place, 0, FILE), 404, "not-found")
    gone = his.client.delete(place, headers={"Tus-Resumable": "1.0.0"})
    problem(gone, 404, "not-found")
    assert his.client.get(URL).json()["results"] == []
    assert hers.ask(place)["Upload-Offset"] == "0"


def test_pieces_have_no_address(hers: Sender) -> None:
    hers.send(hers.begun(), 0, FILE)
    (name,) = files()
    assert hers.client.get(f"/media/{name}").status_code == 404


def test_what_nobody_goes_on_with_is_put_away(hers: Sender) -> None:
    old, young = hers.begun(), hers.begun()
    for place in (old, young):
        hers.send(place, 0, FILE[:SIXTY])
    Upload.objects.filter(key=old.split("/")[-2]).update(expires=timezone.now())
    assert hers.ask(old).status_code == 410
    problem(hers.send(old, SIXTY, FILE[SIXTY:]), 410, "upload-gone")
    assert recovery.reconcile()["uploads"] == 1
    assert hers.ask(old).status_code == 404
    assert len(files()) == 1
    assert hers.send(young, SIXTY, FILE[SIXTY:]).status_code == 204


def test_every_piece_puts_the_end_off(hers: Sender) -> None:
    place = hers.begun()
    soon = timezone.now() + timedelta(minutes=1)
    Upload.objects.update(expires=soon)
    hers.send(place, 0, FILE[:SIXTY])
    assert Upload.objects.get().expires > soon + timedelta(hours=23)


def test_they_go_with_their_owner(
    hers: Sender,
    alice: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    hers.send(hers.begun(), 0, FILE)
    with django_capture_on_commit_callbacks(execute=True):
        close_account(user=alice)
    assert (files(), Upload.objects.count()) == ([], 0)
