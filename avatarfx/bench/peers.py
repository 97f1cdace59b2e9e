"""Published watermarks beside ours: dwtDct and rivaGAN of ``invisible-watermark``.

The package needs torch to be imported; neither method needs it to run. dwtDct is one
file of numpy and PyWavelets, rivaGAN two ONNX networks, and both are read from where the
package lies. Each carries 32 bits without a checksum.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]
    Bits = NDArray[np.uint8]

BITS = 32
PACKAGE = "imwatermark"


class Peer(Protocol):
    name: str

    def embed(self, rgb: Picture, bits: Bits) -> Picture: ...

    def scores(self, rgb: Picture) -> NDArray[np.floating[Any]]:
        """(32,) above 0 for a 1."""
        ...


def installed() -> Iterator[Peer]:
    folder = _folder()
    if folder is None:
        return
    if importlib.util.find_spec("pywt") is not None:
        yield DwtDct(folder)
    yield RivaGan(folder)


def _folder() -> Path | None:
    spec = importlib.util.find_spec(PACKAGE)  # looks, does not import
    places = spec.submodule_search_locations if spec else None
    return Path(next(iter(places))) if places else None


class DwtDct:
    name = "dwtDct"

    def __init__(self, folder: Path) -> None:
        spec = importlib.util.spec_from_file_location(
            "troupe_peer_dwtdct", folder / "maxDct.py"
        )
        if spec is None or spec.loader is None:
            raise ImportError("invisible-watermark has no maxDct.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        self._method: Any = module.EmbedMaxDct

    def embed(self, rgb: Picture, bits: Bits) -> Picture:
        bgr = np.ascontiguousarray(rgb[..., ::-1])
        done = self._method(list(bits), wmLen=BITS).encode(bgr)
        return np.ascontiguousarray(np.clip(done, 0, 255).astype(np.uint8)[..., ::-1])

    def scores(self, rgb: Picture) -> NDArray[np.floating[Any]]:
        bgr = np.ascontiguousarray(rgb[..., ::-1])
        read = self._method(wmLen=BITS).decode(bgr)
        return np.asarray(read, np.float64) - 0.5


class RivaGan:
    name = "rivaGAN"

    def __init__(self, folder: Path) -> None:
        import onnxruntime  # noqa: PLC0415 - loads a runtime that few benches need

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._encoder, self._decoder = (
            onnxruntime.InferenceSession(str(folder / f"rivagan_{half}.onnx"), options)
            for half in ("encoder", "decoder")
        )

    def embed(self, rgb: Picture, bits: Bits) -> Picture:
        inputs = {"frame": _batch(rgb), "data": bits[None].astype(np.float32)}
        done = np.clip(self._encoder.run(None, inputs)[0], -1, 1)[0, :, 0]
        pixels = ((done.transpose(1, 2, 0) + 1) * 127.5).astype(np.uint8)
        return np.ascontiguousarray(pixels[..., ::-1])

    def scores(self, rgb: Picture) -> NDArray[np.floating[Any]]:
        read = self._decoder.run(None, {"frame": _batch(rgb)})[0][0]
        return np.asarray(read, np.float64) - 0.52  # the package's own threshold


def _batch(rgb: Picture) -> NDArray[np.float32]:
    """(1, 3, 1, height, width) of -1 to 1, the package's order of channels."""
    scaled = rgb[..., ::-1].astype(np.float32) / 127.5 - 1
    return np.ascontiguousarray(scaled.transpose(2, 0, 1)[None, :, None])
