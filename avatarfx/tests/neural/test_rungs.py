"""Every rung, with tiny random weights of its published layout: found, loaded, measured."""

from __future__ import annotations

import json
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as house
from django.core.management import call_command

from avatarfx.animators.neural import memory
from avatarfx.animators.neural.latentsync import LatentSync, Sculptor
from avatarfx.bench import rungs
from socialapp.engines import torch_audio
from socialapp.engines.folders import report

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import Settings

SMALL = ["--size=128", "--seconds=0.4", "--device=cpu"]

WEIGHED = [
    (kind, alias, layout)
    for kind, alias, layout, _ in report._declared()
    if kind == "animator"
]


def benched(capsys: pytest.CaptureFixture[str], *only: str) -> dict[str, Any]:
    named = [f"--only={name}" for name in only]
    call_command("bench", "rungs", "--json", *SMALL, *named)
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    return {row["name"]: row for row in result["rungs"]}


def test_a_rung_without_weights_is_measured_as_it_is(
    capsys: pytest.CaptureFixture[str], settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    rows = benched(capsys, "still", "silent")
    still = rows["still"]
    assert (still["state"], still["reason"]) == ("built in", "")
    assert still["fps"] > 1
    assert still["frames"] > 5
    assert rows["silent"]["fps"] is None
    assert rows["silent"]["speech_per_second"] > 1


@pytest.mark.neural
def test_a_tiny_run_says_what_it_does_otherwise_and_only_that(
    capsys: pytest.CaptureFixture[str],
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("torch").set_num_threads(1)
    settings.DATA_DIR = tmp_path
    shapes: list[tuple[int, ...]] = []
    asked: list[dict[str, Any]] = []
    paint = Sculptor.paint

    def noted(self: Sculptor, faces: Any, keep: Any, heard: Any, **how: Any) -> Any:
        shapes.append(faces.shape)
        asked.append(how)
        return paint(self, faces, keep, heard, **how)

    monkeypatch.setattr(Sculptor, "paint", noted)
    row = benched(capsys, "latentsync")["latentsync"]
    assert (row["state"], row["options"]) == ("tiny weights", {"size": 64})
    assert {shape[1:] for shape in shapes} == {(64, 64, 3)}
    assert shapes[0][0] == LatentSync.batch
    assert asked[0] == {"steps": 10, "guidance": 1.5}
    assert "options" not in benched(capsys, "still")["still"]


@pytest.mark.skipif(find_spec("torch") is not None, reason="torch is here")
def test_without_torch_every_neural_rung_says_so(
    capsys: pytest.CaptureFixture[str], settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    rows = benched(capsys, *(alias for _, alias, _ in WEIGHED))
    assert set(rows) == {alias for _, alias, _ in WEIGHED}
    for row in rows.values():
        assert (row["state"], row["fps"]) == ("not available", None)
        assert "torch" in row["reason"]
        assert "NEURAL_RUNGS does not name it" in row["reason"]


@pytest.mark.neural
@pytest.mark.parametrize("alias", [alias for _, alias, _ in WEIGHED])
def test_a_saved_folder_of_each_layout_loads_bit_for_bit(
    alias: str,
    capsys: pytest.CaptureFixture[str],
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("torch").set_num_threads(1)
    # Nothing is drawn, so the memory for that need not be free.
    monkeypatch.setattr(memory, "ram_mb", lambda: 64_000)
    params = house.ENGINES["animator"][alias]
    folder = tmp_path / alias
    torch_audio.make_harmless()
    rungs._sample_of(params["BACKEND"]).tiny(folder, 3)
    options = params["OPTIONS"] | {"weights": str(folder)}
    settings.ENGINES = house.ENGINES | {
        "animator": {alias: params | {"OPTIONS": options}}
    }
    try:
        call_command("weights", "check", "--json", "--load", alias)
    except SystemExit:
        pytest.fail(capsys.readouterr().out)
    (row,) = json.loads(capsys.readouterr().out)
    assert row["state"] == "whole"
    assert row["loaded"]["problem"] is None
    assert row["loaded"]["equal"] > 10
    assert (row["loaded"]["folded"] > 0) == (alias == "diffusion_refine")
