"""What every face track keeps: closures close, nothing jumps, sprites do not flicker."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from socialapp.performance import Blink, Expression, Glance, Part, Phone, Pose, Viseme
from socialapp.performance.motion import MOODS as MOOD_WEIGHTS
from socialapp.performance.motion import FaceTrack, opening
from socialapp.performance.mouth import SPRITE_HOLD, Sprites
from socialapp.performance.timeline import MOODS
from socialapp.performance.visemes import (
    CLOSURES,
    PHONES,
    TARGETS,
    VISEMES,
    from_phones,
)

FRAME = 1 / 25
SYMBOLS = sorted({*PHONES, *"AIOQWY"})


@st.composite
def utterances(draw: st.DrawFn) -> tuple[tuple[Phone, ...], float]:
    """Phones of 25 to 200 ms with a pause here and there, as the voices give them."""
    now, phones = 0.2, []
    for _ in range(draw(st.integers(1, 30))):
        name = draw(st.sampled_from(SYMBOLS))
        lasts = draw(st.integers(1, 8)) * 0.025
        phones.append(Phone(round(now, 4), round(now + lasts, 4), name))
        now += lasts + draw(st.sampled_from([0.0, 0.0, 0.0, 0.025, 0.3]))
    return tuple(phones), now + 0.4


def frames(at: float, until: float, phase: float) -> list[float]:
    first = int((at - phase) / FRAME) - 2
    times = [phase + (first + i) * FRAME for i in range(int((until - at) / FRAME) + 6)]
    return [t for t in times if at - FRAME <= t <= until + FRAME]


@given(utterances(), st.floats(0.0, 0.04))
@settings(max_examples=60)
def test_every_closure_closes_for_a_frame_of_25_a_second(
    utterance: tuple[tuple[Phone, ...], float], phase: float
) -> None:
    phones, seconds = utterance
    visemes = from_phones(phones, seconds)
    track = FaceTrack(Part("a", visemes=visemes))
    for phone in phones:
        if phone.name not in "pbmfv":
            continue
        faces = [track.at(t) for t in frames(phone.at, phone.until, phase)]
        if phone.name in "pbm":
            assert max(f.mouth_press for f in faces) >= 0.98
        else:
            assert max(f.lip_bite for f in faces) >= 0.98
        assert min(opening(f) for f in faces) <= 0.02


@given(utterances(), st.floats(0.0, 0.04))
@settings(max_examples=60)
def test_every_closure_shows_as_a_drawn_mouth_too(
    utterance: tuple[tuple[Phone, ...], float], phase: float
) -> None:
    visemes = from_phones(*utterance)
    sprites = Sprites(visemes)
    for viseme in visemes:
        if viseme.name not in CLOSURES:
            continue
        letter = "A" if viseme.name == "PP" else "G"
        # A neighbouring closure may push this one back by its own hold.
        shown = [sprites.at(t) for t in frames(viseme.at, viseme.until + 0.12, phase)]
        assert any(now == letter and mix >= 0.98 for now, _, mix in shown)


@given(utterances())
@settings(max_examples=60)
def test_open_drawn_mouths_never_flicker(
    utterance: tuple[tuple[Phone, ...], float],
) -> None:
    sprites = Sprites(from_phones(*utterance))
    assert sprites.times == sorted(sprites.times)
    for i, (at, until) in enumerate(pairwise(sprites.times)):
        if sprites.letters[i] not in {"A", "G"}:
            assert until - at >= SPRITE_HOLD - 1e-6
        assert sprites.letters[i] != sprites.letters[i + 1]


@given(utterances())
@settings(max_examples=40)
def test_visemes_cover_the_sound_without_gap_or_overlap(
    utterance: tuple[tuple[Phone, ...], float],
) -> None:
    phones, seconds = utterance
    visemes = from_phones(phones, seconds)
    assert visemes[0].at == 0.0
    assert visemes[-1].until == pytest.approx(seconds, abs=1e-3)
    assert all(a.until == b.at for a, b in pairwise(visemes))
    assert {v.name for v in visemes} <= set(VISEMES)


@given(utterances(), st.lists(st.sampled_from(MOODS), max_size=8))
@settings(max_examples=40)
def test_nothing_jumps_and_everything_stays_in_range(
    utterance: tuple[tuple[Phone, ...], float], moods: list[str]
) -> None:
    phones, seconds = utterance
    track = FaceTrack(
        Part(
            "a",
            visemes=from_phones(phones, seconds),
            expressions=tuple(
                Expression(0.11 * i, mood) for i, mood in enumerate(moods)
            ),
            blinks=(Blink(0.5, 0.65),),
            poses=(Pose(0.0), Pose(0.4, 6.0, -2.0, 1.0)),
        )
    )
    step = 0.002
    faces = [track.at(i * step) for i in range(int(seconds / step))]
    for a, b in pairwise(faces):
        # The shortest phone lasts 25 ms: at most 1.5 / 12.5 a step, and a little more
        # where its fade meets the next one's.
        for name in ("jaw_open", "mouth_wide", "mouth_round", "tongue"):
            assert abs(getattr(b, name) - getattr(a, name)) < 0.15
        # A lip closes within 50 ms: at most 1.5 / 25 a step.
        assert abs(b.mouth_press - a.mouth_press) < 0.09
        assert abs(b.smile - a.smile) < 0.03
        assert abs(b.brow_raise - a.brow_raise) < 0.03
    for face in faces:
        for name in (
            "jaw_open",
            "mouth_wide",
            "mouth_round",
            "mouth_press",
            "lip_bite",
        ):
            assert 0.0 <= getattr(face, name) <= 1.0
        assert -1.0 <= face.smile <= 1.0
        assert -0.5 <= face.lid_left <= 1.0


def spoken(symbols: str, lasts: float = 0.09) -> FaceTrack:
    phones = tuple(
        Phone(0.3 + i * lasts, 0.3 + (i + 1) * lasts, name)
        for i, name in enumerate(symbols)
    )
    return FaceTrack(Part("a", visemes=from_phones(phones, 2.0)))


def test_the_mouth_is_shut_in_silence() -> None:
    face = spoken("hɑ").at(1.8)
    assert opening(face) == 0.0
    assert face.mouth == "X"


def test_an_open_vowel_opens_wider_than_a_close_one() -> None:
    assert spoken("tɑt").at(0.435).jaw_open > 1.6 * spoken("tit").at(0.435).jaw_open


def test_lips_round_before_a_rounded_vowel_begins() -> None:
    two, tea = spoken("stu"), spoken("sti")
    before = 0.3 + 2 * 0.09 - 0.05
    assert two.at(before).mouth_round > 0.25
    assert tea.at(before).mouth_round < 0.05
    assert two.at(before).mouth_wide < tea.at(before).mouth_wide


def test_a_loud_vowel_opens_wider_than_a_soft_one() -> None:
    loud, soft = (
        FaceTrack(Part("a", visemes=(Viseme(0.2, 0.4, "aa", weight),))).at(0.3)
        for weight in (1.0, 0.45)
    )
    assert loud.jaw_open > 1.8 * soft.jaw_open


def test_every_viseme_and_mood_is_in_the_tables() -> None:
    assert set(TARGETS) == set(VISEMES)
    assert set(MOOD_WEIGHTS) == set(MOODS)
    assert {len(weights) for weights in MOOD_WEIGHTS.values()} == {6}


def test_an_expression_comes_over_time_and_holds() -> None:
    track = FaceTrack(
        Part("a", expressions=(Expression(0.0, "calm"), Expression(1.0, "happy", 0.5)))
    )
    assert track.at(1.0).smile == 0.0
    assert 0.1 < track.at(1.2).smile < 0.3
    assert track.at(1.5).smile == pytest.approx(0.4)
    assert track.at(9.0).smile == pytest.approx(0.4)


def test_the_first_expression_is_there_from_the_first_frame() -> None:
    track = FaceTrack(Part("a", expressions=(Expression(0.0, "sad"),)))
    first, last = track.at(0.0), track.at(3.0)
    assert first.smile == last.smile < 0.0
    assert first.brow_knit == last.brow_knit < 0.0


def test_a_mood_nobody_knows_is_calm() -> None:
    track = FaceTrack(Part("a", expressions=(Expression(0.0, "smug"),)))
    assert track.at(1.0).smile == 0.0


def test_both_lids_fall_in_a_blink_and_rise_again() -> None:
    track = FaceTrack(Part("a", blinks=(Blink(1.0, 1.15),)))
    assert track.at(0.99).lid_left == 0.0
    assert track.at(1.07).lid_left == track.at(1.07).lid_right == 1.0
    assert track.at(1.16).lid_left == 0.0


def test_eyes_reach_a_glance_within_a_tenth_of_a_second() -> None:
    track = FaceTrack(Part("a", glances=(Glance(0.0), Glance(1.0, 0.5, -0.2))))
    assert track.at(1.0).gaze_x == 0.0
    assert track.at(1.1).gaze_x == 0.5
    assert track.at(5.0).gaze_y == -0.2


def test_the_head_never_swings_past_its_keys() -> None:
    keys = (Pose(0.0), Pose(1.0, 8.0), Pose(1.1, 8.0), Pose(2.0, -3.0))
    track = FaceTrack(Part("a", poses=keys))
    yaws = [track.at(i / 100).yaw for i in range(250)]
    assert max(yaws) == pytest.approx(8.0)
    assert min(yaws) == pytest.approx(-3.0)
    assert track.at(1.05).yaw == pytest.approx(8.0)


def test_a_part_without_poses_still_breathes() -> None:
    track = FaceTrack(Part("a"))
    ys = [track.at(i / 10).y for i in range(40)]
    assert 0.004 <= max(ys) - min(ys) <= 0.01
