"""MuseTalk end to end, with random weights in its published layout."""

from __future__ import annotations

import importlib.util
import json
import pickle
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from avatarfx.animators.neural import checkpoints, memory, whisper
from avatarfx.animators.neural.base import INSTALL
from avatarfx.animators.neural.control import control
from avatarfx.animators.neural.musetalk import LAYOUT, MuseTalk, Painter
from avatarfx.tests.neural import clips
from socialapp.engines.errors import EngineError
from socialapp.engines.folders import look
from socialapp.engines.protocols import Speech
from socialapp.engines.testing import check_animator
from socialapp.performance import Place, Viseme

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from socialapp.engines.protocols import Actor, Frame, Staging

RATE = 16_000
SIZE = {"fps": 25, "width": 256, "height": 256}


def tone(seconds: float, hertz: float = 180) -> Speech:
    at = np.arange(round(seconds * RATE)) / RATE
    loud = 9000 * np.sin(2 * np.pi * hertz * at) * (np.sin(2 * np.pi * 4 * at) > 0)
    return Speech(loud.astype("<i2").tobytes(), RATE)


def spoken(
    actors: dict[str, Actor], *, frames: int, by: str = "a", **more: Any
) -> Staging:
    """Only `by` is heard."""
    staged = clips.staging(actors, frames=frames, **more)
    return replace(staged, sounds={by: tone(frames / clips.FPS)})


def filmed(animator: MuseTalk, staged: Staging) -> list[Frame]:
    return list(animator.animate(staged, **SIZE))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    from avatarfx.animators.neural.samples import musetalk as sample  # noqa: PLC0415

    made = tmp_path_factory.mktemp("musetalk")
    sample.tiny(made, 3)
    return made


@pytest.fixture(scope="module")
def animator(folder: Path) -> MuseTalk:
    return MuseTalk(str(folder), device="cpu")


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    """One that may be broken."""
    return shutil.copytree(folder, tmp_path / "copy")


@pytest.mark.neural
@pytest.mark.parametrize("actor", [clips.photo, clips.drawing])
def test_a_speakers_mouth_is_drawn_anew_and_nothing_else(
    animator: MuseTalk, actor: Callable[[], Actor]
) -> None:
    staged = spoken({"a": actor()}, frames=10)
    shots = list(control(animator.under, staged, **SIZE))
    frames = filmed(animator, staged)
    assert len(frames) == 10
    moved = 0
    for frame, shown in zip(frames, shots, strict=True):
        under = clips.under(frame)
        assert np.array_equal(under, shown.pixels)
        (place,) = shown.faces
        mouth = _on_frame(place.mouth, place.box, under.shape)
        off = np.abs(clips.pixels(frame).astype(int) - under).max(-1)
        assert not off[mouth == 0].any()
        moved += bool(off[mouth > 0.9].mean() > 3)
    assert moved >= 8


@pytest.mark.neural
def test_it_keeps_the_promises_of_an_animator(animator: MuseTalk) -> None:
    assert animator.available() is None
    staged = spoken({"a": clips.photo()}, frames=4)
    check_animator(animator, staged, size=(256, 256))


@pytest.mark.neural
def test_of_two_only_the_one_who_speaks_is_touched(animator: MuseTalk) -> None:
    places = {"a": Place(0.3, 0.5, 0.6), "b": Place(0.7, 0.5, 0.6)}
    cast = {"a": clips.photo(), "b": clips.drawing()}
    for speaker, other in (("a", "b"), ("b", "a")):
        staged = spoken(cast, frames=3, by=speaker, places=places)
        shown = list(control(animator.under, staged, **SIZE))[1]
        frame = filmed(animator, staged)[1]
        off = np.abs(clips.pixels(frame).astype(int) - clips.under(frame)).max(-1)
        faces = {face.seat: face for face in shown.faces}
        assert set(faces) == {"a", "b"}
        for seat, touched in ((speaker, True), (other, False)):
            face = faces[seat]
            mouth = _on_frame(face.mouth, face.box, off.shape) > 0.5
            assert bool(off[mouth].any()) is touched


