"""Clips that are held: out of sight, ticket back, never announced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from avatarfx import services
from avatarfx.models import Clip
from avatarfx.services import holding, leases, rendering
from avatarfx.signals import clip_ready
from moderation.models import PictureCheck, Screening
from moderation.pictures import services as screening
from socialapp.accounts import quotas
from socialapp.lib import blobs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from avatarfx.tests.conftest import Troupe
    from conftest import ClientOf
    from moderation.models import LikenessConsent
    from moderation.tests.seeing import Eyes
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


# Frames --------------------------------------------------------------------------


def rendered(clip: Clip) -> Clip:
    rendering.render_clip(clip.pk)
    clip.refresh_from_db()
    return clip


@pytest.fixture
def heard() -> Iterator[list[Clip]]:
    """Clips that were announced."""
    told: list[Clip] = []

    def listen(clip: Clip, **_: Any) -> None:
        told.append(clip)

    clip_ready.connect(listen)
    yield told
    clip_ready.disconnect(listen)


def test_a_frame_a_second_is_looked_at(
    alice: User, hob: Character, troupe: Troupe, eyes: Eyes
) -> None:
    clip = rendered(ask(alice, hob))
    assert clip.state == Clip.State.READY
    seconds = clip.seconds or 0
    # The middle of each second, the first frame and the last, and none of them twice.
    assert seconds <= sum(eyes.looked) <= seconds + 2.5
    row = Screening.objects.get(surface="frames")
    assert (row.subject, row.action) == (f"clip:{clip.key}", "allow")


def test_frames_that_a_rule_refuses_are_not_kept_and_cost_nothing(
    *,
    alice: User,
    hob: Character,
    troupe: Troupe,
    eyes: Eyes,
    heard: list[Clip],
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    before = quotas.left(alice).left
    eyes.nsfw = 0.99
    with django_capture_on_commit_callbacks(execute=True):
        clip = rendered(ask(alice, hob))
    assert clip.state == Clip.State.BLOCKED
    assert "rule 3.1" in clip.error
    assert clip.video == ""
    assert quotas.left(alice).left == before
    assert heard == []
    with pytest.raises(services.NotNowError, match="Nothing was kept"):
        services.release_clip(clip=clip)


def test_frames_in_doubt_wait_for_a_person_and_are_then_announced(
    *,
    alice: User,
    hob: Character,
    troupe: Troupe,
    eyes: Eyes,
    heard: list[Clip],
    client_of: ClientOf,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    eyes.nsfw = 0.7
    with django_capture_on_commit_callbacks(execute=True):
        clip = rendered(ask(alice, hob))
    assert (clip.state, clip.unchecked) == (Clip.State.BLOCKED, False)
    assert clip.video
    assert heard == []
    page = client_of(alice).get(clip.get_absolute_url()).content.decode()
    assert "a person looks at it first" in page
    with django_capture_on_commit_callbacks(execute=True):
        services.release_clip(clip=clip)
    assert [one.pk for one in heard] == [clip.pk]


@pytest.mark.parametrize("nsfw", [0.01, 0.7])
def test_when_nobody_can_look_the_clip_waits_and_is_looked_at_again(
    *,
    alice: User,
    hob: Character,
    troupe: Troupe,
    eyes: Eyes,
    heard: list[Clip],
    nsfw: float,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    eyes.broken = "It broke."
    with django_capture_on_commit_callbacks(execute=True):
        clip = rendered(ask(alice, hob))
    assert (clip.state, clip.unchecked) == (Clip.State.BLOCKED, True)
    assert "could not check" in clip.error
    services.check_again(clip.pk)
    clip.refresh_from_db()
    assert clip.unchecked
    eyes.broken, eyes.nsfw = "", nsfw
    with django_capture_on_commit_callbacks(execute=True):
        services.check_again(clip.pk)
    clip.refresh_from_db()
    assert not clip.unchecked
    through = nsfw < 0.5
    assert clip.state == (Clip.State.READY if through else Clip.State.BLOCKED)
    assert bool(heard) == through


def test_a_second_look_is_asked_for_after_a_pause_and_once(
    alice: User, hob: Character, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(holding, "enqueue", lambda _job, pk: asked.append(pk))
    clip = ask(alice, hob)
    Clip.objects.update(state=Clip.State.BLOCKED, unchecked=True)
    assert services.recheck() == {"clips": 0}
    Clip.objects.update(state_changed=timezone.now() - holding.PAUSE * 2)
    assert services.recheck() == {"clips": 1}
    assert services.recheck() == {"clips": 0}
    assert asked == [clip.pk]
