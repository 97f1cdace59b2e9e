"""Numbers and abbreviations are read aloud; captions keep what was written."""

from __future__ import annotations

import numpy as np
import pytest

from avatarfx.voices import alignment, pcm, timing
from avatarfx.voices.pronounce import MAX_SYMBOLS, PAUSES, Symbol, pronounce, words_of
from socialapp.performance import Phone


def heard(text: str) -> dict[str, str]:
    """Phones by written word."""
    words = words_of(text)
    out = dict.fromkeys(words, "")
    for chunk in pronounce(text):
        for symbol in chunk.symbols:
            if symbol.name not in PAUSES:
                out[words[symbol.word]] += symbol.name
    return out


def test_numbers_belong_to_the_word_that_was_written() -> None:
    said = heard("Dr. Smith paid $9.99 at 7:30 pm on the 3rd of March.")
    assert said["Dr."] == "dˈɑktəɹ"
    assert said["$9.99"].startswith("nˈIndˈɑləɹz")
    assert "sˈɛvən" in said["7:30"]
    assert said["3rd"].startswith("θ")
    assert said["March."] == "mˈɑɹʧ"


def test_every_word_with_letters_is_heard() -> None:
    text = "It's 50% off — O'Neill's re-entry, naïve café & co. at example.com today!"
    assert all(heard(text).values())


def test_a_lone_dash_stays_with_the_word_before() -> None:
    assert words_of("Yes — no") == ("Yes —", "no")


def test_british_voices_read_british_english() -> None:
    def phones(british: bool) -> str:
        return "".join(
            s.name
            for c in pronounce("Go there, mother.", british=british)
            for s in c.symbols
        )

    assert "O" in phones(False)
    assert "Q" in phones(True)


def test_short_sentences_are_said_together() -> None:
    assert len(pronounce("No. No. Oh no.")) == 1
    long = "The lighthouse keeper paid nine pounds. He never saw the map again, though."
    assert len(pronounce(long)) == 2


def test_endless_sentences_are_split() -> None:
    chunks = pronounce("word " * 300)
    assert all(len(c.symbols) <= MAX_SYMBOLS for c in chunks)
    assert max(s.word for c in chunks for s in c.symbols) == 299


def test_nothing_readable_gives_no_chunk() -> None:
    assert pronounce("!!! ...") == ()


def test_durations_become_phones_on_the_corrected_clock() -> None:
    symbols = [Symbol(name, 0) for name in ("h", "ˈ", "i", "ː", " ", "t", ".")]
    lasts = [0.2, 0.1, 0.05, 0.1, 0.05, 0.05, 0.1, 0.2, 0.1]
    phones = timing.phones_of(symbols, lasts, 1.0)
    times = [(p.name, round(p.at, 3), round(p.until, 3)) for p in phones]
    assert times == [("h", 0.125, 0.225), ("i", 0.225, 0.425), ("t", 0.425, 0.575)]
    with pytest.raises(ValueError, match="3 durations"):
        timing.phones_of(symbols, [0.1, 0.1, 0.1], 1.0)


def test_phones_slide_onto_the_loud_parts() -> None:
    rate = timing.RATE
    level = np.full(rate, 0.001, np.float32)
    phones = []
    for i in range(4):
        at = 0.1 + 0.2 * i
        level[int(at * rate) : int((at + 0.1) * rate)] = 0.5
        phones += [Phone(at - 0.03, at + 0.07, "ɑ"), Phone(at + 0.07, at + 0.17, "t")]
    moved = alignment.slid(phones, level, rate)
    assert moved[0].at == pytest.approx(0.1, abs=0.006)
    assert moved[-1].until - phones[-1].until == pytest.approx(0.03, abs=0.006)


def test_resampling_keeps_a_tone_and_moves_its_pitch() -> None:
    rate = 24000
    tone = np.sin(2 * np.pi * 440 * np.arange(rate) / rate).astype(np.float32)
    faster = pcm.resample(tone, rate // 2)
    assert len(faster) == rate // 2
    peak = np.argmax(np.abs(np.fft.rfft(faster))) * rate / len(faster)
    assert peak == pytest.approx(880, abs=3)
    assert np.abs(faster[2000:-2000]).max() == pytest.approx(1.0, abs=0.02)
