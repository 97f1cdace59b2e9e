"""What its owner sees of a clip before it is finished, and what nobody else does."""

from __future__ import annotations

import io
import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest
from django.contrib.auth.models import Group
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from avatarfx import services
from avatarfx.models import Clip, Render
from avatarfx.pipeline import Screened
from avatarfx.progressive import boxes, files, state
from avatarfx.progressive.pace import CAUTION, Spoken, starts_in
from avatarfx.services import leases
from avatarfx.services import live as showing
from avatarfx.stages import marks
from avatarfx.tests.engines import breaks_at
from socialapp.engines.errors import EngineError
from socialapp.engines.handler import detectors
from socialapp.lib import blobs
from socialapp.provenance.selectors import watermark_keys
from socialapp.provenance.watermark import detect

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from avatarfx.tests.conftest import Troupe
    from conftest import ClientOf
    from moderation.tests.seeing import Eyes
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

LINE = (
    "One two three four five six seven eight nine ten " * 2 + "and that was all of it."
)
"""Five seconds with the voice of these tests."""

LATE = 110
"""A frame at which the first two seconds went out."""


@pytest.fixture
def clip(alice: User, hob: Character) -> Clip:
    return services.request_clip(owner=alice, character=hob, script=LINE)


@pytest.fixture
def at_frame(clip: Clip, troupe: Troupe) -> Callable[..., Clip]:
    """Renders the clip and does something when the animator comes to a frame."""

    def rendered(number: int, do: Callable[[], Any]) -> Clip:
        def check(now: int) -> None:
            if now == number:
                do()

        troupe.full.at_frame = check
        services.render_clip(clip.pk)
        clip.refresh_from_db()
        return clip

    return rendered


def told(clip: Clip, client: Client) -> Any:
    answer = client.get(f"/api/v1/clips/{clip.key}/progress/")
    return answer.json().get("live") if answer.status_code == 200 else None


def segments_of(client: Client, live: Any) -> tuple[bytes, list[bytes]]:
    found = [client.get(f"{live['segments']}{n}.m4s") for n in range(live["count"])]
    assert {answer.status_code for answer in found} == {200}
    assert {answer["Cache-Control"] for answer in found} == {"private, no-store"}
    return client.get(live["init"]).content, [answer.content for answer in found]


def rgb(frame: av.VideoFrame) -> NDArray[np.uint8]:
    return np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)


def decoded(data: bytes) -> tuple[list[NDArray[np.uint8]], NDArray[np.float32]]:
    with av.open(io.BytesIO(data), "r") as film:
        frames = [rgb(frame) for frame in film.decode(video=0)]
    with av.open(io.BytesIO(data), "r") as film:
        sound = [frame.to_ndarray()[0] for frame in film.decode(audio=0)]
    return frames, np.concatenate(sound)


def test_it_plays_while_it_is_made_and_is_the_film_to_the_sample(
    clip: Clip, at_frame: Callable[..., Clip], alice: User, client_of: ClientOf
) -> None:
    client = client_of(alice)
    early: list[Any] = []
    at_frame(LATE, lambda: early.append(told(clip, client)))
    assert 2 <= early[0]["count"] < early[0]["total"]
    assert early[0]["ready"] >= early[0]["count"]
    # Whoever watched on may still have the rest.
    live = state.live_of(clip)
    assert live is not None
    assert live.ready == live.total == clip.seconds
    rest = early[0] | {"count": live.count}
    init, segments = segments_of(client, rest)
    frames, sound = decoded(init + b"".join(segments))
    whole, heard = decoded(blobs.get(clip.video))
    assert len(frames) == len(whole) == round((clip.seconds or 0) * 25)
    assert all(map(np.array_equal, frames, whole))
    length = round((clip.seconds or 0) * 8000)
    assert len(sound) >= length
    assert np.array_equal(sound[:length], heard[:length])


def test_the_first_two_segments_last_a_second_and_the_rest_two(
    clip: Clip, at_frame: Callable[..., Clip], alice: User, client_of: ClientOf
) -> None:
    at_frame(0, lambda: None)
    live = state.live_of(clip)
    assert live is not None
    attempt = state.attempt_of(clip)
    init = files.read(attempt, 1, files.INIT)
    for number in range(live.count):
        data = init + files.read(attempt, 1, files.segment(number))
        with av.open(io.BytesIO(data), "r") as film:
            packets = [p for p in film.demux(video=0) if p.size]
        assert packets[0].is_keyframe
        first = min(float(p.pts * p.time_base) for p in packets if p.pts is not None)
        at, until = [0, 1, 2, 4, 6, 8, 10][number : number + 2]
        assert abs(first - at) < 0.02
        assert len(packets) == round((min(until, live.total) - at) * 25)
    assert live.mime == boxes.mime(init)
    assert live.mime.startswith('video/mp4; codecs="avc1.')


