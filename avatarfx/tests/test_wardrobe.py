"""A puppet is built once for all scenes that need one just like it."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from avatarfx.animators.puppets import View
from avatarfx.animators.wardrobe import Wardrobe
from avatarfx.quality.watcher import BEHIND, Watcher
from socialapp.engines.protocols import Actor
from socialapp.performance import Rig

if TYPE_CHECKING:
    from avatarfx.animators.puppets import Puppet

VIEW = View(0.0, 0.0, 1.0, 1.0)
PERSON = Actor(Rig("sha256:x.png", 10, 10, "photo"), b"a picture", {})


class Counts:
    """Makes puppets that are numbers."""

    def __init__(self) -> None:
        self.made = 0

    def suits(self, _: Rig) -> str | None:
        return None

    def build(self, *_: Any, **__: Any) -> Puppet:
        self.made += 1
        return self.made  # type: ignore[return-value]


def asked(
    wardrobe: Wardrobe, maker: Counts, actor: Actor = PERSON, **other: Any
) -> object:
    told: dict[str, Any] = {"view": VIEW, "width": 64, "height": 64, "cut_out": False}
    return wardrobe.puppet(maker, actor, **told | other)


def test_it_is_built_once() -> None:
    wardrobe, maker = Wardrobe(), Counts()
    assert [asked(wardrobe, maker) for _ in range(3)] == [1, 1, 1]


def test_what_differs_is_another_puppet() -> None:
    wardrobe, maker = Wardrobe(9), Counts()
    asked(wardrobe, maker)
    found = {
        asked(wardrobe, maker, width=65),
        asked(wardrobe, maker, height=65),
        asked(wardrobe, maker, cut_out=True),
        asked(wardrobe, maker, view=replace(VIEW, x=0.1)),
        asked(wardrobe, maker, replace(PERSON)),
        asked(wardrobe, Counts()),
    }
    assert found == {1, 2, 3, 4, 5, 6}
    assert asked(wardrobe, maker) == 1


def test_what_was_not_worn_for_longest_goes_first() -> None:
    wardrobe, maker = Wardrobe(2), Counts()
    for width in (1, 2, 1, 3):
        asked(wardrobe, maker, width=width)
    assert maker.made == 3
    assert asked(wardrobe, maker, width=1) == 1
    assert asked(wardrobe, maker, width=2) == 4


class Sees:
    """A watch that takes its time."""

    def __init__(self, error: Exception | None = None) -> None:
        self.seen: list[Any] = []
        self.go = threading.Event()
        self._error = error

    def see(self, number: int, *_: Any, **__: Any) -> None:
        assert self.go.wait(30)
        if self._error:
            raise self._error
        self.seen.append(number)

    def learn(self, asked: Any) -> None:
        self.seen.append(asked)

    def measured(self) -> Any:
        return list(self.seen)


def test_it_is_told_everything_in_order_and_nobody_waits() -> None:
    watch: Any = Sees()
    with Watcher(watch) as watcher:
        for number in range(BEHIND - 4):
            watcher.see(number, None, under=None, keep=False)  # type: ignore[arg-type]
        watcher.learn("more")  # type: ignore[arg-type]
        watcher.see(99, None, under=None, keep=False)  # type: ignore[arg-type]
        assert watch.seen == []
        watch.go.set()
        measured: Any = watcher.measured()
    assert measured == [*range(BEHIND - 4), "more", 99]


def test_what_goes_wrong_in_it_is_told_to_who_films() -> None:
    watch: Any = Sees(ValueError("It looked away."))
    watch.go.set()
    told = ""
    try:
        with Watcher(watch) as watcher:
            for number in range(3 * BEHIND):
                watcher.see(number, None, under=None, keep=False)  # type: ignore[arg-type]
            watcher.measured()
    except ValueError as error:
        told = str(error)
    assert told == "It looked away."
