"""The engine that always works: every line was written by a person.

It answers with the line whose cue is nearest, does a beat with the line written for it,
and falls back in the character's own words. It knows nothing that the card does not say
and never steps out of the part, except where the card itself does: in a crisis.
"""

from __future__ import annotations

import asyncio
import random
import re
from typing import TYPE_CHECKING

from socialapp.chat.dialogues import templates
from socialapp.chat.dialogues.encoder import Encoder
from socialapp.chat.dialogues.retrieval import Retrieval, house_lines, house_replies
from socialapp.chat.dialogues.wording import spoken
from socialapp.engines.talk import TurnEvent, tokens_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from socialapp.chat.dialogues.retrieval import Match
    from socialapp.engines.talk import Beat, Card, Context

FRESH = 12
"""Own lines after which one may be said again: as many as a card has fallbacks."""

ANSWERS = frozenset({"expertise", "disagreement", "refusal", "example", "lore"})
"""Kinds whose line answers one question alone; of other kinds any line will do."""

CARE = frozenset({"sadness", "crisis"})
_REAL_HELP = re.compile(r"\b(emergency|crisis line|helpline|hotline)\b", re.I)
NAME = "authored"


class AuthoredDialogue:
    name = NAME

    def __init__(self, *, embedder: str = "minilm") -> None:
        """`embedder`: alias in ``ENGINES``; empty: cues are compared by letters."""
        self._retrieval = Retrieval(Encoder(embedder))

    def available(self) -> str | None:
        return None

    async def reply(self, context: Context, beat: Beat) -> AsyncIterator[TurnEvent]:
        line = await asyncio.to_thread(self.line, context, beat)
        speaker, turn = context.card.name, context.turn_id
        yield TurnEvent(turn, 0, speaker, "start", provider=NAME)
        seq = 0
        for seq, token in enumerate(tokens_of(line), start=1):
            yield TurnEvent(turn, seq, speaker, "token", token, provider=NAME)
        yield TurnEvent(turn, seq + 1, speaker, "end", provider=NAME)

    def line(self, context: Context, beat: Beat) -> str:
        """The whole line at once; the same for the same context, beat and seed."""
        card = context.card
        rng = random.Random(f"{context.seed}/{context.turn_id}/{len(context.history)}")  # noqa: S311  variety
        pools = self._pools(context, beat, rng)
        said = [_key(line) for line in context.own_lines()]
        if context.said:
            said.append(_key(context.said))
        listener = context.listener
        for pool in pools:
            lines = [spoken(text, char=card.name, user=listener) for text in pool]
            fresh = [one for one in lines if one and _age(one, said) >= FRESH]
            if fresh:
                return rng.choice(fresh)
        lines = [
            line
            for pool in pools
            for text in pool
            if (line := spoken(text, char=card.name, user=listener))
        ]
        return max(lines, key=lambda one: _age(one, said))

    def _pools(
        self, context: Context, beat: Beat, rng: random.Random
    ) -> list[Sequence[str]]:
        """Lines to choose from, the best first; the last is never empty."""
        card = context.card
        fallbacks = card.fallbacks or house_lines("fallbacks")
        if beat.authored:
            worded = templates.word(beat, context, rng)
            return [[beat.authored], worded, fallbacks]
        if beat.intent or beat.fact:
            return [templates.word(beat, context, rng), fallbacks]
        heard = context.last_heard()
        if heard is None:
            meeting = card.group_greetings if context.others else ()
            own = [card.greeting] if card.greeting else []
            return [meeting, [*own, *card.alternate_greetings], _of(card, "greeting")]
        match = self._retrieval.find(card, heard.text)
        if match.kind == "crisis":
            return [_help(card), house_replies()["crisis"]]
        if match.kind == "sadness":
            return [_of(card, "sadness"), house_replies()["sadness"]]
        if match.kind == "none" and self._was_sad(context):
            return [_of(card, "sadness"), house_replies()["sadness"]]
        if context.said:
            return [house_lines("finishes"), fallbacks]
        return self._answers(card, match, fallbacks)

    def _answers(
        self, card: Card, match: Match, fallbacks: Sequence[str]
    ) -> list[Sequence[str]]:
        if match.kind == "none":
            return [fallbacks, house_lines("fallbacks")]
        own = [match.reply] if match.reply else []
        if match.kind in ANSWERS:
            return [own, fallbacks, house_lines("fallbacks")]
        return [own, _of(card, match.kind), fallbacks, house_lines("fallbacks")]

    def _was_sad(self, context: Context) -> bool:
        """Their line before this one was; nobody who is sad gets a joke in between."""
        heard = [t.text for t in context.history[-6:] if t.speaker != context.card.name]
        return (
            len(heard) > 1
            and self._retrieval.find(context.card, heard[-2]).kind in CARE
        )


def _help(card: Card) -> list[str]:
    """The card's own words for a crisis, if they leave the part and name real help: a
    stranger wrote them, and no joke may stand here."""
    return [
        one.character
        for one in card.examples
        if one.kind == "crisis"
        and one.out_of_character
        and _REAL_HELP.search(one.character)
    ]


def _of(card: Card, kind: str) -> Sequence[str]:
    own = [one.character for one in card.examples if one.kind == kind]
    return own or house_replies()[kind]


def _key(line: str) -> str:
    return " ".join(line.lower().split())


def _age(line: str, said: Sequence[str]) -> int:
    """How many own lines ago it was said, as a whole or within another; far away: never."""
    key = _key(line)
    for ago, old in enumerate(reversed(said)):
        if key == old or (len(key) > 12 and key in old):
            return ago
    return 1_000_000
