"""Kokoro-82M by torch: the voices of the default engine, unrounded, on CUDA or a CPU.

Only the network's own modules of the package ``kokoro`` are used. Its pipeline would
bring misaki and spaCy, and for unknown words espeak-ng, whose licence is the GPL; the
symbols come from the same G2P as in ``kokoro.py`` instead.
"""

from __future__ import annotations

import importlib
import json
import sys
import threading
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from avatarfx.voices import blends
from avatarfx.voices.kokoro import DEFAULT, LONGEST, KokoroVoice
from avatarfx.voices.pronounce import missing
from avatarfx.voices.torches import (
    INSTALL,
    chosen,
    device_problem,
    lacking,
    said_of,
    seeded,
)
from socialapp.engines import torch_audio
from socialapp.engines.errors import EngineError, OutOfMemory, memory_ran_out
from socialapp.engines.folders import Layout, Piece, look

if TYPE_CHECKING:
    from numpy.typing import NDArray

MODEL, CONFIG = "kokoro-v1_0.pth", "config.json"

LAYOUT = Layout(
    name="kokoro_torch",
    files=(
        Piece(
            CONFIG,
            "json",
            {"n_token": None, "hidden_dim": 512, "style_dim": 128, "vocab": None},
        ),
        Piece(MODEL, "torch"),
        Piece("voices/*.pt", "torch", optional=True),
    ),
    licence="Apache-2.0",
    commercial=True,
    source="hexgrad/Kokoro-82M",
    unlocks="The same voices as on the processor, unrounded and many times faster.",
)

STYLE = 256
"""Numbers in a row of a style pack: half for the sound, half for the melody."""

PACK = (LONGEST + 1, 1, STYLE)

NEEDED = ("torch", "transformers", "huggingface_hub", "loguru", "kokoro")

_importing = threading.Lock()


class KokoroTorchVoice(KokoroVoice):
    """Options: `weights`, a folder with the files of ``LAYOUT``, and `device`: ``cpu``,
    ``cuda``, ``cuda:1``; empty: CUDA where it is, else the CPU.

    Voices whose ``voices/<id>.pt`` is there have that pack; the others, and all blends
    with them, the packs that ship with the default engine.
    """

    version = "kokoro-82m torch 1"
    resident = True

    def __init__(self, weights: str = "", device: str = "", seed: int = 0) -> None:
        """`seed`: of the noise in s, f and breath, so that a line always sounds the
        same."""
        super().__init__()
        self.weights = weights
        self.device = device
        self.seed = seed
        self._packs: dict[str, NDArray[np.float32] | None] = {}

    def available(self) -> str | None:
        if reason := missing() or lacking(NEEDED):
            return reason
        return look(LAYOUT, self.weights).problem or device_problem(self.device)

    def style(self, voice: str, symbols: int) -> NDArray[np.float32]:
        """(1, 256): as of the default engine, from the folder's packs where they are."""
        row = min(max(0, symbols - 1), LONGEST)
        mixed = np.zeros((1, STYLE), np.float32)
        for name, share in blends.parse(voice) or ((DEFAULT, 1.0),):
            pack = self._pack(name)
            if pack is None:
                mixed += np.float32(share) * super().style(self.nearest(name), symbols)
            else:
                mixed += np.float32(share) * pack[row]
        return mixed

    def nearest(self, name: str) -> str:
        with self._lock:
            known = self._packs.get(name) is not None
        return name if known else super().nearest(name)

    def _pack(self, name: str) -> NDArray[np.float32] | None:
        """(510, 1, 256) of a voice, or None where the folder has none."""
        with self._lock:
            if name not in self._packs:
                file = Path(self.weights) / "voices" / f"{name}.pt"
                # A voice is written by a person: it must not lead out of the folder.
                inside = name.isidentifier() and file.is_file()
                self._packs[name] = _read_pack(file) if inside else None
            return self._packs[name]

    def load(self) -> Any:
        """The network, and the folder's packs as they are spoken with, for who compares
        them with the files. EngineError when it cannot be loaded."""
        import torch  # noqa: PLC0415

        network, packs = self._load(), torch.nn.Module()
        for file in sorted((Path(self.weights) / "voices").glob("*.pt")):
            pack = self._pack(file.stem)
            if pack is not None:
                packs.register_buffer(file.stem, torch.from_numpy(pack))
        return {"network": network, "voices": packs}

    def _load(self) -> Any:
        with self._lock:
            if self._network is None:
                if reason := self.available():
                    raise EngineError(reason, permanent=True)
                self._network, self._vocabulary = _build(
                    Path(self.weights), chosen(self.device)
                )
        self._load_styles()
        return self._network

    def _heard(
        self,
        network: Any,
        ids: list[int],
        style: NDArray[np.float32],
        speed: float,
    ) -> tuple[NDArray[np.float32], NDArray[Any]]:
        import torch  # noqa: PLC0415  2 s and 200 MB that only this voice needs

        if len(ids) > network.context_length:
            raise EngineError("A sentence is too long for this voice.", permanent=True)
        device = network.device
        try:
            with seeded(self.seed), torch.inference_mode():
                sound, units = network.forward_with_tokens(
                    torch.tensor([ids], device=device),
                    torch.from_numpy(style).to(device),
                    speed,
                )
                samples = sound.float().cpu().numpy().ravel()
                lasts = units.cpu().numpy().ravel()
        except (RuntimeError, MemoryError) as error:
            raise said_of(error) from error
        if not np.isfinite(samples).all():
            raise EngineError("The voice made no sound: its weights are damaged.")
        return samples, lasts


