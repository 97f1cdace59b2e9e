"""Where a model goes: which numbers, what stays in main memory, and what to do when
memory runs out or the graphics card stops.

`plan` and the batches are plain Python; torch is asked only about the machine.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from socialapp.engines import devices
from socialapp.engines.errors import EngineError, OutOfMemory, memory_ran_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")

Offload = Literal["none", "model", "sequential"]
"""All on the device; one network at a time; one layer at a time."""

MEMINFO = Path("/proc/meminfo")
"""Linux; elsewhere free pages are counted."""

ROOM = 0.9
"""Of free memory that is planned with: the allocator splits, and others allocate too."""

TILE_FROM = 0.6
"""Of free memory: a model that takes more decodes its pictures tile by tile."""

OUT_OF_MEMORY = (
    "out of memory",
    "cublas_status_alloc_failed",
    "cudnn_status_alloc_failed",
    "can't allocate memory",
)
"""How torch, CUDA and its libraries word it, in small letters."""

FATAL = (
    "device-side assert",
    "illegal memory access",
    "illegal instruction",
    "misaligned address",
    "unspecified launch failure",
    "launch timed out",
    "ecc error",
    "uncorrectable",
    "driver shutting down",
    "no cuda-capable device",
    "no cuda gpus are available",
    "cuda driver initialization failed",
    "devices unavailable",
    "busy or unavailable",
    "gpu is lost",
    "fallen off the bus",
    "driver/library version mismatch",
    "unknown error",
    "cublas_status_execution_failed",
    "cudnn_status_execution_failed",
)
"""Errors of CUDA after which every later call of this process fails (CUDA Runtime API,
"sticky" errors), and what is said when the driver goes."""


class DeviceLost(EngineError):  # noqa: N818 - a state of the machine, as OutOfMemory
    """The device answers nothing any more in this process."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What there is to plan with; memory in MiB."""

    device: str
    free_mb: int
    """Of the device; of a CPU, main memory."""

    total_mb: int
    ram_mb: int
    """Main memory that is free."""

    half: str = "float32"
    """The shortest numbers that it is fast with: bfloat16, float16 or float32."""


@dataclass(frozen=True, slots=True)
class Placement:
    device: str
    dtype: str
    """By torch's name: ``bfloat16``."""

    offload: Offload = "none"
    tiling: bool = False
    """Pictures are decoded slice by slice and tile by tile."""

    note: str = ""
    """Why it is not simply on the device, for the record."""


def place(
    device: str, *, wanted_mb: int, largest_mb: int = 0, dtype: str = ""
) -> Placement:
    """Where a model goes here. `device` empty: the graphics card, else the CPU.

    See `plan` for the rest. EngineError when it fits nowhere, before a byte is loaded.
    """
    return plan(
        machine(device), wanted_mb=wanted_mb, largest_mb=largest_mb, dtype=dtype
    )


def plan(
    here: Machine, *, wanted_mb: int, largest_mb: int = 0, dtype: str = ""
) -> Placement:
    """`wanted_mb`: what the model takes in numbers of 16 bits, with its work;
    `largest_mb`: the largest of its networks (0: there is just one)."""
    chosen = dtype or here.half
    factor = 2 if chosen == "float32" else 1
    whole, largest = wanted_mb * factor, (largest_mb or wanted_mb) * factor
    room = int(here.free_mb * ROOM)
    if whole <= room:
        tiling = whole > here.free_mb * TILE_FROM
        return Placement(here.device, chosen, tiling=tiling)
    if here.device.startswith("cpu"):
        raise EngineError(
            f"The model needs {_gb(whole)} of memory and {_gb(here.free_mb)} are free."
            " Use a machine with more, or a smaller model.",
            permanent=True,
        )
    lack = f"It needs {_gb(whole)}, and {_gb(here.free_mb)} of {here.device} are free"
    if whole > here.ram_mb * ROOM:
        raise EngineError(
            f"The model needs {_gb(whole)}. {here.device} has {_gb(here.total_mb)}, of"
            f" which {_gb(here.free_mb)} are free, and main memory has"
            f" {_gb(here.ram_mb)} to keep the rest in. Use a larger card, more memory or"
            " a smaller model.",
            permanent=True,
        )
    if largest <= room:
        return Placement(
            here.device,
            chosen,
            "model",
            tiling=True,
            note=f"{lack}: its networks take turns on the card.",
        )
    return Placement(
        here.device,
        chosen,
        "sequential",
        tiling=True,
        note=f"{lack}: its layers take turns on the card, which is slow.",
    )


def machine(device: str = "") -> Machine:
    """What is here, as torch and the system say. DeviceLost when the driver is gone."""
    import torch  # noqa: PLC0415  heavy

    ram = ram_mb()
    if not device:
        device = "cuda" if torch.cuda.is_available() else "cpu"
    if not device.startswith("cuda"):
        return Machine(device, ram, ram, ram)
    if reason := devices.lost(device):
        raise DeviceLost(reason)
    try:
        free, total = torch.cuda.mem_get_info(device)
        bf16 = torch.cuda.is_bf16_supported(including_emulation=False)
    except Exception as error:
        raise worded(error, device) from error
    return Machine(
        device, free >> 20, total >> 20, ram, "bfloat16" if bf16 else "float16"
    )


