"""What an owner may do with a clip: ask for it, cancel, try again, remove."""

from __future__ import annotations

import hashlib
import json
import logging
import math
import secrets
import shutil
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from avatarfx import approving, beds, talks
from avatarfx.animators.neural.planner import WISHES
from avatarfx.errors import DiskFullError, IdempotencyConflictError, NotNowError
from avatarfx.line import needs as needing
from avatarfx.line import paces as learnt
from avatarfx.line import turns
from avatarfx.models import Clip, ClipActor, Recording
from avatarfx.recipe import Recipe, Role
from avatarfx.remixes import source_of
from avatarfx.services import admission, moves, news, recorded
from avatarfx.standing import require_background
from moderation.approvals import services as asking
from moderation.models import ApprovalState
from socialapp.accounts import quotas
from socialapp.accounts.models import User
from socialapp.acting import script as scripts
from socialapp.characters.approving import HOUSE
from socialapp.characters.services import (
    CharacterError,
    PictureError,
    require_approved,
    require_words,
)
from socialapp.jobs.queue import enqueue
from socialapp.lib.ids import new_key
from socialapp.performance.timeline import SHAPES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from avatarfx.remixes import Remix
    from moderation.approvals.facets import Facet
    from socialapp.characters.models import Character
    from socialapp.engines.protocols import VoiceSpec
    from socialapp.performance import Performance

log = logging.getLogger(__name__)

JOB = "avatarfx.jobs.render_clip"

RECORDING_GONE = (
    "That recording is gone: it was erased or taken back. Record the script again, or"
    " choose a voice."
)

KEY_LIVES = timedelta(hours=24)
"""How long an idempotency key replays its clip."""


def ticket_key(clip: Clip) -> str:
    return f"clip:{clip.key}"


