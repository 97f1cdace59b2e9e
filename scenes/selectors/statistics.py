"""What the author of a scene learns of those who played it: many together, never one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenes.machine import placeholders, read_scene
from scenes.models import ChoiceCount, EndingCount, SceneStat
from scenes.selectors.outlines import every_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenes.machine.model import Scene as Document
    from scenes.machine.model import State
    from scenes.models import Scene, SceneVersion

FEWEST = 5
"""People; smaller groups are not told apart, nobody among them included (k-anonymity)."""

FEW = f"fewer than {FEWEST}"


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many people; None: fewer than may be told."""

    people: int | None
    share: int | None = None
    """Percent of its group, when every number of the group is told: one that is missing
    would follow from the others."""

    heat: int = 0
    """0 to 100, compared with the largest of its group; 0 for what is not told."""

    @property
    def told(self) -> str:
        return FEW if self.people is None else f"{self.people:,}"


@dataclass(frozen=True, slots=True)
class Taken:
    """A choice, and how many people took it."""

    id: str
    text: str
    crowd: Crowd


@dataclass(frozen=True, slots=True)
class Crossing:
    """A state with choices."""

    state: str
    title: str
    """The author's own, or the id."""

    choices: tuple[Taken, ...]
    """The most taken first."""

    @property
    def told(self) -> bool:
        """Whether any of them may be told."""
        return any(one.crowd.people is not None for one in self.choices)


@dataclass(frozen=True, slots=True)
class Reached:
    """An ending, and how many people came to it."""

    state: str
    title: str
    crowd: Crowd


@dataclass(frozen=True, slots=True)
class Statistics:
    plays: int
    """People who took a choice, each once; on the scene's page for everybody."""

    finishes: Crowd
    endings: tuple[Reached, ...]
    crossings: tuple[Crossing, ...]
    """In the author's order."""

    @property
    def untold(self) -> list[str]:
        """Titles of the states of which nothing may be told."""
        return [one.title for one in self.crossings if not one.told]


def crowds(people: Sequence[int]) -> list[Crowd]:
    """Of a group of numbers that belong together."""
    whole, most = sum(people), max(people, default=0)
    all_told = min(people, default=0) >= FEWEST
    return [
        Crowd(
            number,
            round(100 * number / whole) if all_told else None,
            round(100 * number / most),
        )
        if number >= FEWEST
        else Crowd(None)
        for number in people
    ]


def statistics_of(scene: Scene, version: SceneVersion) -> Statistics:
    """Of one version; plays and finishes are those of the whole scene. Three queries,
    and the document is read. Shares are of all choices taken in a state, and of all
    endings found."""
    document = read_scene(version.document)
    choices = ChoiceCount.objects.filter(version=version)
    taken = {(row.state, row.choice): row.people for row in choices}
    endings = EndingCount.objects.filter(version=version)
    ended = {row.state: row.people for row in endings}
    stat = SceneStat.objects.filter(scene=scene).first() or SceneStat(scene=scene)
    states = list(every_state(document.states))
    finals = [(name, state) for name, state in states if state.type == "final"]
    reached = crowds([ended.get(name, 0) for name, _ in finals])
    return Statistics(
        stat.plays,
        Crowd(stat.finishes if stat.finishes >= FEWEST else None),
        tuple(
            Reached(name, state.ending.title.main if state.ending else name, crowd)
            for (name, state), crowd in zip(finals, reached, strict=True)
        ),
        tuple(
            _crossing(
                document,
                name,
                state,
                [taken.get((name, choice.id), 0) for choice in state.choices],
            )
            for name, state in states
            if state.choices
        ),
    )


def _crossing(
    document: Document, name: str, state: State, people: Sequence[int]
) -> Crossing:
    """What is not told stays in the author's order, which tells nothing."""

    def label(role: str) -> str | None:
        known = document.roles.get(role)
        return known.label.main if known else None

    found = [
        Taken(choice.id, placeholders.filled(choice.text.main, label), crowd)
        for choice, crowd in zip(state.choices, crowds(people), strict=True)
    ]
    found.sort(key=lambda one: -(one.crowd.people or 0))
    return Crossing(name, state.title or name, tuple(found))
