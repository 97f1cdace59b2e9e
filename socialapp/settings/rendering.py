"""How clips are made: encoder, memory, time, what they cost, how good they must be."""

from __future__ import annotations

from typing import Any

from socialapp import env

RENDER_COST = {
    "cpu_hour": env.number("RENDER_CENTS_CPU_HOUR", 0),
    "gpu_hour": env.number("RENDER_CENTS_GPU_HOUR", 0),
}
"""Cents, for the cost of a clip."""

ENCODER: dict[str, Any] = {
    "codec": env.text("ENCODER")
    or env.choice("VIDEO_ENCODER", "auto", ["auto", "x264", "nvenc"]),
    "preset": env.text("ENCODER_PRESET", "veryfast"),
    "quality": env.number("ENCODER_QUALITY", 18),
    "threads": env.number("ENCODER_THREADS", 2),
}
"""See ``avatarfx.encode.Options``."""

RENDER_MEMORY_MB = env.number("RENDER_MEMORY_MB", 3072)
"""How far making one clip may grow the memory of its process; 0: no limit."""

RENDER_PATIENCE = env.number("RENDER_PATIENCE", 100)
"""Percent of the times below: more on a slow machine."""

STAGE_BUDGETS: dict[str, tuple[float, float]] = {
    stage: (least * RENDER_PATIENCE / 100, more * RENDER_PATIENCE / 100)
    for stage, (least, more) in {
        "voice": (60.0, 4.0),
        "movement": (60.0, 18.0),
        "check": (30.0, 1.0),
        "sign": (60.0, 1.0),
        "finish": (60.0, 2.0),
    }.items()
}
"""Longest a stage, and each rung of a ladder in it, may take: seconds, and seconds more
for each second of the clip. Ten times what one core needs."""

QUALITY_LIMITS: dict[str, dict[str, float]] = {
    # What the warp itself keeps on every portrait: a rung above it must, too.
    "warp": {
        "mouth": 0.72,
        "mouth_drawn": 0.48,
        "sync": 0.4,
        "lag_frames": 2.0,
        "jitter_px": 0.45,
        "identity": 0.05,
        "scene": 0.25,
        "flicker": 1.0,
        "lost": 0.05,
        "late_ms": 80.0,
    },
    "floor": {
        "mouth": 0.66,
        "mouth_drawn": 0.45,
        "sync": 0.25,
        "lag_frames": 3.0,
        "jitter_px": 0.8,
        "identity": 0.1,
        "scene": 0.35,
        "flicker": 2.0,
        "lost": 0.2,
        "late_ms": 80.0,
    },
    # What a model refined, beside the film that it refined.
    "beside": {
        "mouth": 0.7,
        "opening": 0.6,
        "follows": 0.6,
        "detail": 0.6,
        "mouth_lag": 1.0,
        "unlike": 0.05,
        "portrait": 0.03,
        "flicker": 1.2,
        "swims": 1.2,
        "pulse": 3.0,
        "colour": 6.0,
        "spoiled": 0.0,
    },
}
"""Worse than this and the next rung films again; measured as docs/quality.md says."""
