"""The server's formulas give what is stored for the browser to reproduce."""

from __future__ import annotations

import base64
import json

import pytest

from avatarfx.animators.warp.grids import Grids
from tests.rigs import make

STORED = json.loads(make.FILE.read_text(encoding="utf-8"))


def flat(value: object, at: str = "") -> dict[str, object]:
    """Every leaf by its path, so that numbers can be compared with a tolerance."""
    if isinstance(value, dict):
        return {
            k: v for key, x in value.items() for k, v in flat(x, f"{at}.{key}").items()
        }
    if isinstance(value, list | tuple):
        return {
            k: v for n, x in enumerate(value) for k, v in flat(x, f"{at}[{n}]").items()
        }
    return {at: value}


@pytest.mark.parametrize("part", ["framing", "turns", "weights", "grids", "constants"])
def test_the_stored_vectors_are_what_the_server_computes(part: str) -> None:
    stored, computed = flat(STORED[part]), flat(make.vectors()[part])
    assert stored.keys() == computed.keys()
    for at, value in stored.items():
        if isinstance(value, float):
            assert computed[at] == pytest.approx(value, abs=1e-6), at
        else:
            assert computed[at] == value, at


def test_the_stored_grids_are_a_readable_file() -> None:
    rig = Grids.unpack(base64.b64decode(STORED["grids"]["blob"]))
    assert rig.face.columns == 4
    assert rig.fields["upper", "rest"].ravel().tolist() == pytest.approx(
        STORED["grids"]["rest"], abs=1e-3
    )
