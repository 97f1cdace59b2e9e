"""The law of slices, on random performances and on the cases that break it easily."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from socialapp.performance import (
    Blink,
    CameraKey,
    Caption,
    Expression,
    Glance,
    MadeBy,
    Part,
    Performance,
    Phone,
    Pose,
    Sound,
    Stage,
    Viseme,
    cut,
    join,
)
from socialapp.performance.motion import FaceTrack
from socialapp.performance.timeline import MOODS
from socialapp.performance.visemes import VISEMES

MS = 1000
SECONDS = 6

moments = st.lists(
    st.integers(0, SECONDS * MS - 1), unique=True, min_size=0, max_size=8
).map(sorted)
shares = st.integers(0, 10).map(lambda n: n / 10)
angles = st.integers(-400, 400).map(lambda n: n / 10)


@st.composite
def spans(draw: st.DrawFn) -> list[tuple[float, float]]:
    """Ordered stretches, some touching, none empty."""
    edges = draw(moments)
    pairs = [(a / MS, b / MS) for a, b in pairwise(edges)]
    return [pair for pair in pairs if draw(st.booleans())]


@st.composite
def parts(draw: st.DrawFn, seat: str = "a") -> Part:
    visemes: list[Viseme] = []
    for at, until in draw(spans()):
        name = draw(st.sampled_from(VISEMES))
        if visemes and (visemes[-1].until, visemes[-1].name) == (at, name):
            continue  # the maker of visemes merges such neighbours
        visemes.append(Viseme(at, until, name, draw(shares)))
    words = [
        Caption(at, until, f"word{i}") for i, (at, until) in enumerate(draw(spans()))
    ]
    phones = [
        Phone(w.at, w.until, draw(st.sampled_from("ptkmnsaeo")), i)
        for i, w in enumerate(words)
    ]
    expressions: list[Expression] = []
    for at in draw(moments):
        key = Expression(at / MS, draw(st.sampled_from(MOODS)), draw(shares))
        if not expressions or expressions[-1] != replace(key, at=expressions[-1].at):
            expressions.append(key)
    glances: list[Glance] = []
    for at in draw(moments):
        look = Glance(at / MS, draw(shares), draw(shares))
        if not glances or glances[-1] != replace(look, at=glances[-1].at):
            glances.append(look)
    return Part(
        seat=seat,
        sound=Sound("sha256:" + "0" * 64 + ".wav", 24000),
        phones=tuple(phones),
        visemes=tuple(visemes),
        expressions=tuple(expressions),
        poses=tuple(
            Pose(at / MS, draw(angles), draw(angles), draw(angles), draw(shares), 0.0)
            for at in draw(moments)
        ),
        glances=tuple(glances),
        blinks=tuple(Blink(at, until) for at, until in draw(spans())[::2]),
        captions=tuple(words),
    )


@st.composite
def performances(draw: st.DrawFn) -> Performance:
    camera: list[CameraKey] = []
    for at in draw(moments):
        on = draw(st.sampled_from(["all", "a", "b"]))
        if not camera or camera[-1].on != on:
            camera.append(CameraKey(at / MS, on))
    return Performance(
        seconds=float(SECONDS),
        parts=(draw(parts("a")), draw(parts("b"))),
        stage=Stage(camera=tuple(camera)),
        made_by=MadeBy("test", "test", 1),
    )


def key_times(whole: Performance) -> set[float]:
    times: set[float] = {key.at for key in whole.stage.camera}
    for part in whole.parts:
        times |= {t for x in part.phones for t in (x.at, x.until)}
        times |= {t for x in part.visemes for t in (x.at, x.until)}
        times |= {t for x in part.blinks for t in (x.at, x.until)}
        times |= {t for x in part.captions for t in (x.at, x.until)}
        times |= {e.at for e in part.expressions} | {p.at for p in part.poses}
        times |= {g.at for g in part.glances}
    return times


@given(performances(), st.integers(1, SECONDS * MS - 1))
def test_two_slices_joined_are_the_whole(whole: Performance, ms: int) -> None:
    t = ms / MS
    assume(t not in key_times(whole))
    assert join(cut(whole, 0.0, t), cut(whole, t, whole.seconds)) == whole


@given(performances(), st.integers(1, SECONDS * MS - 2))
def test_a_slice_keeps_its_own_clock_and_edges(whole: Performance, ms: int) -> None:
    start, end = ms / MS, min(float(SECONDS), ms / MS + 1.5)
    assume(end > start)
    sliced = cut(whole, start, end)
    part = sliced.parts[0]
    assert sliced.seconds == pytest.approx(end - start)
    spans = [(v.at, v.until) for v in part.visemes]
    spans += [(p.at, p.until) for p in part.phones]
    spans += [(c.at, c.until) for c in part.captions]
    spans += [(b.at, b.until) for b in part.blinks]
    assert all(0.0 <= at <= until <= sliced.seconds for at, until in spans)
    assert all(-1 <= p.word < len(part.captions) for p in part.phones)


@given(performances(), st.integers(1, SECONDS * MS - 1))
def test_what_is_in_force_at_a_cut_is_repeated_there(
    whole: Performance, ms: int
) -> None:
    t = ms / MS
    assume(t not in key_times(whole))
    rest = cut(whole, t, whole.seconds)
    for part, slice_ in zip(whole.parts, rest.parts, strict=True):
        held = [e for e in part.expressions if e.at < t]
        if held:
            assert slice_.expressions[0] == replace(held[-1], at=0.0)
        if part.poses:
            before, after = FaceTrack(part).at(t), FaceTrack(slice_).at(0.0)
            assert after.yaw == pytest.approx(before.yaw, abs=1e-5)
            assert after.roll == pytest.approx(before.roll, abs=1e-5)


def whole_with(**tracks: object) -> Performance:
    return Performance(4.0, (Part(seat="a", **tracks),))  # type: ignore[arg-type]


def test_a_viseme_across_the_edge_is_trimmed_in_both_slices() -> None:
    whole = whole_with(visemes=(Viseme(1.0, 2.0, "aa"),))
    assert cut(whole, 0.0, 1.5).parts[0].visemes == (Viseme(1.0, 1.5, "aa"),)
    assert cut(whole, 1.5, 4.0).parts[0].visemes == (Viseme(0.0, 0.5, "aa"),)


def test_a_repeated_word_stays_two_words_when_lines_are_joined() -> None:
    one = Performance(1.0, (Part("a", captions=(Caption(0.2, 0.9, "no"),)),))
    both = join(one, one)
    assert [c.text for c in both.parts[0].captions] == ["no", "no"]
    assert both.seconds == 2.0


def test_joined_phones_point_at_their_own_words() -> None:
    part = Part(
        "a",
        phones=(Phone(0.2, 0.3, "n", 0), Phone(0.3, 0.9, "O", 0)),
        captions=(Caption(0.2, 0.9, "no"),),
    )
    both = join(Performance(1.0, (part,)), Performance(1.0, (part,)))
    assert [p.word for p in both.parts[0].phones] == [0, 0, 1, 1]


def test_different_sounds_need_the_name_of_the_joined_one() -> None:
    one = Performance(1.0, (Part("a", sound=Sound("sha256:one", 24000)),))
    two = Performance(1.0, (Part("a", sound=Sound("sha256:two", 24000)),))
    with pytest.raises(ValueError, match="two sounds"):
        join(one, two)
    both = Sound("sha256:both", 24000)
    assert join(one, two, sounds={"a": both}).parts[0].sound == both


def test_other_seats_cannot_follow() -> None:
    with pytest.raises(ValueError, match="same seats"):
        join(Performance(1.0, (Part("a"),)), Performance(1.0, (Part("b"),)))


@pytest.mark.parametrize(("start", "end"), [(-1.0, 2.0), (2.0, 2.0), (3.0, 5.0)])
def test_a_cut_outside_the_performance_is_refused(start: float, end: float) -> None:
    with pytest.raises(ValueError, match="Cannot cut"):
        cut(whole_with(), start, end)
