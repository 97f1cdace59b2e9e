"""Whether a loader puts into memory what the files hold, tensor by tensor, bit by bit."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from avatarfx.animators.neural import memory
from socialapp.engines.folders.looking import files_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from socialapp.engines.folders import Layout

LORA = "lora_unet_"
"""How the names of a LoRA's tensors begin; dots of what it belongs to are underscores."""

NAMED = 4
"""So many tensors are named in a message."""


@dataclass(frozen=True, slots=True)
class Reloaded:
    """Names of tensors of the files, and of the networks that were loaded from them."""

    equal: int
    """Of the files, that are in memory bit for bit."""

    renamed: int
    """Of these, under another name."""

    folded: int
    """Of the files, that are in memory with the product of a LoRA of the files added, bit
    for bit."""

    unused: tuple[str, ...]
    """Of the files, that the engine has no use for."""

    changed: tuple[str, ...]
    """In memory under the same name, with other numbers."""

    made_up: tuple[str, ...]
    """Parameters in memory that come from no file: they are random."""

    @property
    def problem(self) -> str | None:
        for names, words in (
            (self.changed, "differ from the file"),
            (self.made_up, "come from no file and are random"),
        ):
            if names:
                shown = ", ".join(names[:NAMED]) + (", ..." * (len(names) > NAMED))
                return f"{len(names)} tensors {words}: {shown}."
        return None if self.equal else "Nothing of the files was loaded."


def reloaded(layout: Layout, folder: Path, model: Any) -> Reloaded:
    """Compare `model`, loaded on the CPU in float32, with the files of `folder`.

    Shorter numbers fit into float32 without loss, so both sides are compared as that.
    """
    there: dict[str, str] = {}
    parameters: set[str] = set()
    for path, network in memory.networks(model):
        inner = {name for name, _ in network.named_parameters()}
        for name, tensor in network.state_dict().items():
            there[f"{path}.{name}"] = digest(tensor)
            if name in inner:
                parameters.add(f"{path}.{name}")
    loaded = set(there.values())
    ends = {end for path in there for end in _ends(path)}
    known: set[str] = set()
    equal = renamed = folded = 0
    unused: list[str] = []
    changed: dict[str, Any] = {}
    products: dict[str, Any] = {}
    for name, tensor in _filed(layout, folder):
        if name.startswith(LORA):
            products[name] = tensor
            continue
        hashed = digest(tensor)
        known.add(hashed)
        if hashed in loaded:
            equal += 1
            renamed += name not in ends
        elif name in ends:
            changed[name] = tensor
        else:
            unused.append(name)
    for name in list(changed):
        whole = _with_product(name, changed[name], products)
        if whole is not None and (hashed := digest(whole)) in loaded:
            known.add(hashed)
            folded += 1
            del changed[name]
    made_up = tuple(
        path
        for path in sorted(parameters)
        if there[path] not in known and not changed.keys() & set(_ends(path))
    )
    return Reloaded(equal, renamed, folded, tuple(unused), tuple(changed), made_up)


def _with_product(name: str, tensor: Any, products: dict[str, Any]) -> Any:
    """The weight with the product of a LoRA that belongs to it, as loaders fold it in;
    None: none does."""
    key = LORA + name.removesuffix(".weight").replace(".", "_")
    down = products.get(f"{key}.lora_down.weight")
    up = products.get(f"{key}.lora_up.weight")
    if down is None or up is None:
        return None
    alpha = products.get(f"{key}.alpha")
    scale = float(alpha) / down.shape[0] if alpha is not None else 1.0
    product = up.float().flatten(1) @ down.float().flatten(1)
    return tensor.float() + (scale * product).reshape(tensor.shape)


def digest(tensor: Any) -> str:
    """sha256 of its shape and numbers, those of up to 32 bits as float32."""
    import torch  # noqa: PLC0415  heavy

    plain = tensor.detach().cpu()
    if plain.is_floating_point() and plain.element_size() <= 4:
        plain = plain.to(torch.float32)
    rows = plain.contiguous().reshape(-1).view(torch.uint8).numpy()
    return hashlib.sha256(str(tuple(plain.shape)).encode() + rows.tobytes()).hexdigest()


def _ends(path: str) -> Iterator[str]:
    """``a.b.c``, ``b.c``, ``c``."""
    parts = path.split(".")
    for at in range(len(parts)):
        yield ".".join(parts[at:])


def _filed(layout: Layout, folder: Path) -> Iterator[tuple[str, Any]]:
    for piece in layout.files:
        if piece.kind not in {"safetensors", "torch"}:
            continue
        for file in files_of(piece, folder):
            yield from _tensors(file, piece.kind)


def _tensors(file: Path, kind: str) -> Iterator[tuple[str, Any]]:
    if kind == "safetensors":
        from safetensors import safe_open  # noqa: PLC0415  torch is heavy

        with safe_open(file, framework="pt") as opened:
            for name in opened.keys():  # noqa: SIM118 - it is no mapping
                yield name, opened.get_tensor(name)
        return
    import torch  # noqa: PLC0415  heavy

    yield from _flat(
        torch.load(file, map_location="cpu", weights_only=True, mmap=True), ""
    )


def _flat(value: Any, before: str) -> Iterator[tuple[str, Any]]:
    if hasattr(value, "is_floating_point"):
        yield before, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{before}.{key}" if before else str(key))