def network_class() -> Any:
    """``kokoro.model.KModel``, without the package's own start, which would import its
    pipeline."""
    with _importing:
        if "kokoro" not in sys.modules:
            spec = find_spec("kokoro")
            if spec is None or spec.submodule_search_locations is None:
                raise EngineError(f"kokoro is not installed. {INSTALL}", permanent=True)
            package = ModuleType("kokoro")
            package.__path__ = list(spec.submodule_search_locations)
            package.__spec__ = spec
            sys.modules["kokoro"] = package
        torch_audio.make_harmless()  # transformers imports it where it is
        return importlib.import_module("kokoro.model").KModel


def _build(folder: Path, device: str) -> tuple[Any, dict[str, int]]:
    try:
        config = json.loads((folder / CONFIG).read_bytes())
        network = network_class()(
            repo_id=LAYOUT.source, config=config, model=str(folder / MODEL)
        )
        _fill(network, folder / MODEL)
        vocabulary = {str(k): int(v) for k, v in config["vocab"].items()}
        return network.to(device).eval(), vocabulary
    except (KeyError, TypeError, ValueError, AssertionError, OSError) as error:
        raise EngineError(
            f"The weights in {folder} are not those of {LAYOUT.source}: {error!r}.",
            permanent=True,
        ) from error
    except RuntimeError as error:
        if memory_ran_out(error):
            raise OutOfMemory("There is no room for the voice's weights.") from error
        first = str(error).partition("\n")[0]
        raise EngineError(
            f"The weights in {folder} are not those of {LAYOUT.source}: {first}",
            permanent=True,
        ) from error


def _fill(network: Any, file: Path) -> None:
    """Every parameter from the file; ValueError that names the first which is not in it.

    The network's own loader passes over what it does not find. Scales of instance norms
    may be missing: by the package's source it was taught without, and has them for an
    exporter's sake.
    """
    import torch  # noqa: PLC0415

    held = torch.load(file, map_location="cpu", weights_only=True, mmap=True)
    saved = {
        f"{part}.{name.removeprefix('module.')}": tensor
        for part, state in held.items()
        for name, tensor in state.items()
    }
    for path, module in network.named_modules():
        if isinstance(module, torch.nn.InstanceNorm1d) and (
            f"{path}.weight" not in saved
        ):
            module.weight = module.bias = None
            module.affine = False
    network.load_state_dict(saved, strict=False)
    gone = [name for name, _ in network.named_parameters() if name not in saved]
    if gone:
        raise ValueError(f"{gone[0]} is missing")


def _read_pack(file: Path) -> NDArray[np.float32]:
    import torch  # noqa: PLC0415

    pack = torch.load(file, map_location="cpu", weights_only=True)
    if tuple(getattr(pack, "shape", ())) != PACK:
        raise EngineError(f"{file.name} is no style pack of Kokoro.", permanent=True)
    return np.asarray(pack.float().numpy(), np.float32)
