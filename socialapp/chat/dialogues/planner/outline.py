"""The authored duets of ``socialapp/content/duets``, as beats."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from socialapp.chat.dialogues.cards import card_of
from socialapp.content import library
from socialapp.engines.talk import Beat

if TYPE_CHECKING:
    from collections.abc import Mapping

    from socialapp.engines.talk import Card


@dataclass(frozen=True, slots=True)
class Vote:
    topic: str
    bridge: Beat
    answer: Beat


@dataclass(frozen=True, slots=True)
class _Turn:
    beat: Beat
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    id: str
    title: str
    topic: str
    cards: Mapping[str, Card]
    """By seat."""

    turns: tuple[_Turn, ...]
    votes: tuple[Vote, ...]
    asides: Mapping[str, tuple[str, ...]]
    """By the speaker's name: a second or two while a line is made."""

    def __len__(self) -> int:
        return len(self.turns)

    def beat(self, place: int, seed: int) -> Beat:
        """The beat at `place`, with one of its lines. Every wording fits every wording
        before it, so each is chosen by itself."""
        turn = self.turns[place]
        rng = random.Random(f"{seed}/{self.id}/{place}")  # noqa: S311  variety
        beat = turn.beat
        return Beat(
            beat.speaker, beat.intent, beat.expression, beat.gesture,
            rng.choice(turn.lines), beat.fact, beat.keep, beat.phase, beat.id,
        )  # fmt: skip

    def vote(self, topic: str) -> Vote | None:
        """What was written for a topic, if somebody wrote for it."""
        wanted = topic.strip().casefold()
        return next((v for v in self.votes if v.topic.casefold() == wanted), None)


@cache
def outline(name: str) -> Outline:
    """KeyError when there is no such duet."""
    data = library.duet(name)
    cards = {
        seat: card_of(library.cast_member(who)) for seat, who in data["seats"].items()
    }
    words: dict[str, str] = {}
    for callback in data["callbacks"]:
        words[callback["plant"]] = words[callback["return"]] = callback["word"]
    turns = tuple(
        _Turn(
            Beat(
                cards[turn["speaker"]].name,
                turn["intent"],
                turn["expression"],
                turn["gesture"],
                "",
                turn["fact"],
                words.get(turn["id"], ""),
                turn["phase"],
                f"{name}/{turn['id']}",
            ),
            tuple(turn["lines"]),
        )
        for turn in data["turns"]
    )
    votes = tuple(
        Vote(
            vote["topic"],
            *(
                Beat(
                    cards[vote[part]["speaker"]].name,
                    intent,
                    authored=vote[part]["text"],
                    fact=vote["topic"],
                    phase="topic",
                    id=f"{name}/vote{number}/{part}",
                )
                for part, intent in (
                    ("bridge", "hand the audience's question to the other one"),
                    ("answer", "answer the audience's question"),
                )
            ),
        )
        for number, vote in enumerate(data["votes"])
    )
    asides = {cards[seat].name: tuple(lines) for seat, lines in data["asides"].items()}
    return Outline(name, data["title"], data["topic"], cards, turns, votes, asides)
