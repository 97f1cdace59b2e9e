"""How many clips may wait, and what the next person is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from avatarfx import services
from avatarfx.line import paces
from avatarfx.tests.lines import queue_up
from socialapp.accounts import quotas
from socialapp.jobs.backends import inline

if TYPE_CHECKING:
    from pytest_django import Settings

    from avatarfx.models import Clip
    from conftest import ClientOf
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

LINE = "Good evening to the lamp."


@pytest.fixture(autouse=True)
def asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paces, "_asked", None)


@pytest.fixture
def small(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Two clips of one person may wait, three of all; nobody works."""
    settings.QUEUE_PER_PERSON, settings.QUEUE_LIMIT = 2, 3
    monkeypatch.setattr(inline, "send", lambda *_: None)
    return settings


def ask(owner: User, hob: Character, **more: object) -> Clip:
    return services.request_clip(owner=owner, character=hob, script=LINE, **more)  # type: ignore[arg-type]  # of the tests below


@pytest.mark.database
def test_one_person_may_only_have_so_many_in_line(
    alice: User, bob: User, hob: Character, small: Settings
) -> None:
    first, _ = ask(alice, hob), ask(alice, hob)
    with pytest.raises(services.LineFullError) as caught:
        ask(alice, hob)
    assert caught.value.message.startswith("2 of your clips are in line")
    assert "There is room in " in caught.value.message
    assert 1 <= caught.value.retry_after < 60
    assert quotas.left(alice).left == small.CLIPS_PER_DAY - 2
    ask(bob, hob)
    services.cancel_clip(clip=first)
    assert ask(alice, hob).state == "queued"


@pytest.mark.database
def test_a_full_line_refuses_everybody_but_the_house(
    alice: User, bob: User, hob: Character, small: Settings
) -> None:
    queue_up(alice, hob, 3)
    with pytest.raises(services.LineFullError, match="The line is full: 3 clips wait"):
        ask(bob, hob)
    assert ask(bob, hob, exempt=True).state == "queued"


def test_trying_again_is_asking_too(
    alice: User, hob: Character, small: Settings
) -> None:
    stopped = ask(alice, hob)
    services.cancel_clip(clip=stopped)
    queue_up(alice, hob, 2)
    with pytest.raises(services.LineFullError):
        services.retry_clip(clip=stopped)
    stopped.refresh_from_db()
    assert stopped.state == "cancelled"
    assert quotas.left(alice).left == small.CLIPS_PER_DAY


def test_the_same_key_answers_even_when_the_line_is_full(
    alice: User, hob: Character, small: Settings
) -> None:
    clip = ask(alice, hob, idempotency_key="k1")
    queue_up(alice, hob, 2)
    assert ask(alice, hob, idempotency_key="k1").pk == clip.pk


def test_while_nobody_renders_the_refusal_says_so(
    alice: User, hob: Character, small: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inline, "workers", lambda _: 0)
    queue_up(alice, hob, 2)
    with pytest.raises(services.LineFullError, match="Nobody renders") as caught:
        ask(alice, hob)
    assert caught.value.retry_after == 300


def test_the_page_keeps_what_was_typed(
    alice: User, hob: Character, small: Settings, client_of: ClientOf
) -> None:
    queue_up(alice, hob, 2)
    answer = client_of(alice).post(
        reverse("studio"),
        {"character": hob.key, "script": LINE, "title": "Lamp", "shape": "1:1"},
    )
    page = answer.content.decode()
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) >= 1
    assert "2 of your clips are in line" in page
    assert LINE in page
    assert 'value="Lamp"' in page


def test_the_api_says_when_to_come_back(
    alice: User, hob: Character, small: Settings, client_of: ClientOf
) -> None:
    queue_up(alice, hob, 2)
    answer = client_of(alice).post(
        "/api/v1/clips/",
        {"character": hob.key, "script": LINE},
        content_type="application/json",
    )
    assert answer.status_code == 429
    assert answer.json()["type"] == "urn:troupe:line-full"
    assert int(answer["Retry-After"]) >= 1
