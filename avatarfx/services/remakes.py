"""Clips made of another clip. Whether its owner agrees is asked above, see ``consent``."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from django.conf import settings

from avatarfx.errors import NotNowError
from avatarfx.models import Backdrop, Clip
from avatarfx.remixes import CARRIED, Remix, RemixKind
from avatarfx.services.requests import check_script, request_clip
from avatarfx.standing import require_background
from avatarfx.transcript import lines_of
from moderation.models import ApprovalState
from socialapp.acting import script as scripts

if TYPE_CHECKING:
    from collections.abc import Callable

    from avatarfx.recipe import Role
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character
    from socialapp.engines.protocols import VoiceSpec
    from socialapp.performance import Performance

MOST_SECONDS = 60.0
"""Of what is said again, and of a duet as a whole: as long as a cut of a show may be."""

MAX_SCRIPT = 2000
"""Characters, as in ``avatarfx.models.Clip``."""

COUNTED = {2: "Two", 3: "Three", 4: "Four"}


class RemixError(NotNowError):
    """This cannot be made of that clip; the message says what can."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """What somebody wants of a clip."""

    of: Clip
    performance: Performance
    character: Character
    script: str
    seat: str
    voice: VoiceSpec | None

    @property
    def speed(self) -> float:
        return (self.voice or self.character.voice_spec).speed


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is asked of `request_clip`."""

    script: str
    cast: dict[str, Character]
    roles: dict[str, Role] = field(default_factory=dict)
    seat: str = ""


def remake(
    *,
    owner: User,
    of: Clip,
    kind: str,
    character: Character,
    script: str = "",
    seat: str = "",
    shape: str = "",
    background: str = "",
    title: str = "",
    voice: VoiceSpec | None = None,
    motion: str = "",
    publish: bool = False,
    caption: str = "",
    idempotency_key: str = "",
) -> Clip:
    """Ask for a clip made of another one, see `RemixKind`; it costs a ticket and waits
    in line like any clip. What is left out comes from the original.

    `character`: who speaks in it. `script`: what they say; of a ``revoice`` it is the
    original's and stays empty. `seat`: in a ``revoice`` of a talk, whose lines they take
    over. RemixError when it cannot be made of this clip; what `request_clip` raises
    passes through.
    """
    known = _kind(kind)
    performance = _performance_of(of, known)
    wish = _Wish(of, performance, character, script, seat, voice)
    plan = PLANS[known](wish)
    if background:
        require_background(name=background, owner=owner)
    return request_clip(
        owner=owner,
        character=character,
        script=plan.script,
        shape=shape or of.shape,
        background=background or _background(of, known, owner),
        bed="" if known in OWN_STAGE else of.as_recipe().bed,
        title=title,
        voice=voice,
        motion=motion,
        publish=publish,
        caption=caption,
        idempotency_key=idempotency_key,
        cast=plan.cast,
        remix=Remix(known, of, plan.seat, plan.roles),
    )


def speakers_of(clip: Clip) -> list[tuple[str, Character]]:
    """Seat and character of everybody who says something in it, from the left: whom a
    form offers for a ``revoice``."""
    performance = clip.as_performance()
    if performance is None:
        return []
    there = _cast_of(clip)
    return [
        (part.seat, there[part.seat])
        for part in performance.parts
        if part.captions and part.seat in there
    ]


def _kind(kind: str) -> RemixKind:
    try:
        return RemixKind(kind)
    except ValueError:
        kinds = ", ".join(RemixKind.values)
        raise RemixError(f"There is no remix called {kind!r}. Use {kinds}.") from None


def _performance_of(of: Clip, kind: RemixKind) -> Performance:
    if of.state != Clip.State.READY or of.removed is not None or of.withheld:
        raise RemixError(
            "That clip is not on show now, so nothing can be made of it. Choose another."
        )
    if kind in CARRIED and of.approval != ApprovalState.APPROVED:
        raise RemixError(
            "The words of that clip wait for a look, and nobody says them again until"
            " then. Make a reply, or come back."
        )
    performance = of.as_performance()
    if performance is None:
        raise RemixError(
            "Nobody kept what is said in that clip, so nothing can be made of it."
        )
    return performance


def _revoice(wish: _Wish) -> _Plan:
    of, character = wish.of, wish.character
    if wish.script.strip():
        raise RemixError(
            "Another voice says the words of the original. Leave the script empty, or"
            " make a reply."
        )
    if wish.performance.stage.panels:
        raise RemixError(
            "That clip is a duet, and its two halves have voices of their own. Revoice"
            " the clip that it was made of, or make a reply."
        )
    speakers = dict(speakers_of(of))
    if not speakers:
        raise RemixError(
            "Nobody says anything in that clip, so no other voice can. Make a reply."
        )
    if wish.seat and wish.seat not in speakers:
        raise RemixError(
            f"Nobody speaks on seat {wish.seat!r} of that clip.{_named(of)}"
        )
    if len(speakers) > 1 and not wish.seat:
        raise RemixError(
            f"{COUNTED.get(len(speakers), 'Several')} speak in that clip. Say whose lines"
            f" {character.name} takes over, or make a reply.{_named(of)}"
        )
    if character.pk in {one.pk for one in speakers.values()}:
        raise RemixError(
            f"{character.name} speaks in that clip already. Choose another character, or"
            " write other words for them."
        )
    if len(speakers) > 1:
        return _talk(wish, speakers)
    recipe, words = of.as_recipe(), of.script
    if recipe.source and not recipe.remix:
        # A cut tells its words with the names of who says them.
        words = " ".join(line.text for line in lines_of(wish.performance))
    _fits(words, wish.speed)
    return _Plan(words, {"a": character})


