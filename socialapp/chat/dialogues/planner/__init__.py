"""Decides what happens next on a stage; a model, or an authored line, only words it.

A free subject goes through an arc: hook, disagreement, turn, stake, punch line, close.
Each beat names its own fact, the quarrel rises, and a word that was planted comes back.
Everything is a function of plan and state: whoever takes a show over goes on exactly
where it stood.
"""

from __future__ import annotations

import json
import random
import zlib
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from socialapp.chat.dialogues.planner.deck import deal
from socialapp.chat.dialogues.planner.facts import Fact, facts_of
from socialapp.chat.dialogues.planner.outline import outline
from socialapp.chat.dialogues.planner.state import Plan, PlanError, State
from socialapp.chat.dialogues.templates import LINE, first_name, moulds, pour
from socialapp.chat.dialogues.wording import clean, shorten, spoken
from socialapp.engines.talk import Beat, Reaction

__all__ = ["ARC", "LONGEST", "Plan", "PlanError", "Planner", "State"]

ARC = ("hook", "disagreement", "turn", "stake", "punch_line", "close")
ALONE = ("hook", "turn", "stake", "punch_line", "close")
"""The arc of one who has nobody on stage to disagree with."""

OVER = "over"
"""The phase after the last line of a show."""

_QUIET = frozenset({"lore", "maxim"})
SUITS = {
    "hook": _QUIET,
    "disagreement": frozenset({"view", "joke"}) | _QUIET,
    "turn": _QUIET,
    "stake": _QUIET,
    "punch_line": frozenset({"joke"}) | _QUIET,
}
"""Kinds of facts that have a place in a phase: nobody jokes when it matters."""

MOST_PENDING = 8
"""Beats that hosts and audience may have waiting; more are refused."""

TOLD = 60
"""Facts that are remembered: of those that fit, the one told longest ago comes next."""

LONGEST = 240
"""Characters of a line with a fact in it; of a longer one the fact alone is said."""

AUDIENCE = "friends"

TOPIC, REQUEST = 120, 200
"""Most characters of a topic, and of what a host asks for."""

_FILE = Path(__file__).parents[1] / "data" / "arcs.json"


