"""The wire: what is packed comes back, and what clients send is read strictly."""

from __future__ import annotations

import contextlib
import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatarfx.recordings import ORDER
from socialapp.performance import (
    Caption,
    Glance,
    Part,
    Performance,
    Pose,
    Sound,
    Stage,
    Viseme,
)
from socialapp.performance.codec import FormatError
from streams.protocol import (
    Close,
    RequestError,
    as_frame,
    from_frame,
    from_json,
    read_request,
    to_json,
)
from streams.protocol.events import CODECS, AudioChunk, Line, PoseKeys, StreamStarted
from streams.protocol.packing import LARGEST, rounded
from streams.protocol.requests import MAX_BYTES, Ping, React, Say, Vote

moments = st.floats(0, 100_000, allow_nan=False)
words = st.text(max_size=12)


def spans(kind: type, **more: st.SearchStrategy) -> st.SearchStrategy:
    return st.lists(st.builds(kind, moments, moments, **more), max_size=4).map(tuple)


parts = st.builds(
    Part,
    seat=st.sampled_from("ab"),
    sound=st.none() | st.builds(Sound, words, st.integers(8000, 48000)),
    visemes=spans(Viseme, name=words, weight=st.floats(0, 1)),
    poses=st.lists(st.builds(Pose, moments, *[st.floats(-90, 90)] * 5), max_size=4).map(
        tuple
    ),
    glances=st.lists(st.builds(Glance, moments), max_size=2).map(tuple),
    captions=spans(Caption, text=words),
)
performances = st.builds(
    Performance, moments, st.lists(parts, max_size=2).map(tuple), st.just(Stage())
)


@given(performances)
def test_a_packed_line_comes_back_to_the_microsecond(performance: Performance) -> None:
    line = Line(7, 1.5, 2, "a", performance)
    frame = as_frame(line)
    assert isinstance(frame, bytes)
    back = from_frame(frame)
    assert back == rounded(line)
    assert as_frame(back) == frame
    assert isinstance(back, Line)
    for sent, got in zip(performance.parts, back.performance.parts, strict=True):
        for a, b in zip(sent.poses, got.poses, strict=True):
            assert abs(a.at - b.at) <= 0.5e-6 + 1e-10


def test_a_line_takes_a_quarter_of_its_json() -> None:
    path = Path(__file__).parents[2] / "tests/performances/spoken.json"
    stored = json.loads(path.read_text(encoding="utf-8"))["performance"]
    performance = Performance.from_json(stored)
    frame = as_frame(Line(1, 0.0, 1, "a", performance))
    assert len(frame) < len(json.dumps(stored, separators=(",", ":"))) / 4
    assert len(frame) / performance.seconds < 500


@given(st.binary(max_size=400))
def test_senseless_bytes_are_refused_and_never_crash(data: bytes) -> None:
    for number in (1, 2, 3):
        try:
            event = from_frame(bytes((1, number)) + data)
        except FormatError:
            continue
        assert isinstance(event, Line | AudioChunk | PoseKeys)


def test_a_damaged_frame_is_an_error_or_another_event() -> None:
    chance = random.Random(5)  # noqa: S311 - not for secrets
    frame = as_frame(AudioChunk(1, 0.0, 1, "a", "opus", 0, True, bytes(60)))
    assert isinstance(frame, bytes)
    for _ in range(300):
        broken = bytearray(frame)
        broken[chance.randrange(2, len(broken))] = chance.randrange(256)
        with contextlib.suppress(FormatError):
            from_frame(bytes(broken))


@pytest.mark.parametrize("cut", [0, 1, 2, 5])
def test_a_frame_that_ends_early_is_refused(cut: int) -> None:
    frame = as_frame(PoseKeys(1.0, Part("a", poses=(Pose(0.0, 1.0),))))
    with pytest.raises(FormatError):
        from_frame(frame[:cut])
    with pytest.raises(FormatError, match="too many"):
        from_frame(frame + b"\0")  # type: ignore[operator]


def test_numbers_that_a_browser_cannot_hold_are_refused() -> None:
    with pytest.raises(FormatError, match="too large"):
        as_frame(PoseKeys(1e12, Part("a")))
    with pytest.raises(FormatError, match="too large"):
        as_frame(Line(3 * LARGEST, 0.0, 1, "a", Performance(0.0, ())))


@pytest.mark.parametrize(
    "data",
    [
        None,
        {"kind": "nobody"},
        {"kind": ["line"]},
        {"kind": "stream-started", "seq": 1},
        {"kind": "stream-started", "seq": 1, "at": 0, "odd": 1},
        {"kind": "stream-started", "seq": "1", "at": 0},
        {"kind": "line", "seq": 1, "at": 0, "line": 1, "seat": "a", "performance": {}},
        {**to_json(AudioChunk(1, 0.0, 1, "a", "opus", 0, True, b"")), "data": "#"},
    ],
)
def test_an_odd_object_is_no_event(data: object) -> None:
    with pytest.raises(FormatError):
        from_json(data)


@pytest.mark.parametrize("text", ["", "[", "[" * 9000, '{"kind":NaN}'])
def test_a_text_that_is_not_json_is_no_frame(text: str) -> None:
    with pytest.raises(FormatError):
        from_frame(text)


def test_requests_are_read() -> None:
    assert read_request('{"kind":"ping","n":1}', 1) == Ping(1)
    assert read_request('{"kind":"say","n":2,"text":"Hi"}', 2) == Say(2, "Hi")
    assert read_request('{"kind":"vote","n":3,"topic":1}', 3) == Vote(3, 1)
    heart = '{"kind":"react","n":4,"reaction":"heart"}'
    assert read_request(heart, 4) == React(4, "heart")


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"\x01\x01", Close.UNREADABLE),
        ("", Close.UNREADABLE),
        ("7", Close.UNREADABLE),
        ("[" * 2000, Close.UNREADABLE),
        ('{"kind":"ping","n":NaN}', Close.UNREADABLE),
        ('{"kind":"ping"}', Close.UNREADABLE),
        ('{"kind":"ping","n":1,"odd":1}', Close.UNREADABLE),
        ('{"kind":"ping","n":true}', Close.UNREADABLE),
        ('{"kind":"line","n":1}', Close.UNREADABLE),
        ('{"kind":["ping"],"n":1}', Close.UNREADABLE),
        ('{"kind":"react","n":1,"reaction":"bomb"}', Close.UNREADABLE),
        ('{"kind":"say","n":1,"text":5}', Close.UNREADABLE),
        ('{"kind":"ping","n":2}', Close.WRONG_SEQUENCE),
        ('{"kind":"ping","n":0}', Close.WRONG_SEQUENCE),
        ("x" * (MAX_BYTES + 1), Close.TOO_LARGE),
        ("é" * (MAX_BYTES // 2 + 1), Close.TOO_LARGE),
        (b"x" * 1_000_000, Close.TOO_LARGE),
    ],
)
def test_what_may_not_be_sent_closes_with_its_own_code(
    frame: str | bytes, code: Close
) -> None:
    with pytest.raises(RequestError) as refused:
        read_request(frame, 1)
    assert refused.value.code == code
    assert refused.value.detail


def test_an_event_without_fields_of_its_own_is_short() -> None:
    assert as_frame(StreamStarted(1, 0.0)) == (
        '{"kind":"stream-started","seq":1,"at":0.0}'
    )


def test_every_codec_has_its_place_among_the_recordings() -> None:
    assert set(ORDER) == set(CODECS)
