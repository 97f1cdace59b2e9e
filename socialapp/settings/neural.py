"""Engines that need torch, and their weights: see docs/neural.md."""

from __future__ import annotations

from typing import Any

from socialapp import env
from socialapp.engines.folders import hub
from socialapp.settings.place import DATA_DIR
from socialapp.settings.work import WORKER

NEURAL_WEIGHTS_DIR = env.path("NEURAL_WEIGHTS_DIR", DATA_DIR / "neural")
"""Folders of neural weights, one an engine: see docs/neural.md."""

NEURAL_OPTIONS: dict[str, Any] = {
    "device": WORKER["device"] if WORKER["device"] != "cpu" else "",
    "compiled": env.flag("NEURAL_COMPILE"),
    "dtype": env.choice("NEURAL_DTYPE", "", ["", "bfloat16", "float16", "float32"]),
}
"""Of each neural engine; empty: the best that is here."""


def _neural(backend: str, repository: str = "", **options: Any) -> dict[str, Any]:
    """An animator that refines the warp's film. `repository`: the one of a hub whose
    snapshot is a whole folder of weights, if there is one."""
    name = backend.split(".")[3]
    weights = hub.folder_of(NEURAL_WEIGHTS_DIR / name, repository)
    return {
        "BACKEND": backend,
        "OPTIONS": {"weights": weights, **NEURAL_OPTIONS, **options},
    }


animators: dict[str, dict[str, Any]] = {
    "diffusion_refine": _neural(
        "avatarfx.animators.neural.diffusion_refine.DiffusionRefineAnimator"
    ),
    "latentsync": _neural("avatarfx.animators.neural.latentsync.LatentSync"),
    "musetalk": _neural(
        "avatarfx.animators.neural.musetalk.MuseTalk", jobs=WORKER["at_once"]
    ),
    "refiner": _neural(
        "avatarfx.animators.neural.refiner.RefinerAnimator", jobs=WORKER["at_once"]
    ),
    "wan_animate": _neural(
        "avatarfx.animators.neural.wan_animate.WanAnimateAnimator",
        "Wan-AI/Wan2.2-Animate-14B-Diffusers",
    ),
    "warp_cuda": {
        "BACKEND": "avatarfx.animators.warp_cuda.WarpCudaAnimator",
        "OPTIONS": {
            "rung": "full",
            "device": NEURAL_OPTIONS["device"],
        },
    },
}

COQUI_ACCEPT_CPML = env.flag("COQUI_ACCEPT_CPML")
"""The licence of XTTS, which forbids earning money with it, is accepted."""

voices: dict[str, dict[str, Any]] = {
    "kokoro_torch": {
        "BACKEND": "avatarfx.voices.kokoro_torch.KokoroTorchVoice",
        "OPTIONS": {
            "weights": hub.folder_of(
                NEURAL_WEIGHTS_DIR / "kokoro_torch", "hexgrad/Kokoro-82M"
            ),
            "device": NEURAL_OPTIONS["device"],
        },
    },
    "coqui": {
        "BACKEND": "avatarfx.voices.coqui.CoquiVoice",
        "OPTIONS": {
            "weights": env.text("TTS_MODEL_DIR", str(NEURAL_WEIGHTS_DIR / "coqui")),
            "device": NEURAL_OPTIONS["device"],
        },
    },
    "coqui_xtts": {
        "BACKEND": "avatarfx.voices.coqui.CoquiXttsVoice",
        "OPTIONS": {
            "weights": hub.folder_of(
                NEURAL_WEIGHTS_DIR / "coqui_xtts", "coqui/XTTS-v2"
            ),
            "device": NEURAL_OPTIONS["device"],
            "accept_cpml": COQUI_ACCEPT_CPML,
            "consented": env.words("COQUI_CONSENTED_VOICES"),
        },
    },
}

NEURAL_VOICE = env.choice(
    "NEURAL_VOICE", "", ["", "kokoro_torch", "coqui", "coqui_xtts"]
)
"""A voice by torch that is tried first: see docs/neural.md."""

NEURAL_RUNGS = env.words("NEURAL_RUNGS")
"""Neural animators that stand above the warp, the best first: see docs/neural.md."""

NEURAL_WAIT_SECONDS = env.number("NEURAL_WAIT_SECONDS", 120)
"""Neural rungs that would keep the line waiting for longer are left out for a clip."""
