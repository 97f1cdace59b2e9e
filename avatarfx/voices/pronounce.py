"""Text to phones that remember which written word they belong to.

hibari's G2P reads numbers, dates, money and abbreviations aloud and so changes the
words; here its reading is lined up with the text as written, for captions.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from typing import Any

from socialapp.engines.errors import EngineError

PAUSES = frozenset(' ;:,.!?—…"“”()')
"""Characters of a phone string that make no sound."""

STRESS = frozenset("ˈˌ")
LENGTH = "ː"

MAX_SYMBOLS = 380
"""Kokoro takes 510 symbols and gets hasty well before."""

MIN_SYMBOLS = 24
"""Shorter sentences are said together with the next: alone, "No." comes out clipped."""

_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Symbol:
    """One character of misaki's alphabet."""

    name: str
    word: int
    """Index into `words_of(text)`."""

    stressed: bool = False


@dataclass(frozen=True, slots=True)
class Chunk:
    """What an engine says in one go."""

    symbols: tuple[Symbol, ...]

    @property
    def end(self) -> str:
        """The punctuation it closes with, or empty."""
        for symbol in reversed(self.symbols):
            if symbol.name in ".!?…,;:—":
                return symbol.name
            if symbol.name not in PAUSES:
                return ""
        return ""


def words_of(text: str) -> tuple[str, ...]:
    """The words as written; a lone dash or symbol stays with the word before it."""
    words: list[str] = []
    for word in text.split():
        if words and not any(c.isalnum() for c in word):
            words[-1] += f" {word}"
        else:
            words.append(word)
    return tuple(words)


def missing() -> str | None:
    """None, or why nothing can be pronounced here."""
    try:
        import hibari  # noqa: F401, PLC0415  an optional part is looked for where used
    except ImportError:
        return "hibari-tts is not installed. Run pip install -r requirements.txt."
    return None


@cache
def _g2p(british: bool) -> Any:
    if reason := missing():
        raise EngineError(reason, permanent=True)
    from hibari.g2p import G2P  # noqa: PLC0415  120 MB that only a speaker needs

    return G2P(british=british)


def pronounce(text: str, *, british: bool = False) -> tuple[Chunk, ...]:
    """Chunks of a sentence or a few short ones; empty when nothing is readable."""
    if reason := missing():
        raise EngineError(reason, permanent=True)
    from hibari.tts import Hibari  # noqa: PLC0415

    words = words_of(text)
    chunks: list[Chunk] = []
    first = 0
    pending: list[Symbol] = []
    for sentence in Hibari.split_sentences(" ".join(words)):
        count = _count_words(words, first, sentence)
        # The tagger and the network for unknown words keep state while they run.
        with _lock:
            symbols = _read(sentence, words[first : first + count], first, british)
        first += count
        if not any(s.name not in PAUSES for s in symbols):
            continue
        if pending:
            pending.append(Symbol(" ", symbols[0].word))
        pending += symbols
        if len(pending) >= MIN_SYMBOLS:
            chunks += _split(pending)
            pending = []
    if pending:
        if chunks and len(chunks[-1].symbols) + len(pending) < MAX_SYMBOLS:
            glue = Symbol(" ", pending[0].word)
            chunks[-1] = Chunk((*chunks[-1].symbols, glue, *pending))
        else:
            chunks += _split(pending)
    return tuple(chunks)


def _count_words(words: tuple[str, ...], first: int, sentence: str) -> int:
    """How many of `words` from `first` on the sentence holds."""
    wanted = len("".join(sentence.split()))
    held = 0
    for i in range(first, len(words)):
        held += len("".join(words[i].split()))
        if held >= wanted:
            return i - first + 1
    return len(words) - first


def _read(
    sentence: str, written: tuple[str, ...], first: int, british: bool
) -> list[Symbol]:
    from hibari.g2p.normalize import normalize  # noqa: PLC0415

    g2p = _g2p(british)
    groups: list[tuple[str, str]] = []  # (text, phones) of what is between spaces
    text = phones = ""
    for token in g2p.phonemize_tokens(g2p.tokenize(normalize(sentence))):
        text += token.text
        phones += token.phonemes or ""
        if token.whitespace:
            groups.append((text, phones))
            text = phones = ""
    if text:
        groups.append((text, phones))
    owners = _line_up([g for g, _ in groups], list(written))
    symbols: list[Symbol] = []
    for (_, phones), owner in zip(groups, owners, strict=True):
        if not phones:
            continue
        if symbols:
            symbols.append(Symbol(" ", first + owner))
        stressed = False
        for name in phones:
            stressed = stressed or name == "ˈ"
            symbols.append(Symbol(name, first + owner, stressed))
            if name not in STRESS and name not in PAUSES:
                stressed = False
    return symbols


def _line_up(read: list[str], written: list[str]) -> list[int]:
    """For each word as read, the index of the word as written."""
    owners = [0] * len(read)
    matcher = SequenceMatcher(
        None, [_key(w) for w in read], [_key(w) for w in written], autojunk=False
    )
    last = max(0, len(written) - 1)
    for kind, r0, r1, w0, w1 in matcher.get_opcodes():
        for r in range(r0, r1):
            if kind == "equal":
                owners[r] = w0 + r - r0
            elif w1 > w0:
                owners[r] = w0 + (r - r0) * (w1 - w0) // (r1 - r0)
            else:
                owners[r] = min(last, max(0, w0 - 1))
    return owners


def _key(word: str) -> str:
    return "".join(c for c in word.casefold() if c.isalnum())


def _split(symbols: list[Symbol]) -> list[Chunk]:
    """Cut what is too long at a comma, else at a space, else anywhere."""
    chunks = []
    while len(symbols) > MAX_SYMBOLS:
        cut = MAX_SYMBOLS
        for marks in (",;:—", " "):
            found = [i for i in range(MAX_SYMBOLS) if symbols[i].name in marks]
            if found and found[-1] > MIN_SYMBOLS:
                cut = found[-1] + 1
                break
        chunks.append(Chunk(tuple(symbols[:cut])))
        symbols = symbols[cut:]
    chunks.append(Chunk(tuple(symbols)))
    return [c for c in chunks if any(s.name not in PAUSES for s in c.symbols)]
