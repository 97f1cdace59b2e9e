"""The trainer learns, stops and goes on; what it wrote can be served."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from avatarfx.training import checkpoints, degrade
from avatarfx.training.checkpoints import Plan
from avatarfx.training.curve import looks_svg, losses_svg
from avatarfx.training.errors import TrainingError
from avatarfx.training.pairs import Pair

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    Fault = Callable[[NDArray[Any], NDArray[Any], np.random.Generator], Any]

SMALL = Plan(steps=6, batch=2, window=24, channels=(4, 6, 8), blocks=1)


@pytest.fixture
def _torch() -> None:
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)


def pair(seed: int) -> Pair:
    """A picture as it should be, and the same faded."""
    rng = np.random.default_rng(seed)
    clean = rng.integers(0, 255, (2, 10, 10, 3), np.uint8)
    clean = clean.repeat(4, axis=1).repeat(4, axis=2)
    clean[1] = np.roll(clean[0], 1, axis=1)
    control = clean // 2 + 60
    mask = np.full((2, 40, 40), 255, np.uint8)
    low = mask.copy()
    low[:, :20] = 0
    return Pair(control, clean, mask, low // 2, low)


PAIRS = [pair(seed) for seed in range(4)]


def weights_in(folder: Path) -> dict[str, bytes]:
    kept = checkpoints.load(folder, SMALL)
    assert kept is not None
    return {name: tensor.numpy().tobytes() for name, tensor in kept[1].items()}


@pytest.mark.neural
@pytest.mark.usefixtures("_torch")
def test_a_training_that_goes_on_ends_as_one_that_never_stopped(tmp_path: Path) -> None:
    from avatarfx.training.trainer import train  # noqa: PLC0415

    whole, parts = tmp_path / "whole", tmp_path / "parts"
    _, at_once = train(SMALL, PAIRS, whole, keep_every=2)
    train(SMALL, PAIRS, parts, keep_every=2, stop_at=3)
    _, resumed = train(SMALL, PAIRS, parts, keep_every=2)
    assert at_once.losses == resumed.losses
    assert len(resumed.losses) == SMALL.steps
    assert weights_in(whole) == weights_in(parts)


@pytest.mark.neural
@pytest.mark.usefixtures("_torch")
def test_it_learns(tmp_path: Path) -> None:
    from avatarfx.training.trainer import train  # noqa: PLC0415

    plan = replace(SMALL, steps=60, rate=5e-3)
    _, standing = train(plan, PAIRS, tmp_path)
    assert np.mean(standing.losses[-10:]) < 0.8 * np.mean(standing.losses[:5])


@pytest.mark.neural
@pytest.mark.usefixtures("_torch")
def test_a_network_that_learned_nothing_leaves_pictures_of_any_size_alone() -> None:
    import torch  # noqa: PLC0415

    from avatarfx.animators.neural.refiner_network import (  # noqa: PLC0415
        Shape,
        count,
        seeded,
    )

    network = seeded(Shape(), 3)
    assert count(network) < 10_000_000
    for height, width in ((33, 47), (64, 64), (9, 8)):
        asked = torch.rand(1, 5, height, width)
        assert torch.equal(network(asked), asked[:, :3])


@pytest.mark.neural
@pytest.mark.usefixtures("_torch")
@pytest.mark.parametrize("part", ["tensors", "state", "gone", "plan"])
def test_what_is_damaged_is_named_with_the_way_out(tmp_path: Path, part: str) -> None:
    from avatarfx.training.trainer import train  # noqa: PLC0415

    train(SMALL, PAIRS, tmp_path, keep_every=3)
    (tensors,) = tmp_path.glob("step-*.safetensors")
    plan = SMALL
    named = tensors.name
    if part == "tensors":
        data = bytearray(tensors.read_bytes())
        data[-1] ^= 1
        tensors.write_bytes(data)
    elif part == "gone":
        tensors.unlink()
    elif part == "state":
        state = tmp_path / checkpoints.STATE
        state.write_bytes(state.read_bytes()[:99])
        named = checkpoints.STATE
    else:
        plan, named = replace(SMALL, rate=0.5), "another rate"
    with pytest.raises(TrainingError, match="to begin anew") as refusal:
        train(plan, PAIRS, tmp_path)
    assert named in str(refusal.value)


@pytest.mark.neural
@pytest.mark.usefixtures("_torch")
def test_a_process_that_dies_while_it_writes_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from avatarfx.training.trainer import train  # noqa: PLC0415

    train(SMALL, PAIRS, tmp_path, keep_every=3, stop_at=3)
    before = weights_in(tmp_path)
    real = checkpoints.write

    def dying(path: Path, data: bytes) -> None:
        if path.name == checkpoints.STATE:
            raise KeyboardInterrupt
        real(path, data)

    monkeypatch.setattr(checkpoints, "write", dying)
    with pytest.raises(KeyboardInterrupt):
        train(SMALL, PAIRS, tmp_path, keep_every=3)
    assert weights_in(tmp_path) == before
    monkeypatch.setattr(checkpoints, "write", real)
    _, standing = train(SMALL, PAIRS, tmp_path, keep_every=3)
    assert standing.step == SMALL.steps


@pytest.mark.neural
@pytest.mark.usefixtures("_torch")
def test_numbers_that_are_none_stop_it(tmp_path: Path) -> None:
    from avatarfx.training.trainer import train  # noqa: PLC0415

    plan = replace(SMALL, rate=1e30)
    with pytest.raises(TrainingError, match="lower --rate"):
        train(plan, PAIRS, tmp_path)


@pytest.mark.neural
@pytest.mark.usefixtures("_torch")
def test_without_anybody_to_learn_from_it_says_so(tmp_path: Path) -> None:
    from avatarfx.training.trainer import train  # noqa: PLC0415

    with pytest.raises(TrainingError, match="nobody to learn from"):
        train(SMALL, [], tmp_path)


@pytest.mark.neural
@pytest.mark.usefixtures("_torch")
def test_the_command_trains_measures_and_writes_what_can_be_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from itertools import islice  # noqa: PLC0415

    from avatarfx.animators.neural.refiner import RefinerAnimator  # noqa: PLC0415
    from avatarfx.training import evaluation, faces  # noqa: PLC0415

    learned, held = faces.learned_from, faces.held_out
    monkeypatch.setattr(faces, "learned_from", lambda: islice(learned(), 1))
    monkeypatch.setattr(faces, "held_out", lambda: islice(held(), 1))
    monkeypatch.setattr(evaluation, "SIDE", 128)
    sizes = ("--steps", "2", "--window", "32", "--side", "160", "--every", "30")
    call_command("train_refiner", str(tmp_path), *sizes, "--frames", "3")
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["steps"] == 2
    (row,) = report["held_out"]
    assert row["portrait"] not in report["learned_from"]
    assert row["warp"]["psnr"] > 20
    assert (tmp_path / "loss.svg").read_text().startswith("<svg")
    assert RefinerAnimator(str(tmp_path)).available() is None


def test_the_command_names_what_is_wrong_with_its_numbers(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    with pytest.raises(CommandError, match="--window"):
        call_command("train_refiner", str(tmp_path), "--window", "4")
    with pytest.raises(CommandError, match="--steps must be 1 or more"):
        call_command("train_refiner", str(tmp_path), "--steps", "0")


def test_both_frames_of_a_pair_are_spoiled_in_the_same_way() -> None:
    frame = np.random.default_rng(0).integers(0, 255, (48, 48, 3), np.uint8)
    low = np.zeros((2, 48, 48), np.float32)
    low[:, 24:, 12:36] = 1
    changed = 0
    for seed in range(40):
        made = degrade.degraded(
            np.stack([frame, frame]), low, np.random.default_rng(seed)
        )
        assert np.array_equal(made[0], made[1])
        changed += not np.array_equal(made[0], frame)
    assert 4 < changed < 30


@pytest.mark.parametrize(
    "fault",
    [
        degrade.coarse,
        degrade.blurred,
        degrade.seamed,
        degrade.cornered,
        degrade.packed,
    ],
)
def test_each_fault_changes_the_picture(fault: Fault) -> None:
    frame = np.random.default_rng(1).integers(0, 255, (48, 48, 3), np.uint8)
    low = np.zeros((48, 48), np.float32)
    low[24:, 12:36] = np.linspace(0, 1, 24)[:, None]
    made = fault(frame, low, np.random.default_rng(2))
    assert made.shape == frame.shape
    assert not np.array_equal(made, frame)


def test_the_curves_are_pictures_of_their_own() -> None:
    drawn = losses_svg([0.1 / n for n in range(1, 400)])
    assert drawn.startswith("<svg")
    assert drawn.count("<path") == 4
    looks = [{"step": n, "warp": 30.0, "warp_refined": 30 + n / 100} for n in (1, 2, 3)]
    assert "stroke-dasharray" in looks_svg(looks, "warp_refined", "warp")
