"""Improvised beats: the player says something, a character answers in the part.

Turns are counted here, at the place in the log where they happen. Whatever goes wrong,
the author's fallback is said and the story goes on.
"""

from __future__ import annotations

import base64
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from moderation.abuse import services as abuse
from moderation.screening.judge import ScreeningUnavailableError
from moderation.screening.refusals import check_text
from scenes.machine import telling
from scenes.machine.model import Improv
from scenes.models import ImprovTurn, Play
from scenes.selectors import casting
from scenes.services import company, improvising
from scenes.services.play_errors import PlayingError
from scenes.services.saving import require_open, stored
from socialapp.acting import ScriptError
from socialapp.chat.services import perform_words
from socialapp.engines.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scenes.machine.telling import Told
    from socialapp.characters.models import Character
    from socialapp.engines.talk import Context

log = logging.getLogger(__name__)

MOST_TEXT = 500
"""Characters of what the player says at once."""


@dataclass(frozen=True, slots=True)
class Improvised:
    text: str
    emotion: str
    done: bool
    """Nothing more is said in this beat."""

    performance: dict[str, Any] | None = None
    sound: str | None = None
    """A WAV in base64."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a play a beat is improvised."""

    play: Play
    at: int
    told: Told
    before: tuple[Told, ...]
    improv: Improv
    cast: dict[str, Character]
    """Those who are not gone, by role."""


def improvise(
    *, play: Play, state: str, beat: int, text: str = "", address: str = ""
) -> Improvised:
    """What the character says to `text`, with its performance; `text` may be empty before
    the first turn: the character begins.

    PlayingError ``not-here`` when the play does not stand in that beat, TextRefusedError
    for what may not be said to it, AbuseError for too much. `address`: of the visitor,
    against spam.
    """
    require_open(play)
    place = _place(play, state, beat)
    said = _cleaned(text)
    try:
        if said:
            check_text(said, surface="chat", person=play.person, field="text")
        able = _may_improvise(place)
    except ScreeningUnavailableError:
        able = False
    if not able:
        return _performed(place, place.told.text, place.improv.emotion, done=True)
    abuse.allow(
        person=play.person, text=said, surface="chat", address=address, private=True
    )
    turn, earlier = _begin(place, said)
    if turn is None:
        return Improvised("", place.improv.emotion, done=True)
    spoken = improvising.word(
        _context(place, turn, earlier),
        place.improv,
        fallback=place.told.text,
        subject=f"scene:{play.scene.key}",
    )
    turn.said = spoken.text if spoken else place.told.text
    turn.emotion = spoken.mood if spoken else place.improv.emotion
    turn.engine = spoken.engine[:60] if spoken else improvising.AUTHORED
    turn.last = spoken is None or turn.number + 1 >= place.improv.turns
    # Gone when somebody rewound meanwhile; then nobody asks for it again.
    ImprovTurn.objects.filter(pk=turn.pk).update(
        said=turn.said, emotion=turn.emotion, engine=turn.engine, last=turn.last
    )
    company.overheard(play=play, turn=turn)
    return _performed(place, turn.said, turn.emotion, done=turn.last)


def _place(play: Play, state: str, beat: int) -> _Place:
    now = stored(play)
    told = telling.told(now.machine, now.position, now.cast, play.language)
    for number, one in enumerate(told):
        improv = one.written
        if (one.state, one.beat) == (state, beat) and isinstance(improv, Improv):
            cast = _on_stage(play)
            return _Place(play, len(now.events), one, told[:number], improv, cast)
    raise PlayingError(
        "The play does not stand in this beat. Save it first, then talk.",
        code="not-here",
        extra={"rev": play.rev},
    )


def _on_stage(play: Play) -> dict[str, Character]:
    roles = {
        one.role: one.character
        for one in play.roles.select_related(
            "character__owner", "character__portrait__owner"
        )
        if one.character is not None
    }
    faceless = casting.unapproved(roles.values())
    return {
        role: one
        for role, one in roles.items()
        if not casting.why_nowhere(one, play.person, faceless)
    }


def _may_improvise(place: _Place) -> bool:
    return (
        not place.play.person.is_minor
        and place.improv.role in place.cast
        and improvising.has_engine()
    )


def _cleaned(text: str) -> str:
    said = " ".join(text.replace("\x00", "").split())
    if len(said) > MOST_TEXT:
        raise PlayingError(
            f"That is {len(said)} characters, and {MOST_TEXT} fit. Say it shorter.",
            code="text",
            field="text",
        )
    return said


def _begin(place: _Place, said: str) -> tuple[ImprovTurn | None, list[ImprovTurn]]:
    """The turn, counted; None when the beat is over. And what this role improvised
    before, oldest first."""
    with transaction.atomic():
        row = Play.objects.select_for_update().get(pk=place.play.pk)
        if row.rev != place.play.rev:
            raise PlayingError(
                "This play went on elsewhere meanwhile. Load it again.",
                code="not-here",
                extra={"rev": row.rev},
            )
        of_role = ImprovTurn.objects.filter(play=row, role=place.improv.role)
        earlier = list(of_role.order_by("pk"))
        here = [one for one in earlier if _is_here(one, place)]
        if len(here) >= place.improv.turns or any(one.last for one in here):
            return None, earlier
        if here and not said:
            raise PlayingError(
                "Say something first: the character has begun.",
                code="text",
                field="text",
            )
        turn = ImprovTurn.objects.create(
            play=row,
            at=place.at,
            state=place.told.state,
            beat=place.told.beat,
            number=len(here),
            role=place.improv.role,
            heard=said,
        )
    return turn, earlier


def _is_here(turn: ImprovTurn, place: _Place) -> bool:
    told = place.told
    return (turn.at, turn.state, turn.beat) == (place.at, told.state, told.beat)


def _context(place: _Place, turn: ImprovTurn, earlier: Sequence[ImprovTurn]) -> Context:
    names = {role: who["name"] for role, who in place.play.snapshot["cast"].items()}
    return improvising.context_of(
        improv=place.improv,
        character=place.cast[place.improv.role],
        cast=names,
        others=place.cast,
        scene=place.play.scene,
        told=place.before,
        turns=earlier,
        heard=turn.heard,
        turn_id=f"{place.play.key}-{turn.pk}",
        seed=turn.pk,
    )


def _performed(place: _Place, text: str, emotion: str, *, done: bool) -> Improvised:
    """With voice and face; text alone when there is none, or the character is gone."""
    character = place.cast.get(place.improv.role)
    if character is None or not text:
        return Improvised(text, emotion, done)
    try:
        performance, sound = perform_words(
            text, character=character, mood=emotion, seed=place.play.pk
        )
    except (EngineError, ScriptError) as error:
        log.info("Improvised line of play %s has no voice: %s", place.play.key, error)
        return Improvised(text, emotion, done)
    heard = base64.b64encode(sound).decode("ascii") if sound else None
    return Improvised(text, emotion, done, performance.to_json(), heard)
