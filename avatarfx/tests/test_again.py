"""Made again on the full ladder: what is on show stays so until something better is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from avatarfx import services
from avatarfx.models import Clip, Render
from avatarfx.services import leases
from avatarfx.tests.engines import breaks_at
from feed import services as feed
from moderation.models import ApprovalState
from socialapp.accounts import quotas
from socialapp.lib import blobs
from socialapp.notices.models import Notice
from socialapp.provenance.models import Fingerprint, Mark

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks

    from avatarfx.tests.conftest import Troupe
    from conftest import ClientOf
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

    Commits = DjangoCaptureOnCommitCallbacks

LINE = "Good evening to the lamp."


@pytest.fixture
def low(alice: User, hob: Character, troupe: Troupe) -> Clip:
    """A clip in simple motion: its warp tore."""
    troupe.full.at_frame = breaks_at(3)
    clip = services.request_clip(owner=alice, character=hob, script=LINE)
    services.render_clip(clip.pk)
    troupe.full.at_frame = lambda _: None
    clip.refresh_from_db()
    assert (clip.state, clip.rung) == ("ready", "simple")
    return clip


def made(clip: Clip, commits: Commits) -> Clip:
    """The take is rendered and settled."""
    with commits(execute=True):
        services.render_clip()
    clip.refresh_from_db()
    return clip


def test_a_better_take_comes_in_place_under_the_same_links(
    alice: User, low: Clip, troupe: Troupe, django_capture_on_commit_callbacks: Commits
) -> None:
    post = feed.publish_post(clip=low, author=alice, caption="Look.")
    old_film, spoken = low.video, len(troupe.voice.spoken)
    take = services.render_again(clip=low)
    low.refresh_from_db()
    assert (low.state, low.video, low.rung) == ("ready", old_film, "simple")
    assert quotas.left(alice).left == 4
    made(low, django_capture_on_commit_callbacks)
    assert (low.state, low.rung, low.rung_reason) == ("ready", "full", "")
    assert low.video != old_film
    assert blobs.get(low.video)
    assert len(troupe.voice.spoken) == spoken  # nobody says it again
    post.refresh_from_db()
    assert post.clip_id == low.pk
    assert quotas.left(alice).left == 4
    take.refresh_from_db()
    assert take.removed is not None
    assert take.video == old_film  # erased with the person's clips
    assert list(low.renders.order_by("fence").values_list("fence", flat=True)) == [1, 2]
    assert low.fence == 2
    said = Notice.objects.get(person=alice, about=f"clip:{low.key}", seen__isnull=True)
    assert "made again" in said.lead


def test_its_mark_and_its_fingerprint_are_those_of_its_clip(
    low: Clip, django_capture_on_commit_callbacks: Commits
) -> None:
    take = services.render_again(clip=low)
    made(low, django_capture_on_commit_callbacks)
    assert [row.subject for row in Fingerprint.objects.all()] == [f"clip:{low.key}"]
    assert {mark.subject for mark in Mark.objects.all()} == {f"clip:{low.key}"}
    assert not Clip.objects.of(low.owner).filter(pk=take.pk).exists()


def test_a_take_that_is_no_better_changes_nothing_and_costs_nothing(
    alice: User, low: Clip, troupe: Troupe, django_capture_on_commit_callbacks: Commits
) -> None:
    troupe.full.at_frame = breaks_at(3)
    film = low.video
    services.render_again(clip=low)
    made(low, django_capture_on_commit_callbacks)
    assert (low.rung, low.video) == ("simple", film)
    assert quotas.left(alice).left == 5
    assert Clip.objects.take_of(low) is None
    told = Notice.objects.filter(about=f"clip:{low.key}", seen__isnull=True)
    assert "no better" in told.get().words


def test_a_take_that_fails_leaves_the_clip_as_it_was(
    alice: User, low: Clip, troupe: Troupe, django_capture_on_commit_callbacks: Commits
) -> None:
    for animator in (troupe.full, troupe.simple, troupe.still):
        animator.at_frame = breaks_at(2)
    services.render_again(clip=low)
    for _ in range(leases.MAX_ATTEMPTS):
        made(low, django_capture_on_commit_callbacks)
    assert (low.state, low.rung) == ("ready", "simple")
    assert quotas.left(alice).left == 5
    assert Clip.objects.take_of(low) is None


def test_who_was_given_captions_is_spoken_for_now(
    alice: User,
    hob: Character,
    troupe: Troupe,
    django_capture_on_commit_callbacks: Commits,
) -> None:
    troupe.voice.missing = troupe.spare.missing = "Not here."
    clip = services.request_clip(owner=alice, character=hob, script=LINE)
    services.render_clip(clip.pk)
    clip.refresh_from_db()
    assert clip.rung == "captions"
    troupe.voice.missing = None
    services.render_again(clip=clip)
    made(clip, django_capture_on_commit_callbacks)
    assert clip.rung == "full"
    performance = clip.as_performance()
    assert performance is not None
    assert performance.parts[0].sound is not None


def test_only_one_take_is_made_at_a_time(low: Clip) -> None:
    first = services.render_again(clip=low)
    assert services.render_again(clip=low) == first
    assert Clip.objects.takes().count() == 1


def test_a_full_clip_is_not_made_again(
    alice: User, hob: Character, troupe: Troupe
) -> None:
    clip = services.request_clip(owner=alice, character=hob, script=LINE)
    services.render_clip(clip.pk)
    clip.refresh_from_db()
    with pytest.raises(services.NotNowError, match="full performance"):
        services.render_again(clip=clip)
    low = Clip(state="ready", rung="simple", approval=ApprovalState.REFUSED)
    assert "refused" in services.why_not_again(low)


def test_a_ready_take_whose_process_died_is_settled_later(low: Clip) -> None:
    services.render_again(clip=low)
    services.render_clip()  # nothing that waits for a commit runs here
    low.refresh_from_db()
    assert low.rung == "simple"
    assert services.settle_takes() == {"takes": 1}
    assert services.settle_takes() == {"takes": 0}
    low.refresh_from_db()
    assert low.rung == "full"


def test_removing_the_clip_stops_its_take(alice: User, low: Clip) -> None:
    services.render_again(clip=low)
    services.remove_clip(clip=low)
    assert not Clip.objects.takes().exists()
    assert quotas.left(alice).left == 5
    assert services.settle_takes() == {"takes": 0}


def test_its_owner_sees_the_reason_and_makes_it_again_on_the_page(
    alice: User, mallory: User, low: Clip, client_of: ClientOf
) -> None:
    page = client_of(alice).get(f"/clips/{low.key}/").content.decode()
    assert "Simple motion" in page
    assert "The warp tore." in page
    assert f'action="/clips/{low.key}/again/"' in page
    assert f'action="/clips/{low.key}/again/"' in (
        client_of(alice).get("/clips/").content.decode()
    )
    assert client_of(mallory).post(f"/clips/{low.key}/again/").status_code == 404
    assert client_of(alice).get(f"/clips/{low.key}/again/").status_code == 405
    client_of(alice).post(f"/clips/{low.key}/again/")
    take = Clip.objects.take_of(low)
    assert take is not None
    page = client_of(alice).get(f"/clips/{low.key}/").content.decode()
    assert f'data-key="{take.key}"' in page
    assert "again/" not in page
    found = client_of(alice).get(f"/clips/progress/?keys={take.key}").json()["clips"]
    assert [clip["key"] for clip in found] == [take.key]
    assert found[0]["url"] == f"/clips/{low.key}/"
    hidden = client_of(mallory).get(f"/clips/progress/?keys={take.key}").json()
    assert hidden["clips"] == []
    assert client_of(alice).get(f"/clips/{take.key}/").status_code == 404
    client_of(alice).post(f"/clips/{low.key}/cancel/")
    assert Clip.objects.take_of(low) is None
    assert Clip.objects.get(pk=low.pk).state == "ready"


def test_the_api_makes_it_again_too(
    alice: User, low: Clip, client_of: ClientOf
) -> None:
    path = f"/api/v1/clips/{low.key}/"
    asked = client_of(alice).post(f"{path}render-again/")
    assert asked.status_code == 202
    body = asked.json()
    assert (body["key"], body["state"], body["rung"]) == (low.key, "ready", "simple")
    assert body["again"]["state"] == "queued"
    listed = client_of(alice).get("/api/v1/clips/").json()["results"]
    assert [one["key"] for one in listed] == [low.key]
    assert client_of(alice).post(f"{path}cancel/").json()["again"] is None
    low.rung = "full"
    low.save()
    assert client_of(alice).post(f"{path}render-again/").status_code == 409


def test_the_post_of_a_lower_rung_tells_its_owner_alone_why(
    alice: User, bob: User, low: Clip, client_of: ClientOf
) -> None:
    post = feed.publish_post(clip=low, author=alice, caption="Look.")
    mine = client_of(alice).get(post.get_absolute_url()).content.decode()
    theirs = client_of(bob).get(post.get_absolute_url()).content.decode()
    assert "The warp tore." in mine
    assert "Render it again" in mine
    assert "The warp tore." not in theirs
    assert "Simple motion" in theirs


def test_attempts_of_a_take_are_in_the_trace_of_its_clip(
    low: Clip, django_capture_on_commit_callbacks: Commits
) -> None:
    services.render_again(clip=low)
    made(low, django_capture_on_commit_callbacks)
    engines = [
        [entry["engine"] for entry in render.trace if entry["name"] == "movement"]
        for render in Render.objects.filter(clip=low).order_by("fence")
    ]
    assert engines == [["warp", "sway"], ["warp"]]
