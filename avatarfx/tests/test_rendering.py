"""The worker's way from a claimed clip to a stored film, and the faults on it."""

from __future__ import annotations

import errno
import io
import os
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import pytest
from django.conf import settings

from avatarfx import budgets, memory, services
from avatarfx.models import Clip, Render
from avatarfx.services import leases, losses, minder
from avatarfx.signals import clip_ready
from avatarfx.tests.conftest import make_character
from avatarfx.tests.engines import breaks_at
from socialapp.accounts import quotas
from socialapp.accounts.models import User
from socialapp.engines.errors import EngineError, OutOfMemory
from socialapp.lib import blobs

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks

    from avatarfx.tests.conftest import Troupe
    from socialapp.characters.models import Character
    from socialapp.engines.protocols import Speech, VoiceSpec

LINE = "Good evening to the lamp."


@pytest.fixture
def clip(alice: User, hob: Character) -> Clip:
    return services.request_clip(owner=alice, character=hob, script=LINE)


def rendered(clip: Clip) -> Clip:
    services.render_clip(clip.pk)
    clip.refresh_from_db()
    return clip


def stored() -> list[Path]:
    root = Path(settings.MEDIA_ROOT) / "blobs"
    return [p for p in root.rglob("*") if p.is_file()] if root.exists() else []


def test_a_clip_becomes_a_film_with_sound_poster_and_captions(
    clip: Clip, troupe: Troupe
) -> None:
    done = rendered(clip)
    assert (done.state, done.rung, done.rung_reason) == ("ready", "full", "")
    with av.open(io.BytesIO(blobs.get(done.video)), "r") as film:
        assert film.streams.video[0].frames == round((done.seconds or 0) * 25)
        assert (done.width, done.height) == (128, 224)
        assert film.streams.audio[0].codec_context.name == "aac"
    assert blobs.get(done.poster)[8:12] == b"WEBP"
    assert blobs.get(done.captions).startswith(b"WEBVTT")
    assert done.size == len(blobs.get(done.video))
    names = [entry["name"] for entry in Render.objects.get().trace]
    assert names == [
        "voice", "movement", "mark", "check", "quality", "screen", "sign", "finish",
    ]  # fmt: skip
    assert troupe.voice.spoken


def test_the_news_goes_out_once_after_commit(
    clip: Clip,
    troupe: Troupe,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    heard: list[Clip] = []

    def listen(clip: Clip, **_: Any) -> None:
        heard.append(clip)

    def broken(**_: Any) -> None:
        raise RuntimeError("A receiver's own fault")

    clip_ready.connect(broken)
    clip_ready.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            services.render_clip(clip.pk)
            assert heard == []
        assert [c.pk for c in heard] == [clip.pk]
    finally:
        clip_ready.disconnect(listen)
        clip_ready.disconnect(broken)


def test_an_animator_that_breaks_hands_over_to_the_next(
    alice: User, clip: Clip, troupe: Troupe
) -> None:
    troupe.full.at_frame = breaks_at(7)
    done = rendered(clip)
    assert (done.state, done.rung) == ("ready", "simple")
    assert done.rung_reason == "The warp tore."
    assert quotas.left(alice).left == 5


def test_an_unexpected_fault_of_an_animator_is_no_different(
    clip: Clip, troupe: Troupe
) -> None:
    troupe.full.at_frame = breaks_at(3, ZeroDivisionError("secret detail"))
    done = rendered(clip)
    assert done.rung == "simple"
    assert "secret" not in done.rung_reason


def test_a_rig_that_does_not_suit_takes_the_next_rung_with_its_reason(
    clip: Clip, troupe: Troupe
) -> None:
    troupe.full.unsuited = "We could not find the mouth in this portrait."
    troupe.simple.missing = "Not installed."
    done = rendered(clip)
    assert done.rung == "still"
    assert done.rung_reason == "We could not find the mouth in this portrait."
    assert troupe.full.asked == 0


def test_a_trace_says_when_who_and_with_how_much_memory(
    clip: Clip, troupe: Troupe
) -> None:
    troupe.full.at_frame = breaks_at(5)
    rendered(clip)
    trace = Render.objects.get().trace
    films = [entry for entry in trace if entry["name"] == "movement"]
    assert [film["engine"] for film in films] == ["warp", "sway"]
    assert [film["rung"] for film in films] == ["full", "simple"]
    assert 0 < films[0]["at"] < films[1]["at"]
    assert films[0]["attempt"] == 1
    assert films[0]["peak_mb"] > 20
    assert trace[0]["engine"] == "kokoro"
    assert not any("open" in entry for entry in trace)


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("Failed to allocate memory for buffer")]
)
def test_without_memory_the_next_rung_films(
    alice: User, clip: Clip, troupe: Troupe, error: Exception
) -> None:
    troupe.full.at_frame = breaks_at(5, error)
    done = rendered(clip)
    assert (done.state, done.rung, done.attempts) == ("ready", "simple", 1)
    assert done.rung_reason == "The machine ran out of memory."
    assert quotas.left(alice).left == 5


