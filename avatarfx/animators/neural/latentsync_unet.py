"""LatentSync's motion UNet as published, in the modules of diffusers.

Its own class is AnimateDiff's (Guo et al. 2023) with 13 channels in and Whisper in the
cross attention. Diffusers' UNetMotionModel has the same layers in the same order, under
other names for those of motion, and normalises over other axes in two places: see
`as_taught`. Nothing here needs torch before `build`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from avatarfx.animators.neural import checkpoints
from socialapp.engines import torch_audio
from socialapp.engines.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from avatarfx.animators.neural.checkpoints import Shapes

HEADS = 8
GROUPS = 32
"""Of attention and of normalisation; published, and not to be seen in the shapes."""

POSITIONS = "down_blocks.0.motion_modules.0.transformer_blocks.0.pos_embed.pe"

MOTION = {
    ".temporal_transformer.": ".",
    ".attention_blocks.0.pos_encoder.": ".pos_embed.",
    ".attention_blocks.0.": ".attn1.",
    ".attention_blocks.1.": ".attn2.",
    ".norms.0.": ".norm1.",
    ".norms.1.": ".norm2.",
    ".ff_norm.": ".norm3.",
}
"""Names within motion modules: the published ones, and those of diffusers."""

TWICE = ".attention_blocks.1.pos_encoder."
"""The same table of positions again; diffusers keeps one for both attentions."""


def renamed(found: Mapping[str, Any]) -> dict[str, Any]:
    """Published tensors (or their shapes) by diffusers' names."""
    out = {}
    for published, tensor in found.items():
        if ".motion_modules." not in published:
            out[published] = tensor
            continue
        if TWICE in published:
            continue
        name = published
        for old, new in MOTION.items():
            name = name.replace(old, new)
        out[name] = tensor
    return out


def published(found: Mapping[str, Any]) -> dict[str, Any]:
    """The other way round: tensors (or shapes) of diffusers by their published names."""
    out = {}
    for name, tensor in found.items():
        if ".motion_modules." not in name:
            out[name] = tensor
            continue
        head, number, rest = _split(name)
        for old, new in reversed(MOTION.items()):
            if new != ".":
                rest = rest.replace(new, old)
        out[f"{head}.motion_modules.{number}.temporal_transformer{rest}"] = tensor
        if ".attention_blocks.0.pos_encoder." in rest:
            again = rest.replace(".attention_blocks.0.pos_encoder.", TWICE)
            # Safetensors refuses two names for one memory.
            copied = tensor.clone() if hasattr(tensor, "clone") else tensor
            out[f"{head}.motion_modules.{number}.temporal_transformer{again}"] = copied
    return out


def _split(name: str) -> tuple[str, str, str]:
    head, _, tail = name.partition(".motion_modules.")
    number, _, rest = tail.partition(".")
    return head, number, f".{rest}"


def shaped(shapes: Shapes) -> dict[str, Any]:
    """How UNetMotionModel is built for tensors of these shapes (by diffusers' names).

    The published file brings no configuration. EngineError, with the published name of
    what is missing, when they are of another model.
    """

    def axis(name: str, number: int) -> int:
        if name not in shapes:
            theirs = next(iter(published({name: ()})))
            raise EngineError(f"{theirs} is missing", permanent=True)
        return shapes[name][number]

    widths = [axis(f"down_blocks.{n}.resnets.0.conv1.weight", 0) for n in range(4)]
    cross = "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight"
    layers = sum(f"down_blocks.0.resnets.{n}.conv1.weight" in shapes for n in range(8))
    return {
        "sample_size": 64,
        "in_channels": 13,
        "out_channels": 4,
        "down_block_types": ["CrossAttnDownBlockMotion"] * 3 + ["DownBlockMotion"],
        "up_block_types": ["UpBlockMotion"] + ["CrossAttnUpBlockMotion"] * 3,
        "block_out_channels": widths,
        "layers_per_block": layers,
        "norm_num_groups": GROUPS,
        "cross_attention_dim": axis(cross, 1),
        "num_attention_heads": HEADS,
        "motion_num_attention_heads": HEADS,
        "motion_max_seq_length": axis(POSITIONS, 1),
        "use_motion_mid_block": False,
    }


def misfit(shapes: Shapes) -> str | None:
    """The first published tensor that does not map onto the UNet, in words; None: all do.

    `shapes` by published names. Needs torch, and memory for nothing but names.
    """
    import torch  # noqa: PLC0415  heavy

    torch_audio.make_harmless()
    from diffusers import UNetMotionModel  # noqa: PLC0415

    try:
        told = shaped(renamed(shapes))
    except EngineError as error:
        return str(error)
    with torch.device("meta"):
        empty = UNetMotionModel.from_config(told)
    return checkpoints.misfit(published(checkpoints.shapes_of(empty)), shapes)


def build(found: Mapping[str, Any]) -> Any:
    """The UNet filled with published tensors; EngineError that names what does not fit."""
    torch_audio.make_harmless()
    from diffusers import UNetMotionModel  # noqa: PLC0415  heavy

    mapped = renamed(found)
    shapes = {name: tuple(tensor.shape) for name, tensor in mapped.items()}
    try:
        told = shaped(shapes)
    except EngineError as error:
        raise EngineError(
            f"These are not the weights of LatentSync 1.5: {error}.", permanent=True
        ) from error
    unet = UNetMotionModel.from_config(told)
    checkpoints.fill(unet, mapped, what="LatentSync 1.5")
    as_taught(unet)
    return unet


def as_taught(unet: Any) -> None:
    """Normalise over the axes that the published weights were taught with.

    Diffusers hands its residual blocks frames as if they were a batch, so each frame is
    normalised for itself; LatentSync (without ``use_inflated_groupnorm``) normalises
    over all of a window. In the motion modules it is the other way round.
    """
    for name, module in unet.named_modules():
        if (
            ".resnets." in name and name.rpartition(".")[2] in {"norm1", "norm2"}
        ) or name.endswith("conv_norm_out"):
            _over_frames(module, unet)
        elif ".motion_modules." in name and name.split(".motion_modules.")[1].endswith(
            ".norm"
        ):
            _per_frame(module)
    unet.takes = 1


def _over_frames(norm: Any, unet: Any) -> None:
    def join(_: Any, args: Any) -> Any:
        (x,) = args
        frames = x.shape[0] // unet.takes
        return (x.unflatten(0, (unet.takes, frames)).transpose(1, 2),)

    norm.register_forward_pre_hook(join)
    norm.register_forward_hook(lambda _, __, x: x.transpose(1, 2).flatten(0, 1))


def _per_frame(norm: Any) -> None:
    frames: list[int] = []

    def part(_: Any, args: Any) -> Any:
        (x,) = args
        frames.append(x.shape[2])
        return (x.transpose(1, 2).flatten(0, 1),)

    norm.register_forward_pre_hook(part)
    norm.register_forward_hook(
        lambda _, __, x: x.unflatten(0, (-1, frames.pop())).transpose(1, 2)
    )
