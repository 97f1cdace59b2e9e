"""The law of slices on replays: any range of one is the same stretch of the whole."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from socialapp.performance import CameraKey, Performance, Stage, cut, join
from socialapp.performance.motion import FaceTrack
from socialapp.performance.tests.test_slices import key_times, performances
from streams.replaying import Spoken, joined, played

if TYPE_CHECKING:
    from socialapp.performance import Face

SEATS = ("a", "b")
MOVES = ("yaw", "pitch", "roll", "x", "y")
ROUNDED = 2e-5
"""Keys at a cut are stored to a millionth; the curve of a key beside them is steeper."""


@st.composite
def shows(draw: st.DrawFn) -> list[Spoken]:
    """Up to four lines with gaps from none to eight seconds, some of them cut."""
    lines, clock = [], draw(st.integers(0, 4000)) / 1000
    for number in range(1, draw(st.integers(1, 4)) + 1):
        whole = draw(performances())
        seconds = draw(st.sampled_from([whole.seconds, whole.seconds, 2.5]))
        at, until = round(clock, 6), round(clock + seconds, 6)
        lines.append(Spoken(number, draw(st.sampled_from(SEATS)), at, until, whole))
        clock = until + draw(st.sampled_from([0.0, 0.003, 0.4, 1.3, 3.0, 8.0]))
    return lines


def whole_of(lines: list[Spoken]) -> Performance:
    end = lines[-1].until + 2.0
    return joined(lines, seats=SEATS, stage=Stage(), start=0.0, end=end, over=end)


def moved(face: Face) -> tuple[float, ...]:
    return tuple(getattr(face, name) for name in MOVES)


def close(a: Face, b: Face) -> bool:
    return all(abs(x - y) < ROUNDED for x, y in zip(moved(a), moved(b), strict=True))


@settings(max_examples=15, deadline=None)
@given(shows())
def test_the_poses_of_a_replayed_line_are_the_numbers_that_were_sent(
    lines: list[Spoken],
) -> None:
    whole = whole_of(lines)
    for one in lines:
        sent = one.performance
        if one.until - one.at < sent.seconds - 1e-6:
            continue  # cut: its last curve ends at the cut
        for part in sent.parts:
            if not part.poses:
                continue
            replayed, alone = FaceTrack(whole.part(part.seat)), FaceTrack(part)
            for step in range(61):
                t = min(sent.seconds - 1e-5, sent.seconds * step / 60)
                assert close(replayed.at(one.at + t), alone.at(t)), (one.line, t)


@settings(max_examples=15, deadline=None)
@given(shows())
def test_the_keys_of_a_replayed_line_are_those_that_were_sent(
    lines: list[Spoken],
) -> None:
    whole = whole_of(lines)
    for one in lines:
        for part in one.performance.parts:
            replayed = whole.part(part.seat)
            for key in part.visemes:
                if key.until <= one.until - one.at:
                    at, until = round(key.at + one.at, 6), round(key.until + one.at, 6)
                    moved_key = replace(key, at=at, until=until)
                    # A viseme that meets its like of the next line becomes one with it.
                    assert moved_key in replayed.visemes or any(
                        v.name == key.name and v.at <= at and v.until >= until
                        for v in replayed.visemes
                    )
            for pose in part.poses:
                if pose.at < one.until - one.at - 1e-5:
                    assert replace(pose, at=round(pose.at + one.at, 6)) in (
                        replayed.poses
                    )


@settings(max_examples=15, deadline=None)
@given(shows(), st.integers(1, 40_000), st.integers(1, 40_000))
def test_a_range_is_that_stretch_of_the_whole(
    lines: list[Spoken], first: int, second: int
) -> None:
    end = lines[-1].until + 2.0
    a, b = sorted((first / 1000, second / 1000))
    assume(a < b <= end)
    before = [one for one in lines if one.until <= a][-1:]
    around = before + [one for one in lines if one.until > a and one.at < b]
    after = [one for one in lines if one.at >= b][:1]
    part = joined(
        [*around, *after], seats=SEATS, stage=Stage(), start=a, end=b, over=end
    )
    stretch = cut(whole_of(lines), a, b)
    assert part.seconds == stretch.seconds
    for one, other in zip(part.parts, stretch.parts, strict=True):
        assert (one.visemes, one.captions, one.phones) == (
            other.visemes,
            other.captions,
            other.phones,
        )
        assert (one.expressions, one.glances, one.blinks) == (
            other.expressions,
            other.glances,
            other.blinks,
        )
        mine, theirs = FaceTrack(one), FaceTrack(other)
        for step in range(21):
            t = part.seconds * step / 20
            assert close(mine.at(t), theirs.at(t))


@settings(max_examples=15, deadline=None)
@given(shows(), st.integers(1, 30_000))
def test_two_ranges_joined_are_the_whole(lines: list[Spoken], ms: int) -> None:
    whole, t = whole_of(lines), ms / 1000
    assume(t < whole.seconds and t not in key_times(whole))
    assert join(cut(whole, 0.0, t), cut(whole, t, whole.seconds)).seconds == (
        whole.seconds
    )
    again = join(cut(whole, 0.0, t), cut(whole, t, whole.seconds))
    for one, other in zip(again.parts, whole.parts, strict=True):
        assert replace(one, poses=()) == replace(other, poses=())
        mine, theirs = FaceTrack(one), FaceTrack(other)
        for step in range(41):
            moment = whole.seconds * step / 40
            assert close(mine.at(moment), theirs.at(moment))


@settings(max_examples=15, deadline=None)
@given(shows())
def test_nobody_jumps_between_a_line_and_a_gap(lines: list[Spoken]) -> None:
    whole = whole_of(lines)
    for seat in SEATS:
        track = FaceTrack(whole.part(seat))
        for one, following in pairwise(lines):
            if following.at - one.until < 0.3:
                continue
            for seam in (one.until, following.at):
                before, after = (moved(track.at(seam + d)) for d in (-1e-6, 1e-6))
                # Keys of these lines may lie a millisecond and 80 degrees apart.
                assert all(
                    abs(x - y) < 1e-3 for x, y in zip(before, after, strict=True)
                )


def test_a_gap_is_silent_and_alive() -> None:
    end = 20.0
    quiet = joined([], seats=SEATS, stage=Stage(), start=0.0, end=end, over=end)
    for part in quiet.parts:
        assert (part.sound, part.visemes, part.captions) == (None, (), ())
        assert len(part.blinks) >= 3
        assert [e.mood for e in part.expressions] == ["calm"]
    a, b = (FaceTrack(part) for part in quiet.parts)
    turned = [a.at(t / 10).yaw for t in range(200)]
    assert 0.5 < max(turned) - min(turned) < 6.0
    assert turned != [b.at(t / 10).yaw for t in range(200)]


def spoken(number: int, at: float, until: float) -> Spoken:
    return Spoken(number, "a", at, until, Performance(until - at, ()))


def test_a_cut_ends_a_line_and_one_before_it_is_never_heard() -> None:
    heard = played(
        [spoken(1, 0.0, 4.0), spoken(2, 4.0, 8.0), spoken(3, 6.0, 9.0)],
        {1: 2.5, 2: 2.5},
    )
    assert [(one.line, one.at, one.until) for one in heard] == [
        (1, 0.0, 2.5),
        (3, 6.0, 9.0),
    ]


def test_who_begins_takes_the_stage_from_who_still_speaks() -> None:
    heard = played([spoken(2, 3.0, 6.0), spoken(1, 0.0, 4.0)], {})
    assert [(one.line, one.until) for one in heard] == [(1, 3.0), (2, 6.0)]


def test_the_shot_of_an_earlier_line_holds_at_the_beginning() -> None:
    shot = CameraKey(0.0, "b", 1.2)
    part = joined(
        [spoken(3, 5.0, 7.0)],
        seats=SEATS,
        stage=Stage(camera=(shot,)),
        start=5.5,
        end=6.5,
        over=9.0,
    )
    assert [(key.at, key.on, key.zoom) for key in part.stage.camera] == [
        (0.0, "b", 1.2)
    ]