@pytest.mark.neural
def test_what_is_heard_decides_what_is_drawn(animator: MuseTalk) -> None:
    staged = spoken({"a": clips.photo()}, frames=3)
    other = replace(staged, sounds={"a": tone(0.12, 900)})
    one, two = (clips.pixels(filmed(animator, s)[1]) for s in (staged, other))
    assert np.abs(one.astype(int) - two).max() > 1


@pytest.mark.neural
def test_in_a_long_pause_the_mouth_is_the_films(animator: MuseTalk) -> None:
    staged = spoken({"a": clips.photo()}, frames=8)
    part = replace(staged.performance.parts[0], visemes=(Viseme(3.0, 4.0, "aa"),))
    performance = replace(staged.performance, parts=(part,))
    for frame in filmed(animator, replace(staged, performance=performance)):
        assert np.array_equal(clips.pixels(frame), clips.under(frame))


@pytest.mark.neural
def test_a_clip_is_the_same_whatever_the_batch(
    folder: Path, animator: MuseTalk
) -> None:
    staged = spoken({"a": clips.photo()}, frames=5)
    single = MuseTalk(str(folder), device="cpu", batch=1)
    for one, many in zip(filmed(single, staged), filmed(animator, staged), strict=True):
        off = np.abs(clips.pixels(one).astype(int) - clips.pixels(many))
        assert off.max() <= 1


@pytest.mark.neural
def test_where_nobody_is_heard_it_hands_over_with_the_reason(
    animator: MuseTalk,
) -> None:
    staged = clips.staging({"a": clips.photo()}, frames=2)
    quiet = replace(staged, sounds={"a": Speech(bytes(2 * RATE), RATE)})
    for one in (staged, quiet):
        with pytest.raises(EngineError, match="Nobody is heard"):
            filmed(animator, one)


@pytest.mark.neural
def test_every_tensor_is_loaded_as_it_was_saved(folder: Path) -> None:
    import torch  # noqa: PLC0415
    from safetensors.torch import load_file  # noqa: PLC0415

    assert look(LAYOUT, folder).problem is None
    painter = Painter.of(folder, "cpu")
    saved = torch.load(folder / "musetalkV15" / "unet.pth", weights_only=True)
    autoencoder = load_file(folder / "sd-vae" / "diffusion_pytorch_model.safetensors")
    ears = {
        name.removeprefix("model.encoder."): tensor
        for name, tensor in load_file(folder / "whisper" / "model.safetensors").items()
    }
    for module, tensors in (
        (painter.unet, saved),
        (painter.vae, autoencoder),
        (painter.listener.encoder, ears),
    ):
        loaded = module.state_dict()
        assert set(loaded) == set(tensors)
        for name, tensor in tensors.items():
            assert torch.equal(loaded[name], tensor), name


@pytest.mark.neural
def test_the_other_published_forms_of_the_files_load_the_same(copy: Path) -> None:
    import torch  # noqa: PLC0415
    from safetensors.torch import load_file, save_file  # noqa: PLC0415

    before = Painter.of(copy, "cpu")
    unet = torch.load(copy / "musetalkV15" / "unet.pth", weights_only=True)
    save_file(unet, copy / "musetalkV15" / "unet.safetensors")
    (copy / "musetalkV15" / "unet.pth").unlink()
    path = copy / "sd-vae" / "diffusion_pytorch_model.safetensors"
    new = {".to_q.": ".query.", ".to_k.": ".key.", ".to_v.": ".value."}
    old = {}
    for name, tensor in load_file(path).items():
        was = name.replace(".to_out.0.", ".proj_attn.")
        for now, then in new.items():
            was = was.replace(now, then)
        old[was] = tensor
    assert len(set(old) - set(load_file(path))) >= 8
    torch.save(old, path.with_suffix(".bin"))
    path.unlink()
    ears = copy / "whisper" / "model.safetensors"
    torch.save(load_file(ears), copy / "whisper" / "pytorch_model.bin")
    ears.unlink()
    assert look(LAYOUT, copy).problem is None
    after = Painter.of(copy, "cpu")
    for one, other in (
        (before.unet, after.unet),
        (before.vae, after.vae),
        (before.listener.encoder, after.listener.encoder),
    ):
        for name, tensor in one.state_dict().items():
            assert torch.equal(other.state_dict()[name], tensor), name


