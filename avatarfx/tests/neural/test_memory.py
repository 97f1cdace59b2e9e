"""Where a model goes, and what is left of a batch when something breaks in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from avatarfx.animators.neural import memory
from avatarfx.animators.neural.memory import (
    DeviceLost,
    Machine,
    Placement,
    plan,
    run_halving,
)
from socialapp.engines import devices
from socialapp.engines.errors import EngineError, OutOfMemory

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SMALL_CARD = Machine("cuda", 7600, 8192, 60_000, "float16")
FOURTEEN_BILLION = 14_000_000_000 * 2 >> 20
"""MiB of so many numbers of 16 bits."""


@pytest.fixture(autouse=True)
def _believe() -> Iterator[None]:
    yield
    devices.forget()


def test_a_model_that_fits_is_on_the_card_as_a_whole() -> None:
    assert plan(SMALL_CARD, wanted_mb=3000) == Placement("cuda", "float16")


def test_a_model_that_barely_fits_decodes_tile_by_tile() -> None:
    found = plan(SMALL_CARD, wanted_mb=5000)
    assert (found.offload, found.tiling) == ("none", True)


def test_a_model_too_large_lets_its_networks_take_turns() -> None:
    found = plan(SMALL_CARD, wanted_mb=9000, largest_mb=6000)
    assert (found.offload, found.tiling) == ("model", True)
    assert "8.8 GB" in found.note
    assert "7.4 GB" in found.note


def test_fourteen_billion_on_a_small_card_go_layer_by_layer_where_memory_allows() -> (
    None
):
    found = plan(SMALL_CARD, wanted_mb=FOURTEEN_BILLION)
    assert found.offload == "sequential"
    assert "slow" in found.note


def test_fourteen_billion_that_fit_nowhere_are_refused_with_the_sizes() -> None:
    here = Machine("cuda", 7600, 8192, 16_000, "float16")
    with pytest.raises(EngineError) as refusal:
        plan(here, wanted_mb=FOURTEEN_BILLION)
    for size in ("26.1 GB", "8.0 GB", "7.4 GB", "15.6 GB"):
        assert size in str(refusal.value)
    assert refusal.value.permanent
    assert not isinstance(refusal.value, OutOfMemory), "half of a batch helps nothing"


def test_a_cpu_counts_in_full_numbers() -> None:
    here = Machine("cpu", 8000, 8000, 8000)
    assert plan(here, wanted_mb=2000) == Placement("cpu", "float32")
    with pytest.raises(EngineError, match=r"needs 7\.8 GB"):
        plan(here, wanted_mb=4000)


def test_whoever_names_the_numbers_gets_them() -> None:
    assert plan(SMALL_CARD, wanted_mb=1000, dtype="float32").dtype == "float32"
    assert plan(SMALL_CARD, wanted_mb=4000, dtype="float32").offload == "sequential"


def test_main_memory_is_told() -> None:
    assert memory.ram_mb() > 100


class Card:
    """Has room for so many, and breaks at what it is told to."""

    def __init__(self, room: int = 100, poison: object = None, words: str = "") -> None:
        self.room, self.poison, self.words = room, poison, words
        self.calls: list[list[int]] = []

    def __call__(self, items: Sequence[int]) -> list[int]:
        self.calls.append(list(items))
        if len(items) > self.room:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
        if self.poison in items:
            raise RuntimeError(self.words)
        return [item * 10 for item in items]


def test_a_batch_is_halved_until_it_fits_and_nothing_is_done_twice() -> None:
    card = Card(room=3)
    assert run_halving(card, [1, 2, 3, 4, 5, 6, 7, 8]) == [
        10,
        20,
        30,
        40,
        50,
        60,
        70,
        80,
    ]
    assert card.calls[2:] == [[1, 2], [3, 4], [5, 6], [7, 8]]
    assert [len(call) for call in card.calls[:2]] == [8, 4]


def test_it_begins_with_as_many_as_it_is_told_and_tells_of_less() -> None:
    card, told = Card(room=2), list[int]()
    found = run_halving(card, [1, 2, 3, 4, 5], most=4, less=told.append)
    assert found == [10, 20, 30, 40, 50]
    assert [len(call) for call in card.calls] == [4, 2, 2, 1]
    assert told == [2]


def test_what_does_not_fit_alone_is_out_of_memory() -> None:
    with pytest.raises(OutOfMemory):
        run_halving(Card(room=0), [1, 2])
    with pytest.raises(OutOfMemory):
        run_halving(Card(room=3), [1, 2, 3, 4], least=4)


def test_another_error_passes_through_a_halving_run() -> None:
    with pytest.raises(RuntimeError, match="shape"):
        run_halving(Card(poison=2, words="a shape is wrong"), [1, 2])
    with pytest.raises(EngineError, match="0 results came of 2"):
        run_halving(lambda _: [], [1, 2])


def test_a_harmless_error_that_mentions_an_assert_loses_nothing() -> None:
    error = memory.worded(ValueError("device-side assert in the docs"))
    assert not isinstance(error, DeviceLost)
    assert str(error).startswith("The model stopped")
    assert devices.lost() == ""
