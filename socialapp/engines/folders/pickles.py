"""What a torch file holds, read as data: whatever could run code is refused.

A pickle is a program. Its opcodes are listed without running them, and only if they name
nothing but what rebuilds tensors are names and shapes read, by an unpickler that knows
placeholders and nothing else.
"""

from __future__ import annotations

import io
import pickle
import pickletools
import zipfile
from typing import TYPE_CHECKING, Any

from socialapp.engines.folders.layouts import FolderError
from socialapp.engines.folders.tensors import POINTER, Tensor, is_pointer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STORAGES = {
    "DoubleStorage": 8, "FloatStorage": 4, "HalfStorage": 2, "BFloat16Storage": 2,
    "LongStorage": 8, "IntStorage": 4, "ShortStorage": 2, "CharStorage": 1,
    "ByteStorage": 1, "BoolStorage": 1,
}  # fmt: skip
"""Bytes of one number, by torch's name for an array of them."""

DTYPES = (
    "float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8",
    "uint8", "bool",
)  # fmt: skip

HARMLESS = {
    "collections OrderedDict",
    "torch Size",
    "torch._utils _rebuild_tensor",
    "torch._utils _rebuild_tensor_v2",
    "torch._utils _rebuild_parameter",
    *(f"torch {name}" for name in (*STORAGES, *DTYPES)),
}
"""Modules and names that ``torch.load(weights_only=True)`` needs for tensors."""

PICKLE_MOST = 64 * 1024 * 1024
"""Bytes of the pickle, which holds names and shapes; the numbers lie beside it."""

DEPTH_MOST = 8

CONVERT = (
    "Convert it to safetensors on a machine that you can lose, or get the safetensors"
    " file of its publisher."
)


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Every tensor by its name, with dots into what is nested. FolderError when the file
    is damaged, old, or could run code."""
    try:
        with zipfile.ZipFile(path) as archive:
            program, sizes = _inside(path, archive)
    except zipfile.BadZipFile:
        raise _no_archive(path) from None
    for name in sorted(named(program, path) - HARMLESS):
        raise FolderError(
            f"{path.name} is a pickle that calls {name.replace(' ', '.')}: loading it"
            f" could run code, so it is refused. {CONVERT}",
            "unsafe",
        )
    try:
        whole = _Reader(io.BytesIO(program), sizes).load()
    except FolderError as error:
        raise FolderError(f"{path.name}: {error}", error.kind) from None
    except Exception:
        raise FolderError(
            f"{path.name} has a table of contents that cannot be read: copy it again."
        ) from None
    return dict(_flat(whole))


def named(program: bytes, path: Path) -> set[str]:
    """Every ``module name`` that a pickle names, found without running it."""
    names: set[str] = set()
    strings: list[str] = []
    try:
        for opcode, argument, _ in pickletools.genops(program):
            if opcode.name in {"GLOBAL", "INST"}:
                names.add(str(argument))
            elif opcode.name == "STACK_GLOBAL":
                # Names that are fetched from the memo are not the two strings before:
                # what cannot be told is refused.
                names.add(" ".join(strings[-2:]) if len(strings) > 1 else "? ?")
            elif opcode.name in {"EXT1", "EXT2", "EXT4"}:
                names.add("copyreg extension")
            if isinstance(argument, str) and "UNICODE" in opcode.name:
                strings.append(argument)
            elif opcode.name not in {"MEMOIZE", "BINPUT", "LONG_BINPUT", "PUT"}:
                strings.clear()
    except Exception:
        raise FolderError(
            f"{path.name} has a table of contents that cannot be read: copy it again."
        ) from None
    return names


def _inside(path: Path, archive: zipfile.ZipFile) -> tuple[bytes, dict[str, int]]:
    """The pickle of the archive, and the size of each array by its key."""
    entries = {info.filename: info for info in archive.infolist()}
    programs = [name for name in entries if name.endswith("/data.pkl")]
    if len(programs) != 1:
        raise FolderError(
            f"{path.name} is an archive, but not one of tensors (TorchScript and whole"
            f" models are refused). {CONVERT}",
            "unsafe",
        )
    (name,) = programs
    top = name.removesuffix("/data.pkl")
    if f"{top}/constants.pkl" in entries:
        raise FolderError(
            f"{path.name} is TorchScript, a program, so it is refused. {CONVERT}",
            "unsafe",
        )
    if entries[name].file_size > PICKLE_MOST:
        raise FolderError(f"{path.name} has an implausible table of contents.")
    inner = f"{top}/data/"
    sizes = {
        entry.removeprefix(inner): info.file_size
        for entry, info in entries.items()
        if entry.startswith(inner)
    }
    return archive.read(name), sizes


def _no_archive(path: Path) -> FolderError:
    with path.open("rb") as file:
        start = file.read(len(POINTER))
    if start == POINTER:
        return FolderError(is_pointer(path))
    if start[:2] == b"PK":
        return FolderError(f"{path.name} is half copied: copy it again.")
    if start[:1] == b"\x80":
        return FolderError(
            f"{path.name} is a pickle of the old kind, which could run code, so it is"
            f" refused. {CONVERT}",
            "unsafe",
        )
    return FolderError(f"{path.name} is not a file of torch: copy it again.")


class _Place(str):
    """Stands for whatever the pickle names."""

    __slots__ = ()

    def __call__(self, *_: Any) -> Any:
        return None


class _Dict(dict[Any, Any]):
    """An OrderedDict, whose attributes (``_metadata``) do not matter."""

    def __setstate__(self, _: Any) -> None:
        pass


class _Reader(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, sizes: dict[str, int]) -> None:
        super().__init__(file)
        self._sizes = sizes

    def find_class(self, module: str, name: str) -> Any:
        if f"{module} {name}" not in HARMLESS:
            raise FolderError(f"it calls {module}.{name}.", "unsafe")
        if name == "OrderedDict":
            return _Dict
        if name.startswith("_rebuild_tensor"):
            return _tensor
        if name == "_rebuild_parameter":
            return _parameter
        if name == "Size":
            return tuple
        return _Place(name)

    def persistent_load(self, pid: Any) -> tuple[str, int]:
        match pid:
            case ("storage", str(kind), str(key), _, int(count)) if kind in STORAGES:
                there, wanted = self._sizes.get(key, 0), count * STORAGES[kind]
                if there < wanted:
                    raise FolderError(
                        f"it is half copied, {there:,} of {wanted:,} bytes of an array"
                        " are there. Copy it again."
                    )
                return str(kind), count
        raise FolderError("it holds something other than tensors.", "unsafe")


def _tensor(storage: tuple[str, int], _offset: int, shape: Any, *_: Any) -> Tensor:
    return Tensor(storage[0], tuple(shape))


def _parameter(data: Tensor, *_: Any) -> Tensor:
    return data


def _flat(value: Any, before: str = "", depth: int = 0) -> Iterator[tuple[str, Tensor]]:
    if isinstance(value, Tensor):
        yield before or "tensor", value
    elif isinstance(value, dict) and depth < DEPTH_MOST:
        for key, inner in value.items():
            yield from _flat(
                inner, f"{before}.{key}" if before else str(key), depth + 1
            )
