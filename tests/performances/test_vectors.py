"""The stored performances read, and give the faces stored with them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from socialapp.performance import Performance, codec
from socialapp.performance.motion import FaceTrack, opening

FILES = sorted(Path(__file__).parent.glob("*.json"))


def load(file: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return data


def test_there_are_vectors() -> None:
    assert len(FILES) >= 5


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_a_stored_performance_round_trips(file: Path) -> None:
    data = load(file)["performance"]
    assert Performance.from_json(data).to_json() == data


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_a_stored_performance_gives_the_faces_stored_with_it(file: Path) -> None:
    data = load(file)
    for part in Performance.from_json(data["performance"]).parts:
        track = FaceTrack(part)
        assert data["faces"][part.seat]
        for sample in data["faces"][part.seat]:
            face = track.at(sample["at"])
            assert codec.dump(face) == pytest.approx(sample["face"], abs=1e-6)
            assert opening(face) == pytest.approx(sample["opening"], abs=1e-6)
