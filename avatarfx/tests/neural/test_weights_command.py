"""`manage.py weights`: what is here, whole, allowed, and loaded as it lies in the files."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command

from avatarfx.tests.neural import puppets
from socialapp.engines.folders import Layout, Piece, report

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import Settings

PATH = "avatarfx.tests.neural.puppets"


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    """Where the only engine with weights looks for them."""
    place = tmp_path / "neural" / "puppet"
    settings.NEURAL_WEIGHTS_DIR = tmp_path / "neural"
    settings.ENGINES = settings.ENGINES | {
        "animator": {
            "puppet": {
                "BACKEND": f"{PATH}.PuppetAnimator",
                "OPTIONS": {"weights": str(place)},
            },
            "still": settings.ENGINES["animator"]["still"],
        },
        "voice": {},
    }
    settings.PUPPET_LICENCE = True
    return place


@pytest.fixture
def torch() -> Any:
    return pytest.importorskip("torch")


def write(folder: Path) -> None:
    """By hand, as safetensors has it."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text('{"_class_name": "Puppet"}')
    header = json.dumps(
        {"0.weight": {"dtype": "F32", "shape": [1, 3], "data_offsets": [0, 12]}}
    ).encode()
    (folder / "puppet.safetensors").write_bytes(
        struct.pack("<Q", len(header)) + header + bytes(12)
    )


def checked(capsys: pytest.CaptureFixture[str], *argv: str, code: int = 0) -> Any:
    ended = 0
    try:
        call_command("weights", "check", "--json", *argv)
    except SystemExit as end:
        ended = int(end.code or 0)
    assert ended == code
    return json.loads(capsys.readouterr().out)


def test_an_engine_that_is_off_may_lack_its_weights(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (row,) = checked(capsys)
    assert (row["name"], row["state"], row["wanted"]) == ("puppet", "missing", False)
    assert str(folder) in row["problem"]
    assert row["unlocks"] == "A puppet dances."


def test_one_that_is_named_or_on_the_ladder_must_have_them(
    folder: Path, capsys: pytest.CaptureFixture[str], settings: Settings
) -> None:
    checked(capsys, "puppet", code=1)
    settings.ANIMATOR_LADDER = ["puppet", "still"]
    (row,) = checked(capsys, code=1)
    assert row["wanted"]


def test_a_whole_folder_is_told_with_its_size(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder)
    (row,) = checked(capsys, "puppet")
    assert (row["state"], row["problem"], row["files"]) == ("whole", None, 2)
    assert row["bytes"] > 12
    call_command("weights", "check")
    said = capsys.readouterr().out
    assert "puppet (animator, off): whole" in said
    assert "no commercial use" in said


def test_a_damaged_folder_is_a_fault_even_when_the_engine_is_off(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder)
    file = folder / "puppet.safetensors"
    file.write_bytes(file.read_bytes()[:-1])
    (row,) = checked(capsys, code=1)
    assert row["state"] == "broken"
    assert "half copied" in row["problem"]


def test_a_licence_that_is_not_accepted_keeps_the_engine_off(
    folder: Path, capsys: pytest.CaptureFixture[str], settings: Settings
) -> None:
    write(folder)
    settings.PUPPET_LICENCE = False
    (row,) = checked(capsys, "puppet", code=1)
    assert "PUPPET_LICENCE=1" in row["problem"]
    assert not row["accepted"]


def test_weights_of_another_engine_are_recognised(
    folder: Path, settings: Settings
) -> None:
    write(folder)
    other = folder.parent / "other"
    folder.rename(other)
    layout = Layout("other", (Piece("w.safetensors", "safetensors"),), "MIT", True, "x/y", "It sings.")  # fmt: skip
    found = report._looked(
        "animator", "other", layout, {"weights": str(other)}, {"puppet": puppets.LAYOUT}
    )
    assert found.state.kind == "other"
    assert "holds the weights of puppet" in (found.problem or "")


def test_an_engine_that_nobody_knows_is_refused(folder: Path) -> None:
    with pytest.raises(CommandError, match="There are puppet"):
        call_command("weights", "check", "pupet")


def test_a_folder_is_made_of_links_into_the_cache(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    with pytest.raises(CommandError, match="not in"):
        call_command("weights", "link", "puppet", ".=strings/Puppet")
    snapshot = tmp_path / "cache" / "models--strings--Puppet" / "snapshots" / "abc"
    write(snapshot)
    call_command("weights", "link", "puppet", ".=strings/Puppet")
    assert (folder / "config.json").readlink() == snapshot / "config.json"
    assert report.find()[0].problem is None
    call_command("weights", "link", "puppet", ".=strings/Puppet")
    assert "0 links" in capsys.readouterr().out
    (folder / "config.json").unlink()
    (folder / "config.json").write_text("mine")
    with pytest.raises(CommandError, match="in the way"):
        call_command("weights", "link", "puppet", ".=strings/Puppet")
    assert (folder / "config.json").read_text() == "mine"
    with pytest.raises(CommandError, match="not inside"):
        call_command("weights", "link", "puppet", "../x=strings/Puppet")
    with pytest.raises(CommandError, match="PLACE=ORG/NAME"):
        call_command("weights", "link", "puppet", "strings/Puppet")


@pytest.mark.neural
@pytest.mark.parametrize("half", [False, True])
def test_what_is_loaded_is_what_lies_in_the_file(
    folder: Path, capsys: pytest.CaptureFixture[str], torch: Any, half: bool
) -> None:
    puppets.save(folder, half=half)
    torch.save({"spare": torch.zeros(2)}, folder / "extra.pth")
    (row,) = checked(capsys, "puppet", "--load")
    assert row["loaded"] == {
        "equal": 4,
        "renamed": 0,
        "folded": 0,
        "unused": 2,
        "problem": None,
    }


@pytest.mark.neural
def test_a_loader_that_changes_or_makes_up_numbers_is_caught(
    folder: Path, capsys: pytest.CaptureFixture[str], torch: Any, settings: Settings
) -> None:
    puppets.save(folder)
    settings.ENGINES["animator"]["puppet"]["BACKEND"] = f"{PATH}.ForgetfulAnimator"
    (row,) = checked(capsys, "puppet", "--load", code=1)
    assert "1 tensors differ from the file: 0.bias" in row["problem"]


@pytest.mark.neural
def test_a_layer_that_comes_from_no_file_is_caught(folder: Path, torch: Any) -> None:
    from avatarfx.animators.neural.loading import reloaded  # noqa: PLC0415

    puppets.save(folder)
    network = puppets.PuppetAnimator(str(folder)).load()["body"]
    network.append(puppets.network_of(2)[0])
    found = reloaded(puppets.LAYOUT, folder, network)
    assert [name.rpartition(".2.")[2] for name in found.made_up] == ["bias", "weight"]
    assert "random" in (found.problem or "")


@pytest.mark.neural
def test_what_torch_saves_is_read_without_torch(tmp_path: Path, torch: Any) -> None:
    from socialapp.engines.folders.pickles import read_tensors  # noqa: PLC0415

    module = puppets.network_of(5)
    file = tmp_path / "w.pth"
    torch.save({"model": module.state_dict(), "step": 3}, file)
    found = {name: tensor.shape for name, tensor in read_tensors(file).items()}
    assert found == {
        f"model.{name}": tuple(tensor.shape)
        for name, tensor in module.state_dict().items()
    }
    file.write_bytes(b"")
    torch.save(module, file)
    with pytest.raises(Exception, match="calls"):
        read_tensors(file)
