"""Ways through a scene: where they end, where they go in circles, where they are closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.machine.checks.reach import entered
from scenes.machine.findings import ERROR, WARNING, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scenes.machine.checks.reach import Reach
    from scenes.machine.linking import Node


def findings(found: Reach) -> Iterator[Finding]:
    yield from _conditions(found)
    yield from _unreachable(found)
    yield from _order(found)
    yield from _ends(found)
    yield from _circles(found)


def _conditions(found: Reach) -> Iterator[Finding]:
    what = {"choices": "choice", "always": "transition", "after": "timer"}
    for node in _reached(found):
        for kind, name in what.items():
            for edge in getattr(node, kind):
                truth = found.edges[edge.number]
                if edge.tree is not None and not (truth.true and truth.false):
                    yield _condition(name, truth.true, edge.pointer, node)
        for cue in node.cues:
            truth = found.cues[(node.index, cue.index)]
            if cue.tree is not None and not (truth.true and truth.false):
                where = f"{node.pointer}/beats/{cue.index}"
                yield _condition("beat", truth.true, where, node)


def _condition(name: str, always: bool, where: str, node: Node) -> Finding:
    if always:
        message = f"The condition of this {name} always holds; it can be left out."
        return Finding(WARNING, "always-true", message, where + "/guard", node.id)
    message = (
        f"The condition of this {name} can never hold. Compare it with the bounds of "
        "its variables and with what changes them."
    )
    return Finding(WARNING, "never-true", message, where + "/guard", node.id)


def _reached(found: Reach) -> Iterator[Node]:
    for node in found.program.nodes:
        if node.index in found.states:
            yield node


def _unreachable(found: Reach) -> Iterator[Finding]:
    for node in found.program.nodes:
        if node.index in found.states or node.history:
            continue
        if node.parent and node.parent.index not in found.states:
            continue  # told of the state around it
        if node.final:
            message = f"No way leads to the ending {node.id}."
            code = "unreachable-ending"
        else:
            message = f"No way leads to {node.id}. Lead a choice here, or remove it."
            code = "unreachable-state"
        yield Finding(WARNING, code, message, node.pointer, node.id)


def _order(found: Reach) -> Iterator[Finding]:
    """What stands behind a transition that is always taken."""
    for node in _reached(found):
        taken = False
        for edge in node.always:
            if taken:
                yield Finding(
                    ERROR,
                    "shadowed",
                    "The transition before this one has no condition, so this one is "
                    "never taken. Give that a condition, or remove this.",
                    edge.pointer,
                    node.id,
                )
            taken = taken or edge.tree is None
        if taken and node.choices:
            yield Finding(
                WARNING,
                "never-shown",
                "These choices are never shown: the state goes on by itself.",
                node.pointer + "/choices",
                node.id,
            )


def _open(found: Reach) -> set[int]:
    """States from which something leads away: of their own, or of one around them."""
    open_: set[int] = set()
    for node in found.program.nodes:  # those around come first
        if (node.parent and node.parent.index in open_) or any(
            edge.target and found.edges[edge.number].true for edge in node.edges()
        ):
            open_.add(node.index)
    return open_


def _leaf(node: Node) -> bool:
    return not node.compound and not node.history


def _ends(found: Reach) -> Iterator[Finding]:
    program = found.program
    finals = [node for node in _reached(found) if node.final]
    if not finals:
        anywhere = any(node.final for node in program.nodes)
        message = (
            "No ending can be reached."
            if anywhere
            else "The scene has no ending. Add a state of the type final."
        )
        yield Finding(ERROR, "no-ending", message, "/states")
    open_ = _open(found)
    playable = [node for node in _reached(found) if _leaf(node) and not node.final]
    dead = [node for node in playable if node.index not in open_]
    leading = _leading(found, finals + dead)
    for node in playable:
        if node.index not in open_:
            yield Finding(
                ERROR,
                "dead-end",
                f"Nothing leads on from {node.id}. Add a choice, or make it an ending.",
                node.pointer,
                node.id,
            )
        elif finals and node.index not in leading:
            yield Finding(
                ERROR,
                "no-way-out",
                f"From {node.id} no ending can be reached any more.",
                node.pointer,
                node.id,
            )


def _leading(found: Reach, finals: list[Node]) -> set[int]:
    """States from which some way leads to an ending, backwards from the endings.

    Each state is there twice: active (a way out may be its own or of one around it) and,
    shifted by the number of states, about to be returned to by history.
    """
    size = len(found.program.nodes)
    backwards: list[list[int]] = [[] for _ in range(2 * size)]
    for node in _reached(found):
        here = node.index
        if node.parent:
            backwards[node.parent.index].append(here)
            if not node.history:
                backwards[size + here].append(size + node.parent.index)
        if _leaf(node):
            backwards[here].append(size + here)
        for edge in node.edges():
            if edge.target and found.edges[edge.number].true:
                for goal in _goals(edge.target, size):
                    backwards[goal].append(here)
    leading = {node.index for node in finals}
    waiting = list(leading)
    while waiting:
        for before in backwards[waiting.pop()]:
            if before not in leading:
                leading.add(before)
                waiting.append(before)
    return leading


def _goals(target: Node, size: int) -> Iterator[int]:
    if not target.history:
        *_, last = entered(target)
        yield last.index
        return
    if target.parent:
        yield size + target.parent.index
    if target.default:
        *_, last = entered(target.default)
        yield last.index


def _circles(found: Reach) -> Iterator[Finding]:
    """Circles of eventless transitions that nothing can stop."""
    after: dict[int, Node | None] = {}
    for node in _reached(found):
        if _leaf(node) and not node.final:
            after[node.index] = _next(found, node)
    done: set[int] = set()
    for start in after:
        path: list[int] = []
        on_path: set[int] = set()
        here = start
        while here not in done and after.get(here) is not None:
            if here in on_path:
                node = found.program.nodes[here]
                round_ = [found.program.nodes[i].id for i in path[path.index(here) :]]
                yield Finding(
                    ERROR,
                    "circle",
                    f"Without a choice, {' → '.join([*round_[:5], node.id])} goes round "
                    "for ever.",
                    node.pointer + "/always",
                    node.id,
                )
                break
            path.append(here)
            on_path.add(here)
            following = after[here]
            here = following.index if following else -1
        done |= on_path


def _next(found: Reach, node: Node) -> Node | None:
    """Where a state certainly goes by itself; itself, when it only acts."""
    for one in reversed(node.path):
        for edge in one.always:
            truth = found.edges[edge.number]
            if truth.true and truth.false:
                return None
            if truth.true:
                if edge.target is None:
                    return node
                if edge.target.history:
                    return None
                *_, last = entered(edge.target)
                return last
    return None
