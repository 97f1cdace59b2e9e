"""The replay from the log: the numbers that were sent, their sound, and nothing that was
taken away."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from avatarfx import sound
from avatarfx.flac import from_wav
from socialapp.acting import sound as acting_sound
from socialapp.lib import blobs
from socialapp.performance import CameraKey, Performance, Pose, cut
from socialapp.performance.motion import FaceTrack
from streams import selectors, services
from streams.errors import StreamError
from streams.models import Stream, StreamEvent
from streams.protocol.events import Line
from streams.services import Recording, replays
from streams.tests.conftest import made_stream, passed, performance, say_line

if TYPE_CHECKING:
    from socialapp.accounts.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.database]

RATE = 8000


def tone(seconds: float = 2.0, hertz: int = 220) -> bytes:
    """A WAV of a loud hum."""
    t = np.arange(round(seconds * RATE)) / RATE
    samples = 0.5 * np.sin(2 * np.pi * hertz * t)
    return acting_sound.wav(acting_sound.encode(samples.astype(np.float32)), RATE)


def opus(wav: bytes) -> bytes:
    """The same in Ogg, at 48 kHz."""
    out = io.BytesIO()
    with av.open(io.BytesIO(wav)) as given, av.open(out, "w", format="ogg") as made:
        stream = made.add_stream("libopus", rate=48_000, layout="mono")
        turned = av.AudioResampler("flt", "mono", 48_000)
        for frame in given.decode(audio=0):  # type: ignore[union-attr]  # opened to read
            for piece in turned.resample(frame):
                piece.pts = None
                made.mux(stream.encode(piece))
        made.mux(stream.encode(None))
    return out.getvalue()


def spoken(
    stream: Stream, text: str, at: float, *, codec: str = "wav", seat: str = "a"
) -> Line:
    data = tone()
    data = {
        "wav": lambda: data,
        "flac": lambda: from_wav(data),
        "opus": lambda: opus(data),
    }[codec]()
    return services.perform_line(
        stream=stream,
        seat=seat,
        performance=performance(text, 2.0),
        words=passed(text),
        sounds={seat: Recording(data, codec)},
        at=at,
    )


@pytest.fixture
def show(alice: User) -> Stream:
    """Over: three lines of two seconds with sound, at 1, 4 and 7 seconds."""
    stream = services.start_stream(stream=made_stream(alice, delay_seconds=0.0))
    spoken(stream, "Good evening.", 1.0)
    spoken(stream, "The fog is early.", 4.0, codec="flac", seat="b")
    spoken(stream, "So are you.", 7.0, codec="opus")
    services.end_stream(stream=stream)
    return Stream.objects.get(pk=stream.pk)


def heard(performed: Performance, seat: str) -> list[bool]:
    """By half seconds: whether the seat is heard."""
    track = performed.part(seat).sound
    if track is None:
        return []
    samples, rate = sound.read(blobs.get(track.ref))
    assert rate == track.rate
    assert abs(len(samples) / rate - performed.seconds) < 1e-3
    half = rate // 2
    return [
        bool(np.abs(samples[i * half : (i + 1) * half]).max() > 0.2)
        for i in range(len(samples) // half)
    ]


def test_a_replay_has_every_line_as_it_was_sent(show: Stream) -> None:
    whole = services.replay(stream=show)
    assert whole.seconds == 9.0
    assert [part.seat for part in whole.parts] == ["a", "b"]
    for event in selectors.events_since(show.pk, 0):
        if not isinstance(event, Line):
            continue
        for part in event.performance.parts:
            alone, replayed = FaceTrack(part), FaceTrack(whole.part(part.seat))
            for step in range(21) if part.poses else ():
                t = step / 20 * (event.performance.seconds - 1e-5)
                mine, theirs = replayed.at(event.at + t), alone.at(t)
                assert mine.yaw == pytest.approx(theirs.yaw, abs=1e-6)
                assert mine.y == pytest.approx(theirs.y, abs=1e-6)
    words = [word.text for word in whole.part("a").captions]
    assert words == [
        "Good",
        "evening.",
        "The",
        "fog",
        "is",
        "early.",
        "So",
        "are",
        "you.",
    ]


def test_sound_is_where_it_was_heard_in_any_codec(show: Stream) -> None:
    whole = services.replay(stream=show, sounds=True)
    on_air = [1.0 <= i / 2 < 3.0 or 7.0 <= i / 2 < 9.0 for i in range(18)]
    assert heard(whole, "a") == on_air
    assert heard(whole, "b") == [4.0 <= i / 2 < 6.0 for i in range(18)]
    assert whole.part("a").sound is not None
    assert whole.part("a").sound.rate == 48_000  # type: ignore[union-attr]  # asserted
    assert whole.part("b").sound.rate == RATE  # type: ignore[union-attr]  # heard


def test_only_the_asked_range_is_decoded(
    show: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    real = blobs.get

    def get(ref: str) -> bytes:
        read.append(ref.rpartition(".")[2])
        return real(ref)

    monkeypatch.setattr(blobs, "get", get)
    part = services.replay(stream=show, start=3.5, end=6.5, sounds=True)
    assert read == ["flac"]
    assert part.seconds == 3.0
    assert part.part("a").sound is None
    assert heard(part, "b") == [False, True, True, True, True, False]


def test_a_range_is_the_same_stretch_of_the_whole(show: Stream) -> None:
    part = services.replay(stream=show, start=4.7, end=8.2)
    stretch = cut(services.replay(stream=show), 4.7, 8.2)
    for one, other in zip(part.parts, stretch.parts, strict=True):
        assert (one.visemes, one.captions) == (other.visemes, other.captions)
        assert (one.expressions, one.glances) == (other.expressions, other.glances)
        mine, theirs = FaceTrack(one), FaceTrack(other)
        for step in range(36):
            assert mine.at(step / 10).yaw == pytest.approx(
                theirs.at(step / 10).yaw, abs=1e-5
            )


def test_a_line_that_was_taken_away_is_silence_and_idle_faces(show: Stream) -> None:
    event = StreamEvent.objects.get(stream=show, kind=Line.kind, line=2)
    services.remove_line(event=event, level="hidden")
    whole = services.replay(stream=show, sounds=True)
    assert whole.seconds == 9.0
    assert heard(whole, "b") == []
    assert "fog" not in [word.text for word in whole.part("a").captions]
    assert [s.line for s in replays.segments_of(show)] == [1, 3]
    track = FaceTrack(whole.part("b"))
    yaws = [track.at(3.0 + step / 10).yaw for step in range(40)]
    assert max(yaws) - min(yaws) > 0.3  # idle, not frozen
    services.restore_line(event=event)
    assert any(heard(services.replay(stream=show, sounds=True), "b"))


def test_who_cuts_in_ends_the_line_its_sound_and_its_words(alice: User) -> None:
    stream = services.start_stream(stream=made_stream(alice, delay_seconds=0.0))
    spoken(stream, "One two three four.", 0.0)
    StreamEvent.objects.filter(stream=stream, line=1).update(at=-1.0)
    services.cut_line(stream=stream)
    # The clock is the database's: put both where the test can name them.
    StreamEvent.objects.filter(stream=stream, line=1).update(at=0.0)
    StreamEvent.objects.filter(stream=stream, kind="line-cut").update(at=0.75)
    spoken(stream, "Five six.", 2.0)
    services.end_stream(stream=stream)
    whole = services.replay(stream=stream, sounds=True)
    assert [(s.line, s.at, s.seconds) for s in replays.segments_of(stream)] == [
        (1, 0.0, 0.75),
        (2, 2.0, 2.0),
    ]
    words = [(w.text, w.until) for w in whole.part("a").captions]
    assert [text for text, _ in words] == ["One", "two", "Five", "six."]
    assert words[1][1] == 0.75
    samples, rate = sound.read(blobs.get(whole.part("a").sound.ref))  # type: ignore[union-attr]  # heard
    assert np.abs(samples[int(0.755 * rate) : 2 * rate]).max() < 1e-3
    assert np.abs(samples[: int(0.7 * rate)]).max() > 0.2


def test_a_show_that_was_stopped_is_silent_from_there(alice: User) -> None:
    stream = services.start_stream(stream=made_stream(alice, delay_seconds=0.0))
    spoken(stream, "One two three four.", 0.0)
    spoken(stream, "Never heard.", 5.0)
    services.end_stream(stream=stream, reason="stopped")
    StreamEvent.objects.filter(stream=stream, kind="stream-ended").update(at=1.2)
    whole = services.replay(stream=stream)
    assert whole.seconds == 1.2
    assert [s.line for s in replays.segments_of(stream)] == [1]
    assert replays.segments_of(stream)[0].seconds == 1.2


def test_one_that_finished_plays_its_last_line_to_the_end(alice: User) -> None:
    stream = services.start_stream(stream=made_stream(alice))
    say_line(stream, "Good night.", at=3.0)
    services.end_stream(stream=stream)
    assert replays.extent_of(stream).seconds == 5.0


def test_a_show_without_a_line_is_idle(alice: User) -> None:
    stream = services.start_stream(stream=made_stream(alice))
    Stream.objects.filter(pk=stream.pk).update(
        started=stream.created.replace(year=2020)
    )
    quiet = services.replay(stream=stream, start=10.0, end=30.0, sounds=True)
    assert quiet.seconds == 20.0
    assert all(part.sound is None and part.blinks for part in quiet.parts)


def test_a_range_that_is_not_there_is_refused_with_what_is(show: Stream) -> None:
    for start, end in ((5.0, 5.0), (-1.0, 4.0), (4.0, 9.5), (6.0, 2.0)):
        with pytest.raises(StreamError, match=r"has 9\.0 seconds so far"):
            services.replay(stream=show, start=start, end=end)


def test_the_shot_of_an_earlier_line_holds_at_the_beginning(alice: User) -> None:
    stream = services.start_stream(stream=made_stream(alice, delay_seconds=0.0))
    first = performance("Look at her.", 2.0)
    stage = type(first.stage)(camera=(CameraKey(0.5, "b", 1.3),))
    services.perform_line(
        stream=stream,
        seat="a",
        performance=Performance(2.0, first.parts, stage),
        words=passed("Look at her."),
        sounds={},
        at=0.0,
    )
    for at in (3.0, 6.0, 9.0):
        say_line(stream, "And on.", at=at)
    services.end_stream(stream=stream)
    part = services.replay(stream=stream, start=9.5, end=10.5)
    assert [(key.at, key.on, key.zoom) for key in part.stage.camera] == [
        (0.0, "b", 1.3)
    ]


def test_the_stage_is_the_shows_own(show: Stream) -> None:
    whole = services.replay(stream=show)
    assert whole.stage.shape == "16:9"
    assert set(whole.stage.places) == {"a", "b"}
    assert Pose(0.0) not in whole.part("b").poses[:1]


def test_segments_are_read_in_the_same_number_of_queries(
    show: Stream, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(6):  # type: ignore[operator]  # pytest-django's
        assert [s.text for s in replays.segments_of(show)] == [
            "Good evening.",
            "The fog is early.",
            "So are you.",
        ]