def test_the_mark_is_in_the_segments_alone(
    alice: User, hob: Character, troupe: Troupe, monkeypatch: pytest.MonkeyPatch
) -> None:
    from avatarfx import pipeline  # noqa: PLC0415  its sizes are changed here

    monkeypatch.setattr(pipeline, "SIZES", {"9:16": (288, 512)})
    clip = services.request_clip(owner=alice, character=hob, script=LINE)
    services.render_clip(clip.pk)
    clip.refresh_from_db()
    attempt = state.attempt_of(clip)
    data = files.read(attempt, 1, files.INIT) + files.read(attempt, 1, "1.m4s")
    with av.open(io.BytesIO(data), "r") as film:
        pictures = [rgb(frame) for frame in film.decode(video=0)]
    found = detect(pictures[::4], watermark_keys())
    assert found is not None
    trace = Render.objects.get().trace
    signed = next(entry for entry in trace if entry["name"] == "sign")
    assert f"{found.payload:012x}" == signed["mark"]


def test_the_playlist_is_open_until_the_last_second(
    clip: Clip, at_frame: Callable[..., Clip], alice: User, client_of: ClientOf
) -> None:
    client = client_of(alice)
    lists: list[str] = []
    names: list[str] = []

    def ask() -> None:
        names.append(told(clip, client)["playlist"])
        lists.append(client.get(names[0]).content.decode())

    at_frame(LATE, ask)
    lists.append(client.get(names[0]).content.decode())
    assert '#EXT-X-MAP:URI="init.mp4"' in lists[0]
    assert "#EXT-X-ENDLIST" not in lists[0]
    assert "1.m4s" in lists[0]
    assert lists[1].rstrip().endswith("#EXT-X-ENDLIST")
    assert lists[1].startswith(lists[0].rstrip("\n"))


def test_captions_come_before_the_film_does(
    clip: Clip, at_frame: Callable[..., Clip], alice: User, client_of: ClientOf
) -> None:
    client = client_of(alice)
    read: list[str] = []

    def ask() -> None:
        read.append(client.get(told(clip, client)["captions"]).content.decode())

    at_frame(LATE, ask)
    assert read[0].startswith("WEBVTT")
    assert "seven" in read[0]


def test_only_its_owner_and_moderators_see_it(
    clip: Clip,
    at_frame: Callable[..., Clip],
    bob: User,
    mallory: User,
    client_of: ClientOf,
) -> None:
    bob.groups.set(Group.objects.filter(name="Moderators"))
    seen: dict[str, set[int]] = {}

    def ask() -> None:
        live = told(clip, client_of(clip.owner))
        addresses = [
            live["playlist"],
            live["init"],
            live["captions"],
            f"{live['segments']}0.m4s",
        ]
        viewers = {
            "stranger": Client(),
            "mallory": client_of(mallory),
            "moderator": client_of(bob),
        }
        for name, client in viewers.items():
            seen[name] = {client.get(one).status_code for one in addresses}

    at_frame(LATE, ask)
    assert seen["stranger"] <= {401, 403}
    assert seen["mallory"] == {404}
    assert seen["moderator"] == {200}


@pytest.mark.parametrize(
    "path", ["private/live/{0}", "./private/live/{0}", "blobs/../private/live/{0}"]
)
def test_the_media_view_gives_no_segment_out(
    clip: Clip,
    at_frame: Callable[..., Clip],
    alice: User,
    client_of: ClientOf,
    path: str,
) -> None:
    at_frame(0, lambda: None)
    name = path.format(f"{clip.pk}-{clip.fence}/1/0.m4s")
    assert default_storage.exists(name.replace("blobs/../", ""))
    assert client_of(alice).get(f"/media/{name}").status_code == 404


@pytest.mark.parametrize("how", ["hold", "cancel", "remove"])
def test_what_is_stopped_is_gone_at_once(
    clip: Clip,
    at_frame: Callable[..., Clip],
    alice: User,
    client_of: ClientOf,
    how: str,
) -> None:
    client = client_of(alice)
    answers: list[int] = []

    def stop() -> None:
        first = f"{told(clip, client)['segments']}0.m4s"
        answers.append(client.get(first).status_code)
        fresh = Clip.objects.get(pk=clip.pk)
        if how == "hold":
            services.hold_clip(clip=fresh, reason="Rule 4.1.")
        elif how == "cancel":
            services.cancel_clip(clip=fresh)
        else:
            services.remove_clip(clip=fresh)
        answers.append(client.get(first).status_code)

    at_frame(LATE, stop)
    assert answers == [200, 404]
    assert clip.video == ""
    assert list(files.attempts()) == []


