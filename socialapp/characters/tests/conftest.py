from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from moderation.tests.seeing import telling_detectors
from socialapp.characters import services
from socialapp.characters.tests.rigging import picture, telling_rigger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

    from moderation.tests.seeing import Eyes
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character, Portrait


@pytest.fixture(autouse=True)
def told(settings: Settings) -> Iterator[None]:
    with telling_rigger(settings):
        yield


@pytest.fixture(autouse=True)
def eyes() -> Iterator[Eyes]:
    with telling_detectors() as seen:
        yield seen


@pytest.fixture
def portrait(alice: User) -> Portrait:
    return services.add_portrait(owner=alice, data=picture())


@pytest.fixture
def character(alice: User, portrait: Portrait) -> Character:
    return services.create_character(
        owner=alice, name="Hob", persona="A secret past.", portrait=portrait
    )