def test_a_process_that_has_grown_too_large_gives_way_to_the_next_rung(
    clip: Clip, troupe: Troupe
) -> None:
    claimed = leases.claim(worker="here:1")
    assert claimed is not None
    lease = leases.Lease(clip.pk, claimed.fence)
    one = minder.Minder(lease, clip.owner_id, most_mb=1)
    # More than the process has at hand from what it freed before.
    held = b"x" * 512_000_000
    one.weigh()
    with pytest.raises(OutOfMemory, match="more memory than a clip may take"):
        one.progress("movement", 30)
    one.progress("movement", 31)
    assert len(held) > 0


@pytest.mark.parametrize(
    ("error", "rung"), [("The movement took too long.", "simple"), ("", "full")]
)
def test_what_took_a_process_down_is_not_tried_again(
    clip: Clip, troupe: Troupe, error: str, rung: str
) -> None:
    """A machine that went is nobody's fault; twice is somebody's."""
    first = leases.claim(worker="far:1")
    assert first is not None
    said = [{"name": "movement", "engine": "warp", "open": True}]
    Render.objects.filter(fence=1).update(error=error, outcome="lost", trace=said)
    first.move(Clip.State.QUEUED)
    assert losses.spoiled(clip) == {}
    done = rendered(clip)
    assert (done.rung, done.attempts) == (rung, 2)
    assert done.rung_reason == error
    assert troupe.full.asked == (0 if error else 1)


def test_a_rung_that_two_processes_died_at_is_passed_over(
    clip: Clip, troupe: Troupe
) -> None:
    said = [{"name": "movement", "engine": "warp", "open": True}]
    for fence in (1, 2):
        assert leases.claim(worker="far:1") is not None
        Render.objects.filter(fence=fence).update(outcome="lost", trace=said)
        Clip.objects.get().move(Clip.State.QUEUED)
    assert rendered(clip).rung == "simple"
    assert "stopped twice" in clip.rung_reason


