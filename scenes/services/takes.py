"""Somebody plays and wants to hear it: what is made is given, what is not is begun.

Fetching what is prepared runs neither voice nor render, and asks the database twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from scenes.filling import Spot, filled, possible
from scenes.machine import PlayError
from scenes.machine.plays import Player
from scenes.models import LineTake, TakeUse
from scenes.recipes import TakeRecipe, digest_of
from scenes.selectors.machines import machine_of
from scenes.selectors.takes import choice_counts, takes_by_digest
from scenes.services import ahead, voicing
from scenes.services.take_leases import JOB
from socialapp.jobs.queue import enqueue

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from scenes.machine import Machine
    from scenes.models import SceneVersion
    from socialapp.characters.models import Character

READY, MAKING, SILENT, REFUSED = "ready", "making", "silent", "refused"

IN_REQUEST_SECONDS = 0.6
"""What somebody waits for is made at once, as far as this goes; a worker that films a
clip would keep them waiting for a minute."""

AHEAD_LINES = 24
"""Prepared beyond what a client asks for: about the next three choices."""

State = LineTake.State

DAY = timedelta(days=1)
AGAIN = timedelta(minutes=10)
"""After this, what failed or had no voice is tried anew when somebody asks."""

VOICED = ("en",)
"""Languages that the voices read; lines in others are told in silence."""


@dataclass(frozen=True)
class Company:
    """A version with who speaks in it."""

    version: SceneVersion
    cast: Mapping[str, Character]
    """By role; roles left out go by their label and say nothing."""

    language: str = ""

    @cached_property
    def machine(self) -> Machine:
        return machine_of(self.version)

    @cached_property
    def players(self) -> dict[str, Player]:
        return {role: Player(one.key, one.name) for role, one in self.cast.items()}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A line that can be voiced."""

    character: Character
    recipe: Mapping[str, Any]
    digest: str


@dataclass(frozen=True, slots=True)
class Answer:
    spot: Spot
    digest: str
    """Empty: nobody ever says it aloud."""

    status: str
    take: LineTake | None
    """Of what is ready, and of what is told in silence with a face."""


def ask(
    *,
    company: Company,
    lines: Sequence[Spot],
    soon: Sequence[Spot] = (),
    most_new: int = 1000,
) -> tuple[list[Answer], int]:
    """The takes of `lines`, in their order; `soon`, and what is likely to follow, is
    made in the background. `most_new`: as many may be begun for whoever asks. Returns
    how many were. FillingError for a line that this version does not have."""
    asked = [(spot, wanted_at(company, spot)) for spot in lines]
    first = [one for _, one in asked if one is not None]
    likely = _likely(company, lines[-1]) if lines else ()
    later = [wanted_at(company, spot) for spot in (*soon, *likely)]
    begun = prepare(
        company=company,
        lines=[one for one in later if one is not None],
        waited_for=first,
        most_new=most_new,
    )
    if waiting := _open(company, first):
        voicing.make_some(seconds=IN_REQUEST_SECONDS, among=waiting)
    return _answers(company, asked), begun


def prepare(
    *,
    company: Company,
    lines: Iterable[Wanted],
    waited_for: Sequence[Wanted] = (),
    most_new: int = 1000,
) -> int:
    """Put in line what is not made yet, those that somebody waits for first; how many
    are new. Two who ask for the same at once find one row. When all is made this only
    reads: no lock, no transaction."""
    first = {one.digest for one in waited_for}
    everything = {(one.digest, one.character.pk): one for one in (*waited_for, *lines)}
    known = _known(digest for digest, _ in everything)
    fresh = list(dict.fromkeys(d for d, _ in everything if d not in known))[:most_new]
    missing = _missing_uses(company, everything.values(), known)
    anew = {one.digest for one in missing}
    again = [
        take
        for digest, take in known.items()
        if (digest in first or digest in anew)
        and _is_due(take, cast_anew=digest in anew)
    ]
    _hurry(known, first)
    _note_used(known)
    if fresh or missing or again:
        _put_in_line(company, fresh, everything, first=first, again=again)
    return len(fresh)


@transaction.atomic
def _put_in_line(
    company: Company,
    fresh: Sequence[str],
    everything: Mapping[tuple[str, int], Wanted],
    *,
    first: Collection[str],
    again: Iterable[LineTake],
) -> None:
    recipes = {one.digest: one.recipe for one in everything.values()}
    rows = [
        LineTake(digest=one, recipe=recipes[one], wanted=one in first) for one in fresh
    ]
    # By digest, so that two who insert the same do not wait for each other; their place
    # in line they have already.
    rows.sort(key=lambda row: row.digest)
    LineTake.objects.bulk_create(rows, ignore_conflicts=True)
    known = _known(digest for digest, _ in everything)
    missing = _missing_uses(company, everything.values(), known)
    uses = [
        TakeUse(
            take=known[one.digest],
            character=one.character,
            scene_id=company.version.scene_id,
        )
        for one in missing
    ]
    uses.sort(key=lambda use: (use.take_id, use.character_id))
    TakeUse.objects.bulk_create(uses, ignore_conflicts=True)
    for take in again:
        take.move(
            State.WAITING, attempts=0, queued_at=timezone.now(), wanted=True, error=""
        )
    enqueue(JOB)