def test_nothing_goes_out_that_a_detector_minds(
    clip: Clip,
    at_frame: Callable[..., Clip],
    alice: User,
    client_of: ClientOf,
    eyes: Eyes,
) -> None:
    eyes.nsfw = 0.99
    early: list[Any] = []
    done = at_frame(LATE, lambda: early.append(told(clip, client_of(alice))))
    assert early == [None]
    assert done.state == "blocked"
    assert list(files.attempts()) == []


def test_what_is_minded_later_takes_back_what_went_out(
    clip: Clip,
    at_frame: Callable[..., Clip],
    alice: User,
    client_of: ClientOf,
    eyes: Eyes,
) -> None:
    early: list[Any] = []

    def change() -> None:
        early.append(told(clip, client_of(alice)))
        eyes.nsfw = 0.99

    done = at_frame(LATE, change)
    assert early[0]["count"] >= 1
    assert done.state == "blocked"
    assert Render.objects.get().live == {}
    assert list(files.attempts()) == []


def test_without_a_detector_nothing_is_shown_early(
    clip: Clip,
    at_frame: Callable[..., Clip],
    alice: User,
    client_of: ClientOf,
    eyes: Eyes,
) -> None:
    eyes.missing = "Its weights are not installed."
    early: list[Any] = []
    done = at_frame(LATE, lambda: early.append(told(clip, client_of(alice))))
    assert early == [None]
    assert (done.state, done.unchecked) == ("blocked", True)


