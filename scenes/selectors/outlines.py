"""What a document says about itself, in the few words that lists and posters need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scenes.machine.model import Scene, State

MOST_NAME = 100
"""Characters of a background's name that are kept."""


def outline_of(scene: Scene) -> dict[str, Any]:
    """Fields of ``SceneOutline``, in the scene's first language."""
    return {
        "background": first_background(scene)[:MOST_NAME],
        "player": scene.player.main if scene.player else "",
        "roles": [
            {
                "id": name,
                "label": role.label.main,
                "suits": role.suits.main if role.suits else "",
            }
            for name, role in scene.roles.items()
        ],
        "endings": [
            {"id": name, "title": _title(name, state), "mood": _mood(state)}
            for name, state in every_state(scene.states)
            if state.type == "final"
        ],
    }


def first_background(scene: Scene) -> str:
    """Of the innermost state that play begins in, or the nearest one around it."""
    found = ""
    states, name = scene.states, scene.initial
    while state := states.get(name):
        found = state.background or found
        states, name = state.states, state.initial
    return found


def every_state(states: Mapping[str, State]) -> Iterator[tuple[str, State]]:
    """In the author's order, those within a state after it. Nesting is at most 8 deep."""
    for name, state in states.items():
        yield name, state
        yield from every_state(state.states)


def _title(name: str, state: State) -> str:
    return state.ending.title.main if state.ending else name


def _mood(state: State) -> str:
    return state.ending.mood if state.ending else "calm"
