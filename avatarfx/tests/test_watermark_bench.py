from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from django.core.management import call_command

from avatarfx.bench import attacks, peers, trials
from socialapp.provenance.tests import pictures

if TYPE_CHECKING:
    from pathlib import Path


def measured(*arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("bench", "watermark", "--json", *arguments, stdout=out)
    told: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return told


def test_a_folder_of_films_is_measured(tmp_path: Path) -> None:
    film = pictures.encoded(pictures.talking(), 12)
    (tmp_path / "one.mp4").write_bytes(film)
    told = measured(
        f"--clips={tmp_path}",
        "--trials=2",
        "--unmarked=2",
        "--peers=0",
        "--workers=1",
        f"--attacks=jpeg50,{attacks.TARGET}",
    )
    assert (told["trials"], told["copies"]) == (2, 4)
    assert told["exact"] == told["exact_target"] == 1.0
    assert told["wrong"] == told["false_alarms"] == 0
    assert told["unmarked"] == 2
    assert 40 < told["psnr_db_min"] <= told["psnr_db_talking"] < 50
    assert told["size_ratio"] > 0.9
    assert told["ms_per_frame"] > 0
    assert told["peers"] == {}


def test_an_attack_alone_makes_the_copy_it_makes_among_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a copy that was lost in the whole bench can be made again by itself."""
    clip = trials.keep(tmp_path, "head", pictures.talking()[:2], flat=False)
    drawn: list[int] = []

    def noted(
        frames: attacks.Frames, rng: np.random.Generator
    ) -> list[attacks.Picture]:
        drawn.append(int(rng.integers(1 << 40)))
        return list(frames)

    monkeypatch.setitem(attacks.ATTACKS, "jpeg50", noted)
    monkeypatch.setitem(attacks.ATTACKS, "crf23", noted)
    trials.trial(clip, 3, ("crf23", "jpeg50"))
    trials.trial(clip, 3, ("jpeg50",))
    trials.trial(clip, 4, ("jpeg50",))
    assert drawn[1] == drawn[2]
    assert len(set(drawn)) == 3


def test_what_cannot_be_measured_is_said(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="no films"):
        measured(f"--clips={tmp_path}")
    with pytest.raises(SystemExit, match="No attack is named 'hammer'"):
        measured("--attacks=hammer")


@pytest.mark.parametrize("name", attacks.ATTACKS)
def test_every_attack_changes_what_it_gets(name: str) -> None:
    frames = list(pictures.talking()[:3])
    copy = attacks.ATTACKS[name](frames, np.random.default_rng(1))
    assert len(copy) == 3
    assert copy[0].ndim == 3
    assert copy[0].shape != frames[0].shape or (copy[0] != frames[0]).any()


def test_the_peers_carry_their_bits_through_nothing() -> None:
    found = {peer.name: peer for peer in peers.installed()}
    if "dwtDct" not in found:
        pytest.skip("invisible-watermark is not installed")
    bits = np.random.default_rng(1).integers(0, 2, peers.BITS).astype(np.uint8)
    peer = found["dwtDct"]
    marked = peer.embed(pictures.talking()[0], bits)
    read = peer.scores(marked) > 0
    assert np.mean(read == bits) > 0.9
