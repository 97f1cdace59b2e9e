"""Teaches the refiner to draw what the warp should have drawn.

Each step is a function of the plan, its number and what came before it, and of nothing
else: a training that was stopped and goes on ends with the same numbers as one that was
not, on the same machine with the same number of threads.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from avatarfx.animators.neural.refiner import given
from avatarfx.animators.neural.refiner_network import RefinerNet, Shape, seeded
from avatarfx.training import checkpoints
from avatarfx.training.degrade import degraded
from avatarfx.training.errors import TrainingError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from avatarfx.training.checkpoints import Plan, Standing
    from avatarfx.training.pairs import Pair

    Floats = NDArray[np.float32]

WARM_UP = 0.05
"""Of all steps, in which the rate of learning rises."""

CONTOURS, MOTION = 1.0, 0.5
"""How much contours, and the change from frame to frame, count beside the colours."""

AROUND = 0.1
"""How much what lies around the face counts: it is not seen."""

SOFT = 0.03
"""Of the Charbonnier loss: where it turns from a square into a line, four grey levels.
Most of a drawing is right to begin with; if what is small counted like what is large, to
change nothing at all would be the best that a network finds."""

MOST = 1.0
"""Norm of the gradient at which it is cut."""

BETAS = (0.9, 0.99)

LIGHT = (0.7, 1.1)
"""Gains of each colour in which a face is seen."""


@dataclass(frozen=True, slots=True)
class Batch:
    asked: Any
    """(2 n, 5, window, window)."""

    clean: Any
    """(2 n, 3, window, window)."""

    weight: Any
    """(2 n, 1, window, window)."""


def train(
    plan: Plan,
    pairs: Sequence[Pair],
    folder: Path,
    *,
    keep_every: int = 100,
    look: Callable[[RefinerNet], dict[str, float]] | None = None,
    told: Callable[[Standing], None] = lambda _: None,
    until: float = math.inf,
    stop_at: int | None = None,
) -> tuple[RefinerNet, Standing]:
    """Begin, or go on with what lies in `folder`. `look` measures the network whenever
    it is kept. `until`: seconds of CPU after which it stops early; `stop_at`: a step.

    TrainingError when there is nothing to learn from, what is kept is damaged, or what
    is learned are no numbers any more.
    """
    if not pairs:
        raise TrainingError("There is nobody to learn from: no portrait was drawn.")
    network = seeded(Shape(plan.channels, plan.blocks), plan.seed)
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=plan.rate, betas=BETAS, weight_decay=1e-4
    )
    kept = checkpoints.load(folder, plan)
    standing = checkpoints.Standing()
    if kept is not None:
        standing, tensors = kept
        _restore(network, optimiser, tensors)
    last = min(plan.steps, stop_at if stop_at is not None else plan.steps)
    began, spent = time.process_time(), standing.cpu_seconds
    while standing.step < last:
        loss = _step(network, optimiser, plan, pairs, standing.step)
        if not math.isfinite(loss):
            raise TrainingError(
                f"Step {standing.step} made no numbers. Begin anew with a lower --rate; "
                f"{folder} keeps the last good step."
            )
        standing.step += 1
        standing.losses.append(round(loss, 6))
        standing.cpu_seconds = round(spent + time.process_time() - began, 2)
        tired = standing.cpu_seconds >= until
        if standing.step % keep_every == 0 or standing.step == last or tired:
            if look is not None:
                standing.looks.append({"step": standing.step, **look(network)})
            checkpoints.save(folder, plan, standing, _tensors(network, optimiser))
        told(standing)
        if tired:
            break
    return network, standing


def batch_of(plan: Plan, pairs: Sequence[Pair], step: int) -> Batch:
    """What step number `step` learns from."""
    rng = np.random.default_rng([plan.seed, step])
    chosen = rng.integers(0, len(pairs), plan.batch)
    parts = [_windows(pairs[int(at)], plan.window, rng) for at in chosen]
    asked, clean, weight = (
        torch.from_numpy(np.concatenate(column)) for column in zip(*parts, strict=True)
    )
    return Batch(asked, clean, weight)


def _windows(
    pair: Pair, window: int, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    lit = rng.uniform(*LIGHT, 3).astype(np.float32)
    spoiled = degraded(_in_light(pair.control, lit), pair.low / np.float32(255), rng)
    side = spoiled.shape[1]
    window = min(window, side)
    # Twice as often where the mouth is as anywhere else.
    left, top = (int(n) for n in rng.integers(0, side - window + 1, 2))
    if rng.random() < 0.5 and pair.low.any():
        rows, columns = np.nonzero(pair.low[0] > 127)
        if len(rows):
            at = int(rng.integers(0, len(rows)))
            left = int(np.clip(columns[at] - window // 2, 0, side - window))
            top = int(np.clip(rows[at] - window // 2, 0, side - window))
    turned = rng.random() < 0.5

    def cut(frames: NDArray[Any]) -> NDArray[Any]:
        part = frames[:, top : top + window, left : left + window]
        return part[:, :, ::-1] if turned else part

    mask, mouth = (cut(one) / np.float32(255) for one in (pair.mask, pair.mouth))
    asked = [
        given(frame, where, low)
        for frame, where, low in zip(cut(spoiled), mask, mouth, strict=True)
    ]
    clean = cut(_in_light(pair.clean, lit)).astype(np.float32).transpose(0, 3, 1, 2)
    clean = clean / 127.5 - 1
    weight = AROUND + (1 - AROUND) * mask[:, None]
    return np.stack(asked), np.ascontiguousarray(clean), weight.astype(np.float32)


def _in_light(frames: NDArray[np.uint8], gains: Floats) -> NDArray[np.uint8]:
    return np.asarray(np.clip(np.rint(frames * gains), 0, 255), np.uint8)


def loss_of(made: Any, batch: Batch) -> Any:
    """Colours, contours, and that what changes from frame to frame is what should."""
    off = made - batch.clean
    colours = _mean(_far(off), batch.weight)
    across = _mean(_far(off[..., 1:] - off[..., :-1]), batch.weight[..., 1:])
    down = _mean(_far(off[..., 1:, :] - off[..., :-1, :]), batch.weight[..., 1:, :])
    moved = _mean(_far(off[0::2] - off[1::2]), batch.weight[0::2])
    return colours + CONTOURS * (across + down) / 2 + MOTION * moved


def _far(off: Any) -> Any:
    return torch.sqrt(off * off + SOFT * SOFT) - SOFT


def _mean(values: Any, weight: Any) -> Any:
    return (values * weight).sum() / (weight.sum() * values.shape[1])


def _step(
    network: RefinerNet,
    optimiser: torch.optim.AdamW,
    plan: Plan,
    pairs: Sequence[Pair],
    step: int,
) -> float:
    for group in optimiser.param_groups:
        group["lr"] = plan.rate * _share(step, plan.steps)
    batch = batch_of(plan, pairs, step)
    optimiser.zero_grad(set_to_none=True)
    loss = loss_of(network(batch.asked), batch)
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(network.parameters(), MOST)
    if torch.isfinite(norm):
        optimiser.step()
    return float(loss.detach())


def _share(step: int, steps: int) -> float:
    """Of the highest rate of learning."""
    rising = max(1, round(WARM_UP * steps))
    if step < rising:
        return (step + 1) / rising
    done = (step - rising) / max(1, steps - rising)
    return 0.02 + 0.98 * (1 + math.cos(math.pi * done)) / 2


def _tensors(network: RefinerNet, optimiser: torch.optim.AdamW) -> dict[str, Any]:
    """By name: the weights, and both moments of each."""
    found = {f"network.{k}": v.contiguous() for k, v in network.state_dict().items()}
    for name, parameter in network.named_parameters():
        state = optimiser.state.get(parameter, {})
        for key, value in state.items():
            found[f"adam.{key}.{name}"] = torch.as_tensor(value).contiguous()
    return found


def _restore(
    network: RefinerNet, optimiser: torch.optim.AdamW, tensors: dict[str, Any]
) -> None:
    try:
        network.load_state_dict(
            {k[8:]: v for k, v in tensors.items() if k.startswith("network.")}
        )
    except RuntimeError as error:
        why = str(error).strip().partition("\n")[0]
        raise TrainingError(f"What was kept is of another network: {why}") from error
    for name, parameter in network.named_parameters():
        for key in ("step", "exp_avg", "exp_avg_sq"):
            value = tensors.get(f"adam.{key}.{name}")
            if value is not None:
                optimiser.state[parameter][key] = value.clone()
