"""The stored frames are what this version writes, and read as the events beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from streams.protocol import as_frame, from_frame, from_json, to_json
from streams.protocol.events import LOGGED, PASSING

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "frames.json").read_text(encoding="utf-8")
)


def frame_of(vector: dict[str, Any]) -> str | bytes:
    return vector["text"] if "text" in vector else bytes.fromhex(vector["hex"])


def test_every_kind_of_event_has_a_vector() -> None:
    assert {one["event"]["kind"] for one in VECTORS} == set(LOGGED) | set(PASSING)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda one: one["event"]["kind"])
def test_a_stored_frame_is_its_event(vector: dict[str, Any]) -> None:
    event = from_frame(frame_of(vector))
    assert event == from_json(vector["event"])
    assert to_json(event) == vector["event"]
    assert as_frame(event) == frame_of(vector)