@pytest.mark.neural
@pytest.mark.parametrize("offload", ["model", "sequential"])
def test_on_a_card_that_is_too_small_networks_take_turns_and_draw_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch, offload: memory.Offload
) -> None:
    faces = np.random.default_rng(5).integers(0, 255, (2, 256, 256, 3), np.uint8)
    heard = np.random.default_rng(6).normal(size=(2, 50, 384)).astype(np.float32)
    whole = Painter.of(folder, "cpu").paint(faces, heard)
    turns = memory.Placement("cpu", "float32", offload, tiling=True)
    monkeypatch.setattr(memory, "place", lambda *_, **__: turns)
    parts = Painter.of(folder, "cpu").paint(faces, heard)
    assert np.abs(whole - parts).max() < 0.5


@pytest.mark.neural
def test_half_precision_draws_nearly_the_same(folder: Path) -> None:
    faces = np.random.default_rng(5).integers(0, 255, (1, 256, 256, 3), np.uint8)
    heard = np.random.default_rng(6).normal(size=(1, 50, 384)).astype(np.float32)
    whole, half = (
        Painter.of(folder, "cpu", kind).paint(faces, heard)
        for kind in ("float32", "bfloat16")
    )
    assert 0 < np.abs(whole - half).mean() < 3


@pytest.mark.neural
def test_a_model_that_fits_nowhere_is_refused_before_it_is_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = memory.Machine("cpu", 1, 1, 1)
    monkeypatch.setattr(memory, "machine", lambda _: small)
    monkeypatch.setattr(checkpoints, "tensors", lambda *_, **__: pytest.fail("read"))
    with pytest.raises(EngineError, match="of memory and"):
        Painter.of(folder, "cpu")


