"""The same story in python-statemachine (PyPI) and in inkjs (npm), played the same way.

Neither is a part of the product. python-statemachine is taken when it can be imported
(a folder on PYTHONPATH), inkjs when node and its package are found in the folder that is
named. Both get the story's states, conditions and assignments; inkjs its lines too, as
our machine does, python-statemachine none. A peer that ends a play elsewhere than our
machine did is an error.
"""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from scenes.machine.model import Assign, Choice, IntVariable, Line, Narration
from scenes.trade.naming import title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenes.machine.model import Scene, Text, Variable

    Play = tuple[list[str], list[int], str]
    """Ids of the choices, their numbers among those that were open, and the final
    state."""

STATEMACHINE = "statemachine"
INKJS = Path(__file__).with_name("inkjs.cjs")
NODE_SECONDS = 120

_NAME = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|\b[a-z_][a-z0-9_]*\b")
_WORDS = {"and", "or", "not", "true", "false", "in", "min", "max", "abs"}


class UnlikeError(ValueError):
    """A scene with something that the peers are not given."""


def checked(scene: Scene) -> Scene:
    """Flat states with choices that assign: what all three say in the same way."""
    plain = not scene.dice and all(
        not (state.states or state.always or state.after or state.entry or state.exit)
        for state in scene.states.values()
    )
    asks = any(
        "visit" in choice.guard
        for state in scene.states.values()
        for choice in state.choices
    )
    if not plain or asks:
        raise UnlikeError(f"{scene.id} has more than the peers can be given.")
    return scene


# python-statemachine -------------------------------------------------------------


def statemachine_per_s(
    scene: Scene, plays: Sequence[Play], rounds: int
) -> float | None:
    """Transitions a CPU second; None: it is not installed."""
    if importlib.util.find_spec(STATEMACHINE) is None:
        return None
    kind = _machine(checked(scene))
    seconds = []
    for _ in range(rounds):
        machines = [(kind(), events, final) for events, _, final in plays]
        begun = time.process_time()
        for machine, events, _ in machines:
            for event in events:
                machine.send(f"e_{event}")
        seconds.append(time.process_time() - begun)
        for machine, _, final in machines:
            (state,) = machine.configuration
            if state.id != f"s_{final}":
                raise UnlikeError(f"It came to {state.id} and not to {final}.")
    return sum(len(events) for events, _, _ in plays) / median(seconds)


def _machine(scene: Scene) -> Any:
    """Its class, with the variables as attributes."""
    package = importlib.import_module(STATEMACHINE)
    states = {
        key: package.State(
            value=key, initial=key == scene.initial, final=state.type == "final"
        )
        for key, state in scene.states.items()
    }
    body: dict[str, Any] = {f"s_{key}": state for key, state in states.items()}
    events: dict[str, Any] = {}
    for key, state in scene.states.items():
        for choice in state.choices:
            more: dict[str, Any] = {}
            if choice.guard:
                more["cond"] = _python(choice.guard)
            if choice.actions:
                name = f"a_{key}_{choice.id}"
                body[name] = _doing(scene, choice)
                more["on"] = name
            made = states[key].to(states[choice.target], **more)
            known = events.get(choice.id)
            events[choice.id] = made if known is None else known | made
    body.update({f"e_{name}": event for name, event in events.items()})
    body.update({f"v_{name}": one.start for name, one in scene.context.items()})
    return type(title(scene.id).replace(" ", ""), (package.StateMachine,), body)


def _doing(scene: Scene, choice: Choice) -> Any:
    """A method that assigns, as somebody would write it by hand."""
    lines = ["def done(self):"]
    for action in choice.actions:
        if not isinstance(action, Assign):
            raise UnlikeError("It rolls dice.")
        value = _bounded(
            scene.context[action.variable],
            _python(action.value, "self."),
            "min(max({}, {}), {})",
        )
        lines.append(f"    self.v_{action.variable} = {value}")
    found: dict[str, Any] = {}
    # Made of a scene of the house alone.
    exec("\n".join(lines), {}, found)  # noqa: S102
    return found["done"]


def _python(expression: str, prefix: str = "") -> str:
    """Ours is almost Python's: names get a prefix, true and false a capital."""
    said = _renamed(expression, prefix)
    return re.sub(r"\b(true|false)\b", lambda match: match[0].capitalize(), said)


def _renamed(expression: str, prefix: str = "") -> str:
    def renamed(match: re.Match[str]) -> str:
        word = match[0]
        return word if word[0] in "'\"" or word in _WORDS else f"{prefix}v_{word}"

    return _NAME.sub(renamed, expression)


def _bounded(variable: Variable, value: str, how: str) -> str:
    if isinstance(variable, IntVariable):
        return how.format(value, variable.min, variable.max)
    return value


# inkjs ---------------------------------------------------------------------------


def inkjs_per_s(
    scene: Scene, plays: Sequence[Play], rounds: int, folder: str
) -> float | None:
    """Choices a CPU second of node, each with the lines that it leads to; None: node or
    the package is not there."""
    node = shutil.which("node")
    if node is None or not (Path(folder) / "node_modules" / "inkjs").is_dir():
        return None
    asked = {
        "folder": str(Path(folder).resolve()),
        "source": to_ink(scene),
        "plays": [numbers for _, numbers, _ in plays],
        "rounds": rounds,
    }
    done = subprocess.run(  # noqa: S603 - our own script, found beside this file
        [node, str(INKJS)],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=NODE_SECONDS,
        check=False,
    )
    if done.returncode:
        raise UnlikeError(f"inkjs did not play it: {done.stderr[-800:]}")
    told = json.loads(done.stdout)
    for ending, (_, _, final) in zip(told["endings"], plays, strict=True):
        if ending != f"s_{final}":
            raise UnlikeError(f"inkjs came to {ending} and not to {final}.")
    return float(told["choices"] / median(told["seconds"]))


def to_ink(scene: Scene) -> str:
    """A knot for each state; its last line names a final state."""
    checked(scene)
    lines = [
        f"VAR v_{name} = {_ink_value(one.start)}" for name, one in scene.context.items()
    ]
    lines.append(f"-> s_{scene.initial}")
    for key, state in scene.states.items():
        lines.append(f"=== s_{key} ===")
        for beat in state.beats:
            if isinstance(beat, Line | Narration) and not beat.guard:
                lines.append(_ink_text(beat.text))
        for choice in state.choices:
            guard = f"{{{_renamed(choice.guard)}}} " if choice.guard else ""
            lines.append(f"+ {guard}[{_ink_text(choice.text)}]")
            for action in choice.actions:
                if not isinstance(action, Assign):
                    raise UnlikeError("It rolls dice.")
                value = _bounded(
                    scene.context[action.variable],
                    _renamed(action.value),
                    "MIN(MAX({}, {}), {})",
                )
                lines.append(f"    ~ v_{action.variable} = {value}")
            lines.append(f"    -> s_{choice.target}")
        if state.type == "final":
            lines += [f"s_{key}", "-> END"]
    return "\n".join(lines) + "\n"


def _ink_value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value)


def _ink_text(text: Text) -> str:
    """Plain words: names of roles and values are left out, ink's own signs escaped."""
    said = re.sub(r"\{([a-z][a-z0-9_]*)\}", lambda match: match[1], text.main)
    said = " ".join(said.split())
    escaped = re.sub(r"([{}|#\[\]<>/~\\])", r"\\\1", said)
    return "\\" + escaped if escaped[:1] in "*+-=" else escaped
