"""How long a scene takes and what it costs to give it voices, before either is done."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from random import Random
from statistics import median
from typing import TYPE_CHECKING

from scenes.machine import placeholders
from scenes.machine.errors import PlayError
from scenes.machine.model import Improv, Line, Narration, Pause

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scenes.machine import model
    from scenes.machine.machine import Machine

WORDS_PER_SECOND = 2.7
"""Of a calm voice, as the launch content's own checks have it."""

LETTERS_PER_WORD = 12
"""Most letters of a word, for languages that put no spaces between them."""

CHOOSING_SECONDS = 4.0
"""What a player thinks about a choice. A judgement."""

_PLAYS = 16
_EVENTS = 200
_WORK = 1_000_000
"""In the unit of `Node.weight`."""


@dataclass(frozen=True, slots=True)
class Voiced:
    """What a role says."""

    lines: int
    """Different ones: each is voiced once for a cast and shared between its players."""

    characters: int
    varying: int
    """Of the lines, those with names or numbers in them: voiced again as these change."""


@dataclass(frozen=True, slots=True)
class Estimate:
    words: int
    """Of all lines and narrations in the first language."""

    seconds: float
    """To tell every one of them once."""

    played_seconds: float
    """The median of some random plays, choosing included; 0: none came to an ending."""

    voiced: Mapping[str, Voiced]
    """By role."""


def estimate(scene: model.Scene, machine: Machine | None) -> Estimate:
    """`machine`: None when the scene cannot be played, or goes in circles."""
    words = 0
    seconds = 0.0
    lines: dict[str, Counter[str]] = {role: Counter() for role in scene.roles}
    waiting = [scene.states]
    while waiting:
        for state in waiting.pop().values():
            waiting += [state.states] if state.states else []
            for beat in state.beats:
                seconds += beat_seconds(beat)
                words += round(_words(_said(beat)))
                if isinstance(beat, Line | Improv):
                    lines.setdefault(beat.role, Counter())[_said(beat)] += 1
    voiced = {
        role: Voiced(
            len(texts),
            sum(len(text) for text in texts),
            sum(bool(placeholders.names_in(text)) for text in texts),
        )
        for role, texts in lines.items()
    }
    played = _played(machine) if machine else 0.0
    return Estimate(words, round(seconds, 1), round(played, 1), voiced)


def beat_seconds(beat: model.Beat) -> float:
    if isinstance(beat, Pause):
        return beat.seconds
    return _words(_said(beat)) / WORDS_PER_SECOND


def _said(beat: model.Beat) -> str:
    if isinstance(beat, Line | Narration):
        return beat.text.main
    return beat.fallback.main if isinstance(beat, Improv) else ""


def _words(said: str) -> float:
    return max(len(said.split()), len(said) / LETTERS_PER_WORD)


def _played(machine: Machine) -> float:
    """Plays that choose at random, the same ones every time."""
    lasted = []
    budget = machine.work + _WORK
    for seed in range(_PLAYS):
        if machine.work > budget:
            break
        seconds = _play(machine, Random(seed), budget)  # noqa: S311 - no secret
        if seconds is not None:
            lasted.append(seconds)
    return median(lasted) if lasted else 0.0


def _play(machine: Machine, random: Random, budget: int) -> float | None:
    nodes = machine.program.nodes
    seconds = 0.0
    try:
        position = machine.start(random.randrange(2**32))
        for _ in range(_EVENTS):
            if machine.work > budget:
                return None
            for state, beat, _values in position.told:
                seconds += beat_seconds(nodes[state].state.beats[beat])
            if machine.ended(position):
                return seconds
            if choices := machine.open(position):
                seconds += CHOOSING_SECONDS
                position = machine.choose(position, random.choice(choices).id)
            elif position.timers:
                seconds += position.timers[0][0] - position.at
                position = machine.wait(position, position.timers[0][0])
            else:
                return None
    except PlayError:
        return None
    return None
