"""Plays a scene: a position and an event in, the next position out. Pure.

The semantics are SCXML's without parallel states: what is left is left from the inside
out, then the transition's actions are done, then what is entered is entered from the
outside in. docs/scenes.md is the specification, machine.js the twin.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from scenes.machine import limits, writing
from scenes.machine.errors import PlayError, SceneError
from scenes.machine.linking import link

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scenes.machine import model
    from scenes.machine.linking import Act, Edge, Node, Program
    from scenes.machine.trees import Value


class Position(NamedTuple):
    """Where a play stands; immutable, and all that its future depends on."""

    leaf: int
    """Index of the innermost state."""

    values: tuple[Value, ...]
    """Of variables, by slot."""

    visits: tuple[int, ...]
    """Of the states that some expression asks about."""

    dice: tuple[int, ...]
    """The last roll of each; 0 before the first."""

    memory: tuple[int, ...]
    """For each history state the index of the state to return to; -1: none yet."""

    timers: tuple[tuple[float, int, int], ...]
    """Due at which second, of which state, the how manieth."""

    chance: int
    """The generator's state."""

    at: float
    """Seconds of the play's clock."""

    told: tuple[tuple[int, int, tuple[Value, ...]], ...]
    """What the last event told: state, beat, and the values its text shows."""


class _Frame:
    """A position being changed."""

    __slots__ = (
        "at",
        "chance",
        "dice",
        "memory",
        "steps",
        "timers",
        "told",
        "values",
        "visits",
    )

    def __init__(self, position: Position) -> None:
        self.values = list(position.values)
        self.visits = list(position.visits)
        self.dice = list(position.dice)
        self.memory = list(position.memory)
        self.timers = position.timers
        self.chance = position.chance
        self.at = position.at
        self.told: list[tuple[int, int, tuple[Value, ...]]] = []
        self.steps = 0

    def position(self, leaf: Node) -> Position:
        return Position(
            leaf.index,
            tuple(self.values),
            tuple(self.visits),
            tuple(self.dice),
            tuple(self.memory),
            self.timers,
            self.chance,
            self.at,
            tuple(self.told),
        )


