"""The words of a text are found in a recording of it, and only there."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from avatarfx.recorded import errors, listening
from avatarfx.recorded.errors import RecordingError
from avatarfx.tests.spoken import RATE, encoded
from avatarfx.voices import pcm
from avatarfx.voices.forced import sphinx
from avatarfx.voices.forced.arpabet import PHONES, readings
from avatarfx.voices.forced.retimed import retimed
from avatarfx.voices.forced.sphinx import SphinxAligner
from avatarfx.voices.hibari import HibariVoice
from avatarfx.voices.pronounce import words_of
from socialapp.engines.protocols import Aligner, Speech, VoiceSpec
from socialapp.performance import Phone

TEXT = "The lamp was already burning, so nobody had to climb the 39 stairs tonight."
OTHER = "My grandmother used to say that a garden talks about the weather all day."


@pytest.fixture(scope="module")
def said() -> Speech:
    """hibari reads TEXT, and knows when each word begins."""
    voice = HibariVoice()
    if reason := voice.available():
        pytest.skip(reason)
    return voice.speak(TEXT, spec=VoiceSpec("heart"))


@pytest.fixture(scope="module")
def ears() -> SphinxAligner:
    aligner = SphinxAligner()
    if reason := aligner.available():
        pytest.skip(reason)
    return aligner


def heard(
    ears: SphinxAligner, samples: np.ndarray, text: str = TEXT
) -> listening.Heard:
    return listening.listen(
        encoded(samples), text, aligner=ears, max_bytes=12_000_000, max_seconds=60
    )


def test_every_reading_is_in_the_alphabet_of_the_model() -> None:
    ways = readings("Better water, butter and tomatoes from 3 rural laboratories.")
    assert list(ways) == list(range(9))
    assert any(len(said) > 1 for said in ways.values()), "nothing differs in British"
    for reading in [one for said in ways.values() for one in said]:
        assert len(reading.phones) == len(reading.symbols)
        assert set(reading.phones) <= set(PHONES.values())
    assert sphinx.dictionary(ways).count("\nw3 ") == 1


def test_three_words_in_a_row_are_a_passage() -> None:
    assert sphinx.in_a_row({1, 2, 3, 4, 7, 9, 10}) == {1, 2, 3, 4}
    assert sphinx.in_a_row(set()) == set()


def test_an_aligner_is_what_the_protocol_asks_for() -> None:
    assert isinstance(SphinxAligner(), Aligner)


def test_words_are_found_where_they_are(ears: SphinxAligner, said: Speech) -> None:
    late = round(0.7 * said.rate)
    sound = pcm.decode(bytes(2 * late) + said.samples)
    found = ears.align(pcm.encode(sound), said.rate, TEXT)
    assert [word.text for word in found.captions] == list(words_of(TEXT))
    off = [
        abs(word.at - 0.7 - truth.at)
        for word, truth in zip(found.captions, said.captions, strict=True)
    ]
    assert float(np.median(off)) < 0.04
    assert min(found.fits) > errors.DOUBTFUL
    assert {phone.word for phone in found.phones} == set(range(len(found.captions)))
    assert all(a.until <= b.at + 1e-6 for a, b in itertools.pairwise(found.phones))


def test_a_recording_begins_and_ends_with_its_words(
    ears: SphinxAligner, said: Speech
) -> None:
    quiet = np.zeros(2 * RATE, np.float32)
    sound = np.concatenate([quiet, pcm.decode(said.samples), quiet])
    kept = heard(ears, sound).speech
    assert kept.seconds == pytest.approx(said.seconds, abs=0.6)
    assert kept.captions[0].at == pytest.approx(listening.BEFORE, abs=0.02)
    assert kept.phones[-1].until <= kept.seconds


def test_another_text_is_not_believed(ears: SphinxAligner, said: Speech) -> None:
    with pytest.raises(RecordingError) as refused:
        heard(ears, pcm.decode(said.samples), OTHER)
    assert refused.value.code in {"other_text", "missing"}


def test_half_a_script_is_told_by_the_words_that_lack(
    ears: SphinxAligner, said: Speech
) -> None:
    half = round(said.captions[7].at * said.rate)
    with pytest.raises(RecordingError) as refused:
        heard(ears, pcm.decode(said.samples)[:half])
    assert refused.value.code == "missing"
    assert refused.value.words[-1] == len(said.captions) - 1
    assert 0 not in refused.value.words


def test_what_is_said_beside_the_script_is_noticed(
    ears: SphinxAligner, said: Speech
) -> None:
    other = pcm.decode(HibariVoice().speak(OTHER, spec=VoiceSpec("heart")).samples)
    sound, cut = pcm.decode(said.samples), round(said.captions[5].at * said.rate)
    with pytest.raises(RecordingError) as refused:
        heard(ears, np.concatenate([sound[:cut], other, sound[cut:]]))
    assert refused.value.code in {"extra", "missing", "other_text", "unclear"}
    around = heard(ears, np.concatenate([sound, np.zeros(RATE, np.float32), other]))
    assert around.speech.seconds == pytest.approx(said.seconds, abs=0.6)


@pytest.mark.parametrize("kind", ["noise", "chord", "beat"])
def test_what_is_no_speech_is_refused(ears: SphinxAligner, kind: str) -> None:
    at = np.arange(5 * RATE) / RATE
    chance = np.random.default_rng(7).standard_normal(len(at))
    sounds = {
        "noise": chance * 0.1,
        "chord": sum(np.sin(2 * np.pi * f * at) for f in (220, 277.2, 329.6)) * 0.1,
        "beat": chance * 0.4 * np.exp(-12 * (at % 0.5)),
    }
    with pytest.raises(RecordingError) as refused:
        heard(ears, np.asarray(sounds[kind], np.float32))
    assert refused.value.code in {"other_text", "missing", "unclear"}


def test_a_decoder_that_dies_is_no_answer(
    ears: SphinxAligner, said: Speech, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sphinx, "dictionary", lambda _: "w0 NO SUCH PHONE\n")
    found = ears.align(said.samples, said.rate, TEXT)
    assert found.phones == ()
    assert set(found.fits) == {0.0}


def spread(speech: Speech) -> Speech:
    """The same with its words where nobody says them: each as long as the others."""
    each = speech.seconds / len(speech.captions)
    captions = tuple(
        replace(one, at=i * each, until=(i + 1) * each)
        for i, one in enumerate(speech.captions)
    )
    phones = tuple(
        Phone(i * each, (i + 1) * each, "ə", word=i) for i in range(len(captions))
    )
    return replace(speech, phones=phones, captions=captions)


def test_a_voice_that_only_guesses_is_timed_by_listening(
    said: Speech, ears: SphinxAligner
) -> None:
    def off(speech: Speech) -> float:
        pairs = zip(speech.captions, said.captions, strict=True)
        return float(np.median([abs(one.at - true.at) for one, true in pairs]))

    guessed = spread(said)
    found = retimed(guessed, TEXT, ears)
    assert off(guessed) > 0.15
    assert off(found) < 0.06
    assert [one.text for one in found.captions] == [o.text for o in said.captions]
    assert "pocketsphinx" in found.engine


def test_what_is_not_heard_in_a_voice_stays_where_it_guessed(
    said: Speech, ears: SphinxAligner
) -> None:
    guessed = spread(said)
    assert retimed(guessed, OTHER, ears) is guessed
