"""Two clips of a worker at once: one model, calls for both, the same films as alone."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from avatarfx import services
from avatarfx.abilities import Abilities
from avatarfx.animators.neural import sharing
from avatarfx.animators.neural.control import control
from avatarfx.animators.neural.latentsync import LatentSync
from avatarfx.animators.neural.musetalk import MuseTalk
from avatarfx.animators.neural.refiner import RefinerAnimator
from avatarfx.models import Clip, Render
from avatarfx.services import rendering, workers
from avatarfx.tests.conftest import make_character
from avatarfx.tests.neural.clips import pixels
from avatarfx.tests.test_residents import queue, states
from socialapp.accounts.models import User
from socialapp.engines import devices
from socialapp.jobs import horse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from avatarfx.animators.neural.base import Crop, NeuralAnimator
    from avatarfx.tests.conftest import Troupe
    from socialapp.engines.protocols import Frame, Staging

    Film = list[NDArray[np.uint8]]

__all__ = ["queue"]

pytestmark = [
    pytest.mark.neural,
    pytest.mark.database,
    pytest.mark.django_db(transaction=True),
]

SHORT, LONG = "One.", "One two three."
WAIT = 60.0


def sway() -> Any:
    """Draws any picture, without a rig's grids."""
    from avatarfx.animators.stage import StageAnimator  # noqa: PLC0415

    return StageAnimator("full", ("avatarfx.animators.sway.SwayMaker",))


def made(kind: str, folder: Path) -> NeuralAnimator:
    from importlib import import_module  # noqa: PLC0415

    import_module(f"avatarfx.animators.neural.samples.{kind}").tiny(folder, 3)
    options: dict[str, Any] = {"under": f"{__name__}.sway", "device": "cpu"}
    if kind == "musetalk":
        return MuseTalk(str(folder), jobs=2, **options)
    if kind == "refiner":
        return RefinerAnimator(str(folder), jobs=2, **options)
    return LatentSync(str(folder), steps=1, size=64, **options)


class House:
    """A worker with one neural rung, and every frame that it drew."""

    def __init__(
        self, animator: NeuralAnimator, troupe: Troupe, patch: pytest.MonkeyPatch
    ) -> None:
        self.animator = animator
        self.films: dict[str, Film] = {}
        self.jobs = 1
        self._patch = patch
        engines = troupe.engines()
        ladder = (("neural", animator), *engines.animators)
        patch.setattr(rendering, "engines", lambda: replace(engines, animators=ladder))
        patch.setattr(horse, "resident", lambda: True)
        patch.setattr(workers, "abilities", self._can)
        patch.setattr(sharing, "PATIENCE", 200.0)
        together = self._together(control)
        patch.setattr("avatarfx.animators.neural.base.control", together)
        animate = type(animator).animate

        def kept(one: Any, staging: Staging, **size: Any) -> Iterator[Frame]:
            words = " ".join(c.text for c in staging.performance.parts[0].captions)
            film = self.films[words] = []
            for frame in animate(one, staging, **size):
                film.append(pixels(frame).copy())
                yield frame

        patch.setattr(type(animator), "animate", kept)

    def _can(self) -> Abilities:
        return Abilities(frozenset({"*"}), 1 << 20, batch=4, at_once=self.jobs)

    def _together(self, film: Any) -> Any:
        """Before anything is drawn both clips are in."""
        both = threading.Barrier(2, timeout=WAIT)

        def begun(*args: Any, **options: Any) -> Iterator[Any]:
            if self.jobs > 1:
                both.wait()
            yield from film(*args, **options)

        return begun

    @property
    def calls(self) -> int:
        loaded = self.animator._shared.loaded
        return loaded.mixed.calls if loaded else 0

    def make(
        self, owner: User, *, jobs: int, scripts: Sequence[str] = (SHORT, LONG)
    ) -> tuple[list[Clip], dict[str, Film], int]:
        """The clips, their films by what is said, and how often the model was asked."""
        character = make_character(owner)
        clips = [
            services.request_clip(
                owner=owner, character=character, script=words, shape="1:1"
            )
            for words in scripts
        ]
        before = self.calls
        self.jobs, self.films = jobs, {}
        rendering.render_next()
        return clips, self.films, self.calls - before


@pytest.fixture
def alice(transactional_db: None, queue: None) -> User:
    return User.objects.create_user("alice", "alice@example.com", "a secret of hers")


@pytest.fixture
def house(
    troupe: Troupe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], House]:
    pytest.importorskip("torch").set_num_threads(1)
    return lambda kind: House(made(kind, tmp_path / kind), troupe, monkeypatch)


def same(films: dict[str, Film], others: dict[str, Film]) -> None:
    """To the bit, but for what rounding makes of sums that are added up in another
    order when there is more in a call."""
    assert set(films) == set(others) == {SHORT, LONG}
    for words, film in films.items():
        assert len(film) == len(others[words]) > 10
        for one, other in zip(film, others[words], strict=True):
            off = np.abs(one.astype(int) - other)
            assert off.max() <= 1
            assert (off > 0).mean() < 1e-4


def notes(clip: Clip) -> list[tuple[str, str]]:
    trace = Render.objects.get(clip=clip).trace
    return [(e["engine"], e["note"]) for e in trace if e["name"] == "movement"]