class Machine:
    """A scene that can be played. SceneError when something in it leads nowhere."""

    def __init__(self, scene: model.Scene, program: Program | None = None) -> None:
        """`program`: of that scene, if it has been linked already."""
        self.scene = scene
        self.program = program or link(scene)
        if self.program.problems:
            first = self.program.problems[0]
            raise SceneError(first.pointer, first.message)
        self.work = 0
        """Spent so far, in the unit of `Node.weight`: for those who keep to a budget."""

        self._nodes = self.program.nodes
        self._choices: dict[int, dict[str, Edge]] = {}
        self._always: dict[int, tuple[Edge, ...]] = {}
        self._plans: dict[
            tuple[int, int, int], tuple[tuple[Node, ...], tuple[Node, ...]]
        ] = {}

    @cached_property
    def digest(self) -> str:
        """Names the version of the scene."""
        return writing.digest(self.scene)

    def start(
        self,
        seed: int = 0,
        *,
        state: str = "",
        values: Mapping[str, Value] | None = None,
    ) -> Position:
        """The first position; `seed` from 0 to 2**32 - 1.

        `state` and `values` put an author's trial anywhere; values are within bounds.
        """
        if not 0 <= seed <= limits.SEED:
            raise PlayError("unreadable", f"a seed is from 0 to {limits.SEED}")
        program = self.program
        first = program.by_id.get(state) if state else program.initial
        if first is None or first.history:
            raise PlayError("unreadable", f"no play begins in {state[:64]}")
        set_to = values or {}
        empty = Position(
            0,
            tuple(set_to.get(k, v.start) for k, v in self.scene.context.items()),
            (0,) * len(program.counted),
            (0,) * len(program.dice),
            (-1,) * len(program.remembered),
            (),
            seed,
            0.0,
            (),
        )
        frame = _Frame(empty)
        entered = (*first.path, *_downwards(first))
        for node in entered:
            self._enter(frame, node)
        return frame.position(self._settle(frame, entered[-1]))

    def leaf(self, position: Position) -> Node:
        return self._nodes[position.leaf]

    def ended(self, position: Position) -> bool:
        return self._nodes[position.leaf].final

    def open(self, position: Position) -> tuple[model.Choice, ...]:
        """The choices that are shown, in their order."""
        frame = _Frame(position)
        return tuple(
            edge.choice
            for edge in self._choices_of(self._nodes[position.leaf]).values()
            if edge.choice and (edge.guard is None or edge.guard(frame))
        )

    def status(self, position: Position) -> str:
        """``ended``, ``waiting``, or ``stuck``: nothing can ever happen any more."""
        if self.ended(position):
            return "ended"
        return "waiting" if position.timers or self.open(position) else "stuck"

    def choose(
        self, position: Position, choice: str, at: float | None = None
    ) -> Position:
        """After the player's choice; timers that were due before it come first."""
        leaf = self._nodes[position.leaf]
        if leaf.final:
            raise PlayError("ended", "this play has ended")
        frame = _Frame(position)
        if at is not None and at != position.at:
            leaf = self._pass(frame, leaf, at)
            if leaf.index != position.leaf:
                raise PlayError("late", "time ran out before this choice")
        edge = self._choices_of(leaf).get(choice)
        if edge is None or not (edge.guard is None or edge.guard(frame)):
            raise PlayError("closed", f"{leaf.id} has no open choice {choice[:64]}")
        return frame.position(self._settle(frame, self._take(frame, leaf, edge)))

    def wait(self, position: Position, at: float) -> Position:
        """After the clock has come to `at`, and whatever timers did meanwhile."""
        leaf = self._nodes[position.leaf]
        if leaf.final:
            raise PlayError("ended", "this play has ended")
        frame = _Frame(position)
        return frame.position(self._pass(frame, leaf, at))

    def _pass(self, frame: _Frame, leaf: Node, at: float) -> Node:
        if not frame.at <= at <= limits.CLOCK:
            raise PlayError(
                "clock", f"the clock stands at {frame.at:g} and goes forward only"
            )
        while frame.timers and frame.timers[0][0] <= at:
            due, state, number = frame.timers[0]
            frame.timers = frame.timers[1:]
            frame.at = due
            self._count(frame)
            edge = self._nodes[state].after[number]
            if edge.guard is None or edge.guard(frame):
                leaf = self._settle(frame, self._take(frame, leaf, edge))
        frame.at = float(at)
        return leaf

    def _count(self, frame: _Frame) -> None:
        frame.steps += 1
        if frame.steps > limits.MICROSTEPS:
            raise PlayError(
                "circles",
                f"the scene goes in circles: more than {limits.MICROSTEPS} steps "
                "without the player",
            )

    def _settle(self, frame: _Frame, leaf: Node) -> Node:
        """Takes eventless transitions until none holds."""
        while not leaf.final:
            always = self._always.get(leaf.index)
            if always is None:
                always = tuple(e for node in reversed(leaf.path) for e in node.always)
                self._always[leaf.index] = always
            self.work += leaf.weight
            for edge in always:
                if edge.guard is None or edge.guard(frame):
                    break
            else:
                return leaf
            self._count(frame)
            leaf = self._take(frame, leaf, edge)
        return leaf

    def _choices_of(self, leaf: Node) -> dict[str, Edge]:
        """Those of the state and of the states around it; the inner ones come first."""
        found = self._choices.get(leaf.index)
        if found is None:
            found = {}
            for node in reversed(leaf.path):
                for edge in node.choices:
                    if edge.choice:
                        found.setdefault(edge.choice.id, edge)
            self._choices[leaf.index] = found
        return found

    def _take(self, frame: _Frame, leaf: Node, edge: Edge) -> Node:
        target = edge.target
        if target is None:
            for do in edge.dos:
                do(frame)
            return leaf
        goal = target
        if target.history:
            recorded = frame.memory[target.remembered]
            goal = self._nodes[recorded] if recorded >= 0 else _default(target)
        key = (leaf.index, edge.number, goal.index)
        plan = self._plans.get(key)
        if plan is None:
            plan = _plan(leaf, edge.source, target, goal)
            self._plans[key] = plan
        left, entered = plan
        for node in left:
            self._leave(frame, node, leaf)
        for do in edge.dos:
            do(frame)
        for node in entered:
            self._enter(frame, node)
        return entered[-1]

    def _leave(self, frame: _Frame, node: Node, leaf: Node) -> None:
        for history in node.histories:
            deep = history.state.history == "deep"
            kept = leaf if deep else leaf.path[len(node.path)]
            frame.memory[history.remembered] = kept.index
        if frame.timers:
            frame.timers = tuple(t for t in frame.timers if t[1] != node.index)
        if node.exit:
            _run(frame, node.exit)

    def _enter(self, frame: _Frame, node: Node) -> None:
        self.work += node.weight
        if node.counted >= 0:
            visits = frame.visits[node.counted]
            frame.visits[node.counted] = min(visits + 1, limits.INTEGER)
        if node.after:
            begun = [
                (frame.at + edge.seconds, node.index, i)
                for i, edge in enumerate(node.after)
            ]
            frame.timers = tuple(sorted([*frame.timers, *begun]))
        if node.final:
            frame.timers = ()
        if node.entry:
            _run(frame, node.entry)
        for cue in node.cues:
            if cue.guard is None or cue.guard(frame):
                shown = tuple([frame.values[slot] for slot in cue.shows])
                frame.told.append((node.index, cue.index, shown))


def _run(frame: _Frame, acts: tuple[Act, ...]) -> None:
    for act in acts:
        act.do(frame)


def _default(history: Node) -> Node:
    found = history.default
    assert found is not None, "linked"  # noqa: S101 - for the type checker
    return found


def _downwards(node: Node) -> tuple[Node, ...]:
    """The states that are entered with a compound one."""
    found = []
    while node.initial is not None:
        node = node.initial
        found.append(node)
    return tuple(found)


def _plan(
    leaf: Node, source: Node, target: Node, goal: Node
) -> tuple[tuple[Node, ...], tuple[Node, ...]]:
    """What a transition leaves, from the inside out, and enters, from the outside in.

    All below the innermost compound state around both its source and its target.
    """
    common = 0
    for one, other in zip(source.path[:-1], target.path[:-1], strict=False):
        if one is not other:
            break
        common += 1
    left = tuple(reversed(leaf.path[common:]))
    return left, (*goal.path[common:], *_downwards(goal))
