"""What the camera does in a clip: whom it shows when, and how it moves.

Deterministic by seed, and only keys of the performance's own camera track: the film and
the browser show the same. It cuts between words, never in one.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from socialapp.performance import CameraKey

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialapp.performance import Part

CAMERAS = ("auto", "push", "pan", "still")
"""It changes with what is said; comes slowly nearer; drifts to a side; does not move."""

SHORTEST = 1.3
"""Seconds of the shortest shot: viewers need about one to find a new face."""

ESTABLISHES = 2.2
"""Seconds after which who begins is seen alone; before, all are seen together."""

WORD = 1.2
"""Seconds of a turn for which the camera stays where it is: who hears it is seen."""

LISTENS = 5.0
"""Seconds of a shot of who speaks, after which somebody who listens may be seen."""

GLIMPSE = (1.4, 2.2)
"""Seconds for which they are."""

TOGETHER = (3, 5)
"""Turns from one shot of all to the next."""

LEAD = 0.08
"""Seconds by which the picture comes before the voice, in the quiet between two turns."""

LATE = 0.25
"""Share of turns into which the camera comes late: the voice is heard first."""

SECTION = (7.0, 10.5)
"""Seconds after which one who speaks alone is seen from nearer, or from further away."""

NEARER = 1.16
"""How much nearer that is."""

PUSH, PUSH_FROM = 1.08, 3.5
"""How much nearer a slow move comes, and the seconds of a shot that is worth one."""

WIDE_PUSH = 1.04
"""The same in a shot of several: nobody at the edge may leave it."""

SLOWEST = 12.0
"""Seconds of one move; slower ones are not seen to move."""

PAN_ZOOM, PAN = 1.12, 0.045
"""A pan needs room at the sides; how far it goes to either, in frame widths."""

FRAME = 0.04
"""Seconds from a cut to the start of a move: one frame at 25 a second."""

ENDS = (".", "!", "?", "…")


@dataclass(frozen=True, slots=True)
class _Word:
    at: float
    until: float
    seat: str
    text: str


@dataclass(frozen=True, slots=True)
class _Turn:
    """What one says until another begins."""

    seat: str
    at: float
    until: float


@dataclass(frozen=True, slots=True)
class _Point:
    """A place between two words where a cut does not hurt."""

    at: float
    ease: float
    """0 to 1: how naturally it falls there."""


def shots(
    parts: Sequence[Part],
    seconds: float,
    *,
    seed: int,
    camera: str = "auto",
    known: float | None = None,
) -> tuple[CameraKey, ...]:
    """The camera track of a clip in which `parts` speak and listen for `seconds`.

    `known`: only so many of these are spoken yet, by one who is alone, and `seconds` is
    about how many it will be. What is decided then stays, however it goes on.
    ValueError for a camera that is none of CAMERAS.
    """
    if camera not in CAMERAS:
        raise ValueError(f"No such camera: {camera}")
    rng = random.Random(f"{seed} camera")  # noqa: S311  a look, not a secret
    words = sorted(
        (
            _Word(word.at, word.until, part.seat, word.text)
            for part in parts
            for word in part.captions
        ),
        key=lambda word: word.at,
    )
    if len(parts) == 1:
        return _alone(parts[0].seat, words, seconds, rng, camera, known=known)
    if camera == "still" or not words:
        return (CameraKey(0.0, "all"),)
    cuts = _Cutter([part.seat for part in parts], words, seconds, rng).cut()
    return _moved(cuts, seconds, rng, camera)


class _Cutter:
    """Goes from turn to turn and adds shots, none shorter than SHORTEST."""

    def __init__(
        self,
        seats: Sequence[str],
        words: Sequence[_Word],
        seconds: float,
        rng: random.Random,
    ) -> None:
        self._seats = seats
        self._turns = _turns(words)
        self._points = _points(words)
        self._seconds = seconds
        self._rng = rng
        self._cuts = [CameraKey(0.0, "all")]
        self._together = 0
        self._next_together = rng.randint(*TOGETHER)

    def cut(self) -> list[CameraKey]:
        for number, turn in enumerate(self._turns):
            self._enter(number, turn)
            self._listen(number, turn)
        return self._cuts

    def _enter(self, number: int, turn: _Turn) -> None:
        """The shot in which a turn begins."""
        lasts = turn.until - turn.at
        if number == 0:
            # Who is here, and where: only then who speaks.
            if lasts > ESTABLISHES + SHORTEST:
                self._add(turn.seat, ESTABLISHES, 1.6, min(4.0, turn.until - SHORTEST))
            return
        self._together += 1
        last = number == len(self._turns) - 1
        if lasts < WORD and not last:
            shown = self._cuts[-1]
            before = self._turns[number - 1].seat
            # Whoever hears a word is seen, but not while others go on talking.
            if shown.on not in {"all", turn.seat, before}:
                self._add("all", turn.at, turn.at - 0.3, turn.until)
            return
        if (last and lasts < 2 * WORD) or self._together >= self._next_together:
            if self._add("all", turn.at, turn.at - 0.3, turn.at + 1.0):
                self._together = 0
                self._next_together = self._rng.randint(*TOGETHER)
            return
        late = self._rng.random() < LATE and lasts > SHORTEST + 1.2
        wanted = turn.at + (0.8 if late else 0.0)
        low = turn.at + 0.4 if late else turn.at - 0.3
        self._add(turn.seat, wanted, low, turn.until - SHORTEST) or self._add(
            turn.seat, turn.at, turn.at - 0.3, turn.until - 0.4
        )

    def _listen(self, number: int, turn: _Turn) -> None:
        """While somebody speaks for long, those who listen are seen for a moment."""
        following = self._turns[number + 1] if number + 1 < len(self._turns) else None
        others = [seat for seat in self._seats if seat != turn.seat]
        start = max(self._cuts[-1].at, turn.at)
        if self._cuts[-1].on == "all" and turn.until - start > 2 * ESTABLISHES:
            to = start + ESTABLISHES
            self._add(turn.seat, to, to - 0.8, turn.until - SHORTEST)
        while True:
            start = max(self._cuts[-1].at, turn.at)
            if self._cuts[-1].on != turn.seat or turn.until - start < LISTENS:
                return
            away = start + self._rng.uniform(2.6, 4.2)
            # Whoever answers is seen to hear what they answer.
            who = following.seat if following else self._rng.choice(others)
            if turn.until - start > 2 * LISTENS:
                who = self._rng.choice(others)
            if not self._add(who, away, start + 2.2, turn.until - SHORTEST):
                return
            back = self._cuts[-1].at + self._rng.uniform(*GLIMPSE)
            if not self._add(turn.seat, back, back - 0.8, turn.until - SHORTEST):
                return

    def _add(self, on: str, wanted: float, low: float, high: float) -> bool:
        """Cut to `on` at the best point near `wanted`; False when there is none."""
        if self._cuts[-1].on == on:
            return True
        low = max(low, self._cuts[-1].at + SHORTEST)
        high = min(high, self._seconds - SHORTEST)
        found = [point for point in self._points if low <= point.at <= high]
        if not found:
            return False
        best = max(found, key=lambda p: p.ease - 0.8 * abs(p.at - wanted))
        self._cuts.append(CameraKey(best.at, on))
        return True


def _turns(words: Sequence[_Word]) -> list[_Turn]:
    turns: list[_Turn] = []
    for word in words:
        if turns and turns[-1].seat == word.seat:
            turns[-1] = replace(turns[-1], until=word.until)
        else:
            turns.append(_Turn(word.seat, word.at, word.until))
    return turns


def _points(words: Sequence[_Word]) -> list[_Point]:
    """Between each two words: at turns shortly before the voice, else in the middle."""
    found = []
    for one, two in pairwise(words):
        if two.at < one.until:
            continue
        quiet = two.at - one.until
        turns = one.seat != two.seat
        at = two.at - min(LEAD, quiet) if turns else one.until + quiet / 2
        closed = one.text.rstrip("\"'”’)]").endswith(ENDS)
        ease = 1.0 if turns or closed else 0.4 if quiet > 0.1 else 0.0
        if one.text.endswith((",", ";", ":", "—", "–")):
            ease = max(ease, 0.5)
        found.append(_Point(round(at, 4), ease))
    return found


def _moved(
    cuts: Sequence[CameraKey], seconds: float, rng: random.Random, camera: str
) -> tuple[CameraKey, ...]:
    """The same cuts; shots that are long enough move."""
    keys: list[CameraKey] = []
    side = rng.choice((-1.0, 1.0))
    ends = [*(key.at for key in cuts[1:]), seconds]
    for key, end in zip(cuts, ends, strict=True):
        lasts = end - key.at
        moves = camera != "auto" or rng.random() < 0.6
        if lasts < PUSH_FROM or not moves:
            keys.append(key)
        elif camera == "pan" and key.on != "all":
            keys += _panned(key, lasts, side)
            side = -side
        else:
            keys += _pushed(key, lasts, WIDE_PUSH if key.on == "all" else PUSH)
    return tuple(keys)


def _pushed(key: CameraKey, lasts: float, by: float) -> list[CameraKey]:
    ease = round(min(lasts - FRAME, SLOWEST), 3)
    near = round(key.zoom * by, 4)
    at = round(key.at + FRAME, 4)
    return [key, CameraKey(at, key.on, near, ease)]


def _panned(key: CameraKey, lasts: float, side: float) -> list[CameraKey]:
    ease = round(min(lasts - FRAME, SLOWEST), 3)
    start = replace(key, zoom=PAN_ZOOM, x=round(-side * PAN, 4))
    end = replace(start, at=round(key.at + FRAME, 4), x=round(side * PAN, 4), ease=ease)
    return [start, end]


def _alone(
    seat: str,
    words: Sequence[_Word],
    seconds: float,
    rng: random.Random,
    camera: str,
    *,
    known: float | None,
) -> tuple[CameraKey, ...]:
    """One who speaks: a new size of shot between sentences, and slow moves."""
    whole = CameraKey(0.0, seat)
    if camera == "still" or seconds < PUSH_FROM:
        return (whole,)
    side = rng.choice((-1.0, 1.0))
    sections = [whole]
    points = _points(words)
    while True:
        begun = sections[-1]
        low, high = (begun.at + length for length in SECTION)
        found = [p for p in points if low <= p.at <= min(high, seconds - PUSH_FROM)]
        if not found:
            break
        best = max(found, key=lambda point: (point.ease, -point.at))
        if known is not None and best.ease < 1.0 and high > known:
            break  # a better one may come
        nearer = camera == "auto" and begun.zoom == 1.0
        sections.append(CameraKey(best.at, seat, NEARER if nearer else 1.0))
    if camera == "push":
        return tuple(_pushed(whole, seconds, PUSH * PUSH))
    keys: list[CameraKey] = []
    if known is not None:
        # Nobody knows yet when it ends: a move is cut off rather than left standing.
        seconds = min(seconds, sections[-1].at + SECTION[1])
    ends = [*(section.at for section in sections[1:]), seconds]
    for section, end in zip(sections, ends, strict=True):
        if camera == "pan":
            keys += _panned(section, end - section.at, side)
            side = -side
        else:
            keys += _pushed(section, end - section.at, PUSH)
    return tuple(keys)
