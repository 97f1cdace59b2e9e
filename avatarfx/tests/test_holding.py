"""Clips that are held: out of sight, ticket back, never announced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from avatarfx import services
from avatarfx.models import Clip
from avatarfx.services import leases, rendering
from moderation.models import PictureCheck
from moderation.pictures import services as screening
from socialapp.accounts import quotas
from socialapp.lib import blobs

if TYPE_CHECKING:
    from collections.abc import Callable

    from avatarfx.tests.conftest import Troupe
    from moderation.models import LikenessConsent
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

SAID = "Hello there, friend."


@pytest.fixture
def likeness(alice: User, hob: Character) -> LikenessConsent:
    """Hob's portrait is an upload of Alice, who agreed."""
    assert hob.portrait
    hob.portrait.source = "upload"
    hob.portrait.save()
    ref = hob.portrait.ref
    PictureCheck.objects.create(
        owner=alice, ref=ref, sha256=screening.hash_of(ref), state="approved"
    )
    return screening.give_consent(owner=alice, picture=blobs.get(ref), live=True)


def ask(owner: User, character: Character) -> Clip:
    return services.request_clip(owner=owner, character=character, script=SAID)


def test_a_clip_that_waits_is_held_and_its_ticket_returns(
    alice: User, hob: Character
) -> None:
    before = quotas.left(alice).left
    clip = ask(alice, hob)
    assert services.hold_clip(clip=clip, reason="Somebody must look.")
    clip.refresh_from_db()
    assert (clip.state, clip.error) == (Clip.State.BLOCKED, "Somebody must look.")
    assert quotas.left(alice).left == before
    assert not services.hold_clip(clip=clip, reason="Again.")


def test_a_revoked_likeness_holds_every_clip_made_with_it(
    alice: User,
    hob: Character,
    likeness: LikenessConsent,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    ready, _waiting = ask(alice, hob), ask(alice, hob)
    Clip.objects.filter(pk=ready.pk).update(state=Clip.State.READY)
    with django_capture_on_commit_callbacks(execute=True):
        screening.revoke_consent(consent=likeness)
    states = set(Clip.objects.values_list("state", flat=True))
    assert states == {Clip.State.BLOCKED}
    with pytest.raises(services.NotNowError, match="may not be shown"):
        ask(alice, hob)


def test_a_portrait_that_waits_cannot_speak(
    alice: User, hob: Character, likeness: LikenessConsent
) -> None:
    before = quotas.left(alice).left
    PictureCheck.objects.update(state="pending", unchecked=True)
    with pytest.raises(services.NotNowError, match="could not check"):
        ask(alice, hob)
    assert quotas.left(alice).left == before


def test_approval_is_asked_again_when_the_clip_is_drawn(
    alice: User, hob: Character, likeness: LikenessConsent, troupe: Troupe
) -> None:
    clip = ask(alice, hob)
    PictureCheck.objects.update(state="refused")
    rendering.render_clip(clip.pk)
    clip.refresh_from_db()
    assert clip.state == Clip.State.FAILED
    assert "may not be shown" in clip.error


def test_other_bytes_than_the_approved_are_not_drawn(
    alice: User, hob: Character, likeness: LikenessConsent, troupe: Troupe
) -> None:
    from pathlib import Path  # noqa: PLC0415

    from django.core.files.storage import default_storage  # noqa: PLC0415

    from avatarfx.tests.conftest import picture  # noqa: PLC0415

    assert hob.portrait
    clip = ask(alice, hob)
    place = Path(default_storage.path(blobs.name_of(hob.portrait.ref)))
    place.write_bytes(picture(mode="L"))
    rendering.render_clip(clip.pk)
    clip.refresh_from_db()
    assert clip.state == Clip.State.FAILED
    assert "not the one that was approved" in clip.error


def test_a_worker_that_comes_late_changes_nothing(alice: User, hob: Character) -> None:
    ask(alice, hob)
    clip = leases.claim(worker="w")
    assert clip
    services.hold_clip(clip=clip, reason="Somebody must look.")
    lease = leases.Lease(clip.pk, clip.fence)
    assert not leases.finish(lease, result={"rung": "full"}, trace=[])
    clip.refresh_from_db()
    assert clip.state == Clip.State.BLOCKED
