"""Who looks at the pages of streams."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache
from django.utils import timezone

from avatarfx.tests.conftest import make_character
from socialapp.accounts.models import User

if TYPE_CHECKING:
    from django.test import Client

    from conftest import ClientOf
    from socialapp.characters.models import Character


@pytest.fixture(autouse=True)
def fresh_rates() -> None:
    cache.clear()


@pytest.fixture
def teen(db: None) -> User:
    return User.objects.create_user(
        username="tim",
        email="tim@example.com",
        password=None,
        birth_date=timezone.now().date() - dt.timedelta(days=15 * 366),
    )


@pytest.fixture
def host(alice: User, client_of: ClientOf) -> Client:
    return client_of(alice)


@pytest.fixture
def guest(bob: User, client_of: ClientOf) -> Client:
    return client_of(bob)


@pytest.fixture
def cast(alice: User) -> list[Character]:
    return [make_character(alice, name) for name in ("Hob", "Sunniva")]
