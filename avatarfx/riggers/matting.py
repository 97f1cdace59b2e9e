"""Which pixels are the person: a small segmentation network, else an ellipse."""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from avatarfx.riggers.frame import FaceFrame

    Floats = NDArray[np.floating[Any]]
    Picture = NDArray[np.uint8]

_MODEL = Path(__file__).parent / "data" / "selfie_segmentation.tflite"
_SIDE = 256
_LONG_SIDE = 1024
_lock = threading.Lock()


def find_matte(rgb: Picture, frame: FaceFrame | None) -> Picture | None:
    """255 person, 0 background, the long side at most 1024.

    `frame` in pixels tells where the person's face is: a matte that leaves it out is
    replaced by a head and shoulders drawn around it. None without network and face.
    """
    scale = min(1.0, _LONG_SIDE / max(rgb.shape[:2]))
    size = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
    small = cast("Picture", cv2.resize(rgb, size, interpolation=cv2.INTER_AREA))
    network = _network()
    if network is not None:
        window = _window(rgb.shape[1], rgb.shape[0], frame)
        matte = _segment(network, small, tuple(round(v * scale) for v in window))
        if frame is None or _covers(matte, frame, scale):
            return matte
    if frame is None:
        return None
    return _bust(size, frame, scale)


@cache
def _network() -> Any:
    """The interpreter; None where litert is missing."""
    try:
        from ai_edge_litert.interpreter import (  # noqa: PLC0415 - no wheel on some ARM
            Interpreter,
        )
    except ImportError:
        return None
    network = Interpreter(model_path=str(_MODEL), num_threads=1)
    network.allocate_tensors()
    return network


def _window(
    width: int, height: int, frame: FaceFrame | None
) -> tuple[float, float, float, float]:
    """What the network looks at: the picture, or for a small face its surroundings."""
    if frame is None or frame.height > 0.22 * max(width, height):
        return 0, 0, width, height
    x, y = frame.mouth
    reach = 2.6 * frame.height
    return (
        max(0.0, float(x) - reach),
        max(0.0, float(y) - reach),
        min(float(width), float(x) + reach),
        min(float(height), float(y) + reach),
    )


def _segment(network: Any, rgb: Picture, window: tuple[int, ...]) -> Picture:
    x0, y0, x1, y1 = window
    part = rgb[y0:y1, x0:x1]
    small = cv2.resize(part, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    with _lock:
        network.set_tensor(
            network.get_input_details()[0]["index"],
            (small.astype(np.float32) / 255)[None],
        )
        network.invoke()
        raw = network.get_tensor(network.get_output_details()[0]["index"])
    likely = cv2.resize(
        raw.reshape(_SIDE, _SIDE), (x1 - x0, y1 - y0), interpolation=cv2.INTER_LINEAR
    )
    radius = max(2, round(0.012 * max(part.shape[:2])))
    fine = _guided(part, likely.astype(np.float32), radius)
    sharp = np.clip((fine - 0.3) / 0.5, 0, 1)
    out = np.zeros(rgb.shape[:2], np.uint8)
    out[y0:y1, x0:x1] = np.round(sharp * 255)
    return out


def _guided(rgb: Picture, values: Floats, radius: int) -> Floats:
    """He's guided filter with a grey guide: the mask takes on the picture's edges."""
    guide = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    size = (2 * radius + 1, 2 * radius + 1)

    def mean(of: Floats) -> Floats:
        return cast("Floats", cv2.blur(of, size))

    m_guide, m_values = mean(guide), mean(values)
    slope = (mean(guide * values) - m_guide * m_values) / (
        mean(guide * guide) - m_guide**2 + 1e-3
    )
    offset = m_values - slope * m_guide
    return np.asarray(mean(slope) * guide + mean(offset), np.float32)


def _covers(matte: Picture, frame: FaceFrame, scale: float) -> bool:
    """True when nearly all of the face is in it."""
    points = (frame.landmarks[:468:6, :2] * scale).astype(int)
    rows = np.clip(points[:, 1], 0, matte.shape[0] - 1)
    columns = np.clip(points[:, 0], 0, matte.shape[1] - 1)
    return bool((matte[rows, columns] > 128).mean() > 0.9)


def _bust(size: tuple[int, int], frame: FaceFrame, scale: float) -> Picture:
    """An ellipse around head and hair, a neck, and sloping shoulders."""
    out = np.zeros((size[1], size[0]), np.uint8)
    across, down = frame.across, frame.down
    height, width = frame.height * scale, frame.width * scale
    chin = frame.landmarks[152, :2] * scale
    head = chin - 0.62 * height * down
    angle = float(np.degrees(np.arctan2(across[1], across[0])))
    cv2.ellipse(
        out,
        (tuple(float(v) for v in head), (1.5 * width, 1.75 * height), angle),
        255,
        -1,
        cv2.LINE_AA,
    )
    far = max(size) * 2.0
    body = [
        chin - 0.3 * width * across - 0.2 * height * down,
        chin + 0.3 * width * across - 0.2 * height * down,
        chin + 0.4 * width * across + 0.35 * height * down,
        chin + 1.3 * width * across + 0.75 * height * down,
        chin + 1.5 * width * across + far * down,
        chin - 1.5 * width * across + far * down,
        chin - 1.3 * width * across + 0.75 * height * down,
        chin - 0.4 * width * across + 0.35 * height * down,
    ]
    cv2.fillPoly(out, [np.round(np.array(body)).astype(np.int32)], 255, cv2.LINE_AA)
    return cast("Picture", cv2.GaussianBlur(out, (0, 0), max(1.0, 0.02 * width)))
