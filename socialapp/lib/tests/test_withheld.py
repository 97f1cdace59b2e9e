"""Files that were taken down are given to nobody whom they do not concern."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from socialapp.lib import blobs, withheld

if TYPE_CHECKING:
    from conftest import ClientOf
    from socialapp.accounts.models import User


@pytest.fixture
def name() -> str:
    return blobs.name_of(blobs.put(b"moving pictures", "mp4"))


def status(client: Client, name: str, **headers: str) -> int:
    return client.get(f"/media/{name}", headers=headers).status_code


def withhold(name: str, owner: User, *, cause: str = "clip:a", removed: bool) -> None:
    withheld.withhold([name], cause=cause, owner=owner.pk, removed=removed)


@pytest.mark.django_db
def test_a_hidden_file_is_its_owners_alone(
    name: str, alice: User, bob: User, client_of: ClientOf
) -> None:
    assert status(Client(), name) == 200
    withhold(name, alice, removed=False)
    assert status(Client(), name) == 404
    assert status(client_of(bob), name) == 404
    assert status(client_of(alice), name) == 200


@pytest.mark.django_db
def test_a_removed_file_is_nobodys_but_the_moderators(
    name: str, alice: User, bob: User, client_of: ClientOf
) -> None:
    withhold(name, alice, removed=True)
    assert status(client_of(alice), name) == 404
    bob.user_permissions.add(Permission.objects.get(codename="see_withheld"))
    assert status(client_of(bob), name) == 200


@pytest.mark.django_db
def test_a_browser_that_has_the_file_is_not_told_to_keep_it(
    name: str, alice: User
) -> None:
    first = Client().get(f"/media/{name}")
    etag = {"If-None-Match": first["ETag"]}
    assert status(Client(), name, **etag) == 304
    withhold(name, alice, removed=False)
    assert status(Client(), name, **etag) == 404


@pytest.mark.django_db
def test_a_file_of_two_things_needs_both_back(name: str, alice: User) -> None:
    withhold(name, alice, cause="clip:a", removed=False)
    withhold(name, alice, cause="clip:b", removed=True)
    withheld.release(cause="clip:b")
    assert status(Client(), name) == 404
    assert not withheld.is_removed(name)
    withheld.release(cause="clip:a")
    assert status(Client(), name) == 200


@pytest.mark.django_db
def test_hiding_twice_changes_nothing(name: str, alice: User) -> None:
    withhold(name, alice, removed=False)
    withhold(name, alice, removed=True)
    assert withheld.is_removed(name)
    withheld.release(cause="clip:a")
    assert status(Client(), name) == 200
