"""Voices of coqui-tts: VITS says when it says what, XTTS asks for consent first."""

from __future__ import annotations

import json
import shutil
import socket
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from avatarfx.voices import pcm, timing, torches
from avatarfx.voices.coqui import CoquiVoice, CoquiXttsVoice, vits, xtts
from avatarfx.voices.coqui.voice import NEEDED
from avatarfx.voices.pronounce import pronounce, words_of
from avatarfx.voices.samples import coqui as samples
from socialapp.engines import testing
from socialapp.engines.errors import EngineError
from socialapp.engines.folders import look
from socialapp.engines.protocols import VoiceSpec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.neural

LINE = "Bob moved it, and he laughed."


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """On one thread, and without a network."""
    torch = pytest.importorskip("torch")

    def denied(*_: Any, **__: Any) -> None:
        raise OSError("no network in this test")

    monkeypatch.setattr(socket.socket, "connect", denied)
    monkeypatch.setattr(socket, "getaddrinfo", denied)
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def folder_of(name: str, factory: pytest.TempPathFactory, **options: Any) -> Path:
    pytest.importorskip("torch")
    if reason := torches.lacking(NEEDED):
        pytest.skip(reason)
    made = factory.mktemp(name)
    getattr(samples, name)(made, 1, **options)
    return made


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_of("vits", tmp_path_factory)


@pytest.fixture(scope="module")
def spelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_of("vits", tmp_path_factory, phonetic=False)


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_of("xtts", tmp_path_factory)


@pytest.fixture(scope="module")
def voice(spoken: Path) -> CoquiVoice:
    return CoquiVoice(str(spoken), device="cpu")


@pytest.fixture(scope="module")
def ada(named: Path) -> CoquiXttsVoice:
    return CoquiXttsVoice(str(named), device="cpu", accept_cpml=True, consented=["Ada"])


def test_the_folders_are_of_the_published_layouts(spoken: Path, named: Path) -> None:
    assert look(vits.LAYOUT, spoken).problem is None
    assert look(xtts.LAYOUT, named).problem is None
    assert look(vits.LAYOUT, named).problem


def test_vits_keeps_the_promises_of_a_voice(voice: CoquiVoice) -> None:
    testing.check_voice(voice)


def test_a_vits_that_was_taught_spelling_keeps_them_too(spelled: Path) -> None:
    testing.check_voice(CoquiVoice(str(spelled), device="cpu"))


@pytest.mark.parametrize("taught", ["spoken", "spelled"])
def test_what_its_letters_last_is_what_is_heard(
    taught: str, request: pytest.FixtureRequest
) -> None:
    voice = CoquiVoice(str(request.getfixturevalue(taught)), device="cpu")
    model = voice._load()
    words = words_of(LINE)
    for chunk in pronounce(LINE):
        said = model.say(chunk.symbols, words, speaker="p225", speed=1.0)
        heard = len(said.samples) / said.rate
        assert sum(said.lasts) + said.head + said.tail == pytest.approx(heard, abs=1e-4)
        assert min(said.lasts) >= 0


def test_its_saved_weights_are_the_ones_that_speak(
    spoken: Path, voice: CoquiVoice
) -> None:
    import torch  # noqa: PLC0415

    saved = torch.load(spoken / "model_file.pth", weights_only=True)["model"]
    loaded = voice._load().network.state_dict()
    assert set(loaded) == set(saved)
    assert all(torch.equal(loaded[name], value) for name, value in saved.items())


def test_no_phonemizer_is_built_and_none_is_loaded(voice: CoquiVoice) -> None:
    model = voice._load()
    assert model.network.tokenizer.phonemizer is None
    loaded = {name.partition(".")[0] for name in sys.modules}
    assert not loaded & {"gruut", "espeakng_loader", "phonemizer"}


