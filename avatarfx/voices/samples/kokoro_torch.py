"""A folder of Kokoro's layout with random weights, or its published sizes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from avatarfx.voices.hibari import vocabulary
from avatarfx.voices.kokoro_torch import CONFIG, MODEL, PACK, network_class

if TYPE_CHECKING:
    from pathlib import Path

PARTS = ("bert", "bert_encoder", "predictor", "text_encoder", "decoder")
"""Keys of the published checkpoint, each with a state of its own."""


def config(*, full: bool = False) -> dict[str, Any]:
    """As published, or with all that may be small made so: the decoder's widths are
    constants of its code, so 59 M parameters remain."""
    kernels = [3, 7, 11] if full else [3]
    return {
        "istftnet": {
            "upsample_kernel_sizes": [20, 12],
            "upsample_rates": [10, 6],
            "gen_istft_hop_size": 5,
            "gen_istft_n_fft": 20,
            "resblock_dilation_sizes": [[1, 3, 5]] * len(kernels),
            "resblock_kernel_sizes": kernels,
            "upsample_initial_channel": 512,
        },
        "dim_in": 64,
        "dropout": 0.2,
        "hidden_dim": 512,
        "max_conv_dim": 512,
        # Symbols last at most so many units of 25 ms; random ones about half of that.
        "max_dur": 50 if full else 3,
        "multispeaker": True,
        "n_layer": 3 if full else 1,
        "n_mels": 80,
        "n_token": 178,
        "style_dim": 128,
        "text_encoder_kernel_size": 5,
        "plbert": {
            "hidden_size": 768 if full else 32,
            "num_attention_heads": 12 if full else 2,
            "intermediate_size": 2048 if full else 64,
            "max_position_embeddings": 512,
            "num_hidden_layers": 12 if full else 1,
            "dropout": 0.1,
        },
        "vocab": vocabulary(),
    }


def tiny(folder: Path, seed: int = 0, *, full: bool = False) -> None:
    """Config, weights and two style packs."""
    import torch  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    told = config(full=full)
    (folder / CONFIG).write_text(json.dumps(told), encoding="utf-8")
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        # Half of the precision, half of the disk.
        held: dict[str, dict[str, Any]] = {name: {} for name in PARTS}
        torch.save(held, folder / MODEL)
        network = _unloaded(told, folder / MODEL)
        held = {name: _published(getattr(network, name)) for name in PARTS}
        torch.save(held, folder / MODEL)
        (folder / "voices").mkdir(exist_ok=True)
        for name in ("af_heart", "am_michael"):
            torch.save(0.15 * torch.randn(PACK), folder / "voices" / f"{name}.pt")


def full(folder: Path, seed: int = 0) -> None:
    """At the published size: 82 M parameters."""
    tiny(folder, seed, full=True)


def _published(part: Any) -> dict[str, Any]:
    """As the package's loader expects the published file: names of a network that was
    wrapped for several cards, and no scales of instance norms."""
    import torch  # noqa: PLC0415

    plain = {
        path
        for path, module in part.named_modules()
        if isinstance(module, torch.nn.InstanceNorm1d)
    }
    return {
        f"module.{name}": tensor.half()
        for name, tensor in part.state_dict().items()
        if name.rpartition(".")[0] not in plain
    }


def _unloaded(told: dict[str, Any], empty: Path) -> Any:
    """A network with the weights that it was born with."""
    # It always loads; what it finds in nothing it passes over.
    return network_class()(repo_id="", config=told, model=str(empty))
