"""Texts, roles, assets and variables: what is named and missing, or made and not used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenes.machine import placeholders
from scenes.machine.checks.bounds import reads
from scenes.machine.errors import pointer
from scenes.machine.findings import ERROR, NOTE, WARNING, Finding
from scenes.machine.model import (
    RATINGS,
    Assign,
    Camera,
    Emotion,
    Improv,
    Line,
    Narration,
    Roll,
    Sound,
)
from scenes.machine.texts import spoken
from scenes.machine.trees import Rolled, Variable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scenes.machine import model
    from scenes.machine.linking import Node, Program

    Exists = Callable[[str, str], bool]

LINE = 220
"""Characters of a line or a narration: about fifteen seconds, or two captions."""

LABEL = 120
"""Characters of a choice, which a phone shows on three lines."""

MANY_CHOICES = 5
"""What a phone shows at once."""


def findings(program: Program, exists: Exists | None) -> Iterator[Finding]:
    scene = program.scene
    yield from _roles(scene)
    for node in program.nodes:
        yield from _state(node, scene, exists)
    yield from _used(program)
    yield from _languages(scene)


def _roles(scene: model.Scene) -> Iterator[Finding]:
    for name, role in scene.roles.items():
        wanted = role.requires.rating
        if wanted and RATINGS.index(wanted) > RATINGS.index(scene.rating):
            yield Finding(
                ERROR,
                "rating",
                f"The role {name} allows characters rated {wanted}, but the scene is "
                f"rated {scene.rating}. Raise the scene's rating, or lower the role's.",
                pointer("roles", name, "requires", "rating"),
            )


def _state(node: Node, scene: model.Scene, exists: Exists | None) -> Iterator[Finding]:
    state, where = node.state, node.pointer
    if state.background:
        yield from _asset(
            "background", state.background, where + "/background", node, exists
        )
    for i, beat in enumerate(state.beats):
        yield from _beat(beat, f"{where}/beats/{i}", node, scene, exists)
    labels: set[str] = set()
    for i, choice in enumerate(state.choices):
        here = f"{where}/choices/{i}/text"
        yield from _text(choice.text, here, node, scene, LABEL)
        if choice.text.main in labels:
            message = "Two choices of this state read the same."
            yield Finding(WARNING, "same-label", message, here, node.id)
        labels.add(choice.text.main)
    if len(state.choices) > MANY_CHOICES:
        yield Finding(
            WARNING,
            "many-choices",
            f"{len(state.choices)} choices; a phone shows {MANY_CHOICES} at once.",
            where + "/choices",
            node.id,
        )
    if state.ending:
        yield from _text(
            state.ending.title, where + "/ending/title", node, scene, LABEL
        )


def _beat(
    beat: model.Beat,
    where: str,
    node: Node,
    scene: model.Scene,
    exists: Exists | None,
) -> Iterator[Finding]:
    if isinstance(beat, Line | Narration):
        yield from _text(beat.text, where + "/text", node, scene, LINE)
    if isinstance(beat, Improv):
        yield from _text(beat.fallback, where + "/fallback", node, scene, LINE)
    if isinstance(beat, Sound):
        yield from _asset("sound", beat.sound, where + "/sound", node, exists)
    if isinstance(beat, Line | Improv | Emotion):
        yield from _role(beat.role, where + "/role", node, scene)
    if isinstance(beat, Camera) and beat.on != "all":
        yield from _role(beat.on, where + "/on", node, scene)
    if isinstance(beat, Line):
        for i, role in enumerate(beat.listeners or ()):
            yield from _role(role, f"{where}/listeners/{i}", node, scene)


def _role(name: str, where: str, node: Node, scene: model.Scene) -> Iterator[Finding]:
    if name not in scene.roles:
        message = f"No role is called {name[:64]}; there are {', '.join(scene.roles)}."
        yield Finding(ERROR, "undefined-role", message, where, node.id)


def _asset(
    kind: str, name: str, where: str, node: Node, exists: Exists | None
) -> Iterator[Finding]:
    if exists is not None and not exists(kind, name):
        message = f"There is no {kind} called {name}. Upload it, or choose another."
        yield Finding(ERROR, "missing-asset", message, where, node.id)


def _text(
    text: model.Text, where: str, node: Node, scene: model.Scene, most: int
) -> Iterator[Finding]:
    known = scene.roles.keys() | scene.context.keys()
    for name in sorted(placeholders.names(text) - known):
        yield Finding(
            ERROR,
            "placeholder",
            f"The text names {{{name}}}, which is neither a role nor a variable. A "
            "brace is written {{.",
            where,
            node.id,
        )
    for said in (text.main, *text.others.values()):
        if placeholders.broken(said):
            message = "A brace stands alone. A brace is written {{ or }}."
            yield Finding(ERROR, "placeholder", message, where, node.id)
        if len(said) > most:
            message = f"{len(said)} characters; {most} are easy to say and to read."
            yield Finding(WARNING, "long-text", message, where, node.id)


def _used(program: Program) -> Iterator[Finding]:
    scene = program.scene
    read, written, rolled, asked = _uses(program)
    for name in scene.context:
        if name not in read:
            yield _unused("never-read", f"The variable {name} is never read.", name)
        if name not in written:
            yield _unused("never-set", f"The variable {name} never changes.", name)
    for name in scene.dice:
        if name in asked and name not in rolled:
            message = f"The dice {name} are read and never rolled: they stay at 0."
            where = pointer("dice", name)
            yield Finding(WARNING, "never-rolled", message, where)
    speaking = {
        beat.role
        for node in program.nodes
        for beat in node.state.beats
        if isinstance(beat, Line | Improv)
    }
    for name in scene.roles:
        if name not in speaking:
            message = f"The role {name} never speaks."
            yield Finding(WARNING, "silent-role", message, pointer("roles", name))


def _unused(code: str, message: str, name: str) -> Finding:
    return Finding(WARNING, code, message, pointer("context", name))


def _uses(program: Program) -> tuple[set[str], set[str], set[str], set[str]]:
    """Variables read and written, dice rolled and asked for."""
    read: set[str] = set()
    written: set[str] = set()
    rolled: set[str] = set()
    asked: set[str] = set()
    for node in program.nodes:
        acts = [*node.entry, *node.exit]
        for edge in node.edges():
            acts += edge.acts
        for act in acts:
            if isinstance(act.action, Assign):
                written.add(act.action.variable)
            elif isinstance(act.action, Roll):
                rolled.add(act.action.dice)
    for tree in program.trees():
        for leaf in reads(tree):
            if isinstance(leaf, Variable):
                read.add(leaf.name)
            elif isinstance(leaf, Rolled):
                asked.add(leaf.dice)
    for text in spoken(program.scene):
        read |= placeholders.names(text)
    return read, written, rolled, asked


def _languages(scene: model.Scene) -> Iterator[Finding]:
    for language in scene.languages[1:]:
        lacking = sum(language not in text.others for text in spoken(scene))
        if lacking:
            yield Finding(
                NOTE,
                "untranslated",
                f"{lacking} texts are not in {language}; they are told in "
                f"{scene.languages[0]}.",
                "/languages",
            )
