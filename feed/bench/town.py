"""A town of simulated people with hidden tastes, who watch what a policy shows them.

Everybody has a taste: shares of some subjects (a Dirichlet draw, most of it on one or
two). Creators have subjects of their own and a quality; a clip has one subject and a
quality near its creator's. How much somebody enjoys a clip, from 0 to 1, is a logistic
function of their share of its subject and of its quality; nobody but the simulation
knows it. They watch a fraction of the clip drawn around it, and like, comment, remix or
follow the rarer the more it takes. Clips are of any length, which says nothing of how
good they are; a clip is on screen for as long as it is watched, and then for a while (for
its words, its comments) that is drawn anew each time and is longer, in the mean, for who
enjoyed it: up to ``LINGER`` seconds. People look in a few times a day and see one page.

Every policy has a town of its own from the same seed: what it shows decides what it gets
to know, as in life.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feed.ranking.facts import Floats, Ints

PAGE = 10
SUBJECTS = 8
A_WEEK = 24.0 * 7
"""Hours for which a clip is a candidate."""

LINGER = 4.0
"""Mean seconds after it, of who enjoys a clip wholly."""

FADES = 12.0
"""Hours in which `heat` halves."""


@dataclass(slots=True)
class Town:
    seed: int
    people: int
    creators: int
    newcomers: int
    days: int

    tastes: Floats = field(init=False)
    joy: Floats = field(init=False)
    """How much each person (row) enjoys each clip (column)."""

    clip_creator: Ints = field(init=False)
    clip_hour: Floats = field(init=False)
    clip_subject: Ints = field(init=False)
    clip_seconds: Floats = field(init=False)
    lingers: np.random.Generator = field(init=False)
    visits: list[tuple[float, int]] = field(init=False)
    """(hour, person), in order."""

    # What a server would know.
    shown: Ints = field(init=False)
    views: Ints = field(init=False)
    watched: Floats = field(init=False)
    dwell: Floats = field(init=False)
    likes: Ints = field(init=False)
    comments: Ints = field(init=False)
    remixes: Ints = field(init=False)
    follows: Ints = field(init=False)
    heat: Floats = field(init=False)
    heat_at: Floats = field(init=False)
    seen: np.ndarray[tuple[int, int], np.dtype[np.bool_]] = field(init=False)
    following: np.ndarray[tuple[int, int], np.dtype[np.bool_]] = field(init=False)
    liked: np.ndarray[tuple[int, int], np.dtype[np.bool_]] = field(init=False)
    enjoyed: Floats = field(init=False)
    """By person and creator: the sum of the fractions watched, and beside it how
    often."""

    met: Ints = field(init=False)
    first_day: Ints = field(init=False)
    """By clip: impressions within 24 hours of its publication."""

    def __post_init__(self) -> None:
        draw = np.random.default_rng(self.seed)
        every = self.creators + self.newcomers
        self.tastes = draw.dirichlet(np.full(SUBJECTS, 0.35), self.people)
        subjects = draw.dirichlet(np.full(SUBJECTS, 0.25), every)
        quality = draw.normal(0.0, 0.8, every)
        made = [
            (hour, creator)
            for creator in range(every)
            for hour in self._publishes(creator, draw)
        ]
        made.sort()
        self.clip_hour = np.array([hour for hour, _ in made])
        self.clip_creator = np.array([creator for _, creator in made], np.int64)
        self.clip_subject = np.array(
            [draw.choice(SUBJECTS, p=subjects[creator]) for _, creator in made],
            np.int64,
        )
        good = quality[self.clip_creator] + draw.normal(0.0, 0.5, len(made))
        share = self.tastes[:, self.clip_subject]
        self.joy = 1.0 / (1.0 + np.exp(-(4.0 * share - 1.6 + 0.7 * good)))
        self.visits = sorted(
            (float(hour), person)
            for person in range(self.people)
            for hour in draw.uniform(
                0.0, 24.0 * self.days, draw.poisson(1.5 * self.days)
            )
        )
        clips = len(made)
        self.clip_seconds = np.clip(draw.lognormal(2.3, 0.6, clips), 3.0, 90.0)
        self.lingers = np.random.default_rng(self.seed + 2)
        for name in ("shown", "views", "likes", "comments", "remixes", "follows"):
            setattr(self, name, np.zeros(clips, np.int64))
        for name in ("watched", "dwell", "heat", "heat_at"):
            setattr(self, name, np.zeros(clips))
        self.first_day = np.zeros(clips, np.int64)
        self.seen = np.zeros((self.people, clips), np.bool_)
        self.liked = np.zeros((self.people, clips), np.bool_)
        self.following = np.zeros((self.people, every), np.bool_)
        self.enjoyed = np.zeros((self.people, every))
        self.met = np.zeros((self.people, every), np.int64)

    def _publishes(self, creator: int, draw: np.random.Generator) -> Iterator[float]:
        """Newcomers begin somewhere in the second half and make a few clips."""
        if creator < self.creators:
            count = draw.poisson(0.8 * self.days)
            yield from draw.uniform(0.0, 24.0 * self.days, count).tolist()
            return
        begins = draw.uniform(12.0 * self.days, 24.0 * (self.days - 1))
        yield from (begins + draw.uniform(0.0, 20.0, 3)).tolist()

    def candidates(self, person: int, hour: float) -> Ints:
        """Clips of the last week that this person has not seen."""
        ages = hour - self.clip_hour
        alive = (ages >= 0.0) & (ages < A_WEEK) & ~self.seen[person]
        return np.flatnonzero(alive)

    def heat_now(self, clips: Ints, hour: float) -> Floats:
        since = hour - self.heat_at[clips]
        now: Floats = self.heat[clips] * np.exp2(-since / FADES)
        return now

    def show(
        self, person: int, hour: float, clips: Ints, draw: np.random.Generator
    ) -> None:
        """They watch the page; everything that a server would count is counted."""
        for clip in clips.tolist():
            creator = int(self.clip_creator[clip])
            self.seen[person, clip] = True
            self.shown[clip] += 1
            self.first_day[clip] += hour - self.clip_hour[clip] < 24.0
            joy = float(self.joy[person, clip])
            part = float(draw.beta(3.0 * joy + 0.2, 3.0 * (1.0 - joy) + 0.2))
            self.enjoyed[person, creator] += part
            self.met[person, creator] += 1
            after = float(self.lingers.exponential(LINGER * joy)) if joy else 0.0
            self.dwell[clip] += part * float(self.clip_seconds[clip]) + after
            if part < 0.2:
                continue
            self.views[clip] += 1
            self.watched[clip] += part
            keen, warm = draw.uniform(size=4), 0.0
            if keen[0] < 0.35 * joy**2:
                self.likes[clip] += 1
                self.liked[person, clip] = True
                warm += 1.0
            if keen[1] < 0.04 * joy**2:
                self.comments[clip] += 1
                warm += 1.0
            if keen[2] < 0.015 * joy**2:
                self.remixes[clip] += 1
                warm += 1.0
            if keen[3] < 0.06 * joy**3 and not self.following[person, creator]:
                self.follows[clip] += 1
                self.following[person, creator] = True
            if warm:
                at = np.array([clip])
                self.heat[clip] = float(self.heat_now(at, hour)[0]) + warm
                self.heat_at[clip] = hour
