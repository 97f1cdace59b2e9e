"""Fewer states that mean the same: those that only lead on are taken out."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from scenes.machine import limits
from scenes.trade.naming import Names

if TYPE_CHECKING:
    from scenes.trade.draft import Draft, Node


def tidied(draft: Draft) -> None:
    asked = {one for ids in draft.counted.values() for one in ids}
    by_id = {node.id: node for node in draft.nodes}
    _skip(draft, by_id, asked)
    _join(draft, by_id, asked)
    draft.nodes = [node for node in draft.nodes if node.id in by_id]
    _rename(draft)


def _rename(draft: Draft) -> None:
    """Numbers in ids without the gaps."""
    draft.states = Names()
    names = {node.id: draft.states.new(node.title, "state") for node in draft.nodes}
    for node in draft.nodes:
        node.id = names[node.id]
        for way in (*node.choices, *node.always):
            way.target = names.get(way.target, way.target)
    draft.initial = names[draft.initial]
    draft.counted = {
        key: [names[one] for one in ids if one in names]
        for key, ids in draft.counted.items()
    }


def _sole(node: Node) -> str:
    """Where it leads when it does nothing but lead on; else empty."""
    if node.choices or node.after or node.final or len(node.always) != 1:
        return ""
    way = node.always[0]
    return way.target if way.guard is None and not way.dos else ""


def _skip(draft: Draft, by_id: dict[str, Node], asked: set[str]) -> None:
    """Ways through empty states lead to what follows them."""
    through = {
        node.id: _sole(node)
        for node in draft.nodes
        if _sole(node) and not node.entry and not node.beats and node.id not in asked
    }

    def end(target: str) -> str:
        passed = set()
        while target in through and target not in passed:
            passed.add(target)
            target = through[target]
        return target

    for node in draft.nodes:
        for way in (*node.choices, *node.always):
            way.target = end(way.target)
    draft.initial = end(draft.initial)
    led = {way.target for node in draft.nodes for way in (*node.choices, *node.always)}
    for name in through:
        if name not in led and name != draft.initial:
            del by_id[name]


def _join(draft: Draft, by_id: dict[str, Node], asked: set[str]) -> None:
    """A state that is come to from one other alone, and always, is told with it."""
    ways = Counter(
        way.target for node in by_id.values() for way in (*node.choices, *node.always)
    )
    for node in list(by_id.values()):
        if node.id not in by_id:
            continue
        while target := _sole(node):
            other = by_id.get(target)
            if (
                other is None
                or other is node
                or ways[target] > 1
                or target in asked
                or target == draft.initial
                or (other.entry and node.beats)
                or len(node.beats) + len(other.beats) > limits.BEATS
            ):
                break
            node.entry += other.entry
            node.beats += other.beats
            node.choices, node.always = other.choices, other.always
            node.final, node.ending = other.final, other.ending
            del by_id[target]
