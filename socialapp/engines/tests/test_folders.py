"""A folder of weights is judged by its headers: whole, half copied, unsafe, another's."""

from __future__ import annotations

import io
import json
import pickle
import struct
import sys
import zipfile
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import pytest

from socialapp.engines.folders import Layout, Piece, State, hub, look, weigh
from socialapp.engines.folders.pickles import read_tensors

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

UNET = "unet/diffusion_pytorch_model.safetensors"
LAYOUT = Layout(
    name="puppet",
    files=(
        Piece("model_index.json", "json", {"_class_name": "PuppetPipeline"}),
        Piece(
            "unet/config.json",
            "json",
            {"in_channels": 8, "block.kind": ("cross", "plain"), "sample_size": None},
        ),
        Piece(UNET, "safetensors", {"conv_in.weight": (None, 8, 3, 3)}),
        Piece("whisper/pytorch_model.bin", "torch", {"proj.weight": (4, 4)}),
        Piece("voice.onnx", "onnx", optional=True),
    ),
    licence="MIT",
    commercial=True,
    source="https://huggingface.co/strings/Puppet",
    unlocks="A puppet dances.",
)


def safetensors(shapes: Mapping[str, tuple[int, ...]], **header: Any) -> bytes:
    """A file of zeros, in float32."""
    at, entries = 0, dict(header)
    for name, shape in shapes.items():
        size = 4
        for length in shape:
            size *= length
        entries[name] = {
            "dtype": "F32",
            "shape": shape,
            "data_offsets": (at, at + size),
        }
        at += size
    text = json.dumps(entries).encode()
    return struct.pack("<Q", len(text)) + text + bytes(at)


def torch_file(program: bytes, arrays: Mapping[str, bytes] | None = None) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("archive/data.pkl", program)
        archive.writestr("archive/version", "3\n")
        for key, content in (arrays or {}).items():
            archive.writestr(f"archive/data/{key}", content)
    return buffer.getvalue()