def request_clip(
    *,
    owner: User,
    character: Character,
    script: str,
    shape: str = "9:16",
    background: str = "",
    bed: str = "",
    title: str = "",
    voice: VoiceSpec | None = None,
    motion: str = "",
    camera: str = "",
    quality: str = "",
    publish: bool = False,
    caption: str = "",
    idempotency_key: str = "",
    request_hash: str = "",
    exempt: bool = False,
    performance: Performance | None = None,
    cast: dict[str, Character] | None = None,
    seed: int | None = None,
    source: str = "",
    new_script: bool = True,
    remix: Remix | None = None,
    lane: str = Clip.Lane.NOW,
    needs: tuple[str, ...] = (),
    recording: Recording | None = None,
) -> Clip:
    """Put a clip in line, with one of the owner's tickets set aside for it.

    The same `idempotency_key` within a day returns the same clip, so a double submit
    costs nothing. `exempt`: one of the house's own clips, which needs no ticket.
    `cast` (seat to character, three at most, from the left): the script says who speaks
    which line. With a `performance` it is already known what happens and nobody needs to
    speak; `source` names what it was cut from, and without `new_script` every line was
    approved there, so that doubt about it keeps it from nobody. `remix`: it is made of
    another clip, and whoever asks has checked its script. `lane`: whether somebody waits
    for it; `quality`: ``best`` takes neural rungs whatever the wait, ``fast`` none that
    is slower than the warp; `needs`: animators that it must not be made without;
    `recording`: the owner's own voice, read from this very script. Raises ScriptError,
    NoTicketsError, DiskFullError, IdempotencyConflictError, LineFullError, and
    NotNowError for a character without a portrait that may be shown, or whose words
    wait; TextRefusedError and ScreeningUnavailableError for what is written.
    """
    script = script.strip()
    spec = voice or character.voice_spec
    roles = remix.roles if remix else {}
    seats = cast or {"a": character}
    talks.check_stage(seats, camera)
    names: dict[str, str] = {}
    if performance is None and remix is None:
        voices = {s: spec if c == character else c.voice_spec for s, c in seats.items()}
        paces = {seat: voice.speed for seat, voice in voices.items()}
        check_script(script, names=talks.called(seats), paces=paces)
        names = talks.names_in(script, seats)
    if recording is not None:
        check_recording(recording, owner=owner, script=script, seats=seats)
    if shape not in SHAPES:
        raise NotNowError(f"No such shape: {shape}. Use one of {', '.join(SHAPES)}.")
    background = background or character.background
    # What happens before something else's picture was checked where it comes from.
    if background and performance is None and remix is None:
        require_background(name=background, owner=owner)
    if bed and bed not in beds.names():
        raise NotNowError("That music does not exist. Choose one of the list.")
    if quality and quality not in WISHES:
        raise NotNowError(f"No such quality: {quality}. Use {' or '.join(WISHES)}.")
    if unknown := needing.unknown(needs):
        raise NotNowError(f"This copy has no animator named {', '.join(unknown)}.")
    for one in seats.values():
        if one.portrait is None:
            raise NotNowError(
                f"{one.name} has no portrait yet. Give them one, then try again."
            )
        try:
            require_approved(one.portrait)
        except PictureError as refusal:
            raise NotNowError(str(refusal)) from None
        try:
            require_words(one)
        except CharacterError as refusal:
            raise NotNowError(f"{one.name} cannot speak yet. {refusal}") from None
    recipe = Recipe(
        script=script,
        cast=tuple(
            Role(
                seat=seat,
                character=one.key,
                portrait=one.portrait.key if one.portrait else "",
                voice=roles[seat].voice
                if seat in roles
                else spec
                if one == character
                else one.voice_spec,
                motion=roles[seat].motion if seat in roles else motion or one.motion,
                name=names.get(seat, ""),
            )
            for seat, one in seats.items()
        ),
        shape=shape,
        background=background,
        bed=bed,
        seed=secrets.randbelow(2**31) if seed is None else seed,
        source=source_of(remix.of) if remix else source,
        remix=remix.kind.value if remix else "",
        camera=camera,
        quality=quality,
        taken_over=remix.seat if remix else "",
        needs=tuple(sorted(needs)),
        recording=recording.key if recording else "",
    )
    key = new_key()
    pictures = {s: one.portrait.ref for s, one in seats.items() if one.portrait}
    words = approving.script_of(
        script=script,
        title=title.strip()[:80],
        caption=caption.strip()[:500],
        cast=seats.values(),
    )
    rulings = [
        _judge(owner, key, facet, exempt=exempt, new_script=new_script)
        for facet in (words, approving.voice_of(recipe.to_json(), pictures))
    ]
    wanted = request_hash or _hash(recipe, title, caption, publish=publish)
    lasts = (
        performance.seconds
        if performance
        else recording.seconds
        if recording
        else scripts.estimate_seconds(script, spec.speed)
    )
    need_room()
    with transaction.atomic():
        # Requests of one person go one by one: the keys and tickets below are counted.
        User.objects.select_for_update().get(pk=owner.pk)
        if earlier := _replayed(owner, idempotency_key, wanted):
            return earlier
        if recording and not Recording.objects.of(owner).filter(pk=recording.pk):
            raise NotNowError(RECORDING_GONE)
        if not exempt:
            admission.admit(owner)
        for ruling in rulings:
            asking.keep(ruling)
        clip = Clip(
            key=key,
            owner=owner,
            character=character,
            original=remix.of if remix else None,
            **words.says,
            approval=rulings[0].state,
            shape=shape,
            recipe=recipe.to_json(),
            performance=performance.to_json() if performance else None,
            publish=publish,
            idempotency_key=idempotency_key,
            request_hash=wanted,
            lane=lane,
            needs=needing.column(needs),
            aim=learnt.aim_of(character),
            lasts=round(lasts, 2),
        )
        quotas.hold(user=owner, key=ticket_key(clip), exempt=exempt)
        clip.save(force_insert=True)
        turns.enter(clip)
        ClipActor.objects.bulk_create(
            ClipActor(clip=clip, seat=seat, character=one, portrait=one.portrait)
            for seat, one in seats.items()
        )
        enqueue(JOB, clip.pk)
    return clip


def check_recording(
    recording: Recording, *, owner: User, script: str, seats: Mapping[str, Character]
) -> None:
    """NotNowError when this recording cannot speak this script."""
    if recording.owner_id != owner.pk or recording.revoked is not None:
        raise NotNowError(RECORDING_GONE)
    if len(seats) > 1:
        raise NotNowError(
            "A recording is one voice, so whoever speaks with it is alone on stage. Leave"
            " the others at home, or choose voices for all."
        )
    said = scripts.spoken(recording.script).split()
    if scripts.spoken(script).split() != said:
        raise NotNowError(
            "The script was changed after you read it. Record it again, or choose a"
            " voice."
        )


def _judge(
    owner: User, key: str, facet: Facet, *, exempt: bool, new_script: bool
) -> asking.Ruling:
    """Each text on its own, so that a refusal names its field. Nothing is voiced that
    nobody could look at; the house's own clips were read before they came here."""
    ruling = asking.judge(
        kind=approving.KIND,
        key=key,
        facet=facet,
        owner=owner,
        vouched=HOUSE if exempt else "",
        settled=() if new_script else ("script",),
        wait=False,
    )
    if ruling.state == ApprovalState.REFUSED:
        raise NotNowError(ruling.why)
    return ruling


def check_script(
    script: str,
    *,
    speed: float = 1.0,
    names: Mapping[str, str] | None = None,
    paces: Mapping[str, float] | None = None,
) -> float:
    """About how many seconds it runs; ScriptError for one that cannot be a clip.

    `names`: what each seat is called in it; `paces`: how fast each speaks, else `speed`.
    """
    scripts.check(script, max_characters=settings.MAX_SCRIPT_CHARACTERS)
    names = names or {}
    seconds = talks.seconds_of(
        script, names, paces or dict.fromkeys(names or "a", speed)
    )
    if seconds > settings.MAX_CLIP_SECONDS:
        raise scripts.ScriptError(
            f"This runs for about {math.ceil(seconds)} seconds and"
            f" {settings.MAX_CLIP_SECONDS} fit. Cut a sentence or two,"
            " or make two clips of it."
        )
    return seconds


