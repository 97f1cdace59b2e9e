"""Saves: the log that a browser kept is played again here before it is believed.

A save names the revision that it went on from. Whoever saves on an older one is told
what is there, and nothing is overwritten; so a save goes back only when its own log is
the shorter one, which is a rewind.
"""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from scenes.machine import Choose, PlayError, limits, positions
from scenes.machine import Play as Played
from scenes.machine.plays import Player, apply, event_from_json, first
from scenes.models import ImprovTurn, Play
from scenes.selectors.machines import machine_of
from scenes.selectors.plays import why_closed
from scenes.services.play_errors import PlayingError
from scenes.signals import play_moved

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scenes.machine import Machine
    from scenes.machine.plays import Event

SECONDS = 5.0
"""That playing a log again may take; a story's takes milliseconds."""


def save_play(*, play: Play, rev: int, snapshot: Any) -> Play:
    """The play, saved. PlayingError ``conflict`` with `rev` and `snapshot` of what is
    there when it was saved elsewhere meanwhile, ``unreadable`` for a log that does not
    lead where it says, ``kept`` for a copy, ``closed`` for a scene that does not go on.

    The same save sent again is answered like the first time.
    """
    if play.slot:
        raise PlayingError(
            "This is a copy that you keep, so it does not change. Go on from it as a"
            " play of its own.",
            code="kept",
        )
    require_open(play)
    if play.rev != rev:
        return _settled(play, snapshot)
    # Outside of the transaction: a long log takes a while.
    played = replayed(play, snapshot)
    return store(play=play, played=played)


def store(*, play: Play, played: Played) -> Play:
    """Keep where `played` stands, unless somebody saved since `play` was read."""
    snapshot = played.snapshot()
    with transaction.atomic():
        row = Play.objects.select_for_update().filter(pk=play.pk).first()
        if row is None or row.removed is not None:
            raise PlayingError(
                "This save was deleted. Begin a new one.", code="deleted"
            )
        if row.rev != play.rev:
            play.rev, play.snapshot = row.rev, row.snapshot
            return _settled(play, snapshot)
        same = _same(play.snapshot["events"], snapshot["events"])
        # A rewind takes back what was improvised after it.
        ImprovTurn.objects.filter(play=row, at__gt=same).delete()
        play.rev += 1
        play.snapshot = snapshot
        play.choices = sum(isinstance(event, Choose) for event in played.events)
        play.ending = ending_of(played)
        play.changed = timezone.now()
        play.save(update_fields=["rev", "snapshot", "choices", "ending", "changed"])
        news = snapshot["events"][same:]
        transaction.on_commit(partial(_announce, play, news), robust=True)
    return play


def require_open(play: Play) -> None:
    if why := why_closed(play):
        raise PlayingError(why, code="closed")


def ending_of(played: Played) -> str:
    """Id of the final state; empty: it goes on."""
    leaf = played.machine.leaf(played.position)
    return leaf.id if leaf.final else ""


def stored(play: Play) -> Played:
    """As it was saved: the position is believed, since it was played here."""
    machine, kept = machine_of(play.version), play.snapshot
    return Played(
        machine,
        play.seed,
        players_of(kept),
        tuple(event_from_json(event) for event in kept["events"]),
        positions.from_json(machine, kept["position"]),
    )


def players_of(snapshot: Mapping[str, Any]) -> dict[str, Player]:
    return {
        role: Player(who["character"], who["name"])
        for role, who in snapshot["cast"].items()
    }


def replayed(play: Play, snapshot: Any) -> Played:
    """The play that a snapshot tells of, of this seed and cast. Only what is new in its
    log is played, from where the play was saved, or all of it after a rewind."""
    machine = machine_of(play.version)
    events = _events_of(play, machine, snapshot)
    kept = play.snapshot["events"]
    goes_on = events[: len(kept)] == kept
    try:
        position = (
            positions.from_json(machine, play.snapshot["position"])
            if goes_on
            else first(machine, play.seed, None)
        )
        taken = [event_from_json(event) for event in events]
        until = time.monotonic() + SECONDS
        for event in taken[len(kept) if goes_on else 0 :]:
            position = apply(machine, position, event)
            if time.monotonic() > until:
                raise PlayingError(
                    "This log takes too long to play again. Save more often, or rewind"
                    " to an earlier choice.",
                    code="unreadable",
                )
        claimed = positions.from_json(machine, snapshot.get("position"))
    except PlayError as error:
        raise PlayingError(
            f"This save cannot be kept: {error}.", code="unreadable", field="snapshot"
        ) from None
    if claimed != position:
        raise _unreadable("its choices do not lead where it says")
    return Played(machine, play.seed, players_of(play.snapshot), tuple(taken), position)


def carried(start: Played, events: Sequence[Any]) -> tuple[Played, int]:
    """From the start of another version as far as the events fit, and how many did."""
    position = start.position
    taken: list[Event] = []
    until = time.monotonic() + SECONDS
    for event in map(event_from_json, events):
        try:
            position = apply(start.machine, position, event)
        except PlayError:
            break
        taken.append(event)
        if time.monotonic() > until:
            break
    return replace(start, events=tuple(taken), position=position), len(taken)


def _events_of(play: Play, machine: Machine, snapshot: Any) -> list[Any]:
    if not isinstance(snapshot, dict) or snapshot.get("format") != "play":
        raise _unreadable("a snapshot is an object of the format play")
    if snapshot.get("scene") != machine.digest:
        raise PlayingError(
            "This save is of another version of the scene. Load the play again.",
            code="unreadable",
            field="snapshot",
        )
    if snapshot.get("seed") != play.seed or snapshot.get("preset") is not None:
        raise _unreadable("it is of another play")
    events = snapshot.get("events")
    if not isinstance(events, list) or len(events) > limits.EVENTS:
        raise _unreadable(f"events are a list of at most {limits.EVENTS}")
    return events


def _unreadable(why: str) -> PlayingError:
    return PlayingError(
        f"This save cannot be kept: {why}.", code="unreadable", field="snapshot"
    )


def _settled(play: Play, snapshot: Any) -> Play:
    """What was sent twice is what is there; else it is a conflict."""
    events = snapshot.get("events") if isinstance(snapshot, dict) else None
    if events == play.snapshot["events"]:
        return play
    raise PlayingError(
        "This play was saved elsewhere meanwhile, and that save is kept. Load it, or go"
        " on here as a play of its own.",
        code="conflict",
        extra={"rev": play.rev, "snapshot": play.snapshot},
    )


def _same(before: Sequence[Any], after: Sequence[Any]) -> int:
    """Events with which both logs begin."""
    pairs = zip(before, after, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _announce(play: Play, events: list[Any]) -> None:
    play_moved.send_robust(sender=Play, play=play, events=events)
