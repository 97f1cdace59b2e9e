"""The server places actors and turns its camera as is stored for the browser."""

from __future__ import annotations

import json

import pytest

from tests.rigs import ensemble
from tests.rigs.test_vectors import flat

STORED = json.loads(ensemble.FILE.read_text(encoding="utf-8"))


def test_a_shared_stage_is_laid_out_as_stored() -> None:
    assert len(STORED) == 3 * len(ensemble.CASES)
    stored, computed = flat(STORED), flat(json.loads(json.dumps(ensemble.vectors())))
    assert stored.keys() == computed.keys()
    for at, value in stored.items():
        if isinstance(value, float):
            assert computed[at] == pytest.approx(value, abs=1e-6), at
        else:
            assert computed[at] == value, at
