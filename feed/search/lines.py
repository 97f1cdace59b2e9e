"""Spoken lines: their words for the index, and the one that was looked for. Plain
Python."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from feed.search.folding import fold, is_run, tokens_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from feed.search.queries import Query, Term

Told = tuple[str, list[tuple[float | None, str]]]
"""Who says it, when their name is to be shown, and each word with its second."""

LONGEST = 28
"""Words of a line that are shown; of a longer one those around the first match."""


@dataclass(frozen=True, slots=True)
class Said:
    """The line in which something was found."""

    speaker: str
    """Empty: the post's own character."""

    pieces: tuple[tuple[str, bool], ...]
    """Stretches of the line in order; true where it matches."""

    at: float | None
    """Second of the first word that matches; None: nothing plays it."""

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self.pieces)


def words_of_lines(lines: Sequence[Told]) -> list[str]:
    return [word for word, _, _ in _tokens(lines)]


def line_with(query: Query, lines: Sequence[Told]) -> Said | None:
    """The line that has most of what was looked for, the first of those; None: none."""
    tokens = list(_tokens(lines))
    hits: dict[int, dict[Term, set[int]]] = {}
    for term in query.wanted:
        for start in _places(term, [token for token, _, _ in tokens]):
            line = tokens[start][1]
            span = tokens[start : start + len(term.words)]
            words = {word for _, number, word in span if number == line}
            hits.setdefault(line, {}).setdefault(term, set()).update(words)
    if not hits:
        return None
    best = min(hits, key=lambda line: (-len(hits[line]), line))
    return _said(lines[best], set().union(*hits[best].values()))


def _tokens(lines: Sequence[Told]) -> Iterable[tuple[str, int, int]]:
    """Each token with the numbers of its line and of the word that it begins in."""
    for number, (_, words) in enumerate(lines):
        text, starts = "", []
        for _, word in words:
            bare = fold(word)
            if text and not (bare and is_run(text[-1]) and is_run(bare[0])):
                text += " "
            starts.append(len(text))
            text += bare
        for token in tokens_of(text):
            yield token.text, number, bisect_right(starts, token.at) - 1


def _places(term: Term, words: Sequence[str]) -> list[int]:
    size, last = len(term.words), term.words[-1]
    return [
        at
        for at in range(len(words) - size + 1)
        if tuple(words[at : at + size - 1]) == term.words[:-1]
        and (
            words[at + size - 1].startswith(last)
            if term.begins
            else words[at + size - 1] == last
        )
    ]


def _said(line: Told, marked: set[int]) -> Said:
    speaker, words = line
    first = min(marked)
    begin = max(0, min(first - LONGEST // 3, len(words) - LONGEST))
    shown = range(begin, min(len(words), begin + LONGEST))
    pieces: list[tuple[str, bool]] = [("… ", False)] if begin else []
    for number in shown:
        text, hit = words[number][1], number in marked
        gap = "" if number == begin else _gap(words[number - 1][1], text)
        both = hit and bool(pieces) and pieces[-1][1]
        if gap:
            pieces.append((gap, both))
        pieces.append((text, hit))
    if shown.stop < len(words):
        pieces.append((" …", False))
    return Said(speaker, _joined(pieces), words[first][0])


def _gap(before: str, after: str) -> str:
    apart = not (before and after and is_run(before[-1]) and is_run(after[0]))
    return " " if apart else ""


def _joined(pieces: Iterable[tuple[str, bool]]) -> tuple[tuple[str, bool], ...]:
    joined: list[tuple[str, bool]] = []
    for text, hit in pieces:
        if joined and joined[-1][1] == hit:
            joined[-1] = (joined[-1][0] + text, hit)
        else:
            joined.append((text, hit))
    return tuple(joined)