def test_its_speakers_are_voices_and_the_products_voices_have_speakers(
    voice: CoquiVoice,
) -> None:
    assert voice.speakers() == ("p225", "p294", "p311")
    assert voice.speaker_of("p311") == "p311"
    assert voice.speaker_of("af_heart") == "p294"
    assert voice.speaker_of("bf_emma*0.7+am_puck*0.3") == "p225"
    # p226 is not in this table: somebody speaks, and always the same.
    assert voice.speaker_of("bm_george") in voice.speakers()
    assert voice.speaker_of("bm_george") == voice.speaker_of("bm_george")
    heard = {
        name: voice.speak(LINE, spec=VoiceSpec(name)).samples
        for name in ("p225", "p294")
    }
    assert heard["p225"] != heard["p294"]


def test_xtts_keeps_the_promises_of_a_voice(ada: CoquiXttsVoice) -> None:
    testing.check_voice(ada)


def test_where_nothing_tells_the_times_words_share_what_is_loud(
    ada: CoquiXttsVoice,
) -> None:
    speech = ada.speak("Bob moved it away.", spec=VoiceSpec("Ada"))
    loud = timing.loudness(pcm.decode(speech.samples))
    heard = np.flatnonzero(loud > loud.max() * timing.GATE) / speech.rate
    assert speech.phones[0].at == pytest.approx(heard[0], abs=0.06)
    spans = [c.until - c.at for c in speech.captions]
    assert spans[1] > spans[2]  # "moved" has more in it than "it"


def test_xtts_asks_for_its_licence_and_for_consent(named: Path) -> None:
    asked = CoquiXttsVoice(str(named), device="cpu").available()
    assert "COQUI_ACCEPT_CPML" in (asked or "")
    unnamed = CoquiXttsVoice(str(named), device="cpu", accept_cpml=True)
    assert "COQUI_CONSENTED_VOICES" in (unnamed.available() or "")
    strangers = CoquiXttsVoice(
        str(named), device="cpu", accept_cpml=True, consented=["Eve"]
    )
    for voice in (unnamed, strangers):
        with pytest.raises(EngineError, match="COQUI_CONSENTED_VOICES") as raised:
            voice.speak("Hello.", spec=VoiceSpec("Ada"))
        assert raised.value.permanent


def test_who_did_not_agree_never_speaks(ada: CoquiXttsVoice) -> None:
    assert ada.speakers() == ("Ada",)
    assert {ada.speaker_of(name) for name in ("Bo", "Ada", "af_heart")} == {"Ada"}


def test_a_folder_that_is_missing_cut_short_or_another_models_is_told(
    spoken: Path, tmp_path: Path
) -> None:
    assert "There are no weights" in (CoquiVoice().available() or "")
    shutil.copytree(spoken, tmp_path / "cut")
    weights = tmp_path / "cut" / "model_file.pth"
    weights.write_bytes(weights.read_bytes()[:5000])
    assert CoquiVoice(str(tmp_path / "cut"), device="cpu").available()

    shutil.copytree(spoken, tmp_path / "other")
    config = tmp_path / "other" / "config.json"
    told = json.loads(config.read_bytes())
    told["model_args"]["hidden_channels"] = 48
    config.write_text(json.dumps(told), encoding="utf-8")
    other = CoquiVoice(str(tmp_path / "other"), device="cpu")
    with pytest.raises(EngineError, match="are not those of") as raised:
        other.speak("Hello.", spec=VoiceSpec())
    assert raised.value.permanent


def test_a_table_of_speakers_with_holes_is_told(spoken: Path, tmp_path: Path) -> None:
    shutil.copytree(spoken, tmp_path / "holes")
    rows = {"p225": 0, "p294": 1, "p311": 5}
    (tmp_path / "holes" / "speaker_ids.json").write_text(json.dumps(rows))
    with pytest.raises(EngineError, match="number its speakers"):
        CoquiVoice(str(tmp_path / "holes"), device="cpu").speakers()
