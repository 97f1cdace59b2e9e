"""What a play told, as far as it can be a clip: which lines, who stands there, how long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scenes.machine import PlayError
from scenes.machine import plays as logs
from scenes.models import TakeUse
from scenes.retelling import retold
from scenes.selectors.machines import machine_of
from scenes.selectors.takes import takes_by_digest
from scenes.services import takes
from scenes.services.cut_errors import CutError
from socialapp import acting
from socialapp.content import backgrounds
from socialapp.performance import Performance

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scenes.machine import Machine
    from scenes.models import LineTake, Play
    from scenes.retelling import Retold
    from scenes.services.takes import Wanted
    from socialapp.accounts.models import User
    from socialapp.acting import Taken
    from socialapp.characters.models import Character

MOST_SECONDS = 60.0
MOST_SEATS = 3
SEATS = ("a", "b", "c")

MOST_PAUSE = 1.5
"""Seconds of a pause that are kept: nobody waits in a clip."""

CROWDED = "No more than three fit on a stage, and these spoke last."
UNSAID = "Nobody may say this aloud."
VOICELESS = "No voice here can say this."


@dataclass(frozen=True, slots=True)
class ReelLine:
    """A line that was told, and its place in a clip."""

    told: Retold
    pause: float
    """Seconds before it."""

    wanted: Wanted | None
    take: LineTake | None
    """Made, and with a face."""

    left_out: str
    """Why it is in no clip; empty: it may be."""

    @property
    def seconds(self) -> float:
        """About how long it is; exactly when it is made."""
        if self.take is not None and self.take.seconds is not None:
            return self.take.seconds
        speed = self.wanted.character.voice_speed if self.wanted else 1.0
        return acting.estimate_seconds(self.told.text, speed)


@dataclass(frozen=True, slots=True)
class Told:
    """A play, retold for a clip."""

    machine: Machine
    beats: tuple[Retold, ...]
    """All of them, narrations and pauses too."""

    lines: tuple[ReelLine, ...]
    ending: str
    """Title of the ending that it came to; empty: it goes on."""

    ending_state: str
    company: takes.Company

    @property
    def count(self) -> int:
        return self.beats[-1].number + 1 if self.beats else 0


@dataclass(frozen=True, slots=True)
class Stretch:
    """From one beat to before another, and what of it is in the clip."""

    start: int
    end: int
    lines: tuple[ReelLine, ...]
    seats: Mapping[str, str]
    """By role, from the left."""

    dropped: Mapping[int, str]
    """Numbers of lines inside that are not in the clip, and why."""

    seconds: float


def tell(*, play: Play, person: User) -> Told:
    """CutError for a log that cannot be played any more."""
    machine = machine_of(play.version)
    try:
        log = logs.restore(machine, play.snapshot)
    except PlayError as error:
        raise CutError(
            f"This play cannot be retold ({error}). Begin it anew to make a clip.",
            code="unreadable",
        ) from None
    beats = retold(machine, log, play.language)
    cast = cast_of(play)
    company = takes.Company(
        play.version,
        {role: one for role, one in cast.items() if agreed(one, person)},
        play.language,
    )
    leaf = machine.leaf(log.position)
    ending = leaf.state.ending
    title = ending.title.in_language(play.language) if ending else ""
    return Told(
        machine,
        tuple(beats),
        tuple(_lines(beats, company, log.cast)),
        title,
        leaf.id if leaf.final else "",
        company,
    )


def cast_of(play: Play) -> dict[str, Character]:
    """By role, whoever is still there."""
    roles = play.roles.select_related(
        "character__owner", "character__portrait__owner"
    ).order_by("pk")
    return {role.role: role.character for role in roles if role.character}


def agreed(character: Character, person: User) -> bool:
    """One's own, the starter cast, and those whose owner lends them to scenes."""
    if character.removed or character.withheld:
        return False
    return (
        character.owner_id == person.pk
        or character.starter
        or (character.in_scenes and not character.waits)
    )


