"""How much a picture looks like pornography: Yahoo's open_nsfw, a ResNet-50."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Sequence

RESIZED, CROPPED = 256, 224
MEAN_BGR = np.array([104, 117, 123], np.float32)
"""Of the network's training pictures (open_nsfw's classify_nsfw.py)."""


def look(pictures: Sequence[Image.Image], *, weights: str) -> list[dict[str, Any]]:
    session = loaded(weights)
    name = session.get_inputs()[0].name
    return [
        {
            "scores": {"nsfw": max(score(session, name, view) for view in views(one))},
            "faces": [],
            "hashes": [],
        }
        for one in pictures
    ]


@cache
def loaded(weights: str) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        weights, options, providers=["CPUExecutionProvider"]
    )


def views(picture: Image.Image) -> list[Image.Image]:
    """The whole, as the network was trained, and for long pictures a square each end:
    squeezed, what lies at an end is small and thin."""
    width, height = picture.size
    found = [picture]
    if max(width, height) > 1.3 * min(width, height):
        side = min(width, height)
        found.append(picture.crop((0, 0, side, side)))
        found.append(picture.crop((width - side, height - side, width, height)))
    return found


def score(session: Any, name: str, picture: Image.Image) -> float:
    small = picture.resize((RESIZED, RESIZED), Image.Resampling.BILINEAR)
    edge = (RESIZED - CROPPED) // 2
    part = small.crop((edge, edge, edge + CROPPED, edge + CROPPED))
    pixels = np.asarray(part, np.float32)[:, :, ::-1] - MEAN_BGR
    answer = session.run(None, {name: np.ascontiguousarray(pixels[None])})
    return float(answer[0][0][1])
