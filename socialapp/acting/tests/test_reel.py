"""Takes that were made alone, together on a stage: one clock, and whoever is silent
listens."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from socialapp.acting import Reel, Taken, perform, reel, seconds_of
from socialapp.engines.protocols import VoiceSpec
from socialapp.engines.testing import check_performance

if TYPE_CHECKING:
    from socialapp.performance import Performance

    from .conftest import PlainDirector, ToneVoice

WORDS = ["Good evening.", "It was, until you came up all those stairs.", "No.", "Sit."]


def _stored(number: int, _sound: bytes) -> str:
    return f"sha256:{number}"


@pytest.fixture
def takes(tone: ToneVoice, director: PlainDirector) -> list[Performance]:
    return [
        perform(
            text,
            spec=VoiceSpec(),
            speakers=[("tone", tone)],
            director=director,
            put_sound=partial(_stored, number),
        ).performance
        for number, text in enumerate(WORDS)
    ]


def put_together(
    takes: list[Performance], director: PlainDirector, seats: str = "abab"
) -> Reel:
    lines = [Taken(seat, one) for seat, one in zip(seats, takes, strict=True)]
    return reel(lines, seats=sorted(set(seats)), director=director)


def test_each_line_is_said_by_its_seat_in_turn(
    takes: list[Performance], director: PlainDirector
) -> None:
    whole = put_together(takes, director).performance
    check_performance(whole)
    assert [part.seat for part in whole.parts] == ["a", "b"]
    said = sorted(
        (word.at, part.seat, word.text)
        for part in whole.parts
        for word in part.captions
    )
    assert " ".join(text for _, _, text in said) == " ".join(WORDS)
    assert [seat for _, seat, _ in said][:3] == ["a", "a", "b"]


def test_the_quiet_between_two_lines_is_that_of_a_talk(
    takes: list[Performance], director: PlainDirector
) -> None:
    whole = put_together(takes, director).performance
    alone = sum(one.seconds for one in takes)
    assert whole.seconds == pytest.approx(alone - 3 * (0.6 + 0.25 - 0.24), abs=1e-3)
    lines = [Taken("a", one) for one in takes]
    assert sum(seconds_of(lines)) == pytest.approx(whole.seconds, abs=1e-3)


def test_sound_and_words_stay_together(
    takes: list[Performance], director: PlainDirector
) -> None:
    made = put_together(takes, director)
    words = {
        word.text: word.at for part in made.performance.parts for word in part.captions
    }
    for one, take, text in zip(made.heard, takes, WORDS, strict=True):
        first = take.parts[0].captions[0]
        assert words[text.split()[0]] == pytest.approx(one.at + first.at, abs=1e-5)
    assert [one.ref for one in made.heard] == [f"sha256:{n}" for n in range(4)]
    assert made.heard[-1].until == pytest.approx(made.performance.seconds)


def test_the_camera_looks_at_whoever_speaks_and_at_all_first_and_last(
    takes: list[Performance], director: PlainDirector
) -> None:
    whole = put_together(takes, director).performance
    assert [key.on for key in whole.stage.camera] == ["all", "b", "all"]


def test_a_pause_is_filled_by_faces_that_listen(
    takes: list[Performance], director: PlainDirector
) -> None:
    plain = put_together(takes, director).performance
    lines = [Taken("ab"[n % 2], one, 1.5 * (n == 1)) for n, one in enumerate(takes)]
    paused = reel(lines, seats="ab", director=director)
    assert paused.performance.seconds == pytest.approx(plain.seconds + 1.5, abs=1e-4)
    check_performance(paused.performance)


def test_one_alone_and_three_together(
    takes: list[Performance], director: PlainDirector
) -> None:
    assert len(put_together(takes, director, "aaaa").performance.parts) == 1
    three = put_together(takes, director, "abca").performance
    assert [part.seat for part in three.parts] == ["a", "b", "c"]
    assert len({place.x for place in three.stage.places.values()}) == 3


def test_nobody_speaks_from_nowhere(
    takes: list[Performance], director: PlainDirector
) -> None:
    with pytest.raises(ValueError, match="seat z"):
        reel([Taken("z", takes[0])], seats="ab", director=director)
    with pytest.raises(ValueError, match="needs a take"):
        reel([], seats="ab", director=director)
