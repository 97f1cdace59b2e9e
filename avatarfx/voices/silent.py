"""The last resort: nothing is heard, but the mouth moves and the words show in time."""

from __future__ import annotations

from avatarfx.voices import blends, timing
from avatarfx.voices.pronounce import PAUSES, STRESS, missing, pronounce, words_of
from socialapp.engines.errors import EngineError
from socialapp.engines.protocols import Speech, VoiceSpec
from socialapp.performance import Phone

VOWEL, DIPHTHONG, SCHWA, CONSONANT = 0.085, 0.13, 0.05, 0.06
"""Seconds, about the means of read American English (Crystal and House, 1988)."""

VOWELS = frozenset("iɑɔuæɜɛʌɪʊɒaeo")
SCHWAS = frozenset("əᵊᵻɐ")
DIPHTHONGS = frozenset("AIOQWY")
STRESSED = 1.25
"""Times a stressed vowel's length."""

WORD_GAP = 0.02
PAUSE = {
    ",": 0.22,
    ";": 0.28,
    ":": 0.28,
    "—": 0.3,
    ".": 0.45,
    "!": 0.45,
    "?": 0.5,
    "…": 0.6,
}
EDGE = 0.1
"""Seconds before the first and after the last phone."""

DIGRAPHS = {
    "th": "θ", "sh": "ʃ", "ch": "ʧ", "ph": "f", "ng": "ŋ", "ck": "k", "wh": "w", "ee": "i",
    "ea": "i", "oo": "u", "ou": "W", "ow": "W", "oa": "O", "ai": "A", "ay": "A", "oi": "Y",
    "oy": "Y", "qu": "k", "au": "ɔ", "aw": "ɔ",
}  # fmt: skip
LETTERS = {
    "a": "æ", "c": "k", "e": "ɛ", "g": "ɡ", "i": "ɪ", "j": "ʤ", "o": "ɑ", "q": "k", "r": "ɹ",
    "u": "ʌ", "x": "s", "y": "i",
}  # fmt: skip
"""Letters that are not their own phone."""


class SilentVoice:
    """Always available; needs hibari's G2P only to time the phones better."""

    version = "silent 1"

    def available(self) -> str | None:
        return None

    def speak(self, text: str, *, spec: VoiceSpec) -> Speech:
        try:
            timed = _read(text, british=blends.british(spec.voice))
        except EngineError:
            timed = _spell(text)
        now, phones = EDGE, []
        for name, word, lasts in timed:
            lasts_here = lasts / spec.speed
            if name:
                phones.append(
                    Phone(round(now, 4), round(now + lasts_here, 4), name, word)
                )
            now += lasts_here
        seconds = now + EDGE
        count = round(seconds * timing.RATE)
        words = words_of(text)
        return Speech(
            samples=bytes(2 * count),
            rate=timing.RATE,
            phones=tuple(phones),
            captions=timing.captions_of(phones, words, count / timing.RATE),
            engine=self.version,
        )


def _lasts(name: str) -> float:
    if name in DIPHTHONGS:
        return DIPHTHONG
    if name in SCHWAS:
        return SCHWA
    return VOWEL if name in VOWELS else CONSONANT


def _read(text: str, *, british: bool) -> list[tuple[str, int, float]]:
    """(phone or empty for a pause, word, seconds), if the text can be pronounced.

    EngineError where hibari is missing.
    """
    if reason := missing():
        raise EngineError(reason, permanent=True)
    timed: list[tuple[str, int, float]] = []
    for chunk in pronounce(text, british=british):
        for symbol in chunk.symbols:
            if symbol.name in PAUSES:
                timed.append(("", symbol.word, PAUSE.get(symbol.name, WORD_GAP)))
            elif symbol.name == "ː" and timed:
                name, word, lasts = timed[-1]
                timed[-1] = (name, word, lasts * 1.3)
            elif symbol.name not in STRESS:
                longer = STRESSED if symbol.stressed else 1.0
                name = "ˈ" + symbol.name if symbol.stressed else symbol.name
                timed.append((name, symbol.word, _lasts(symbol.name) * longer))
    return timed


def _spell(text: str) -> list[tuple[str, int, float]]:
    """A guess from the letters alone."""
    timed: list[tuple[str, int, float]] = []
    for index, word in enumerate(words_of(text)):
        letters = word.casefold()
        i = 0
        while i < len(letters):
            pair, letter = letters[i : i + 2], letters[i]
            if pair in DIGRAPHS:
                name, i = DIGRAPHS[pair], i + 2
            else:
                name, i = LETTERS.get(letter, letter), i + 1
                if letter in PAUSE:
                    timed.append(("", index, PAUSE[letter]))
                    continue
                if not letter.isalnum():
                    continue
            timed.append((name, index, _lasts(name)))
        timed.append(("", index, WORD_GAP))
    return timed