@pytest.mark.neural
def test_it_hears_every_layer_as_transformers_gives_them(folder: Path) -> None:
    import torch  # noqa: PLC0415

    listener = Painter.of(folder, "cpu").listener
    samples = whisper.at_16k(tone(2.0))
    heard = listener.hear(samples)
    assert heard.shape == (100, 5, 384)
    ears = listener._ears(samples, sampling_rate=RATE, return_tensors="pt")
    with torch.inference_mode():
        told = listener.encoder(ears.input_features, output_hidden_states=True)
    for layer, states in enumerate(told.hidden_states):
        assert np.array_equal(heard[:, layer], states[0].numpy())
    # The sample listens to 2 s at once, Whisper to 30: what is longer is heard in turn.
    longer = listener.hear(np.concatenate([samples, samples[: RATE // 2]]))
    assert longer.shape == (125, 5, 384)
    assert np.array_equal(longer[:100], heard)


@pytest.mark.neural
def test_the_full_size_is_the_published_one() -> None:
    """Stable Diffusion 1.4 has 859,520,964 parameters in its UNet, 83,653,863 in its
    autoencoder; MuseTalk's takes four channels more and vectors half as wide."""
    torch = pytest.importorskip("torch")
    from diffusers import AutoencoderKL, UNet2DConditionModel  # noqa: PLC0415

    from avatarfx.animators.neural.samples.musetalk import config  # noqa: PLC0415

    told = config(full=True)
    with torch.device("meta"):
        unet = UNet2DConditionModel.from_config(told["musetalkV15/musetalk.json"])
        vae = AutoencoderKL.from_config(told["sd-vae/config.json"])
    listens = sum(
        2 * (768 - 384) * width for width in [320] * 5 + [640] * 5 + [1280] * 6
    )
    assert unet.num_parameters() == 859_520_964 + 4 * 9 * 320 - listens
    assert vae.num_parameters() == 83_653_863


@pytest.mark.neural
def test_values_that_are_no_numbers_stop_it(copy: Path) -> None:
    _spoil(copy, lambda tensor: tensor * float("nan"))
    with pytest.raises(EngineError, match="no numbers"):
        filmed(
            MuseTalk(str(copy), device="cpu"),
            spoken({"a": clips.photo()}, frames=2),
        )


@pytest.mark.neural
def test_a_black_mouth_stops_it(copy: Path) -> None:
    from safetensors.torch import load_file, save_file  # noqa: PLC0415

    path = copy / "sd-vae" / "diffusion_pytorch_model.safetensors"
    tensors = load_file(path)
    tensors["decoder.conv_out.weight"] *= 0
    tensors["decoder.conv_out.bias"] = tensors["decoder.conv_out.bias"] * 0 - 1
    save_file(tensors, path)
    with pytest.raises(EngineError, match="black"):
        filmed(
            MuseTalk(str(copy), device="cpu"),
            spoken({"a": clips.photo()}, frames=2),
        )


@pytest.mark.neural
def test_a_folder_of_two_models_is_refused_when_it_is_loaded(copy: Path) -> None:
    path = copy / "musetalkV15" / "musetalk.json"
    told = json.loads(path.read_text())
    path.write_text(json.dumps(told | {"layers_per_block": 2}))
    with pytest.raises(EngineError, match=r"not the weights of MuseTalk 1\.5"):
        filmed(
            MuseTalk(str(copy), device="cpu"),
            spoken({"a": clips.photo()}, frames=2),
        )


@pytest.mark.neural
def test_a_broken_folder_is_off_with_the_reason(copy: Path) -> None:
    def problem() -> str:
        return MuseTalk(str(copy), device="cpu").available() or ""

    assert problem() == ""
    unet = copy / "musetalkV15" / "unet.pth"
    whole = unet.read_bytes()
    unet.write_bytes(whole[: len(whole) // 2])
    assert "half copied" in problem()
    unet.write_bytes(pickle.dumps({"conv_in.weight": pickle.Unpickler}))
    assert "could run code" in problem()
    unet.unlink()
    assert "unet" in problem()
    unet.write_bytes(whole)
    told = copy / "musetalkV15" / "musetalk.json"
    told.write_text(told.read_text().replace('"in_channels": 8', '"in_channels": 4'))
    assert "in_channels is 4" in problem()
    told.write_text(told.read_text().replace('"in_channels": 4', '"in_channels": 8'))
    (copy / "whisper" / "model.safetensors").unlink()
    assert "whisper/*model.* is missing" in problem()


def test_version_1_0_is_told_from_1_5(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MuseTalk, "_lacks_library", lambda _: None)
    (tmp_path / "musetalk").mkdir()
    (tmp_path / "musetalk" / "pytorch_model.bin").write_bytes(b"PK")
    reason = MuseTalk(str(tmp_path)).available()
    assert reason is not None
    assert "holds MuseTalk 1.0" in reason
    assert "musetalkV15/unet.pth" in reason


@pytest.mark.parametrize("lacking", ["torch", "diffusers", "transformers"])
def test_without_a_library_it_says_which_and_what_to_install(
    lacking: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find(name: str) -> object:
        return None if name == lacking else object()

    monkeypatch.setattr(importlib.util, "find_spec", find)
    reason = MuseTalk("/nowhere").available()
    assert reason == f"{lacking} is not installed. Run {INSTALL}."


def _spoil(folder: Path, how: Callable[[Any], Any]) -> None:
    import torch  # noqa: PLC0415

    path = folder / "musetalkV15" / "unet.pth"
    tensors = checkpoints.tensors(path)
    torch.save({name: how(tensor) for name, tensor in tensors.items()}, path)


def _on_frame(
    mask: NDArray[np.float32], box: Sequence[int], shape: tuple[int, ...]
) -> NDArray[np.float32]:
    left, top, right, bottom = box
    whole = np.zeros(shape[:2], np.float32)
    rows, columns = slice(max(0, top), bottom), slice(max(0, left), right)
    part = whole[rows, columns]
    high, wide = part.shape
    part[:] = mask[max(0, -top) :, max(0, -left) :][:high, :wide]
    return whole
