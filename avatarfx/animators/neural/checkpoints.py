"""Files of published tensors, read so that a wrong one is named before it is used.

Safetensors, or what torch saved and `weights_only` accepts: nothing that a file brings
along is ever run.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from socialapp.engines.errors import EngineError
from socialapp.engines.folders.layouts import FolderError
from socialapp.engines.folders.pickles import read_tensors
from socialapp.engines.folders.tensors import read_header

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    Shapes = Mapping[str, tuple[int, ...]]


def first_of(folder: Path, names: Iterable[str]) -> Path:
    """The first of these files that is there; permanent EngineError without one."""
    names = list(names)
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise EngineError(
        f"{folder} has none of {', '.join(names)}. Copy one there.", permanent=True
    )


def settings(path: Path) -> dict[str, Any]:
    """A JSON object; permanent EngineError for anything else."""
    try:
        data = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise EngineError(
            f"{path} cannot be read: {error}. Copy it again.", permanent=True
        ) from error
    if not isinstance(data, dict):
        raise EngineError(f"{path} is not a JSON object.", permanent=True)
    return data


def tensors(path: Path, *, under: str = "") -> dict[str, Any]:
    """Every tensor of the file by name, in main memory.

    `under`: the key of the dictionary that holds them, where a file has others too.
    """
    if path.suffix == ".safetensors":
        from safetensors.torch import load_file  # noqa: PLC0415  torch is heavy

        try:
            return dict(load_file(path))
        except Exception as error:
            raise _unreadable(path, error) from error
    return _inside(_loaded(path), path, under)


def shapes(path: Path, *, under: str = "") -> dict[str, tuple[int, ...]]:
    """Names and shapes of the tensors, from the file's table of contents: without torch,
    and without reading a tensor. Permanent EngineError when it is not what it says."""
    read = read_header if path.suffix == ".safetensors" else read_tensors
    try:
        found = {name: tuple(tensor.shape) for name, tensor in read(path).items()}
    except FolderError as error:
        raise EngineError(str(error), permanent=True) from error
    inner = f"{under}."
    if under and any(name.startswith(inner) for name in found):
        return {
            name.removeprefix(inner): shape
            for name, shape in found.items()
            if name.startswith(inner)
        }
    return found


def numbers(path: Path, under: str) -> dict[str, int]:
    """The whole numbers that a torch file keeps beside its tensors."""
    data = _loaded(path)
    told = data.get(under) if isinstance(data, dict) else None
    if not isinstance(told, dict) or not all(isinstance(n, int) for n in told.values()):
        raise EngineError(f"{path} says nothing of its {under}.", permanent=True)
    return {str(name): int(number) for name, number in told.items()}


def misfit(wanted: Shapes, found: Shapes) -> str | None:
    """The first tensor that is missing, of a wrong shape or one too many, in words;
    None: they are the same. In the order of `wanted`, then of `found`."""
    for name, shape in wanted.items():
        if name not in found:
            return f"{name} is missing"
        if tuple(found[name]) != tuple(shape):
            was = " x ".join(map(str, found[name]))
            return f"{name} is {was}, not {' x '.join(map(str, shape))}"
    for name in found:
        if name not in wanted:
            return f"{name} is not part of it"
    return None


def shapes_of(module: Any) -> dict[str, tuple[int, ...]]:
    """What a torch module wants to be filled with."""
    return {name: tuple(t.shape) for name, t in module.state_dict().items()}


def fill(module: Any, found: dict[str, Any], *, what: str) -> None:
    """Load exactly these tensors, none more and none less, and make it ready to run.

    Permanent EngineError that names the first that does not fit.
    """
    wrong = misfit(shapes_of(module), {n: tuple(t.shape) for n, t in found.items()})
    if wrong:
        raise EngineError(
            f"These are not the weights of {what}: {wrong}.", permanent=True
        )
    module.load_state_dict(found, strict=True)
    module.requires_grad_(False)
    module.eval()


def modern(found: Mapping[str, Any]) -> dict[str, Any]:
    """The attention of autoencoders saved by diffusers before 0.12, by today's names."""
    renamed = {}
    for name, tensor in found.items():
        now = name
        if ".attentions." in name:
            for old, new in _RENAMED.items():
                now = now.replace(old, new)
        renamed[now] = tensor
    return renamed


_RENAMED = {
    ".query.": ".to_q.",
    ".key.": ".to_k.",
    ".value.": ".to_v.",
    ".proj_attn.": ".to_out.0.",
}


def _loaded(path: Path) -> Any:
    import torch  # noqa: PLC0415  heavy

    try:
        return torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except Exception as error:
        raise _unreadable(path, error) from error


def _inside(data: Any, path: Path, under: str) -> dict[str, Any]:
    if under and isinstance(data, dict) and isinstance(data.get(under), dict):
        data = data[under]
    if not isinstance(data, dict) or not all(
        hasattr(t, "shape") for t in data.values()
    ):
        raise EngineError(
            f"{path} holds something other than tensors by name.", permanent=True
        )
    return data


def _unreadable(path: Path, error: Exception) -> EngineError:
    line = str(error).strip().splitlines()
    return EngineError(
        f"{path} cannot be read as plain tensors: "
        f"{line[0][:160] if line else type(error).__name__} Copy it again.",
        permanent=True,
    )
