"""The storage goes while a film is stored: the clip waits, and nobody pays for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from avatarfx import services
from avatarfx.models import Render
from socialapp.accounts import quotas
from socialapp.lib import blobs
from socialapp.lib.blobs import StorageError

if TYPE_CHECKING:
    from avatarfx.tests.conftest import Troupe
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

pytestmark = [pytest.mark.django_db, pytest.mark.database]

AWAY = "The file storage does not answer as it should. Try again later."


def test_a_storage_that_is_away_costs_attempts_and_gives_the_ticket_back(
    alice: User, hob: Character, troupe: Troupe, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = services.request_clip(owner=alice, character=hob, script="Good evening.")
    real = blobs.put

    def put(data: bytes, extension: str) -> str:
        if extension == "mp4":
            raise StorageError(AWAY)
        return real(data, extension)

    monkeypatch.setattr(blobs, "put", put)
    services.render_clip(clip.pk)
    clip.refresh_from_db()
    assert (clip.state, clip.video) == ("queued", "")
    assert Render.objects.get().error == AWAY
    assert quotas.left(alice).left == 4
    services.render_clip(clip.pk)
    services.render_clip(clip.pk)
    clip.refresh_from_db()
    assert clip.state == "failed"
    assert clip.error.startswith(AWAY)
    assert quotas.left(alice).left == 5


def test_a_storage_that_goes_before_it_was_read_back_publishes_nothing(
    alice: User, hob: Character, troupe: Troupe, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = services.request_clip(owner=alice, character=hob, script="Good evening.")

    def verify(_: str) -> int:
        raise StorageError(AWAY)

    with monkeypatch.context() as patch:
        patch.setattr(blobs, "verify", verify)
        services.render_clip(clip.pk)
    clip.refresh_from_db()
    assert (clip.state, clip.video) == ("queued", "")
    services.render_clip(clip.pk)
    clip.refresh_from_db()
    assert (clip.state, clip.attempts) == ("ready", 2)
    assert quotas.left(alice).left == 4
