"""Files that people bring along, and a scene that is published with them."""

from __future__ import annotations

import io
import json
import wave
from typing import TYPE_CHECKING, Any

import av
import numpy as np
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from scenes.models import Scene, SceneVersion
from socialapp.content import backgrounds

if TYPE_CHECKING:
    from django.test import Client

    from socialapp.accounts.models import User

URL = "/api/v1/scene-assets/"


def picture(
    size: tuple[int, int] = (2400, 1350), kind: str = "JPEG", **more: Any
) -> bytes:
    across = np.linspace(0, 255, size[0], dtype=np.uint8)
    pixels = np.broadcast_to(across[None, :, None], (size[1], size[0], 3)).copy()
    pixels[:, :, 1] = 90
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind, **more)
    return out.getvalue()


def photograph(*, quality: int = 90) -> bytes:
    """With something to see: a drawing of the house."""
    with Image.open(io.BytesIO(backgrounds.picture("bakery", 640, 360))) as drawn:
        out = io.BytesIO()
        drawn.convert("RGB").save(out, "JPEG", quality=quality)
    return out.getvalue()


def wav(seconds: float = 1.0, *, channels: int = 1, rate: int = 44_100) -> bytes:
    time = np.arange(round(seconds * rate)) / rate
    # Noise that swells: known again, and different in each second.
    noise = np.random.default_rng(7).standard_normal(len(time))
    tone = 0.2 * noise * (1 + np.sin(2 * np.pi * 1.3 * time)) / 2
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        frames = np.repeat((tone * 20_000).astype("<i2"), channels)
        file.writeframes(frames.tobytes())
    return out.getvalue()


def encoded(format_name: str, codec: str) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format=format_name) as container:
        stream: Any = container.add_stream(codec, rate=48_000, layout="stereo")
        frame = av.AudioFrame.from_ndarray(
            (np.random.default_rng(1).standard_normal((2, 48_000)) * 0.1).astype("f4"),
            format="fltp",
            layout="stereo",
        )
        frame.sample_rate, frame.pts = 48_000, 0
        resampler = av.AudioResampler(stream.format.name, "stereo", 48_000)
        for piece in resampler.resample(frame):
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return out.getvalue()


def published(owner: User, *names: str, remixable: bool = False) -> Scene:
    """A scene whose version is on stage and names these backgrounds."""
    scene = Scene.objects.create(owner=owner, title="Set in", remixable=remixable)
    document = json.dumps(
        {"states": {f"s{i}": {"background": n} for i, n in enumerate(names)}}
    )
    version = SceneVersion.objects.create(
        scene=scene, number=1, digest="0" * 64, document=document, title="Set in",
        rating="everyone", states=1, endings=1, words=1, minutes=1,
    )  # fmt: skip
    scene.version = version
    scene.save()
    return scene


def send(
    client: Client, kind: str, data: bytes, name: str = "a.bin", **more: Any
) -> Any:
    file = SimpleUploadedFile(name, data)
    return client.post(URL, {"kind": kind, "file": file, **more})


def film() -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format="webm") as container:
        stream = container.add_stream("libvpx", rate=10)
        stream.width = stream.height = 64
        frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), "rgb24")
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()
