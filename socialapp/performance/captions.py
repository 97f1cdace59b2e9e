"""Captions of a performance as WebVTT; nothing is ever recognised from sound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialapp.performance.timeline import Caption, Performance

LINE = 32
"""Letters in a line, the width broadcasters use."""

LINES = 2

LONGEST = 4.5
"""Seconds a cue stays at most."""

REST = 0.6
"""Seconds of silence that end a cue."""

LINGER = 0.35
"""Seconds a cue may stay after its last word, to be read to the end."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A phrase on the screen."""

    at: float
    until: float
    seat: str
    words: tuple[Caption, ...]

    @property
    def lines(self) -> tuple[tuple[Caption, ...], ...]:
        """At most two, split where both come out about equally long."""
        words, total = self.words, _length(self.words)
        if total <= LINE or len(words) < 2:
            return (words,)
        best = min(
            range(1, len(words)),
            key=lambda i: max(_length(words[:i]), _length(words[i:])),
        )
        return (words[:best], words[best:])


def cues(performance: Performance) -> tuple[Cue, ...]:
    """Phrases of all parts by time; a cue never mixes speakers."""
    found = [
        Cue(words[0].at, words[-1].until, part.seat, words)
        for part in performance.parts
        for words in _phrases(part.captions)
    ]
    found.sort(key=lambda cue: cue.at)
    held: list[Cue] = []
    for i, cue in enumerate(found):
        limit = found[i + 1].at if i + 1 < len(found) else performance.seconds
        until = max(cue.until, min(cue.until + LINGER, limit))
        held.append(Cue(cue.at, min(until, performance.seconds), cue.seat, cue.words))
    return tuple(held)


def to_webvtt(performance: Performance, names: dict[str, str] | None = None) -> str:
    """A WebVTT file: a cue a phrase, with the time of every word inside it.

    `names` by seat marks who speaks where there are several speakers.
    """
    several = len([part for part in performance.parts if part.captions]) > 1
    blocks = ["WEBVTT"]
    for cue in cues(performance):
        text = "\n".join(
            " ".join(_word(word, cue, first=word is cue.words[0]) for word in line)
            for line in cue.lines
        )
        if several:
            name = (names or {}).get(cue.seat, cue.seat)
            text = f"<v {_escaped(name)}>{text}</v>"
        blocks.append(f"{_clock(cue.at)} --> {_clock(cue.until)}\n{text}")
    return "\n\n".join(blocks) + "\n"


def transcript(performance: Performance) -> str:
    """What is said, in order, one phrase a line."""
    return "\n".join(
        " ".join(word.text for word in cue.words) for cue in cues(performance)
    )


def _phrases(captions: Sequence[Caption]) -> list[tuple[Caption, ...]]:
    phrases: list[list[Caption]] = []
    for caption in captions:
        current = phrases[-1] if phrases else []
        if not current or _starts_new(current, caption):
            phrases.append([caption])
        else:
            current.append(caption)
    return [tuple(phrase) for phrase in phrases]


def _starts_new(current: list[Caption], word: Caption) -> bool:
    together = [*current, word]
    closed = current[-1].text.rstrip("\"'”’)]").endswith((".", "!", "?", "…"))
    return (
        closed
        or word.at - current[-1].until > REST
        or word.until - current[0].at > LONGEST
        or not _fits(together)
    )


def _fits(words: list[Caption]) -> bool:
    if _length(words) <= LINE:
        return True
    return any(
        _length(words[:i]) <= LINE and _length(words[i:]) <= LINE
        for i in range(1, len(words))
    )


def _length(words: Sequence[Caption]) -> int:
    return sum(len(word.text) for word in words) + max(0, len(words) - 1)


def _word(word: Caption, cue: Cue, *, first: bool) -> str:
    # A timestamp must lie strictly inside its cue; the first word needs none.
    inside = not first and cue.at < word.at < cue.until
    return (f"<{_clock(word.at)}>" if inside else "") + _escaped(word.text)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clock(seconds: float) -> str:
    ms = round(seconds * 1000)
    return (
        f"{ms // 3600000:02}:{ms // 60000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"
    )