def test_a_kill_for_memory_is_noticed_and_a_plain_kill_is_not(
    clip: Clip, troupe: Troupe, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = [3]
    monkeypatch.setattr(memory, "kills", lambda: killed[0])
    for more, error in ((0, ""), (1, losses.NO_MEMORY)):
        taken = leases.claim(worker="far:1")
        assert taken is not None
        lease = leases.Lease(taken.pk, taken.fence)
        leases.scratch_of(lease).mkdir(parents=True)
        losses.note_kills(lease)
        losses.note_trace(lease, [{"name": "movement", "engine": "warp", "open": True}])
        killed[0] += more
        assert services.reconcile(lost="far:1")["returned"] == 1
        lost = Render.objects.get(fence=taken.fence)
        assert (lost.outcome, lost.error) == ("lost", error)
        assert lost.trace[0]["engine"] == "warp"
    done = rendered(clip)
    assert (done.rung, done.rung_reason) == ("simple", losses.NO_MEMORY)


def test_a_voice_that_hung_is_not_asked_again(clip: Clip, troupe: Troupe) -> None:
    assert leases.claim(worker="far:1") is not None
    said = [{"name": "voice", "engine": "kokoro", "open": True}]
    Render.objects.update(error="The voice took too long.", trace=said)
    Clip.objects.get().move(Clip.State.QUEUED)
    assert rendered(clip).state == "ready"
    assert not troupe.voice.spoken
    assert troupe.spare.spoken


def test_a_voice_that_is_too_slow_hands_over_to_the_next(
    clip: Clip, troupe: Troupe, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = [0.0]
    monkeypatch.setattr(budgets, "now", lambda: time.monotonic() + later[0])
    real = troupe.voice.speak

    def slow(text: str, *, spec: VoiceSpec) -> Speech:
        later[0] += 1000
        return real(text, spec=spec)

    monkeypatch.setattr(troupe.voice, "speak", slow)
    done = rendered(clip)
    assert (done.state, done.rung) == ("ready", "full")
    assert troupe.spare.spoken
    assert "took too long" in Render.objects.get().trace[0]["note"]


def test_a_frozen_film_fails_its_check_and_is_filmed_by_the_next(
    clip: Clip, troupe: Troupe
) -> None:
    troupe.full.frozen = True
    done = rendered(clip)
    assert done.rung == "simple"
    assert "stood still" in done.rung_reason


def test_a_black_film_never_goes_out(clip: Clip, troupe: Troupe) -> None:
    for animator in (troupe.full, troupe.simple, troupe.still):
        animator.level = 0
        animator.frozen = True
    services.render_clip(clip.pk)
    services.render_clip(clip.pk)
    done = rendered(clip)
    assert done.state == "failed"
    assert "black" in done.error


def test_without_the_first_voice_the_second_speaks(clip: Clip, troupe: Troupe) -> None:
    troupe.voice.missing = "Its weights are not installed."
    done = rendered(clip)
    assert (done.state, done.rung) == ("ready", "full")
    assert troupe.spare.spoken
    note = Render.objects.get().trace[0]["note"]
    assert "weights are not installed" in note


def test_without_any_voice_captions_remain(
    alice: User, clip: Clip, troupe: Troupe
) -> None:
    troupe.voice.error = EngineError("The voice broke.")
    troupe.spare.missing = "Not here."
    done = rendered(clip)
    assert (done.state, done.rung) == ("ready", "captions")
    assert done.rung_reason
    assert troupe.full.asked == troupe.simple.asked == 0
    with av.open(io.BytesIO(blobs.get(done.video)), "r") as film:
        assert not film.streams.audio
    assert quotas.left(alice).left == 5


def test_without_even_silence_it_fails_after_three_tries(
    alice: User, clip: Clip, troupe: Troupe
) -> None:
    for voice in (troupe.voice, troupe.spare, troupe.silent):
        voice.error = EngineError("The voice stopped answering.")
    for _ in range(3):
        rendered(clip)
    assert (clip.state, clip.attempts) == ("failed", 3)
    assert "Nothing was spent" in clip.error
    assert quotas.left(alice).left == 5


def test_a_second_attempt_does_not_speak_again(clip: Clip, troupe: Troupe) -> None:
    for animator in (troupe.full, troupe.simple, troupe.still):
        animator.at_frame = breaks_at(2)
    assert rendered(clip).state == "queued"
    assert clip.performance is not None
    troupe.full.at_frame = lambda _: None
    assert rendered(clip).state == "ready"
    assert len(troupe.voice.spoken) == 1


def test_a_full_disk_fails_with_the_reason_and_leaves_nothing(
    alice: User, clip: Clip, troupe: Troupe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The film is written to a device that is full; a real error of the kernel."""
    before = stored()
    scratch = leases.scratch_root() / f"clip-{clip.pk}-1"
    scratch.mkdir(parents=True)
    (scratch / "clip.mp4").symlink_to("/dev/full")
    done = rendered(clip)
    assert (done.state, done.video) == ("failed", "")
    assert "disk is full" in done.error
    assert quotas.left(alice).left == 5
    assert [p for p in stored() if p not in before and p.suffix == ".mp4"] == []
    assert troupe.full.asked == 1
    assert Path("/dev/full").exists()
    assert not scratch.exists()


def test_no_room_for_the_finished_film_leaves_no_half_of_it(
    clip: Clip, troupe: Troupe, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    clean = stored()
    monkeypatch.setattr(os, "fsync", full)
    done = rendered(clip)
    assert (done.state, done.attempts) == ("failed", 1)
    assert "disk is full" in done.error
    assert stored() == clean
    assert troupe.voice.spoken


def test_a_missing_picture_fails_at_once_and_says_so(
    clip: Clip, troupe: Troupe
) -> None:
    for path in stored():
        path.unlink()
    done = rendered(clip)
    assert (done.state, done.attempts) == ("failed", 1)
    assert "missing from the storage" in done.error
    assert troupe.full.asked == 0


def test_cancelling_between_two_frames_stops_the_work(
    alice: User, clip: Clip, troupe: Troupe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(minder, "NEWS_SECONDS", 0.0)
    drawn: list[int] = []

    def cancel(number: int) -> None:
        drawn.append(number)
        if number == 4:
            services.cancel_clip(clip=clip)

    troupe.full.at_frame = cancel
    done = rendered(clip)
    assert done.state == "cancelled"
    assert max(drawn) <= 6
    assert quotas.left(alice).left == 5
    assert not leases.scratch_of(leases.Lease(clip.pk, 1)).exists()


def test_a_rung_that_takes_too_long_is_stopped_and_the_next_films(
    alice: User, clip: Clip, troupe: Troupe, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = [0.0]

    def slow(_: int) -> None:
        later[0] += 30

    monkeypatch.setattr(budgets, "now", lambda: time.monotonic() + later[0])
    troupe.full.at_frame = slow
    done = rendered(clip)
    assert (done.state, done.rung, done.attempts) == ("ready", "simple", 1)
    assert done.rung_reason == "The movement took too long and was stopped."
    assert quotas.left(alice).left == 5


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_a_long_render_keeps_its_lease_and_tells_its_progress(
    troupe: Troupe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here the minder has a thread and a connection of its own, as in a worker."""
    monkeypatch.setattr(minder, "NEWS_SECONDS", 0.02)
    alice = User.objects.create_user("alice", "alice@example.com", "a secret of hers")
    seen: list[tuple[str, int]] = []
    ready = threading.Event()

    def watch(number: int) -> None:
        time.sleep(0.02)
        if number == 12:
            row = Clip.objects.get()
            seen.append((row.stage, row.percent))
            assert row.detail.startswith("frame ")
            ready.set()

    troupe.full.at_frame = watch
    clip = services.request_clip(
        owner=alice, character=make_character(alice), script=LINE
    )  # the inline queue renders it at commit
    assert ready.is_set()
    clip.refresh_from_db()
    assert clip.state == "ready"
    assert seen[0][0] == "movement"
    assert 20 < seen[0][1] < 92


@pytest.mark.django_db(transaction=True)
def test_cancelling_from_another_connection_stops_the_thread_too(
    troupe: Troupe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(minder, "NEWS_SECONDS", 0.02)
    alice = User.objects.create_user("alice", "alice@example.com", "a secret of hers")
    drawn: list[int] = []

    def slow(number: int) -> None:
        drawn.append(number)
        time.sleep(0.05)
        if number == 2:
            services.cancel_clip(clip=Clip.objects.get())

    troupe.full.at_frame = slow
    services.request_clip(owner=alice, character=make_character(alice), script=LINE)
    assert Clip.objects.get().state == "cancelled"
    assert max(drawn) < 15
    assert quotas.left(alice).left == 5
