"""What somebody played as a clip: the lines that were told, by those who said them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from avatarfx import services as clips
from moderation.models import ApprovalState
from scenes.models import LineTake, SceneCut
from scenes.selectors.takes import takes_by_digest
from scenes.services import reels, takes, voicing
from scenes.services.cut_errors import CutError
from scenes.services.reels import Stretch, Told, agreed, cast_of, stretch_of, tell
from socialapp import acting
from socialapp.accounts import quotas
from socialapp.engines.handler import directors
from socialapp.lib import blobs
from socialapp.lib.text import TextError, clean_line
from socialapp.performance import Sound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from avatarfx.models import Clip
    from scenes.models import Play
    from socialapp.accounts.models import User
    from socialapp.acting import Reel
    from socialapp.characters.models import Character
    from socialapp.performance import Performance

MAX_TITLE = 80
MAX_SCRIPT = 2000
"""Characters, as in ``avatarfx.models.Clip``."""

VOICING_SECONDS = 20.0
"""For lines that nobody heard yet: a minute of speech is voiced in about one."""

ROUNDS = 3

SHAPE = "9:16"
"""As it was played on phones, and as the feed shows it."""


def cut_clip(
    *,
    play: Play,
    person: User,
    start: int | None = None,
    end: int | None = None,
    title: str = "",
    caption: str = "",
    publish: bool = False,
    idempotency_key: str = "",
) -> Clip:
    """Ask for a clip of what was told from beat `start` to before `end`; None: of what
    was told last, as much as fits a minute. It costs one of the person's tickets and
    waits in line like any clip; its lines are the takes that were played.

    CutError when nothing can be made of it, or somebody's owner has not agreed; what
    `avatarfx.services.request_clip` raises passes through. The same `idempotency_key`
    within a day is the same clip.
    """
    named = _title(title)
    _need_ticket(person, idempotency_key)
    told = tell(play=play, person=person)
    stretch = stretch_of(told, start, end)
    require_clip(play=play, person=person, told=told, stretch=stretch)
    for _ in range(ROUNDS):
        if not _voice(told, stretch):
            break
        # Lines that turn out shorter than they were thought to be leave room for more.
        told = tell(play=play, person=person)
        stretch = stretch_of(told, start, end)
    stretch = stretch_of(told, start, end, made=True)
    script = _script(stretch, told)
    cast = {seat: told.company.cast[role] for role, seat in stretch.seats.items()}
    seed = int(
        hashlib.sha256(f"{play.key}/{stretch.start}".encode()).hexdigest()[:6], 16
    )
    background = reels.background_of(told.beats, stretch.end)
    performance = _performance(stretch, cast, background, seed)
    lead = cast[stretch.seats[stretch.lines[0].told.role]]
    clip = clips.request_clip(
        owner=person,
        character=lead,
        script=script,
        shape=SHAPE,
        background=background,
        title=named or title_of(told, play),
        publish=publish,
        caption=caption,
        idempotency_key=idempotency_key,
        request_hash=_asked(play, start, end, named, caption, publish=publish),
        performance=performance,
        cast=cast,
        seed=seed,
        source=f"scene:{play.scene.key}",
        # What is told stands in the version, word for word; what was improvised is not.
        new_script=play.version.approval != ApprovalState.APPROVED,
    )
    SceneCut.objects.get_or_create(
        clip=clip,
        defaults={
            "play": play,
            "scene": play.scene,
            "version": play.version,
            "ending": told.ending_state if stretch.end == told.count else "",
            "start": stretch.start,
            "end": stretch.end,
        },
    )
    return clip


def may_cut(*, play: Play, person: User) -> None:
    """CutError says why this person may make no clip of this play."""
    scene = play.scene
    if play.person_id != person.pk or play.removed is not None:
        raise CutError("Only who played it makes clips of it.", code="closed")
    if scene.withheld or scene.removed is not None:
        raise CutError(
            f"“{scene.title}” is off the stage, so no clips are made of it now. Your"
            " save is kept.",
            code="withheld",
        )
    if scene.visibility == scene.Visibility.PRIVATE and scene.owner_id != person.pk:
        raise CutError(
            f"The author of “{scene.title}” took it off the stage, so no clips are made"
            " of it.",
            code="withheld",
        )


def require_clip(*, play: Play, person: User, told: Told, stretch: Stretch) -> None:
    """CutError: this play cannot be cut, nobody speaks there, or somebody who does is
    gone or not lent any more."""
    may_cut(play=play, person=person)
    inside = {
        one.told.role
        for one in told.lines
        if stretch.start <= one.told.number < stretch.end
    }
    there = cast_of(play)
    gone = play.roles.filter(role__in=inside, character__isnull=True)
    left = [
        *gone.values_list("name", flat=True),
        *(
            one.name
            for role, one in there.items()
            if role in inside and (one.removed or one.withheld)
        ),
    ]
    if left:
        raise CutError(
            f"{left[0]} has left the stage, so no clip with them is made any more."
            " Choose a part without them, or play it again with somebody else.",
            code="left",
        )
    silent = {
        one.pk: f"{one.name} (of @{one.owner.username})"
        for role, one in there.items()
        if role in inside and not agreed(one, person)
    }
    if silent:
        raise CutError(
            f"{' and '.join(silent.values())}: the owner does not lend them to scenes of"
            " others any more. Choose a part without them, or play it again with"
            " somebody else. Nothing was spent.",
            code="no-consent",
        )
    if not stretch.lines:
        raise CutError(_no_words(stretch), code="no-words")


def _no_words(stretch: Stretch) -> str:
    why = next(iter(stretch.dropped.values()), "")
    if why:
        return f"Nothing of that can be heard in a clip. {why}"
    return "Nobody says anything in that part. Choose one where somebody speaks."


def _voice(told: Told, stretch: Stretch) -> bool:
    """Make what nobody heard yet, here and now; whether there was any. CutError when
    somebody else is at it."""
    missing = [one.wanted for one in stretch.lines if one.take is None and one.wanted]
    if not missing:
        return False
    takes.prepare(company=told.company, lines=(), waited_for=missing)
    digests = {one.digest for one in missing}
    voicing.make_some(seconds=VOICING_SECONDS, among=digests)
    voicing.screen_made(scene_id=told.company.version.scene_id, digests=digests)
    open_ones = [
        take
        for take in takes_by_digest(digests).values()
        if take.state in {LineTake.State.WAITING, LineTake.State.MAKING}
    ]
    if open_ones:
        raise CutError(
            f"{len(open_ones)} of its lines are being voiced just now. Nothing was spent;"
            " try again in a moment.",
            code="not-ready",
        )
    return True


def _script(stretch: Stretch, told: Told) -> str:
    if not stretch.lines:
        raise CutError(_no_words(stretch), code="no-words")
    script = "\n".join(
        f"{told.company.cast[one.told.role].name}: {one.told.text}"
        for one in stretch.lines
    )
    if len(script) > MAX_SCRIPT:
        raise CutError(
            f"They say {len(script)} characters in that part and {MAX_SCRIPT} fit."
            " Choose less of it.",
            code="no-such-range",
        )
    return script


def _performance(
    stretch: Stretch, cast: Mapping[str, Character], background: str, seed: int
) -> Performance:
    lines = [reels.taken(one, stretch.seats[one.told.role]) for one in stretch.lines]
    made = acting.reel(
        lines,
        seats=tuple(cast),
        director=directors["default"],
        motions={seat: one.motion for seat, one in cast.items()},
        shape=SHAPE,
        background=background,
        seed=seed % 1000,
    )
    whole = made.performance
    sounds = _soundtracks(made)
    return replace(
        whole,
        parts=tuple(replace(part, sound=sounds.get(part.seat)) for part in whole.parts),
    )


def _soundtracks(made: Reel) -> dict[str, Sound]:
    """By seat: all that is heard of it, in one file as long as the clip."""
    # By name: it loads FFmpeg, which pages do without until somebody makes a clip.
    tools = import_module("avatarfx.soundtracks")
    found = {}
    for seat in {one.seat for one in made.heard}:
        file = tools.track(
            [(one.at, one.until, one.ref) for one in made.heard if one.seat == seat],
            seconds=made.performance.seconds,
        )
        if file is not None:
            data, rate = file
            found[seat] = Sound(blobs.put(data, "flac"), rate)
    return found


def _title(title: str) -> str:
    try:
        return clean_line(title, max_length=MAX_TITLE, empty=True)
    except TextError as error:
        raise CutError(f"The title cannot be so. {error}", code="text-odd") from None


def title_of(told: Told, play: Play) -> str:
    """The ending and the scene, or the scene alone."""
    both = f"{told.ending} · {play.scene.title}" if told.ending else play.scene.title
    return both if len(both) <= MAX_TITLE else (told.ending or both)[:MAX_TITLE]


def _need_ticket(person: User, idempotency_key: str) -> None:
    """Before anything is voiced; who repeats a request needs none."""
    known = person.clips.filter(idempotency_key=idempotency_key)
    if idempotency_key and known.exists():
        return
    today = quotas.left(person)
    if not today.left:
        raise quotas.NoTicketsError(of=today.of, resets_at=today.resets_at)


def _asked(
    play: Play,
    start: int | None,
    end: int | None,
    title: str,
    caption: str,
    *,
    publish: bool,
) -> str:
    """Of what was asked, so that the same key for something else is refused."""
    asked: list[Any] = [play.key, play.rev, start, end, title, caption, publish]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()