def stretch_of(
    told: Told, start: int | None, end: int | None, *, made: bool = False
) -> Stretch:
    """What is in a clip from beat `start` to before `end`; None: as much of what was
    told last as fits. `made`: without what has no take by now. CutError for a chosen
    range that is too long."""
    first, last = start or 0, told.count if end is None else end
    inside = [one for one in told.lines if first <= one.told.number < last]
    roles = _last_roles([one for one in inside if not one.left_out])
    kept, dropped = [], {}
    for one in inside:
        crowded = "" if one.told.role in roles else CROWDED
        unmade = VOICELESS if made and one.take is None else ""
        if why := one.left_out or crowded or unmade:
            dropped[one.told.number] = why
        else:
            kept.append(one)
    if start is None:
        kept = _that_fit(kept)
    seconds = length_of(kept)
    if seconds > MOST_SECONDS:
        raise CutError(
            f"That runs for about {seconds:.0f} seconds and {MOST_SECONDS:.0f} fit."
            " Choose less of it.",
            code="no-such-range",
        )
    if start is None and kept:
        first = kept[0].told.number
        dropped = {number: why for number, why in dropped.items() if number >= first}
    order = [role for role in told.machine.scene.roles if role in roles]
    used = [role for role in order if any(one.told.role == role for one in kept)]
    seats = dict(zip(used, SEATS, strict=False))
    return Stretch(first, last, tuple(kept), seats, dropped, seconds)


def length_of(lines: Sequence[ReelLine]) -> float:
    """Seconds, with the quiet between them as it will be; exact once all are made."""
    bare = [
        acting.Taken("a", Performance(max(0.1, one.seconds), ()), one.pause)
        for one in lines
    ]
    return sum(acting.seconds_of(bare))


def taken(one: ReelLine, seat: str) -> Taken:
    """ValueError for a line that is not made."""
    performance = one.take.as_performance() if one.take else None
    if performance is None:
        raise ValueError(f"Line {one.told.number} is not made")
    return acting.Taken(seat, performance, one.pause)


def background_of(beats: Sequence[Retold], end: int) -> str:
    """That of the last beat inside, when it can be filmed; empty: the portraits' own."""
    name = next((one.background for one in reversed(beats) if one.number < end), "")
    known = name in backgrounds.names() or name.startswith("sha256:")
    return name if known else ""


def _lines(
    beats: Sequence[Retold], company: takes.Company, cast: Mapping[str, logs.Player]
) -> list[ReelLine]:
    """Names are those of the play, so that what is heard is what was read."""
    wanted = {
        one.number: takes.wanted_at(company, one.spot, cast=cast)
        for one in beats
        if one.spot is not None
    }
    made = takes_by_digest(one.digest for one in wanted.values() if one)
    uses = TakeUse.objects.filter(
        scene=company.version.scene_id,
        take__in=[take.pk for take in made.values()],
        verdict=TakeUse.Verdict.REFUSED,
    )
    refused = set(uses.values_list("take_id", "character_id"))
    found, pause = [], 0.0
    for one in beats:
        if one.kind == "pause":
            pause = min(MOST_PAUSE, pause + one.seconds)
        if one.spot is None:
            continue
        want = wanted[one.number]
        take = made.get(want.digest) if want else None
        why = ""
        if want is None:
            why = _why_silent(one, company)
        elif take is not None and (take.pk, want.character.pk) in refused:
            why = UNSAID
        elif take is not None and take.made and take.performance is None:
            why = VOICELESS
        usable = take if take is not None and take.made and not why else None
        found.append(ReelLine(one, pause, want, usable, why))
        pause = 0.0
    return found


def _why_silent(one: Retold, company: takes.Company) -> str:
    if one.role in company.cast:
        return VOICELESS
    label = company.machine.scene.roles[one.role].label.in_language(company.language)
    return f"Who played {label} cannot be in clips of yours."


def _last_roles(lines: Sequence[ReelLine]) -> frozenset[str]:
    """The three that spoke last."""
    roles = dict.fromkeys(one.told.role for one in reversed(lines))
    return frozenset(list(roles)[:MOST_SEATS])


def _that_fit(lines: Sequence[ReelLine]) -> list[ReelLine]:
    """The last ones that are together no longer than a clip."""
    count = 0
    while count < len(lines) and length_of(lines[-count - 1 :]) <= MOST_SECONDS:
        count += 1
    return list(lines[len(lines) - count :])
