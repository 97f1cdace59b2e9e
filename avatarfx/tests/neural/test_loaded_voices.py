"""`manage.py weights check --load` of voices: bit for bit, and broken folders told."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as house
from django.core.management import call_command

from avatarfx.voices import torches
from avatarfx.voices.coqui.voice import NEEDED as COQUI
from avatarfx.voices.kokoro_torch import MODEL
from avatarfx.voices.kokoro_torch import NEEDED as KOKORO
from avatarfx.voices.samples import coqui, kokoro_torch

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.neural

Check = Callable[..., dict[str, Any]]

WRITERS: dict[str, Callable[[Path], None]] = {
    "kokoro_torch": lambda folder: kokoro_torch.tiny(folder, 1),
    "coqui": lambda folder: coqui.vits(folder, 1),
    "coqui_xtts": lambda folder: coqui.xtts(folder, 1),
}


@pytest.fixture
def check(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Check:
    """What the command says of a voice whose folder is saved and then changed."""
    pytest.importorskip("torch").set_num_threads(1)
    settings.COQUI_ACCEPT_CPML = True

    def checked(
        alias: str,
        change: Callable[[Path], object] = lambda _: None,
        *,
        code: int = 0,
    ) -> dict[str, Any]:
        if reason := torches.lacking(KOKORO if alias == "kokoro_torch" else COQUI):
            pytest.skip(reason)
        folder = tmp_path / alias
        WRITERS[alias](folder)
        change(folder)
        options: dict[str, Any] = {"weights": str(folder), "device": ""}
        if alias == "coqui_xtts":
            options |= {"accept_cpml": True, "consented": ["Ada"]}
        voice = house.ENGINES["voice"][alias] | {"OPTIONS": options}
        settings.ENGINES = house.ENGINES | {"voice": {alias: voice}, "animator": {}}
        ended = 0
        try:
            call_command("weights", "check", "--json", "--load", alias)
        except SystemExit as end:
            ended = int(end.code or 0)
        (row,) = json.loads(capsys.readouterr().out)
        assert ended == code, row
        assert isinstance(row, dict)
        return row

    return checked


def spoil(name: str, change: Callable[[dict[str, Any]], object]) -> Callable[..., None]:
    """Changes what torch saved in the file of this name."""

    def changed(folder: Path) -> None:
        import torch  # noqa: PLC0415

        saved = torch.load(folder / name, weights_only=True)
        change(saved)
        torch.save(saved, folder / name)

    return changed


@pytest.mark.parametrize("alias", WRITERS)
def test_a_saved_folder_is_loaded_bit_for_bit(alias: str, check: Check) -> None:
    row = check(alias)
    assert (row["kind"], row["state"], row["problem"]) == ("voice", "whole", None)
    assert row["loaded"]["equal"] > 50
    assert (row["loaded"]["folded"], row["loaded"]["unused"]) == (0, 0)


@pytest.mark.parametrize(
    ("alias", "file"),
    [("kokoro_torch", MODEL), ("coqui", "model_file.pth"), ("coqui_xtts", "model.pth")],
)
def test_a_file_that_is_half_copied_is_not_even_loaded(
    alias: str, file: str, check: Check
) -> None:
    def halve(folder: Path) -> None:
        whole = (folder / file).read_bytes()
        (folder / file).write_bytes(whole[: len(whole) // 2])

    row = check(alias, halve, code=1)
    assert row["state"] == "broken"
    assert file in row["problem"]
    assert "loaded" not in row


@pytest.mark.parametrize("prefix", ["module.", ""])
def test_a_kokoro_that_lacks_a_tensor_is_told_which(prefix: str, check: Check) -> None:
    def take(saved: dict[str, Any]) -> None:
        for part, state in saved.items():
            named = {k.replace("module.", prefix, 1): v for k, v in state.items()}
            saved[part] = named
        del saved["decoder"][f"{prefix}encode.conv1.bias"]

    row = check("kokoro_torch", spoil(MODEL, take), code=1)
    assert "decoder.encode.conv1.bias is missing" in row["problem"]
    assert "hexgrad/Kokoro-82M" in row["problem"]


def test_a_kokoro_without_the_wrapped_names_is_the_same(check: Check) -> None:
    def plain(saved: dict[str, Any]) -> None:
        for part, state in saved.items():
            saved[part] = {k.removeprefix("module."): v for k, v in state.items()}

    assert check("kokoro_torch", spoil(MODEL, plain))["loaded"]["unused"] == 0


def test_a_style_pack_of_another_shape_is_told(check: Check) -> None:
    def cut(folder: Path) -> None:
        import torch  # noqa: PLC0415

        torch.save(torch.zeros(3, 256), folder / "voices" / "am_michael.pt")

    row = check("kokoro_torch", cut, code=1)
    assert "am_michael.pt is no style pack" in row["problem"]


@pytest.mark.parametrize(
    ("alias", "file", "name"),
    [
        ("coqui", "model_file.pth", "flow.flows.0.pre.bias"),
        ("coqui_xtts", "model.pth", "gpt.mel_head.bias"),
    ],
)
def test_a_coqui_model_that_lacks_a_tensor_is_told_which(
    alias: str, file: str, name: str, check: Check
) -> None:
    row = check(alias, spoil(file, lambda saved: saved["model"].pop(name)), code=1)
    assert "are not those of" in row["problem"]


def test_speakers_whom_the_table_does_not_know_are_random_and_told(
    check: Check,
) -> None:
    def more(folder: Path) -> None:
        path = folder / "speaker_ids.json"
        rows = json.loads(path.read_bytes())
        path.write_text(json.dumps(rows | {"p999": len(rows)}))

    row = check("coqui", more, code=1)
    assert "emb_g.weight" in row["problem"]
    assert "come from no file and are random" in row["problem"]


def test_an_xtts_that_nobody_agreed_to_is_not_loaded(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other(saved: dict[str, Any]) -> None:
        saved["Eve"] = saved.pop("Ada")

    row = check("coqui_xtts", spoil("speakers_xtts.pth", other), code=1)
    assert "COQUI_CONSENTED_VOICES" in row["problem"]