def cancel_clip(*, clip: Clip) -> Clip:
    """Stop it, waiting or being made, and give the ticket back at once.

    The worker finds out before its next frame; whatever it still makes is fenced off.
    NotNowError when it is finished already.
    """
    with transaction.atomic():
        fresh = _with_those_behind(clip)
        if fresh.state == Clip.State.CANCELLED:
            return fresh
        if fresh.finished_for_good:
            raise NotNowError("This clip is finished already, so it cannot be stopped.")
        fresh.renders.filter(fence=fresh.fence, ended__isnull=True).update(
            ended=Now(), outcome="cancelled"
        )
        if fresh.state == Clip.State.QUEUED:
            turns.give_up(fresh)
            fresh.turn = 0
        moves.settle(
            fresh,
            Clip.State.CANCELLED,
            turn=fresh.turn,
            cancel_asked=True,
            leased_until=None,
            finished=Now(),
            detail="",
        )
        quotas.give_back(ticket_key(fresh))
        news.tell(fresh)
    return fresh


def _with_those_behind(clip: Clip) -> Clip:
    """The locked row, and with it the rows of its owner's line, in one order for all who
    lock several."""
    mine = Q(owner=clip.owner_id, state=Clip.State.QUEUED) | Q(pk=clip.pk)
    rows = Clip.objects.filter(mine).select_for_update().order_by("pk")
    list(rows.values_list("pk"))
    return Clip.objects.get(pk=clip.pk)


def retry_clip(*, clip: Clip) -> Clip:
    """Put a failed or cancelled clip in line again; it needs a ticket as before.

    It enters at the end of its owner's clips, where somebody waits. NotNowError for one
    that is ready; NoTicketsError, DiskFullError, LineFullError.
    """
    need_room()
    with transaction.atomic():
        # As in `request_clip`: the turns of one person are counted one by one.
        User.objects.select_for_update().get(pk=clip.owner_id)
        fresh = Clip.objects.select_for_update().get(pk=clip.pk)
        if fresh.state in {Clip.State.QUEUED, Clip.State.RENDERING}:
            return fresh
        if fresh.state not in {Clip.State.FAILED, Clip.State.CANCELLED}:
            raise NotNowError("This clip is ready. Make a new one to change it.")
        key = ticket_key(fresh)
        paid = quotas.known(key)
        if paid:
            admission.admit(fresh.owner)
        quotas.hold(user=fresh.owner, key=key, exempt=not paid)
        fresh.lane = Clip.Lane.NOW
        moves.settle(
            fresh,
            Clip.State.QUEUED,
            lane=fresh.lane,
            turn=turns.turn_of(fresh),
            queued_at=Now(),
            attempts=0,
            cancel_asked=False,
            leased_until=None,
            worker="",
            stage="",
            percent=0,
            detail="",
            error="",
            finished=None,
        )
        enqueue(JOB, fresh.pk)
        news.tell(fresh)
    return fresh


def remove_clip(*, clip: Clip) -> None:
    """Take it out of every list; one that is being made is cancelled first."""
    with transaction.atomic():
        fresh = _with_those_behind(clip)
        if not fresh.finished_for_good:
            cancel_clip(clip=fresh)
        if take := Clip.objects.take_of(fresh):
            cancel_clip(clip=take)
        Clip.objects.filter(pk=fresh.pk, removed__isnull=True).update(
            removed=timezone.now()
        )
        recorded.forget_after(fresh)


def _replayed(owner: User, key: str, wanted: str) -> Clip | None:
    if not key:
        return None
    earlier = Clip.objects.filter(owner=owner, idempotency_key=key).first()
    if earlier is None:
        return None
    if earlier.created < timezone.now() - KEY_LIVES:
        Clip.objects.filter(pk=earlier.pk).update(idempotency_key="")
        return None
    if earlier.request_hash != wanted:
        raise IdempotencyConflictError
    return earlier


def _hash(recipe: Recipe, title: str, caption: str, *, publish: bool) -> str:
    """Of what was asked; the seed is chance and does not count."""
    asked = recipe.to_json() | {"seed": 0}
    body = json.dumps([asked, title, caption, publish], sort_keys=True)
    return hashlib.sha256(body.encode()).hexdigest()


def need_room() -> None:
    """DiskFullError when a render would not fit."""
    free = shutil.disk_usage(settings.DATA_DIR).free
    if free < settings.MIN_FREE_DISK_BYTES:
        log.error("Only %d bytes are free: renders are refused", free)
        raise DiskFullError
