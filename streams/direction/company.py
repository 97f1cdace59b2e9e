"""Who is on a stage, in the words of each part of the work: cards, voices, seats."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from socialapp.chat.contexts import card_for
from socialapp.chat.dialogues.planner import Plan, Planner
from socialapp.engines.talk import Turn
from streams import selectors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from socialapp.engines.protocols import VoiceSpec
    from socialapp.engines.talk import Card
    from socialapp.performance import Stage
    from streams.models import Stream

REMEMBERED = 24
"""Lines that an engine is given: about three minutes."""


@dataclass(frozen=True, slots=True)
class Company:
    key: str
    """The stream's."""

    stream_id: int
    seed: int
    planner: Planner
    cards: Mapping[str, Card]
    """By name, seat by seat."""

    seats: Mapping[str, str]
    """By name."""

    names: Mapping[str, str]
    """By seat."""

    voices: Mapping[str, VoiceSpec]
    """By seat, as the next one."""

    motions: Mapping[str, str]
    stage: Stage

    def history(self) -> tuple[Turn, ...]:
        """What was said last and may be known, oldest first."""
        lines = selectors.last_lines(self.stream_id, REMEMBERED)
        return tuple(
            Turn(self.names[line.data["seat"]], line.text)
            for line in lines
            if line.data["seat"] in self.names and line.text
        )


def company_of(stream: Stream) -> Company:
    """PlanError for a cast that cannot play, which `create_stream` refuses."""
    found = list(stream.seats.select_related("character").order_by("seat"))
    cards = {seat.seat: card_for(seat.character) for seat in found}
    seed = zlib.crc32(stream.key.encode())
    plan = Plan(
        tuple(cards.values()),
        seed=seed,
        topics=(stream.title,) if stream.title else (),
        duet=stream.duet,
    )
    return Company(
        key=stream.key,
        stream_id=stream.pk,
        seed=seed,
        planner=Planner(plan),
        cards={card.name: card for card in cards.values()},
        seats={card.name: seat for seat, card in cards.items()},
        names={seat: card.name for seat, card in cards.items()},
        voices={seat.seat: seat.character.voice_spec for seat in found},
        motions={seat.seat: seat.character.motion for seat in found},
        stage=stream.as_stage(),
    )