def ram_mb() -> int:
    """Main memory that can be had without swapping, in MiB."""
    with suppress(OSError, ValueError, IndexError):
        for line in MEMINFO.read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) >> 10
    pages = os.sysconf("SC_AVPHYS_PAGES")
    return (os.sysconf("SC_PAGE_SIZE") * pages) >> 20


def settle(pipeline: Any, placement: Placement) -> Any:
    """Put a pipeline of diffusers, or a network, where `placement` says; returns it."""
    if placement.tiling:
        for part in (pipeline, getattr(pipeline, "vae", None)):
            for switch in ("enable_slicing", "enable_tiling"):
                with suppress(AttributeError, NotImplementedError):
                    getattr(part, switch)()
    if placement.offload == "none":
        return pipeline.to(placement.device)
    if placement.offload == "model":
        pipeline.enable_model_cpu_offload(device=placement.device)
    else:
        pipeline.enable_sequential_cpu_offload(device=placement.device)
    return pipeline


def networks(model: Any) -> Iterator[tuple[str, Any]]:
    """The outermost torch modules that a loaded model is made of, each once, with how
    one gets there: ``unet``, ``listener.encoder``."""
    import torch  # noqa: PLC0415  heavy

    seen: set[int] = set()

    def walk(value: Any, path: str, depth: int) -> Iterator[tuple[str, Any]]:
        if id(value) in seen or depth > 6:
            return
        seen.add(id(value))
        if isinstance(value, torch.nn.Module):
            yield path or type(value).__name__, value
            return
        for name, inner in _parts(value):
            yield from walk(inner, f"{path}.{name}" if path else name, depth + 1)

    yield from walk(model, "", 0)


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    """What `value` holds, where it is a container or of an engine's own class."""
    if isinstance(value, dict):
        yield from ((str(key), inner) for key, inner in value.items())
    elif isinstance(value, list | tuple):
        yield from ((str(at), inner) for at, inner in enumerate(value))
    elif isinstance(parts := getattr(value, "components", None), dict):
        yield from ((str(key), inner) for key, inner in parts.items())
    elif type(value).__module__.partition(".")[0] not in {"builtins", "torch", "numpy"}:
        named = [n for kind in type(value).__mro__ for n in _slots(kind)]
        named += list(getattr(value, "__dict__", {}))
        for name in named:
            with suppress(AttributeError):
                yield name, getattr(value, name)


def _slots(kind: type) -> tuple[str, ...]:
    slots = kind.__dict__.get("__slots__", ())
    return (slots,) if isinstance(slots, str) else tuple(slots)


def compile_networks(model: Any) -> int:
    """Have torch compile each network at its first call, in place; how many.

    Only on CUDA: on a CPU the first call takes longer than a clip. Sizes may change
    from clip to clip, so it compiles for any.
    """
    count = 0
    for _, network in networks(model):
        first = next(network.parameters(), None)
        if first is not None and first.device.type == "cuda":
            network.compile(dynamic=True)
            count += 1
    return count


def is_out_of_memory(error: BaseException) -> bool:
    """Is it about memory, of the device or of the machine?"""
    if memory_ran_out(error):
        return True
    text = str(error).lower()
    return any(words in text for words in OUT_OF_MEMORY)


def is_fatal(error: BaseException) -> bool:
    """Will every later call of this process to the device fail as well?"""
    text = str(error).lower()
    about = "cuda" in text or type(error).__name__ == "AcceleratorError"
    return about and any(words in text for words in FATAL)


def worded(error: BaseException, device: str = "cuda") -> EngineError:
    """The same in words for a user; a device that is lost is noted as such."""
    if isinstance(error, EngineError):
        return error
    if is_out_of_memory(error):
        return OutOfMemory()
    text = str(error).strip().partition("\n")[0][:160] or type(error).__name__
    if is_fatal(error):
        reason = f"The graphics card stopped answering ({text})."
        devices.lose(device, reason)
        return DeviceLost(reason)
    if "CUDA" in text or type(error).__name__ == "AcceleratorError":
        return EngineError(f"The graphics card stopped: {text}")
    return EngineError(f"The model stopped: {text}")


def run_halving(
    call: Callable[[Sequence[ItemT]], Sequence[ResultT]],
    items: Sequence[ItemT],
    *,
    least: int = 1,
    most: int = 0,
    less: Callable[[int], object] = lambda _: None,
) -> list[ResultT]:
    """A result for each item, in order; where memory runs out, with half as many at once.

    `most`: so many at once to begin with; 0: all. `less` is told of each smaller number.
    What was done stays done. OutOfMemory when `least` items do not fit, whatever else
    `call` raises as it is.
    """
    done: list[ResultT] = []
    size = min(len(items), most) if most else len(items)
    while len(done) < len(items):
        some = items[len(done) : len(done) + size]
        try:
            results = call(some)
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            free_cache()
            if size // 2 < least:
                raise OutOfMemory from error
            size //= 2
            less(size)
            continue
        if len(results) != len(some):
            raise EngineError(f"{len(results)} results came of {len(some)} questions.")
        done += results
    return done


def free_cache() -> None:
    """Give back what torch keeps for later, which is in the way of other sizes."""
    import gc  # noqa: PLC0415 - only after a failure
    import sys  # noqa: PLC0415

    gc.collect()
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized():
        with suppress(Exception):
            torch.cuda.empty_cache()


def _gb(megabytes: int) -> str:
    return f"{megabytes / 1024:.1f} GB"