def _talk(wish: _Wish, speakers: dict[str, Character]) -> _Plan:
    """One voice of several is another's; the others say their lines as they did."""
    cast = {**speakers, wish.seat: wish.character}
    words = "\n".join(
        f"{cast[line.seat].name}: {line.text}" for line in lines_of(wish.performance)
    )
    _fits(words, 1.0)
    roles = {role.seat: role for role in wish.of.as_recipe().cast if role.seat in cast}
    roles.pop(wish.seat, None)
    return _Plan(words, cast, roles, wish.seat)


def _rewrite(wish: _Wish) -> _Plan:
    there = {one.pk: (seat, one) for seat, one in _cast_of(wish.of).items()}
    name = wish.character.name
    if wish.character.pk not in there:
        names = " or ".join(one.name for _, one in there.values())
        raise RemixError(
            f"{name} is not in that clip, and other words are for who is. Choose {names},"
            f" or make a reply with {name}."
        )
    seat, as_then = there[wish.character.pk]
    roles = {role.seat: role for role in wish.of.as_recipe().cast}
    if wish.voice is not None or seat not in roles:
        return _Plan(_checked(wish.script, wish.speed), {"a": as_then})
    role = replace(roles[seat], seat="a")
    return _Plan(_checked(wish.script, role.voice.speed), {"a": as_then}, {"a": role})


def _reply(wish: _Wish) -> _Plan:
    return _Plan(_checked(wish.script, wish.speed), {"a": wish.character})


def _duet(wish: _Wish) -> _Plan:
    """The lead is who answers, first in the recipe; the original keeps its seats."""
    if wish.performance.stage.panels:
        raise RemixError(
            "That clip is a duet already, and a third half has no room. Make a duet with"
            " the clip that it was made of, or a reply to this one."
        )
    script = _checked(wish.script, wish.speed)
    seconds = wish.performance.seconds + scripts.estimate_seconds(script, wish.speed)
    if seconds > MOST_SECONDS:
        raise RemixError(
            f"The two of them run for about {round(seconds)} seconds and"
            f" {round(MOST_SECONDS)} fit. Write a shorter answer, or make a reply, which"
            " has its own time."
        )
    there = _cast_of(wish.of)
    seats = {part.seat for part in wish.performance.parts}
    if missing := seats - set(there):
        raise RemixError(
            f"Nobody remembers who sat on {', '.join(sorted(missing))} in that clip, so it"
            " cannot stand in half of another. Make a reply."
        )
    mine = next(seat for seat in "abcdefgh" if seat not in seats)
    cast = {mine: wish.character, **{seat: there[seat] for seat in sorted(seats)}}
    roles = {role.seat: role for role in wish.of.as_recipe().cast if role.seat in seats}
    return _Plan(script, cast, roles)


def _checked(script: str, speed: float) -> str:
    check_script(script.strip(), speed=speed)
    return script


def _fits(words: str, speed: float) -> None:
    """Nobody can shorten the words of another: what is refused names another way."""
    seconds = scripts.estimate_seconds(words, speed)
    most = max(MOST_SECONDS, settings.MAX_CLIP_SECONDS)
    if seconds > most or len(words) > MAX_SCRIPT:
        raise RemixError(
            f"Those words run for about {round(seconds)} seconds in this voice and"
            f" {round(most)} fit. Choose a faster voice, or make a reply."
        )


def _named(of: Clip) -> str:
    told = ", ".join(f"{one.name} ({seat})" for seat, one in speakers_of(of))
    return f" There are {told}." if told else ""


def _cast_of(clip: Clip) -> dict[str, Character]:
    """By seat, each with the portrait of the clip; not to be saved."""
    cast = {}
    actors = clip.actors.select_related("character", "portrait__owner")
    for actor in actors.order_by("seat"):
        actor.character.portrait = actor.portrait
        cast[actor.seat] = actor.character
    return cast


def _background(of: Clip, kind: RemixKind, owner: User) -> str:
    """Who speaks for themselves stands where they do in clips of their own, and a
    picture that somebody brought along for their own clips stays theirs."""
    name = of.as_recipe().background
    theirs = Backdrop.objects.filter(ref=name)
    if theirs.exists() and not theirs.showable().filter(owner=owner).exists():
        return ""
    return "" if kind in OWN_STAGE else name


OWN_STAGE = frozenset({RemixKind.REPLY, RemixKind.DUET})
"""In these, who speaks brings their own surroundings."""

PLANS: dict[RemixKind, Callable[[_Wish], _Plan]] = {
    RemixKind.REVOICE: _revoice,
    RemixKind.REWRITE: _rewrite,
    RemixKind.REPLY: _reply,
    RemixKind.DUET: _duet,
}