def test_no_frame_is_looked_at_twice(
    clip: Clip, troupe: Troupe, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []
    real = detectors["nsfw"].look

    def look(pictures: Any) -> Any:
        looked.append(len(pictures))
        return real(pictures)

    monkeypatch.setattr(detectors["nsfw"], "look", look)
    services.render_clip(clip.pk)
    clip.refresh_from_db()
    stills = {0, round((clip.seconds or 0) * 25) - 1}
    stills |= {n for n in range(max(stills)) if n % 25 == 13}
    assert len(looked) > 1
    assert sum(looked) == len(stills)


def test_a_rung_that_breaks_leaves_its_seconds_behind(
    clip: Clip, troupe: Troupe, alice: User, client_of: ClientOf
) -> None:
    client = client_of(alice)
    runs: list[Any] = []

    def look(now: int) -> None:
        if now == LATE:
            runs.append(told(clip, client))

    def break_late(now: int) -> None:
        look(now)
        breaks_at(LATE)(now)

    troupe.full.at_frame = break_late
    troupe.simple.at_frame = look
    services.render_clip(clip.pk)
    clip.refresh_from_db()
    assert clip.rung == "simple"
    assert [run["run"] for run in runs] == ["1-1", "1-2"]
    assert client.get(runs[0]["playlist"]).status_code == 404
    assert client.get(runs[1]["playlist"]).status_code == 200


def test_a_second_attempt_begins_anew_under_its_own_fence(
    clip: Clip, troupe: Troupe, alice: User, client_of: ClientOf
) -> None:
    client = client_of(alice)
    for animator in (troupe.full, troupe.simple, troupe.still):
        animator.at_frame = breaks_at(LATE, EngineError("The card is gone."))
    services.render_clip(clip.pk)
    assert list(files.attempts()) == []
    runs: list[Any] = []

    def look(now: int) -> None:
        if now == LATE:
            runs.append(told(clip, client))

    troupe.full.at_frame = look
    services.render_clip(clip.pk)
    assert runs[0]["run"] == "2-1"
    init, segments = segments_of(client, runs[0])
    assert len(decoded(init + b"".join(segments))[0]) == 25 * runs[0]["ready"]


def left_behind(clip: Clip) -> files.Attempt:
    """As a worker that was killed leaves it."""
    claimed = leases.claim(worker="elsewhere:1")
    assert claimed is not None
    attempt = state.attempt_of(claimed)
    files.save(attempt, 1, files.INIT, b"init")
    files.save(attempt, 1, files.segment(0), b"second")
    live = state.Live(1, 1, 4.0, 1.0, "video/mp4", whole=False)
    Render.objects.filter(clip=clip, fence=attempt.fence).update(live=live.to_json())
    return attempt


def test_what_a_worker_told_before_an_update_can_be_read(clip: Clip) -> None:
    attempt = left_behind(clip)
    render = Render.objects.get(clip=clip, fence=attempt.fence)
    render.live = render.live | {"pace": 2.0}
    live = state.Live.of(render)
    assert live is not None
    assert (live.count, live.starts_in) == (1, 0.0)


def swept(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(showing, "_swept", 0.0)
    return services.sweep_segments()["segments"]


def test_the_sweeper_takes_what_a_killed_worker_left(
    clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = left_behind(clip)
    assert swept(monkeypatch) == 0
    leases.reconcile(lost="elsewhere:1")
    assert swept(monkeypatch) == 1
    assert list(files.attempts()) == []
    with pytest.raises(FileNotFoundError):
        files.read(attempt, 1, files.INIT)
    assert Render.objects.get().live == {}


def test_the_sweeper_waits_for_those_who_still_watch(
    clip: Clip, troupe: Troupe, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.render_clip(clip.pk)
    assert swept(monkeypatch) == 0
    then = timezone.now() - state.AFTERWARDS - timedelta(seconds=1)
    Clip.objects.update(finished=then)
    assert swept(monkeypatch) == 1


def test_a_full_disk_costs_the_early_look_alone(
    clip: Clip, troupe: Troupe, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "save", full)
    services.render_clip(clip.pk)
    clip.refresh_from_db()
    assert clip.state == "ready"
    assert Render.objects.get().live == {}


@pytest.mark.parametrize(
    ("ready", "spoken", "since", "pace", "wait"),
    [
        (1.0, Spoken(10.0), 0.0, 2.0, 0.0),
        (1.0, Spoken(10.0), 0.0, 0.45 / CAUTION, 10.0),
        (6.0, Spoken(10.0), 0.0, 0.6, 0.0),
        (10.0, Spoken(10.0), 0.0, 0.0, 0.0),
        (1.0, Spoken(10.0), 0.0, 0.0, 10.0),
        # The next four seconds are spoken in eight, and the first two seconds of them
        # drawn in one; the picture would stand still where the first two end.
        (1.0, Spoken(2.0, (4.0,), 0.5 / CAUTION), 0.0, 2.0 / CAUTION, 7.0),
        # The same, begun five seconds ago.
        (1.0, Spoken(2.0, (4.0,), 0.5 / CAUTION), 5.0, 2.0 / CAUTION, 2.0),
        # A later sentence is the one that comes late.
        (2.0, Spoken(6.0, (1.0, 9.0), 1.0 / CAUTION), 0.0, 9.0 / CAUTION, 3.2222),
        (1.0, Spoken(2.0, (4.0,), 9.0), 0.0, 9.0, 0.0),
        (1.0, Spoken(2.0, (4.0,)), 0.0, 9.0, 6.0),
    ],
)
def test_it_starts_when_it_will_not_stop_again(
    ready: float, spoken: Spoken, since: float, pace: float, wait: float
) -> None:
    found = starts_in(ready=ready, spoken=spoken, since=since, pace=pace)
    assert found == pytest.approx(wait, abs=1e-3)


@pytest.mark.parametrize("seed", range(40))
def test_whoever_waits_for_it_never_catches_up(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311  a test's sentences
    coming = tuple(rng.uniform(1, 7) for _ in range(rng.randint(0, 6)))
    spoken = Spoken(rng.uniform(1.5, 4), coming, rng.uniform(0.3, 3))
    pace, since = rng.uniform(0.5, 6), rng.uniform(0, 2)
    start = starts_in(ready=1.0, spoken=spoken, since=since, pace=pace)
    # When each tenth of a second of the film is drawn, and when it is played.
    drawn, heard, at = 0.0, -since, 1.0
    ends = [spoken.until]
    for seconds in coming:
        ends.append(ends[-1] + seconds)
    for number, end in enumerate(ends):
        if number:
            heard = max(0.0, heard + coming[number - 1] / (spoken.rate * CAUTION))
            drawn = max(drawn, heard)
        while at < end - 1e-9:
            step = min(0.1, end - at)
            drawn += step / (pace * CAUTION)
            at += step
            assert start + at >= drawn - 1e-6


class Clock:
    """Stands where it is put."""

    def __init__(self) -> None:
        self.now = 100.0

    def perf_counter(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(showing, "time", clock)
    return clock


def drawing(
    film: showing.Showing, clock: Clock, numbers: range, *, each: float
) -> None:
    for number in numbers:
        clock.now += each
        film.drawn(number)


def test_the_pace_is_that_of_drawing_alone(db: None, clock: Clock) -> None:
    film = showing.Showing(
        files.Attempt(1, 1),
        owner_id=1,
        screen=lambda _: Screened(),
        encode=lambda _: b"",
    )
    film.begin(Spoken(2.4, (9.6,), 2.5))
    drawing(film, clock, range(1, 25), each=0.01)
    clock.now += 1.0  # the strength of the mark is chosen
    drawing(film, clock, range(25, 37), each=0.02)
    assert film.pace == pytest.approx(2.0)
    clock.now += 4.4
    # It is drawn at the same pace: the wait for the words was none of it.
    film.known(Spoken(12.0))
    drawing(film, clock, range(37, 50), each=0.02)
    assert film.pace == pytest.approx(2.0)


def test_the_pace_is_that_of_frames_which_wait_for_nothing() -> None:
    assert showing.STEADY > marks.LOOK_AT
