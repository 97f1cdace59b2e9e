"""What is wrong with a document, before anybody sees it: read, validated, screened."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.module_loading import import_string

from scenes.approving import Story
from scenes.errors import StoryError
from scenes.machine import Finding, SceneError, check, limits, read_scene
from scenes.machine.findings import ERROR, NOTE
from scenes.machine.plays import Choose
from scenes.services import screening
from socialapp.lib.text import TextError, clean_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from scenes.machine.checks.estimate import Estimate
    from scenes.machine.checks.walk import Walk
    from scenes.machine.model import Scene
    from scenes.services.screening import Looked
    from socialapp.accounts.models import User

CHECK_SECONDS = 0.8
"""From the beginning of a check to the last text that it begins to screen."""

MOST_VALUES = 300_000
"""Of JSON, counted by their commas: ten thousand states of four lines have 190,000."""

TITLE, LOGLINE, GENRE = 120, 300, 60
"""Characters of the columns of a scene."""

_NO_TEXT = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Ending:
    """One that was met, and the choices that lead there."""

    state: str
    title: str
    way: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    findings: tuple[Finding, ...]
    story: Story | None = None
    """None: it is no scene, or far too large."""

    estimate: Estimate | None = None
    endings: tuple[Ending, ...] = ()
    looked: Looked = field(default_factory=screening.Looked)

    @property
    def publishable(self) -> bool:
        return not any(finding.severity == ERROR for finding in self.findings)


def readable(document: str) -> str:
    """`document` as it can be stored; StoryError for what is too long or no text."""
    if odd := _NO_TEXT.search(document):
        what = "NUL" if odd[0] == "\0" else "half of a surrogate pair"
        raise StoryError(
            f"Character {odd.start() + 1} is {what}, which is no text. Take it out.",
            field="document",
        )
    size = len(document.encode())
    if size > limits.BYTES:
        raise StoryError(
            f"This has {size} bytes, and a scene has {limits.BYTES} at most. Split the"
            " story, or take something out.",
            code="too-large",
            field="document",
        )
    return document


def check_document(*, document: str, owner: User, note: str = "") -> Checked:
    """All that keeps it from being published, within about a second: what the validator
    says and, as far as there is time, what screening says. Never raises for what is in
    it; StoryError for what is no text."""
    until = time.monotonic() + CHECK_SECONDS
    checked = validated(document=document, owner=owner, note=note)
    if checked.story is None:
        return checked
    left = max(0.0, until - time.monotonic())
    return with_words(checked, owner=owner, seconds=left)


def validated(*, document: str, owner: User, note: str = "") -> Checked:
    """The same without screening."""
    readable(document)
    if (values := document.count(",")) > MOST_VALUES:
        words = f"It has about {values} values; {MOST_VALUES} are the most."
        return Checked((Finding(ERROR, "unreadable", words, ""),))
    try:
        scene = read_scene(document)
    except SceneError as error:
        return Checked((Finding(ERROR, "unreadable", error.message, error.pointer),))
    story = Story(scene, note)
    if large := _too_large(story, document):
        return Checked(large)
    report = check(scene, exists=_exists(owner))
    own = (*_odd_title(scene), *_too_old(scene, owner), *_too_much(story))
    return Checked(
        (*own, *report.findings), story, report.estimate, _endings(scene, report.walk)
    )


def with_words(checked: Checked, *, owner: User, seconds: float) -> Checked:
    """With the findings of screening, those that refuse first."""
    if checked.story is None:
        return checked
    if seconds > 0:
        looked = screening.look(checked.story, person=owner, seconds=seconds)
    else:
        # Even what is remembered takes a while to be put together.
        looked = screening.Looked(left=states_of(checked.story.scene))
    return Checked(
        (*looked.refused, *checked.findings, *_notes(looked)),
        checked.story,
        checked.estimate,
        checked.endings,
        looked,
    )


def shown(text: str, most: int) -> str:
    """As it stands in a list: one line that fits."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def _exists(owner: User) -> Callable[[str, str], bool]:
    """The same few names come many times."""
    knows = import_string(settings.SCENE_ASSETS)

    @cache
    def exists(kind: str, name: str) -> bool:
        return bool(knows(kind, name, owner))

    return exists


def _odd_title(scene: Scene) -> tuple[Finding, ...]:
    try:
        clean_line(shown(scene.title.main, TITLE), max_length=TITLE)
    except TextError as error:
        words = f"The title cannot be so. {error}"
        return (Finding(ERROR, "odd-title", words, "/title"),)
    return ()


def _too_old(scene: Scene, owner: User) -> tuple[Finding, ...]:
    if scene.rating != "mature" or not owner.is_minor:
        return ()
    words = (
        "Scenes rated “mature” are for adults, who alone can publish them. Rate it"
        " “teen” or milder."
    )
    return (Finding(ERROR, "rating", words, "/rating"),)


def _too_large(story: Story, document: str) -> tuple[Finding, ...]:
    # Brackets within brackets grow forty times, on lines of their own.
    may_be = len(document) > limits.BYTES // 40
    size = len(story.document.encode()) if may_be else 0
    if size <= limits.BYTES:
        return ()
    words = (
        f"Written out in its canonical form it has {size} bytes; {limits.BYTES} are"
        " the most. Split the story into two scenes."
    )
    return (Finding(ERROR, "much-text", words, ""),)


def _too_much(story: Story) -> tuple[Finding, ...]:
    most = settings.SCENE_CHARACTERS
    if story.characters <= most:
        return ()
    words = (
        f"It has {story.characters} characters of text, and {most} can be published in"
        " one scene, for all of them are screened. Split the story into two scenes."
    )
    return (Finding(ERROR, "much-text", words, ""),)


def _notes(looked: Looked) -> tuple[Finding, ...]:
    if looked.unavailable:
        words = (
            "We cannot screen texts just now. What is published meanwhile waits, and"
            " goes on stage by itself."
        )
        return (Finding(NOTE, "unscreened", words, ""),)
    if looked.left:
        words = (
            f"The texts of {looked.left} more states will be screened with the next"
            " check, or when it is published."
        )
        return (Finding(NOTE, "unscreened", words, ""),)
    return ()


def _endings(scene: Scene, walk: Walk | None) -> tuple[Ending, ...]:
    if walk is None:
        return ()
    finals = _finals(scene)
    return tuple(
        Ending(
            state,
            finals[state],
            tuple(event.choice for event in step.events() if isinstance(event, Choose)),
        )
        for state, step in walk.endings.items()
    )


def _finals(scene: Scene) -> dict[str, str]:
    """Titles by id of the final state, of the whole tree."""
    found = {}
    waiting = [scene.states]
    while waiting:
        for name, state in waiting.pop().items():
            if state.ending is not None:
                found[name] = state.ending.title.main
            if state.states:
                waiting.append(state.states)
    return found


def endings_of(scene: Scene) -> int:
    return len(_finals(scene))


def states_of(scene: Scene) -> int:
    count = 0
    waiting = [scene.states]
    while waiting:
        for state in waiting.pop().values():
            count += 1
            if state.states:
                waiting.append(state.states)
    return count