def wanted_at(
    company: Company, spot: Spot, *, cast: Mapping[str, Player] | None = None
) -> Wanted | None:
    """None: nobody is cast there, or no voice here reads that language. `cast`: names,
    when they are those of another time. FillingError."""
    said = filled(
        company.machine,
        spot,
        cast=company.players if cast is None else cast,
        language=company.language,
    )
    character = company.cast.get(said.role)
    if character is None or said.language.split("-")[0] not in VOICED:
        return None
    recipe = TakeRecipe(
        said.words, character.voice_spec, character.motion, said.emotion
    ).to_json()
    return Wanted(character, recipe, digest_of(recipe))


def _likely(company: Company, spot: Spot) -> tuple[Spot, ...]:
    """From the state of a line, with the values that came along: near enough, for those
    of which only the line is known."""
    values = possible(company.machine, spot.values)
    try:
        position = company.machine.start(state=spot.state, values=values)
    except PlayError:
        return ()
    return ahead.along(
        company.machine,
        position,
        budget=AHEAD_LINES,
        counts=choice_counts(company.version),
    )


# Rows ----------------------------------------------------------------------------


def _known(digests: Iterable[str]) -> dict[str, LineTake]:
    """Without their performances."""
    takes = LineTake.objects.filter(digest__in=set(digests))
    return {take.digest: take for take in takes.defer("performance", "recipe")}


def _missing_uses(
    company: Company, lines: Iterable[Wanted], known: Mapping[str, LineTake]
) -> list[Wanted]:
    """What somebody says in this scene for the first time; it waits for a look."""
    here = TakeUse.objects.filter(
        scene=company.version.scene_id, take__in=[take.pk for take in known.values()]
    )
    there = set(here.values_list("take_id", "character_id"))
    return [
        one
        for one in lines
        if one.digest in known and (known[one.digest].pk, one.character.pk) not in there
    ]


def _is_due(take: LineTake, *, cast_anew: bool) -> bool:
    """Whether it is tried again: what failed, or had no voice, long enough ago; and what
    nobody might say until somebody else was cast."""
    if take.state not in {State.FAILED, State.SILENT} or not take.error:
        return False
    if take.state == State.SILENT and not take.voice:
        return False  # there is nothing to say in it
    refused = take.state == State.FAILED and cast_anew
    return refused or take.state_changed < timezone.now() - AGAIN


def _hurry(known: Mapping[str, LineTake], first: Collection[str]) -> None:
    lazy = [
        take.pk
        for digest, take in known.items()
        if digest in first and take.state == State.WAITING and not take.wanted
    ]
    if lazy:
        LineTake.objects.filter(pk__in=lazy).update(wanted=True)


def _note_used(known: Mapping[str, LineTake]) -> None:
    """Once a day: what is asked for all the time costs no writes."""
    now = timezone.now()
    old = [take.pk for take in known.values() if take.used < now - DAY]
    if old:
        LineTake.objects.filter(pk__in=old).update(used=now)


def _open(company: Company, lines: Sequence[Wanted]) -> list[str]:
    """Of what is waited for: what is still to be made. What is made and waits for a
    look alone gets it here."""
    digests = {one.digest for one in lines}
    if not digests:
        return []
    voicing.screen_made(scene_id=company.version.scene_id, digests=digests)
    waiting = LineTake.objects.filter(digest__in=digests, state=State.WAITING)
    return list(waiting.values_list("digest", flat=True))


def _answers(
    company: Company, asked: Sequence[tuple[Spot, Wanted | None]]
) -> list[Answer]:
    takes = takes_by_digest(one.digest for _, one in asked if one)
    uses = TakeUse.objects.filter(
        scene=company.version.scene_id, take__in=[take.pk for take in takes.values()]
    )
    verdicts = {(u.take_id, u.character_id): u.verdict for u in uses}
    found = []
    for spot, one in asked:
        take = takes.get(one.digest) if one else None
        if one is None or take is None:
            found.append(Answer(spot, "", SILENT, None))
            continue
        status = _status(take, verdicts.get((take.pk, one.character.pk), ""))
        shown = take if status in {READY, SILENT} and take.made else None
        found.append(Answer(spot, take.digest, status, shown))
    return found


def _status(take: LineTake, verdict: str) -> str:
    if verdict == TakeUse.Verdict.REFUSED:
        return REFUSED
    if take.state == State.FAILED:
        return SILENT
    if not take.made or verdict != TakeUse.Verdict.PASSED:
        return MAKING
    return READY if take.state == State.READY else SILENT