class Planner:
    def __init__(self, plan: Plan) -> None:
        """PlanError when the plan cannot be played."""
        names = [card.name for card in plan.cards]
        if not 1 <= len(names) <= 3:
            raise PlanError("A stage has one to three characters. Choose that many.")
        if len(set(names)) < len(names):
            raise PlanError(
                "Two characters on one stage have the same name. Rename one of them."
            )
        self.plan = plan
        self._cards = {card.name: card for card in plan.cards}
        self._arc = ARC if len(names) > 1 else ALONE
        self._outline = None
        if plan.duet:
            try:
                self._outline = outline(plan.duet)
            except KeyError:
                raise PlanError(f"There is no duet {plan.duet!r}.") from None
            if {card.name for card in self._outline.cards.values()} != set(names):
                raise PlanError(f"{self._outline.title} is written for two others.")

    def first(self) -> State:
        if self._outline:
            return State(phase="outline", topic=self._outline.topic)
        return State(topic=self._topic(0))

    def next(self, state: State) -> tuple[Beat, State]:
        """What happens now, and where the show stands then. PlanError after `finale`."""
        if state.phase == OVER:
            raise PlanError("This show has said its last line.")
        if state.pending:
            beat, *rest = state.pending
            return beat, self._after(replace(state, pending=tuple(rest)), beat)
        if state.next_topic and self._between(state):
            return self._taken_up(state)
        if state.phase == "outline":
            return self._written(state)
        if state.phase == "opening":
            return self._opening(state)
        return self._free(state)

    def vote(self, state: State, topic: str) -> State:
        """The audience wants this: it is taken up when the present phase is over. A later
        vote takes an earlier one's place. PlanError when it is empty."""
        wanted = " ".join(clean(topic[: 4 * TOPIC]).split())
        if not wanted:
            raise PlanError("A topic needs a word or two.")
        return replace(state, next_topic=shorten(wanted, TOPIC))

    def insert(self, state: State, wish: str, *, speaker: str = "") -> State:
        """A host's beat comes next, and the other one answers it. `wish`: a whole sentence
        is said as it is; anything else is an intent for a model. PlanError."""
        wanted = " ".join(clean(wish[: 4 * REQUEST]).split())
        if not wanted:
            raise PlanError("Say in a few words what should happen.")
        if speaker and speaker not in self._cards:
            raise PlanError(f"Nobody on this stage is called {speaker!r}.")
        if len(state.pending) + 2 > MOST_PENDING:
            raise PlanError(
                "Several wishes are waiting already. Try again in a minute."
            )
        wanted = shorten(wanted, REQUEST)
        first = speaker or self._other(state.speaker)
        number, state = self._count(state, "host")
        whole = wanted[-1] in ".!?…" and wanted[0].isupper()
        kind = "host" if whole else "bare"
        line = pour(
            deal(moulds(kind), number, f"{self.plan.seed}/{kind}"),
            topic=state.topic,
            fact=wanted if whole else "",
            other=self._called(first),
        )
        asked = Beat(
            first, wanted, authored=line, fact=wanted, phase="host", id=f"host/{number}"
        )
        if len(self._cards) == 1:
            return replace(state, pending=(*state.pending, asked))
        answer, state = self._beat(state, self._other(first), "disagreement")
        answer = replace(answer, phase="host", intent="answer what was just asked for")
        return replace(state, pending=(*state.pending, asked, answer))

    def finale(self, state: State) -> tuple[Beat, State]:
        """The last line of the show, whatever was planned: thanks, and out."""
        speaker = self._other(state.speaker)
        kind = "finale" if len(self._cards) > 1 else "finale_alone"
        line = pour(
            deal(_data()[kind], 0, f"{self.plan.seed}/{kind}"),
            topic=state.topic,
            other=self._called(speaker),
        )
        beat = Beat(
            speaker, "close the show and thank those who watched", "happy", "wave", line,
            phase="close", id="finale",
        )  # fmt: skip
        state = replace(state, phase=OVER, pending=(), next_topic="")
        return beat, self._after(state, beat)

    def aside(self, state: State, name: str) -> Reaction:
        """A second or two of somebody who listens, or while a line is made."""
        card = self._cards[name]
        lines = (
            self._outline.asides[name]
            if state.phase == "outline" and self._outline
            else ()
        )
        choices = [*card.reactions, *(Reaction(line) for line in lines)]
        if not choices:
            choices = [Reaction("Hm."), Reaction("Go on.", gesture="nod")]
        return deal(choices, state.step, f"{self.plan.seed}/aside/{name}")

    def _after(self, state: State, beat: Beat) -> State:
        return replace(state, step=state.step + 1, speaker=beat.speaker)

    def _between(self, state: State) -> bool:
        """No phase is cut in two by a vote."""
        if state.phase == "outline" and self._outline:
            at = state.place
            turns = self._outline.turns
            return at > 0 and (
                at >= len(turns) or turns[at].beat.phase != turns[at - 1].beat.phase
            )
        return state.phase != "opening" and state.place == 0

    def _taken_up(self, state: State) -> tuple[Beat, State]:
        topic, state = state.next_topic, replace(state, next_topic="")
        if state.phase == "outline" and self._outline:
            if written := self._outline.vote(topic):
                state = replace(state, pending=(written.answer,))
                return written.bridge, self._after(state, written.bridge)
            bridge, state = self._bridge(replace(state, topic=topic))
            answer, state = self._beat(state, self._other(bridge.speaker), "hook")
            answer = replace(answer, phase="topic")
            state = replace(state, pending=(answer,), topic=self._outline.topic)
            return bridge, self._after(state, bridge)
        state = replace(
            state, topic=topic, arc=state.arc + 1, phase="hook", word="", planter=""
        )
        bridge, state = self._bridge(state)
        return bridge, self._after(state, bridge)

    def _bridge(self, state: State) -> tuple[Beat, State]:
        speaker = self._other(state.speaker)
        number, state = self._count(state, "topic")
        line = pour(
            deal(moulds("topic"), number, f"{self.plan.seed}/topic"),
            topic=state.topic,
            other=self._called(speaker),
        )
        beat = Beat(
            speaker, "tell what the audience voted for", "happy", "point", line,
            state.topic, phase="topic", id=f"topic/{number}",
        )  # fmt: skip
        return beat, state

    def _written(self, state: State) -> tuple[Beat, State]:
        assert self._outline is not None  # noqa: S101  the phase says so
        if state.place >= len(self._outline):
            return self._free(
                replace(state, phase="hook", place=0, arc=1, topic=self._topic(1))
            )
        beat = self._outline.beat(state.place, self.plan.seed)
        return beat, self._after(replace(state, place=state.place + 1), beat)

    def _opening(self, state: State) -> tuple[Beat, State]:
        """Everybody says the greeting that is for company."""
        names = list(self._cards)
        if state.place >= len(names):
            return self._free(replace(state, phase="hook", place=0))
        card = self._cards[names[state.place]]
        greetings = card.group_greetings or (card.greeting, *card.alternate_greetings)
        greetings = tuple(one for one in greetings if one)
        other = self._called(card.name)
        seed = f"{self.plan.seed}/opening/{card.name}"
        if greetings:
            said = spoken(deal(greetings, 0, seed), char=card.name, user=other)
            line = pour(
                deal(moulds("opening"), state.place, seed), greeting=said, other=other
            )
            line = line if len(line) <= LINE else said
        else:
            line = pour(
                deal(_data()["bare"]["hook"], 0, seed), topic=state.topic, other=other
            )
        beat = Beat(
            card.name, "greet the other one on this stage", "happy", "wave", line,
            phase="hook", id=f"opening/{state.place}",
        )  # fmt: skip
        return beat, self._after(replace(state, place=state.place + 1), beat)

    def _free(self, state: State) -> tuple[Beat, State]:
        """The next beat of an arc; after its close the next subject."""
        low, high = _data()["phases"][state.phase]["beats"]
        length = deal(
            range(low, high + 1), state.arc, f"{self.plan.seed}/length/{state.phase}"
        )
        if state.place >= length:
            at = self._arc.index(state.phase) + 1
            state = replace(state, place=0, phase=self._arc[at % len(self._arc)])
            if at == len(self._arc):
                arc = state.arc + 1
                state = replace(
                    state, arc=arc, topic=self._topic(arc), word="", planter=""
                )
            if state.next_topic:
                return self._taken_up(state)
        beat, state = self._beat(state, self._other(state.speaker), state.phase)
        return beat, self._after(replace(state, place=state.place + 1), beat)

    def _beat(self, state: State, speaker: str, phase: str) -> tuple[Beat, State]:
        seed = self.plan.seed
        shape = _data()["phases"][phase]
        number, state = self._count(state, f"{phase}/{speaker}")
        fact, state = self._fact(state, speaker, phase)
        other = self._called(speaker)
        word = ""
        alone = len(self._cards) == 1
        if phase == "punch_line" and state.word and (alone or state.planter != speaker):
            word, kind = state.word, "callback"
            state = replace(state, word="", planter="")
        elif not fact.text:
            kind = f"bare/{phase}"
        elif phase == "disagreement" and state.place > 1 and number % 2:
            kind = "raise"
        else:
            kind = phase
        if fact.word and phase in {"hook", "disagreement"} and not state.word:
            word = fact.word
            state = replace(state, word=word, planter=speaker)
        choices = moulds(kind) if not kind.startswith("bare/") else _bare(phase)
        # One deck for all: what one has said, the other does not say next.
        dealt, state = self._count(state, kind)
        line = pour(
            deal(choices, dealt, f"{seed}/{kind}"),
            topic=state.topic,
            fact=fact.text,
            other=other,
            word=word,
        )
        if len(line) > LONGEST and fact.text:
            line = fact.text
        # A quarrel rises: the further it is, the stronger the face.
        moods = shape["moods"]
        rising = (
            min(len(moods) - 1, state.place // 2) if phase == "disagreement" else -1
        )
        mood = moods[rising] if rising >= 0 else deal(moods, number, f"{seed}/{phase}")
        beat = Beat(
            speaker,
            deal(shape["intents"], number, f"{seed}/{phase}/{speaker}"),
            mood,
            deal(shape["gestures"], number, f"{seed}/{phase}/{speaker}/g"),
            line,
            fact.text or state.topic,
            word,
            phase,
            f"{state.arc}/{phase}/{state.place}",
        )
        return beat, state

    def _fact(self, state: State, speaker: str, phase: str) -> tuple[Fact, State]:
        """In four of five beats: the speaker's own, and a share of the house's maxims so
        that the own ones do not wear out."""
        number, state = self._count(state, f"turn/{speaker}")
        fitting = SUITS.get(phase, frozenset())
        if number % 5 == 3 or not fitting:
            return Fact(""), state
        names = list(self._cards)
        maxims = _data()["maxims"][names.index(speaker) :: len(names)]
        pool = [
            *facts_of(self._cards[speaker]),
            *(Fact(m, "", "maxim") for m in maxims),
        ]
        ago = {mark: len(state.told) - at for at, mark in enumerate(state.told)}
        fitting_now = [fact for fact in pool if fact.kind in fitting]
        rng = random.Random(f"{self.plan.seed}/fact/{state.step}/{number}")  # noqa: S311
        rng.shuffle(fitting_now)
        fact = max(fitting_now, key=lambda one: ago.get(_mark(one), TOLD + 1))
        told = (*state.told, _mark(fact))[-TOLD:]
        return fact, replace(state, told=told)

    def _topic(self, arc: int) -> str:
        own = self.plan.topics
        if arc < len(own):
            return shorten(" ".join(clean(own[arc]).split()), TOPIC)
        return str(deal(_data()["topics"], arc, f"{self.plan.seed}/topics"))

    def _other(self, name: str) -> str:
        """Who speaks after `name`: the next on the stage."""
        names = list(self._cards)
        at = names.index(name) + 1 if name in names else 0
        return names[at % len(names)]

    def _called(self, speaker: str) -> str:
        """How `speaker` calls whom it talks to; alone on a stage, those who watch."""
        other = self._other(speaker)
        return first_name(other) if other != speaker else AUDIENCE

    def _count(self, state: State, deck: str) -> tuple[int, State]:
        counts = dict(state.dealt)
        number = counts.get(deck, 0)
        counts[deck] = number + 1
        return number, replace(state, dealt=tuple(counts.items()))


def _mark(fact: Fact) -> str:
    return f"{zlib.crc32(fact.text.encode()):08x}"


def _bare(phase: str) -> list[str]:
    """Lines without a fact; those that close a subject never have one."""
    lines: list[str] = _data()["bare"][phase]
    return [*lines, *moulds("close")] if phase == "close" else lines


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return data
