"""Whom the camera shows when: between words, not too briefly, the same for a seed."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from socialapp.acting import CAMERAS, camera
from socialapp.performance import CameraKey, Caption, Part

TALK = (
    (
        "a",
        "Good evening. Is this the lift to the old observatory, or did it move again?",
    ),
    ("b", "It moved."),
    ("a", "When?"),
    (
        "b",
        "On Tuesday, when nobody was looking. They took the dome, the stairs, and the "
        "little brass plate, and they left a note that says back soon, which it is not.",
    ),
    ("c", "I wrote the note. I meant it at the time, as one does with notes."),
    ("a", "Then let us go up."),
    ("b", "There is no up. Not any more, and not on a Tuesday."),
)


def talk(lines: tuple[tuple[str, str], ...], seed: int = 1) -> tuple[list[Part], float]:
    """Parts with words without gaps, as voices speak them, and a rest between turns."""
    rng = random.Random(seed)  # noqa: S311  a test's talk
    said: dict[str, list[Caption]] = {seat: [] for seat, _ in lines}
    now = 0.25
    for seat, text in lines:
        for word in text.split():
            until = now + 0.06 * len(word) + rng.uniform(0.05, 0.12)
            said[seat].append(Caption(now, until, word))
            now = until + (0.3 if word.endswith((".", "?")) else 0.0)
        now += 0.1
    return [
        Part(seat, captions=tuple(words)) for seat, words in said.items()
    ], now + 0.6


def cuts(keys: tuple[CameraKey, ...]) -> list[CameraKey]:
    return [key for key in keys if not key.ease]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("how", ["auto", "push", "pan"])
def test_no_cut_is_in_a_word_and_no_shot_is_too_short(seed: int, how: str) -> None:
    parts, seconds = talk(TALK, seed)
    keys = camera.shots(parts, seconds, seed=seed, camera=how)
    words = [word for part in parts for word in part.captions]
    times = [key.at for key in cuts(keys)]
    assert len(times) > 4
    for at in times:
        assert not any(word.at + 1e-3 < at < word.until - 1e-3 for word in words)
    for one, two in pairwise([*times, seconds]):
        assert two - one >= 1.2


@pytest.mark.parametrize("seed", range(12))
def test_all_are_seen_first_and_who_speaks_most_of_the_time(seed: int) -> None:
    parts, seconds = talk(TALK, seed)
    keys = camera.shots(parts, seconds, seed=seed)
    assert (keys[0].at, keys[0].on) == (0.0, "all")
    shown = cuts(keys)
    assert {key.on for key in shown} >= {"all", "a", "b"}
    seen = missed = 0.0
    for part in parts:
        for word in part.captions:
            on = [key.on for key in shown if key.at <= word.at][-1]
            seen += (word.until - word.at) * (on == part.seat)
            missed += (word.until - word.at) * (on not in {part.seat, "all"})
    assert seen > 1.6 * missed


def test_who_listens_to_a_long_line_is_seen_and_then_who_speaks_again() -> None:
    found = 0
    for seed in range(12):
        parts, seconds = talk(TALK, seed)
        long = next(part for part in parts if part.seat == "b").captions[2:-12]
        inside = [
            key.on
            for key in cuts(camera.shots(parts, seconds, seed=seed))
            if long[0].at < key.at < long[-1].until
        ]
        found += inside[:1] not in ([], ["b"]) or "b" in inside[1:]
    assert found > 6


def test_a_run_of_words_is_not_chased() -> None:
    lines = tuple((seat, "No.") for seat in "abababab")
    parts, seconds = talk(lines)
    assert len(cuts(camera.shots(parts, seconds, seed=3))) <= 1 + seconds / 1.3
    short = camera.shots(parts[:2], 2.0, seed=3)
    assert [key.on for key in cuts(short)] == ["all"]


def test_the_same_seed_gives_the_same_shots_and_others_do_not() -> None:
    parts, seconds = talk(TALK)
    found = {seed: camera.shots(parts, seconds, seed=seed) for seed in range(6)}
    assert all(
        camera.shots(parts, seconds, seed=seed) == keys for seed, keys in found.items()
    )
    assert len(set(found.values())) > 3


def test_a_still_camera_does_not_move_and_shows_everybody() -> None:
    parts, seconds = talk(TALK)
    assert camera.shots(parts, seconds, seed=1, camera="still") == (CameraKey(0.0),)
    alone = camera.shots(parts[:1], seconds, seed=1, camera="still")
    assert alone == (CameraKey(0.0, "a"),)


def test_a_push_comes_slowly_nearer_and_a_pan_goes_to_a_side() -> None:
    parts, seconds = talk(TALK[:1])
    push = camera.shots(parts, seconds, seed=1, camera="push")
    assert push[-1].zoom > push[0].zoom == 1.0
    assert push[-1].ease > 0.8 * seconds - 0.5
    pan = camera.shots(parts, seconds, seed=1, camera="pan")
    assert pan[0].zoom == pan[1].zoom > 1.0
    assert pan[0].x == -pan[1].x != 0.0
    room = (1 - 1 / pan[0].zoom) / 2
    assert abs(pan[0].x) <= room


def test_one_who_speaks_for_long_is_seen_from_nearer_between_sentences() -> None:
    parts, seconds = talk(tuple(("a", text) for _, text in TALK))
    keys = camera.shots(parts, seconds, seed=4)
    shown = cuts(keys)
    assert len({key.zoom for key in shown}) == 2
    assert all(two.at - one.at >= 7.0 for one, two in pairwise(shown))


def test_an_unknown_camera_is_refused() -> None:
    assert CAMERAS[0] == "auto"
    with pytest.raises(ValueError, match="No such camera: drone"):
        camera.shots([Part("a")], 3.0, seed=1, camera="drone")
