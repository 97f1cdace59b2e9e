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

NAMED = 4
"""So many tensors are named in a message."""


@dataclass(frozen=True, slots=True)
class Reloaded:
    """Names of tensors of the files, and of the networks that were loaded from them."""

    equal: int
    """Of the files, that are in memory bit for bit."""

    renamed: int
    """Of these, under another name."""

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
    filed = list(_filed(layout, folder))  # two files may share names
    there: dict[str, str] = {}
    parameters: set[str] = set()
    for path, network in memory.networks(model):
        inner = {name for name, _ in network.named_parameters()}
        for name, tensor in network.state_dict().items():
            there[f"{path}.{name}"] = digest(tensor)
            if name in inner:
                parameters.add(f"{path}.{name}")
    loaded, known = set(there.values()), {hashed for _, hashed in filed}
    ends = {end: path for path in there for end in _ends(path)}
    equal = renamed = 0
    unused, changed = [], []
    for name, hashed in filed:
        if hashed in loaded:
            equal += 1
            renamed += name not in ends
        else:
            (changed if name in ends else unused).append(name)
    made_up = sorted(p for p in parameters if there[p] not in known)
    random = tuple(p for p in made_up if not any(p.endswith(c) for c in changed))
    return Reloaded(equal, renamed, tuple(unused), tuple(changed), random)


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


def _filed(layout: Layout, folder: Path) -> Iterator[tuple[str, str]]:
    for piece in layout.files:
        if piece.kind not in {"safetensors", "torch"}:
            continue
        for file in files_of(piece, folder):
            for name, tensor in _tensors(file, piece.kind):
                yield name, digest(tensor)


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
