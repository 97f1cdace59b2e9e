"""Macros with an inside: where they open and end, and when what is inside is so.

SugarCube's end at a macro of their own, Harlowe's with the hook that follows them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.trade.terms import apply
from scenes.trade.twine.reading import Frame
from scenes.trade.twine.values import tree_of

if TYPE_CHECKING:
    from scenes.trade.twine.reading import Atoms, Reading

IF, ELSE_IF, ELSE = {"if"}, {"elseif", "else-if"}, {"else"}
_DEEPEST = 30


def open_block(reading: Reading, frame: Frame, *, harlowe: bool) -> None:
    """What follows stands inside: at once, or with Harlowe's next hook."""
    if harlowe:
        reading.waiting = frame
    else:
        push(reading, frame)


def push(reading: Reading, frame: Frame) -> None:
    """What follows stands inside, unless that is too deep."""
    if len(reading.frames) >= _DEEPEST:
        reading.notes.leave(frame.name, reading.where, "Nested too deeply.")
        reading.skipped += 1
    else:
        reading.frames.append(frame)


def open_hook(reading: Reading) -> None:
    """Harlowe's ``[``: the inside of the macro before it, or of none."""
    frame = reading.waiting or Frame("", reading.atoms)
    frame.hook = True
    reading.waiting = None
    push(reading, frame)


def close_hook(reading: Reading) -> None:
    """Harlowe's ``]``, with all that was left open inside."""
    reading.skipped, skipped = max(0, reading.skipped - 1), reading.skipped
    while reading.frames and not skipped:
        frame = reading.frames.pop()
        if frame.hook:
            reading.last = frame
            break


def close(reading: Reading, name: str) -> None:
    """The end of SugarCube's macro of that name."""
    if not any(frame.name == name for frame in reading.frames):
        return
    if reading.skipped:
        reading.skipped -= 1
        return
    while reading.frames:
        if reading.frames.pop().name == name:
            break


def branch(reading: Reading, name: str, rest: str, harlowe: bool) -> None:
    """An ``if``, ``unless``, ``elseif`` or ``else``."""
    tree = (
        apply("not", tree_of(reading, rest))
        if name == "unless"
        else tree_of(reading, rest)
    )
    if name in IF | {"unless"}:
        around = reading.atoms
        frame = Frame("if", (*around, (tree, True)), ((tree, False),))
        open_block(reading, frame, harlowe=harlowe)
        return
    if harlowe:
        before, around = reading.last, reading.atoms
    else:
        before = next((f for f in reversed(reading.frames) if f.name == "if"), None)
        while before is not None and reading.frames.pop() is not before:
            pass
        around = reading.atoms
    if before is None or before.name != "if":
        reading.notes.leave(name, reading.where, "No if stands before it.")
        return
    so: Atoms = ((tree, True),) if name in ELSE_IF else ()
    tried = (*before.tried, (tree, False)) if so else before.tried
    frame = Frame("if", (*around, *before.tried, *so), tried)
    open_block(reading, frame, harlowe=harlowe)
