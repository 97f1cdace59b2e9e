"""The torch Kokoro: the default engine's voices, with the network's own times."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from avatarfx.voices import pcm, timing, torches
from avatarfx.voices.kokoro import UNIT, KokoroVoice
from avatarfx.voices.kokoro_torch import LAYOUT, MODEL, NEEDED, KokoroTorchVoice
from avatarfx.voices.samples.kokoro_torch import tiny
from socialapp.engines import testing
from socialapp.engines.errors import EngineError
from socialapp.engines.folders import look
from socialapp.engines.protocols import VoiceSpec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

pytestmark = pytest.mark.neural


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    torch = pytest.importorskip("torch")
    if reason := torches.lacking(NEEDED):
        pytest.skip(reason)
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("torch")
    if reason := torches.lacking(NEEDED):
        pytest.skip(reason)
    made = tmp_path_factory.mktemp("kokoro")
    tiny(made, 1)
    return made


@pytest.fixture(scope="module")
def voice(folder: Path) -> KokoroTorchVoice:
    return KokoroTorchVoice(str(folder), device="cpu")


def test_the_folder_is_of_the_published_layout(folder: Path) -> None:
    state = look(LAYOUT, folder)
    assert state.problem is None
    assert {file.name for file in state.files} == {
        "config.json",
        MODEL,
        "af_heart.pt",
        "am_michael.pt",
    }


def test_it_keeps_the_promises_of_a_voice(voice: KokoroTorchVoice) -> None:
    testing.check_voice(voice)


def test_what_the_symbols_last_is_what_is_heard(voice: KokoroTorchVoice) -> None:
    network = voice._load()
    ids = [0, *range(43, 70), 0]
    for speed in (1.0, 1.7):
        samples, units = voice._heard(network, ids, voice.style("af_heart", 27), speed)
        assert len(units) == len(ids)
        assert len(samples) == int(units.sum()) * round(UNIT * timing.RATE)


def test_the_saved_weights_are_the_ones_that_speak(
    folder: Path, voice: KokoroTorchVoice
) -> None:
    import torch  # noqa: PLC0415

    saved = torch.load(folder / MODEL, weights_only=True)
    network = voice._load()
    for part, state in saved.items():
        loaded = getattr(network, part).state_dict()
        names = {name: name.removeprefix("module.") for name in state}
        assert set(loaded) == set(names.values())
        assert all(torch.equal(loaded[names[k]], v.float()) for k, v in state.items())


def test_symbols_and_words_are_those_of_the_default_engine(
    voice: KokoroTorchVoice,
) -> None:
    if reason := KokoroVoice().available():
        pytest.skip(reason)
    text = "Bob paid $9 for it."
    ours, theirs = (one.speak(text, spec=VoiceSpec()) for one in (voice, KokoroVoice()))
    assert [(p.name, p.word) for p in ours.phones] == [
        (p.name, p.word) for p in theirs.phones
    ]
    assert [c.text for c in ours.captions] == [c.text for c in theirs.captions]


def style(voice: KokoroVoice, name: str) -> NDArray[np.float32]:
    voice._load_styles()
    return voice.style(name, 40)


def test_a_blend_mixes_the_packs_of_the_folder_and_of_the_default_engine(
    voice: KokoroTorchVoice,
) -> None:
    mixed = style(voice, "af_heart*0.25+bf_emma*0.75")
    own, shipped = style(voice, "af_heart"), style(KokoroVoice(), "bf_emma")
    assert np.allclose(mixed, 0.25 * own + 0.75 * shipped, atol=1e-6)
    assert not np.allclose(own, style(KokoroVoice(), "af_heart"), atol=1e-2)
    assert np.allclose(style(voice, "bf_emma"), shipped)


def test_a_voice_does_not_lead_out_of_the_folder(voice: KokoroTorchVoice) -> None:
    default = style(KokoroVoice(), "af_heart")
    assert style(voice, "../voices/am_michael").shape == default.shape
    assert not np.allclose(
        style(voice, "../voices/am_michael"), style(voice, "am_michael")
    )


def test_neither_misaki_nor_espeak_is_loaded(voice: KokoroTorchVoice) -> None:
    voice.speak("Well, well.", spec=VoiceSpec())
    loaded = {name.partition(".")[0] for name in sys.modules}
    assert not loaded & {"misaki", "phonemizer", "espeakng_loader", "spacy"}
    assert "kokoro.pipeline" not in sys.modules


def test_a_folder_that_is_missing_or_cut_short_is_told(
    folder: Path, tmp_path: Path
) -> None:
    assert "There are no weights" in (KokoroTorchVoice().available() or "")
    (tmp_path / "config.json").write_bytes((folder / "config.json").read_bytes())
    whole = (folder / MODEL).read_bytes()
    (tmp_path / MODEL).write_bytes(whole[: len(whole) // 2])
    broken = KokoroTorchVoice(str(tmp_path), device="cpu")
    assert broken.available()
    with pytest.raises(EngineError) as raised:
        broken.speak("Hello.", spec=VoiceSpec())
    assert raised.value.permanent


def test_weights_of_another_model_are_told(folder: Path, tmp_path: Path) -> None:
    import torch  # noqa: PLC0415

    (tmp_path / "config.json").write_bytes((folder / "config.json").read_bytes())
    torch.save({"unet": {"weight": torch.zeros(2)}}, tmp_path / MODEL)
    with pytest.raises(EngineError, match="hexgrad/Kokoro-82M") as raised:
        KokoroTorchVoice(str(tmp_path), device="cpu").speak("Hi.", spec=VoiceSpec())
    assert raised.value.permanent


def test_weights_that_make_no_numbers_are_told(voice: KokoroTorchVoice) -> None:
    network = voice._load()
    bad = np.full((1, 256), np.nan, np.float32)
    with pytest.raises(EngineError):
        voice._heard(network, [0, 43, 44, 0], bad, 1.0)


def test_pitch_moves_the_sound_and_keeps_the_words(voice: KokoroTorchVoice) -> None:
    plain, high = (
        voice.speak("Hello there.", spec=VoiceSpec(pitch=pitch)) for pitch in (0.0, 4.0)
    )
    assert not np.array_equal(
        pcm.decode(plain.samples)[:2000], pcm.decode(high.samples)[:2000]
    )
    assert [p.name for p in plain.phones] == [p.name for p in high.phones]
