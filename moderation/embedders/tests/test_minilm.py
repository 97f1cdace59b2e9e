"""The encoder keeps what embedders promise, and says what it lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.embedders import minilm
from moderation.embedders.minilm import BATCH, MiniLMEmbedder, batches
from socialapp.engines.errors import EngineError
from socialapp.engines.handler import embedders
from socialapp.engines.testing import check_embedder

if TYPE_CHECKING:
    from pathlib import Path

needs_weights = pytest.mark.skipif(
    MiniLMEmbedder().available() is not None, reason="its weights are not installed"
)


@needs_weights
def test_it_keeps_the_contract() -> None:
    check_embedder(embedders["minilm"])


@needs_weights
def test_one_text_is_as_good_alone_as_in_a_crowd() -> None:
    texts = [f"Text number {i} about the weather of that day." for i in range(70)]
    engine = embedders["minilm"]
    rows = np.frombuffer(engine.embed(texts), "<f4").reshape(-1, 384)
    again = np.frombuffer(engine.embed(texts[40:41]), "<f4")
    assert float(rows[40] @ again) > 0.98


@needs_weights
def test_a_text_that_cannot_be_encoded_is_the_engines_error() -> None:
    with pytest.raises(EngineError, match="The encoder failed"):
        embedders["minilm"].embed(["\ud800"])


def test_another_file_under_its_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"not a model")
    with pytest.raises(EngineError, match="not the file it should be"):
        MiniLMEmbedder(weights_dir=str(tmp_path)).embed(["hello"])


def test_a_changed_tokenizer_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "tokenizer.json"
    other.write_text("{}", encoding="utf-8")
    monkeypatch.setattr(minilm, "TOKENIZER", other)
    with pytest.raises(EngineError, match=r"tokenizer\.json is not the file"):
        MiniLMEmbedder().embed(["hello"])


def test_missing_weights_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "PACKAGE", "no-such-package")
    reason = MiniLMEmbedder().available()
    assert reason is not None
    assert "Not installed: no-such-package" in reason


@given(st.lists(st.integers(0, 2000), max_size=120))
def test_what_is_encoded_together_is_of_like_length(lengths: list[int]) -> None:
    found = list(batches(lengths))
    assert sorted(place for batch in found for place in batch) == list(
        range(len(lengths))
    )
    for batch in found:
        taken = [lengths[place] for place in batch]
        assert len(batch) <= BATCH
        assert max(taken) <= 1.5 * min(taken) + 40


def test_long_windows_do_not_pad_short_sentences() -> None:
    windows, sentences = [1000] * 5, [70, 80, 90, 60] * 4
    assert [len(batch) for batch in batches([*windows, *sentences])] == [16, 5]
