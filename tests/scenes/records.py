"""A play written down step by step, so that another program can be held to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scenes.machine import plays, positions, telling
from scenes.machine.errors import PlayError
from scenes.machine.plays import Choose, Player, Preset, Wait

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

    from scenes.machine.machine import Machine
    from scenes.machine.plays import Event, Play

CAST = {"one": Player("c1", "Ada {i}"), "constructor": Player("c2", "Bo")}


def record(
    play: Play, events: Iterable[Event], language: str = ""
) -> tuple[Play, dict[str, Any]]:
    """The play after its events, and what was seen at every step."""
    steps = [{"seen": seen(play, language)}]
    for event in events:
        step: dict[str, Any] = {"event": plays.event_to_json(event)}
        try:
            play = play.after(event)
        except PlayError as error:
            step["refused"] = error.code
        else:
            step["seen"] = seen(play, language)
        steps.append(step)
    preset = play.preset
    return play, {
        "seed": play.seed,
        "cast": play.snapshot()["cast"],
        "preset": preset and {"state": preset.state, "context": dict(preset.context)},
        "language": language,
        "steps": steps,
    }


def seen(play: Play, language: str) -> dict[str, Any]:
    machine, position = play.machine, play.position
    return {
        "position": positions.to_json(machine, position),
        "status": machine.status(position),
        "offers": [
            {"id": offer.id, "text": offer.text}
            for offer in telling.offers(machine, position, play.cast, language)
        ],
        "told": [
            {"background": one.background, "text": one.text}
            for one in telling.told(machine, position, play.cast, language)
        ],
    }


def wander(machine: Machine, random: Random, steps: int) -> dict[str, Any]:
    """A random play: open choices for the most part, waits, and some slips."""
    preset = None
    if random.random() < 0.1:
        nodes = [node for node in machine.program.nodes if not node.history]
        preset = Preset(random.choice(nodes).id, {"i": 3, "said": "😀"})
    seed = random.randrange(2**32)
    try:
        play = plays.begin(machine, seed=seed, cast=CAST, preset=preset)
    except PlayError as error:
        found = preset and {"state": preset.state, "context": dict(preset.context)}
        return {"seed": seed, "preset": found, "refused": error.code}
    events: list[Event] = []
    position = play.position
    for _ in range(steps):
        event = any_event(machine, position, random)
        events.append(event)
        try:
            position = plays.apply(machine, position, event)
        except PlayError as error:
            if error.code in {"ended", "circles"}:
                break
    return record(play, events, random.choice(("", "de")))[1]


def any_event(machine: Machine, position: Any, random: Random) -> Event:
    leaf = machine.leaf(position).id
    at = position.at
    if random.random() < 0.3:
        at += random.choice((0, 0.1, 0.25, 1, 5.5))
    if at >= 0.5 and random.random() < 0.05:
        at -= 0.5
    open_ = machine.open(position)
    if not open_ or random.random() < 0.2:
        if random.random() < 0.2:
            return Choose(leaf, random.choice(("c0", "c9", "toString")), at)
        return Wait(at)
    return Choose(leaf, random.choice(open_).id, at)
