"""A scene with every name looked up and every expression compiled, ready to play.

What leads nowhere becomes a finding, so that the validator can tell all of it at once;
the machine plays only what links without one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scenes.machine import placeholders
from scenes.machine.actions import compiled_action
from scenes.machine.errors import ExpressionError, pointer
from scenes.machine.evaluation import compiled
from scenes.machine.expressions import condition
from scenes.machine.findings import ERROR, Finding
from scenes.machine.model import (
    Assign,
    BoolVariable,
    Choice,
    EnumVariable,
    FloatVariable,
    IntVariable,
    Roll,
    Timer,
)
from scenes.machine.trees import BOOL, FLOAT, INT, Type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scenes.machine import model, trees
    from scenes.machine.evaluation import Evaluate

    Do = Callable[[Any], None]


@dataclass(frozen=True, slots=True, eq=False)
class Act:
    """A compiled action, and where it stands."""

    do: Do
    pointer: str
    action: model.Action
    tree: trees.Node | None
    """Of the value that is assigned."""

    slot: int
    """Of the variable or the dice."""


@dataclass(frozen=True, slots=True, eq=False)
class Cue:
    """A beat: when it is told, and which variables its text shows."""

    index: int
    guard: Evaluate | None
    tree: trees.Node | None
    shows: tuple[int, ...]
    """Slots, in the order of their ids."""


@dataclass(slots=True, eq=False)
class Edge:
    """A choice, an eventless transition or a timer."""

    number: int
    pointer: str
    source: Node
    target: Node | None
    """None: only the actions are done."""

    guard: Evaluate | None
    tree: trees.Node | None
    acts: tuple[Act, ...]
    choice: model.Choice | None
    """Of a choice."""

    seconds: float
    """Of a timer."""

    dos: tuple[Do, ...]


@dataclass(slots=True, eq=False)
class Node:
    """A state."""

    id: str
    index: int
    """In the order of the file."""

    pointer: str
    state: model.State
    parent: Node | None
    path: tuple[Node, ...] = ()
    """From the outermost state to this one."""

    children: list[Node] = field(default_factory=list)
    initial: Node | None = None
    entry: tuple[Act, ...] = ()
    exit: tuple[Act, ...] = ()
    cues: tuple[Cue, ...] = ()
    choices: tuple[Edge, ...] = ()
    always: tuple[Edge, ...] = ()
    after: tuple[Edge, ...] = ()
    counted: int = -1
    """Where its visits are counted; -1: nobody asks."""

    remembered: int = -1
    """Of a history state: where its memory stands."""

    default: Node | None = None
    """Of a history state."""

    histories: tuple[Node, ...] = ()
    """Its history states."""

    weight: int = 0
    """About what it costs to be here: characters of its expressions, and a bit."""

    @property
    def final(self) -> bool:
        return self.state.type == "final"

    @property
    def history(self) -> bool:
        return self.state.type == "history"

    @property
    def compound(self) -> bool:
        return bool(self.state.states)

    def edges(self) -> Iterator[Edge]:
        yield from self.choices
        yield from self.always
        yield from self.after


@dataclass(slots=True)
class Program:
    scene: model.Scene
    nodes: list[Node]
    by_id: dict[str, Node]
    initial: Node | None
    variables: tuple[str, ...]
    """Ids by slot; so with the next two."""

    dice: tuple[str, ...]
    counted: list[Node]
    remembered: list[Node]
    problems: list[Finding]

    def trees(self) -> Iterator[trees.Node]:
        """Every different expression of the scene."""
        seen: set[int] = set()
        for node in self.nodes:
            acts = [*node.entry, *node.exit]
            guards = [cue.tree for cue in node.cues]
            for edge in node.edges():
                guards.append(edge.tree)
                acts += edge.acts
            for tree in (*guards, *(act.tree for act in acts)):
                if tree is not None and id(tree) not in seen:
                    seen.add(id(tree))
                    yield tree


def link(scene: model.Scene) -> Program:
    return _Linker(scene).program


def type_of(variable: model.Variable) -> Type:
    match variable:
        case IntVariable():
            return INT
        case FloatVariable():
            return FLOAT
        case BoolVariable():
            return BOOL
        case EnumVariable(values=values):
            return Type("enum", values)
        case _:
            return Type("string", None, variable.max_length)


def _weight(state: model.State) -> int:
    edges: list[model.Choice | model.Transition | model.Timer] = [
        *state.choices,
        *state.always,
        *state.after,
    ]
    acts = [*state.entry, *state.exit, *(act for edge in edges for act in edge.actions)]
    values = (len(act.value) if isinstance(act, Assign) else 20 for act in acts)
    guards = (len(one.guard) for one in (*state.beats, *edges))
    return 40 + sum(values) + sum(guards)


class _Linker:
    """Also the scope of the scene's expressions."""

    def __init__(self, scene: model.Scene) -> None:
        self._scene = scene
        self._types = {
            name: (type_of(declared), slot)
            for slot, (name, declared) in enumerate(scene.context.items())
        }
        self._dice = {name: slot for slot, name in enumerate(scene.dice)}
        self._edges = 0
        self._trees: dict[str, tuple[Evaluate, trees.Node]] = {}
        self.program = Program(
            scene, [], {}, None, tuple(scene.context), tuple(scene.dice), [], [], []
        )
        self._place(scene)
        for node in self.program.nodes:
            self._fill(node)
        found = self.program.by_id.get(scene.initial)
        if found is None or found.parent is not None or found.history:
            self._problem(
                "undefined-state",
                f"initial is {scene.initial}; no state of the first level is called so",
                "/initial",
            )
        else:
            self.program.initial = found

    def _place(self, scene: model.Scene) -> None:
        """Every state a node, in the order of the file."""
        waiting: list[tuple[str, model.State, str, Node | None]] = [
            (name, state, pointer("states", name), None)
            for name, state in reversed(list(scene.states.items()))
        ]
        program = self.program
        while waiting:
            name, state, where, parent = waiting.pop()
            node = Node(name, len(program.nodes), where, state, parent)
            node.path = (*parent.path, node) if parent else (node,)
            program.nodes.append(node)
            program.by_id[name] = node
            if parent:
                parent.children.append(node)
            if node.history:
                node.remembered = len(program.remembered)
                program.remembered.append(node)
            waiting += [
                (child, inner, where + pointer("states", child), node)
                for child, inner in reversed(list(state.states.items()))
            ]

    def _fill(self, node: Node) -> None:
        state, where = node.state, node.pointer
        node.histories = tuple(child for child in node.children if child.history)
        if node.compound:
            found = self.program.by_id.get(state.initial)
            if found is None or found.parent is not node or found.history:
                self._problem(
                    "undefined-state",
                    f"initial is {state.initial}; no state inside is called so",
                    where + "/initial",
                    node,
                )
            else:
                node.initial = found
        if node.history:
            self._default(node)
        node.entry = self._acts(state.entry, where + "/entry", node)
        node.exit = self._acts(state.exit, where + "/exit", node)
        node.cues = tuple(
            self._cue(i, beat, f"{where}/beats/{i}", node)
            for i, beat in enumerate(state.beats)
        )
        for name in ("choices", "always", "after"):
            edges = tuple(
                self._edge(edge, f"{where}/{name}/{i}", node)
                for i, edge in enumerate(getattr(state, name))
            )
            setattr(node, name, edges)
        node.weight = _weight(state)

    def _default(self, node: Node) -> None:
        found = self.program.by_id.get(node.state.target)
        if found is None or found.history or node.parent not in found.path[:-1]:
            self._problem(
                "undefined-state",
                f"target is {node.state.target}; no state beside or below is called so",
                node.pointer + "/target",
                node,
            )
        else:
            node.default = found

    def _cue(self, index: int, beat: model.Beat, where: str, node: Node) -> Cue:
        text = getattr(beat, "text", None) or getattr(beat, "fallback", None)
        shown = placeholders.names(text) & self._types.keys() if text else ()
        slots = tuple(self._types[name][1] for name in sorted(shown))
        return Cue(index, *self._guard(beat.guard, where, node), slots)

    def _edge(
        self,
        written: model.Choice | model.Timer | model.Transition,
        where: str,
        node: Node,
    ) -> Edge:
        target = None
        if written.target:
            target = self.program.by_id.get(written.target)
            if target is None:
                self._problem(
                    "undefined-state",
                    f"leads to {written.target}; no state is called so",
                    where + "/target",
                    node,
                )
        guard, tree = self._guard(written.guard, where, node)
        acts = self._acts(written.actions, where + "/actions", node)
        self._edges += 1
        return Edge(
            self._edges,
            where,
            node,
            target,
            guard,
            tree,
            acts,
            written if isinstance(written, Choice) else None,
            written.seconds if isinstance(written, Timer) else 0.0,
            tuple(act.do for act in acts),
        )

    def _guard(
        self, text: str, where: str, node: Node
    ) -> tuple[Evaluate | None, trees.Node | None]:
        """Compiled once for each text."""
        if not text:
            return None, None
        if text not in self._trees:
            try:
                tree = condition(text, self)
            except ExpressionError as error:
                self._wrong(error, where + "/guard", node)
                return None, None
            self._trees[text] = (compiled(tree), tree)
        return self._trees[text]

    def _acts(
        self, actions: tuple[model.Action, ...], where: str, node: Node
    ) -> tuple[Act, ...]:
        found = []
        for i, action in enumerate(actions):
            try:
                tree, slot, do = compiled_action(action, self._scene, self)
            except ExpressionError as error:
                inside = "dice" if isinstance(action, Roll) else "value"
                if error.code == "undefined-target":
                    inside = "variable"
                self._wrong(error, f"{where}/{i}/{inside}", node)
                continue
            found.append(Act(do, f"{where}/{i}", action, tree, slot))
        return tuple(found)

    def _wrong(self, error: ExpressionError, where: str, node: Node) -> None:
        if error.code == "expression":
            message = f"at character {error.at + 1}: {error.message}"
            self._problem("expression", message, where, node)
        else:
            self._problem("undefined", error.message, where, node)

    def _problem(
        self, code: str, message: str, where: str, node: Node | None = None
    ) -> None:
        self.program.problems.append(
            Finding(ERROR, code, message, where, node.id if node else "")
        )

    def variable(self, name: str) -> tuple[Type, int] | None:
        return self._types.get(name)

    def state(self, name: str) -> int | None:
        node = self.program.by_id.get(name)
        if node is None or node.history:
            return None
        if node.counted < 0:
            node.counted = len(self.program.counted)
            self.program.counted.append(node)
        return node.counted

    def dice(self, name: str) -> int | None:
        return self._dice.get(name)