@pytest.mark.parametrize("kind", ["musetalk", "refiner"])
def test_the_films_are_the_same_as_one_after_the_other_with_fewer_calls(
    kind: str, house: Callable[[str], House], alice: User
) -> None:
    worker = house(kind)
    clips, alone, calls = worker.make(alice, jobs=1)
    together, mixed, fewer = worker.make(alice, jobs=2)
    assert states(clips + together) == ["ready"] * 4
    assert {notes(clip)[0][0] for clip in together} == {"neural"}
    same(mixed, alone)
    # The longer one's batches hold the shorter one's faces too.
    batch = worker.animator.batch
    assert calls == sum(-(-len(film) // batch) for film in alone.values())
    assert fewer == max(-(-len(film) // batch) for film in alone.values())


def test_windows_of_two_clips_take_turns(
    house: Callable[[str], House], alice: User
) -> None:
    worker = house("latentsync")
    _, alone, _ = worker.make(alice, jobs=1)
    together, mixed, calls = worker.make(alice, jobs=2)
    assert states(together) == ["ready"] * 2
    assert calls == 0
    for words, film in mixed.items():
        assert all(map(np.array_equal, film, alone[words]))


def spoilt(
    patch: pytest.MonkeyPatch, fault: Callable[[list[Crop], list[Any]], None]
) -> None:
    """`fault` sees what a call of MuseTalk holds and may raise."""
    refine = MuseTalk.refine_each

    def broken(self: MuseTalk, model: Any, batch: Any, kept: Any) -> Any:
        fault(batch, kept)
        return refine(self, model, batch, kept)

    patch.setattr(MuseTalk, "refine_each", broken)


def length_of(voices: Any) -> int:
    (speaker,) = voices.speakers.values()
    return len(speaker.heard)


def test_a_model_that_breaks_on_one_clip_draws_the_other_to_its_end(
    house: Callable[[str], House], alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = house("musetalk")
    _, alone, _ = worker.make(alice, jobs=1)
    longest = max(len(film) for film in alone.values())

    def fault(batch: list[Crop], kept: list[Any]) -> None:
        if any(length_of(one) >= 2 * longest - 4 for one in kept):
            raise RuntimeError("a shape is wrong")

    spoilt(monkeypatch, fault)
    (short, long), mixed, _ = worker.make(alice, jobs=2)
    assert states([short, long]) == ["ready"] * 2
    assert [engine for engine, _ in notes(short)] == ["neural"]
    (broken, why), (instead, _) = notes(long)
    assert (broken, instead) == ("neural", "warp")
    assert "a shape is wrong" in why
    assert len(mixed[SHORT]) == len(alone[SHORT])
    same({SHORT: mixed[SHORT], LONG: alone[LONG]}, alone)


def test_memory_that_runs_out_halves_the_mixed_call_and_both_films_are_whole(
    house: Callable[[str], House], alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = house("musetalk")
    _, alone, calls = worker.make(alice, jobs=1)
    sizes: list[int] = []

    def fault(batch: list[Crop], kept: list[Any]) -> None:
        sizes.append(len(batch))
        if len(batch) > worker.animator.batch:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")

    spoilt(monkeypatch, fault)
    clips, mixed, asked = worker.make(alice, jobs=2)
    assert max(sizes) == 2 * worker.animator.batch
    assert sizes.count(max(sizes)) == 1, "what does not fit is not tried again"
    assert asked <= calls + 1
    for clip in clips:
        assert [engine for engine, _ in notes(clip)] == ["neural"]
    same(mixed, alone)


def test_one_that_is_cancelled_leaves_the_calls_to_the_other(
    house: Callable[[str], House], alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = house("musetalk")
    _, alone, _ = worker.make(alice, jobs=1)

    def fault(batch: list[Crop], kept: list[Any]) -> None:
        last = Clip.objects.latest("pk")
        if last.state == "rendering" and max(crop.number for crop in batch) > 8:
            services.cancel_clip(clip=last)

    spoilt(monkeypatch, fault)
    monkeypatch.setattr("avatarfx.services.minder.NEWS_SECONDS", 0.02)
    monkeypatch.setattr("avatarfx.services.leases.BEAT_SECONDS", 0.02)
    clips, mixed, _ = worker.make(alice, jobs=2)
    assert states(clips) == ["ready", "cancelled"]
    same({SHORT: mixed[SHORT], LONG: alone[LONG]}, alone)


def test_a_card_that_is_lost_is_lost_to_both_and_nothing_more_begins(
    house: Callable[[str], House], alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[bool] = []
    monkeypatch.setattr(horse, "end", lambda: ended.append(True))
    worker = house("musetalk")
    worker.make(alice, jobs=1)

    def fault(batch: list[Crop], kept: list[Any]) -> None:
        raise RuntimeError("CUDA error: device-side assert triggered")

    spoilt(monkeypatch, fault)
    try:
        clips, _, calls = worker.make(
            alice, jobs=2, scripts=(SHORT, LONG, "And one more.")
        )
        assert devices.lost()
    finally:
        devices.forget()
    assert calls == 1
    assert states(clips) == ["ready", "ready", "queued"]
    assert ended == [True]
    for clip in clips[:2]:
        (lost, why), (instead, _) = notes(clip)
        assert (lost, instead) == ("neural", "warp")
        assert "stopped answering" in why


def test_a_model_is_loaded_once_whoever_asks_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch")
    animator = made("refiner", tmp_path)
    both = threading.Barrier(2, timeout=WAIT)
    loads: list[int] = []
    load = RefinerAnimator.load

    def slow(self: RefinerAnimator) -> Any:
        loads.append(1)
        threading.Event().wait(0.2)
        return load(self)

    monkeypatch.setattr(RefinerAnimator, "load", slow)
    found: list[Any] = []

    def ask() -> None:
        both.wait()
        found.append(animator._loaded())

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(loads) == 1
    assert found[0] is found[1]
