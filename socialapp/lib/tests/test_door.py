"""The admin's one-time link."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from socialapp.lib import door

if TYPE_CHECKING:
    from socialapp.accounts.models import User

pytestmark = pytest.mark.django_db


def path_of(link: str) -> str:
    return urlsplit(link).path


def test_the_first_link_makes_an_admin_and_signs_them_in(client: Client) -> None:
    link = path_of(door.first_admin_link())
    response = client.get(link)
    assert response.status_code == 302
    assert response["Location"] == "/admin/"
    assert "no-store" in response["Cache-Control"]
    admin = get_user_model().objects.get(is_superuser=True)
    assert client.session["_auth_user_id"] == str(admin.pk)
    assert not admin.has_usable_password()


def test_it_is_the_link_of_the_page() -> None:
    link = path_of(door.first_admin_link())
    token = link.removeprefix("/enter/").rstrip("/")
    assert reverse("enter", args=[token]) == link


def test_a_link_works_once() -> None:
    link = path_of(door.first_admin_link())
    assert Client().get(link).status_code == 302
    again = Client().get(link)
    assert again.status_code == 410
    assert b"manage.py door" in again.content


def test_a_link_is_gone_after_an_hour(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = path_of(door.first_admin_link())
    monkeypatch.setattr(door, "SECONDS", -1)
    assert client.get(link).status_code == 410


def test_a_sign_in_by_password_ends_open_links(client: Client) -> None:
    link = path_of(door.first_admin_link())
    admin = get_user_model().objects.get(is_superuser=True)
    admin.last_login = timezone.now()
    admin.save()
    assert client.get(link).status_code == 410


def test_the_oldest_admin_is_taken_again(alice: User) -> None:
    alice.is_staff = alice.is_superuser = True
    alice.save()
    client = Client()
    client.get(path_of(door.first_admin_link()))
    assert client.session["_auth_user_id"] == str(alice.pk)
    assert get_user_model().objects.filter(is_superuser=True).count() == 1


@pytest.mark.parametrize("token", ["1:never", "1:never:abc:def", "x", ":"])
def test_a_made_up_link_opens_nothing(client: Client, token: str) -> None:
    door.first_admin_link()
    assert client.get(f"/enter/{token}/").status_code == 410
    assert "_auth_user_id" not in client.session


def test_a_dismissed_admin_does_not_come_in(client: Client) -> None:
    link = path_of(door.first_admin_link())
    get_user_model().objects.update(is_active=False)
    assert client.get(link).status_code == 410