# As `torch.save({"proj.weight": torch.zeros(4, 4)}, ...)` writes it, in protocol 2.
PROGRAM = (
    b"\x80\x02}q\x00X\x0b\x00\x00\x00proj.weightq\x01ctorch._utils\n_rebuild_tensor_v2\n"
    b"q\x02((X\x07\x00\x00\x00storageq\x03ctorch\nFloatStorage\nq\x04X\x01\x00\x00\x000q"
    b"\x05X\x03\x00\x00\x00cpuq\x06K\x10tq\x07QK\x00K\x04K\x04\x86q\x08K\x04K\x01\x86q\t"
    b"\x89ccollections\nOrderedDict\nq\n)Rq\x0btq\x0cRq\rs."
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Whole."""
    place = tmp_path / "puppet"
    for name in ("unet", "whisper"):
        (place / name).mkdir(parents=True)
    write(place, "model_index.json", {"_class_name": "PuppetPipeline"})
    write(
        place,
        "unet/config.json",
        {"in_channels": 8, "block": {"kind": "plain"}, "sample_size": 32},
    )
    (place / UNET).write_bytes(safetensors({"conv_in.weight": (16, 8, 3, 3)}))
    (place / "whisper/pytorch_model.bin").write_bytes(
        torch_file(PROGRAM, {"0": bytes(64)})
    )
    return place


def write(folder: Path, path: str, content: object) -> None:
    (folder / path).write_text(json.dumps(content), encoding="utf-8")


def refused(folder: Path, kind: str, *words: str) -> State:
    state = look(LAYOUT, folder)
    assert state.kind == kind, state.problem
    for word in words:
        assert word in (state.problem or "")
    return state


def test_a_whole_folder_is_counted_and_torch_stays_out(folder: Path) -> None:
    state = look(LAYOUT, folder)
    assert (state.problem, state.kind, state.folder) == (None, "whole", folder)
    assert [path.name for path in state.files] == [
        "model_index.json",
        "config.json",
        "diffusion_pytorch_model.safetensors",
        "pytorch_model.bin",
    ]
    assert state.bytes == sum(path.stat().st_size for path in state.files)
    assert "torch" not in sys.modules


def test_a_folder_is_weighed_by_its_headers(folder: Path) -> None:
    assert weigh(LAYOUT, folder) == (16 * 8 * 9 + 16, 16 * 8 * 9)


def test_a_folder_that_is_not_there_says_where_to_get_it(tmp_path: Path) -> None:
    state = look(LAYOUT, tmp_path / "puppet")
    assert state.kind == "missing"
    assert "strings/Puppet" in (state.problem or "")
    assert str(tmp_path / "puppet") in (state.problem or "")
    (tmp_path / "puppet").mkdir()
    assert look(LAYOUT, tmp_path / "puppet").kind == "missing"


@pytest.mark.parametrize("path", [UNET, "model_index.json"])
def test_a_missing_file_is_named(folder: Path, path: str) -> None:
    (folder / path).unlink()
    refused(folder, "broken", path, "missing")


@pytest.mark.parametrize("lost", [1, 4000, 4600, 4690])
def test_a_half_copied_file_says_how_much_is_there(folder: Path, lost: int) -> None:
    file = folder / UNET
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) - lost])
    refused(folder, "broken", "diffusion_pytorch_model.safetensors", "opy it again")


def test_a_file_that_goes_on_is_damaged(folder: Path) -> None:
    (folder / UNET).write_bytes((folder / UNET).read_bytes() + b"more")
    refused(folder, "broken", "4 bytes after its last tensor")


@pytest.mark.parametrize(
    "header",
    [
        b"[]",
        b"{",
        b'{"a": {"dtype": "F32", "shape": [2], "data_offsets": [4, 12]}}',
        b'{"a": {"dtype": "F32", "shape": [-2], "data_offsets": [0, 8]}}',
        b'{"a": {"dtype": "F32", "shape": [3], "data_offsets": [0, 8]}}',
        b'{"a": {"dtype": "F32", "shape": [2], "data_offsets": "no"}}',
        b'{"a": 3}',
        b"[" * 100_000,
    ],
)
def test_a_header_that_makes_no_sense_is_refused(folder: Path, header: bytes) -> None:
    (folder / UNET).write_bytes(struct.pack("<Q", len(header)) + header + bytes(12))
    refused(folder, "broken", "diffusion_pytorch_model.safetensors")


def test_a_copy_that_never_ended_is_refused(folder: Path) -> None:
    (folder / "unet" / "model.safetensors.incomplete").write_bytes(b"half")
    refused(folder, "broken", "unet/model.safetensors.incomplete", "never finished")


def test_a_pointer_of_git_lfs_is_told_from_the_file(folder: Path) -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n"
    for path in (UNET, "whisper/pytorch_model.bin", "model_index.json"):
        before = (folder / path).read_bytes()
        (folder / path).write_bytes(pointer)
        refused(folder, "broken", "git lfs pull")
        (folder / path).write_bytes(before)


@pytest.mark.parametrize(
    ("path", "content", "words"),
    [
        ("model_index.json", {"_class_name": "OtherPipeline"}, "'OtherPipeline'"),
        ("model_index.json", {}, "_class_name"),
        ("unet/config.json", {"in_channels": 4}, "in_channels is 4 and should be 8"),
        (
            "unet/config.json",
            {"in_channels": 8, "block": {"kind": "up"}, "sample_size": 1},
            "'cross' or 'plain'",
        ),
    ],
)
def test_another_models_configuration_is_named_as_such(
    folder: Path, path: str, content: object, words: str
) -> None:
    write(folder, path, content)
    refused(folder, "other", "another model or version", words)


@pytest.mark.parametrize(
    ("shapes", "words"),
    [
        ({"conv_in.weight": (16, 4, 3, 3)}, "16 x 4 x 3 x 3 and should be any x 8"),
        ({"conv_in.weight": (16, 8)}, "16 x 8 and should be"),
        ({"stem.weight": (16, 8, 3, 3)}, "it has no conv_in.weight"),
    ],
)
def test_another_models_tensors_are_named_as_such(
    folder: Path, shapes: dict[str, tuple[int, ...]], words: str
) -> None:
    (folder / UNET).write_bytes(safetensors(shapes))
    refused(folder, "other", "another model or version", words)


def test_json_that_is_cut_off_is_refused(folder: Path) -> None:
    (folder / "unet/config.json").write_text('{"in_channels": 8', encoding="utf-8")
    refused(folder, "broken", "unet/config.json", "JSON")


def test_a_missing_shard_is_named(tmp_path: Path) -> None:
    layout = Layout("big", (Piece("t-*.safetensors", "safetensors", {"a": (1,), "b": (1,)}),), "MIT", True, "x", "y")  # fmt: skip
    for number, name in ((1, "a"), (2, "b")):
        file = tmp_path / f"t-0000{number}-of-00002.safetensors"
        file.write_bytes(safetensors({name: (1,)}))
    placed = {n: f"t-0000{i}-of-00002.safetensors" for i, n in enumerate("ab", 1)}
    write(tmp_path, "t.safetensors.index.json", {"weight_map": placed})
    assert look(layout, tmp_path).problem is None
    (tmp_path / "t-00002-of-00002.safetensors").unlink()
    problem = look(layout, tmp_path).problem
    assert "t-00002-of-00002.safetensors is missing, one of 2" in (problem or "")


class Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return (exec, ("raise SystemExit",))


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
def test_a_pickle_that_calls_something_is_refused_unrun(
    folder: Path, protocol: int
) -> None:
    program = pickle.dumps({"proj.weight": Evil()}, protocol)
    (folder / "whisper/pytorch_model.bin").write_bytes(torch_file(program))
    refused(folder, "unsafe", "calls", "exec", "refused")


def test_a_pickle_of_the_old_kind_is_refused(folder: Path) -> None:
    file = folder / "whisper/pytorch_model.bin"
    file.write_bytes(pickle.dumps({"proj.weight": 1}, 2))
    refused(folder, "unsafe", "old kind", "safetensors")
    file.write_bytes(torch_file(PROGRAM, {"0": bytes(64)})[:200])
    refused(folder, "broken", "half copied")
    file.write_bytes(b"hello")
    refused(folder, "broken", "not a file of torch")


def test_an_array_that_is_cut_off_is_noticed(folder: Path) -> None:
    file = folder / "whisper/pytorch_model.bin"
    file.write_bytes(torch_file(PROGRAM, {"0": bytes(60)}))
    refused(folder, "broken", "60 of 64 bytes")
    file.write_bytes(torch_file(PROGRAM))
    refused(folder, "broken", "0 of 64 bytes")


def test_a_program_in_an_archive_is_refused(folder: Path) -> None:
    file = folder / "whisper/pytorch_model.bin"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.pkl", PROGRAM)
        archive.writestr("archive/constants.pkl", b"")
    refused(folder, "unsafe", "TorchScript")
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", b"")
    refused(folder, "unsafe", "not one of tensors")


def test_nested_tensors_are_named_with_dots(tmp_path: Path) -> None:
    file = tmp_path / "nested.pt"
    inner = PROGRAM[2:-1]
    program = b"\x80\x02}X\x05\x00\x00\x00model" + inner + b"s."
    file.write_bytes(torch_file(program, {"0": bytes(64)}))
    (name, tensor), *rest = read_tensors(file).items()
    assert (name, tensor.shape, tensor.dtype) == ("model.proj.weight", (4, 4), "FloatStorage")  # fmt: skip
    assert rest == []
    empty = pickle.dumps(OrderedDict(), 2)
    file.write_bytes(torch_file(empty))
    assert read_tensors(file) == {}


def test_an_onnx_file_must_end_where_its_messages_do(folder: Path) -> None:
    whole = b"\x08\x09" + b"\x3a\x05graph" + b"\x12\x04mine"
    (folder / "voice.onnx").write_bytes(whole)
    assert look(LAYOUT, folder).problem is None
    for broken, words in (
        (whole[:-1], "half copied"),
        (whole[:2] + b"\x3a", "half copied"),
        (b"\x08\x09", "no graph"),
        (b"\x0f\x09", "not an ONNX"),
    ):
        (folder / "voice.onnx").write_bytes(broken)
        refused(folder, "broken", words)


def test_a_link_to_nothing_is_named(folder: Path, tmp_path: Path) -> None:
    (folder / UNET).unlink()
    (folder / UNET).symlink_to(tmp_path / "gone")
    refused(folder, "broken", UNET, "gone")


def test_the_operators_hub_cache_is_looked_into(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    kept = tmp_path / "cache" / "models--strings--Puppet"
    (kept / "snapshots").mkdir(parents=True)
    own = tmp_path / "own"
    assert hub.folder_of(own, "strings/Puppet") == str(own)
    folder.rename(kept / "snapshots" / "abc")
    found = hub.folder_of(own, "strings/Puppet")
    assert found == str(kept / "snapshots" / "abc")
    assert look(LAYOUT, found).problem is None
    (kept / "snapshots" / "newer").mkdir()
    (kept / "refs").mkdir()
    (kept / "refs" / "main").write_text("abc")
    assert hub.snapshot("strings/Puppet") == kept / "snapshots" / "abc"
    monkeypatch.delenv("HF_HUB_CACHE")
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    (tmp_path / "cache").rename(tmp_path / "hub")
    assert str(tmp_path / "hub") in hub.folder_of(own, "strings/Puppet")
    own.mkdir()
    (own / "mine").touch()
    assert hub.folder_of(own, "strings/Puppet") == str(own), "what lies there wins"


def test_a_layout_names_kinds_that_exist() -> None:
    with pytest.raises(ValueError, match="pickle"):
        Piece("model.pkl", "pickle")
