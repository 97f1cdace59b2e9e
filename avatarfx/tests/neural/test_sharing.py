"""Jobs that ask at the same time share calls of the model, and no fault of another's."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from avatarfx.animators.neural import sharing
from avatarfx.animators.neural.memory import DeviceLost
from avatarfx.animators.neural.sharing import Shared
from socialapp.engines import devices
from socialapp.engines.errors import EngineError, OutOfMemory

if TYPE_CHECKING:
    from collections.abc import Sequence


class Model:
    """Tens of what it is asked; the first call lasts until it is told to go on."""

    def __init__(self, words: str = "a shape is wrong") -> None:
        self.words = words
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.batches: list[list[int]] = []

    def __call__(self, items: Sequence[int]) -> list[int]:
        self.batches.append(list(items))
        self.begun.set()
        assert self.go_on.wait(20)
        if 13 in items:
            raise RuntimeError(self.words)
        return [item * 10 for item in items]


def asked(shared: Shared[int, int], model: Model, *jobs: list[int]) -> list[Any]:
    """What each job got; the first holds the model until the others wait."""
    with ThreadPoolExecutor(len(jobs)) as pool:
        first = pool.submit(shared.ask, jobs[0])
        assert model.begun.wait(20)
        rest = [pool.submit(shared.ask, job) for job in jobs[1:]]
        while len(shared._waiting) < len(rest):
            threading.Event().wait(0.005)
        model.go_on.set()
        return [one.exception(20) or one.result() for one in (first, *rest)]


def test_those_who_wait_share_the_next_call() -> None:
    model = Model()
    shared = Shared(model, most=8)
    found = asked(shared, model, [1], [2, 3], [4], [5, 6])
    assert found == [[10], [20, 30], [40], [50, 60]]
    assert model.batches[0] == [1]
    assert sorted(model.batches[1]) == [2, 3, 4, 5, 6]
    assert shared.calls == 2


def test_a_full_batch_leaves_the_rest_to_the_next_and_a_large_job_goes_alone() -> None:
    model = Model()
    found = asked(Shared(model, most=3), model, [1], [2, 3, 4, 5], [6, 7], [8, 9])
    assert sorted(map(len, found)) == [1, 2, 2, 4]
    assert all(len(batch) <= 3 or set(batch) == {2, 3, 4, 5} for batch in model.batches)


def test_one_jobs_poison_is_no_other_jobs_fault() -> None:
    model = Model()
    first, second, poisoned, last = asked(
        Shared(model, most=8), model, [1], [2, 3], [4, 13], [5]
    )
    assert (first, second, last) == ([10], [20, 30], [50])
    assert isinstance(poisoned, EngineError)
    assert "a shape is wrong" in str(poisoned)


def test_a_lost_device_is_told_to_all_who_waited() -> None:
    model = Model("CUDA error: device-side assert triggered")
    try:
        found = asked(Shared(model, most=8), model, [1], [13], [5])
        assert found[0] == [10]
        assert all("stopped answering" in str(error) for error in found[1:])
        assert len(model.batches) == 2
    finally:
        devices.forget()


@pytest.mark.parametrize(
    "words",
    [
        "CUDA error: device-side assert triggered",
        "CUDA error: an illegal memory access was encountered",
        "CUDA driver error: unknown error",
        "No CUDA GPUs are available",
        "CUDA error: driver shutting down",
    ],
)
def test_a_lost_device_is_remembered_and_asked_nothing_more(words: str) -> None:
    model = Model(f"{words}\nCompile with TORCH_USE_CUDA_DSA")
    model.go_on.set()
    shared = Shared(model, most=2)
    try:
        with pytest.raises(DeviceLost, match="stopped answering"):
            shared.ask([13, 1, 2])
        assert len(model.batches) == 1
        assert words in devices.lost("cuda")
        assert devices.lost() == devices.lost("cuda")
    finally:
        devices.forget()


def test_a_fault_is_that_of_one_job_and_each_is_asked_for_by_itself() -> None:
    model = Model("CUDA error: invalid argument")
    shared = Shared(model, most=8)
    _, second, poisoned = asked(shared, model, [1], [2, 3], [4, 13])
    assert second == [20, 30]
    assert "The graphics card stopped: CUDA error: invalid argument" in str(poisoned)
    assert sorted(map(sorted, model.batches[1:])) == [[2, 3], [2, 3, 4, 13], [4, 13]]
    assert devices.lost() == ""


class Narrow(Model):
    """Has room for two at once, and for no 9 at all."""

    def __call__(self, items: Sequence[int]) -> list[int]:
        found = super().__call__(items)
        if len(items) > 2 or 9 in items:
            raise MemoryError
        return found


def test_a_mixed_call_that_does_not_fit_is_halved_and_the_next_begin_so() -> None:
    model = Narrow()
    shared = Shared(model, most=8)
    with shared.joined():
        found = asked(shared, model, [1], [2, 3, 4], [5, 6])
        assert found == [[10], [20, 30, 40], [50, 60]]
        assert [len(batch) for batch in model.batches] == [1, 5, 2, 2, 1]
        shared.ask([1, 2, 3])
        assert [len(batch) for batch in model.batches[5:]] == [2, 1]
    with shared.joined():
        shared.ask([1, 2, 3])
    assert len(model.batches[7]) == 3, "the next clip may have more room"


def test_what_does_not_fit_at_all_fails_the_job_that_asked_it() -> None:
    model = Narrow()
    first, second, large = asked(Shared(model, most=8), model, [1], [2, 3], [9])
    assert (first, second) == ([10], [20, 30])
    assert isinstance(large, OutOfMemory)


def test_jobs_that_draw_are_waited_for_and_those_that_left_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sharing, "PATIENCE", 100.0)
    model = Model()
    model.go_on.set()
    shared = Shared(model, most=8)
    may_ask = threading.Event()

    def late() -> list[int]:
        with shared.joined():
            assert may_ask.wait(20)
            return shared.ask([3])

    with ThreadPoolExecutor(2) as pool:
        second = pool.submit(late)
        with shared.joined():
            while shared._jobs < 2:
                threading.Event().wait(0.005)
            first = pool.submit(shared.ask, [1, 2])
            while not shared._waiting:
                threading.Event().wait(0.005)
            may_ask.set()
            assert (first.result(20), second.result(20)) == ([10, 20], [30])
            assert [sorted(batch) for batch in model.batches] == [[1, 2, 3]]
            # The other has left.
            assert shared.ask([4]) == [40]
    assert shared.calls == 2


@pytest.mark.neural
def test_a_shared_network_says_the_same_as_one_asked_alone() -> None:
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    torch.manual_seed(3)
    network = torch.nn.Sequential(
        torch.nn.Conv2d(3, 8, 3, padding=1), torch.nn.GELU(), torch.nn.Conv2d(8, 3, 1)
    ).eval()

    def call(crops: Sequence[Any]) -> list[Any]:
        with torch.inference_mode():
            return list(network(torch.stack(list(crops))))

    clips = [torch.rand(6, 3, 16, 16) for _ in range(4)]
    shared = Shared(call, most=16)
    with ThreadPoolExecutor(4) as pool:
        found = list(
            pool.map(
                lambda clip: [shared.ask(list(clip[i : i + 2])) for i in (0, 2, 4)],
                clips,
            )
        )
    for clip, parts in zip(clips, found, strict=True):
        drawn = torch.stack([frame for part in parts for frame in part])
        with torch.inference_mode():
            assert torch.allclose(drawn, network(clip), atol=1e-5)
    assert shared.calls <= 12
