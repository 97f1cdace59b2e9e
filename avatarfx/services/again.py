"""A clip that came out on a lower rung is made again, on the full ladder.

The new take is a clip of its own that nobody lists: it waits in line, is screened and
held like any. Until it is ready, and better, the old film stays on show; then files, rung
and trace change places in one transaction, and links and posts never notice. It costs a
ticket only when it comes out full, by the rule for every clip, see ``leases.finish``.
"""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from avatarfx.errors import NotNowError
from avatarfx.line import turns
from avatarfx.models import Clip, ClipActor, Render
from avatarfx.services import news, requests, telling
from avatarfx.services.requests import JOB
from moderation.models import ApprovalState
from socialapp.accounts import quotas
from socialapp.jobs.queue import enqueue
from socialapp.lib.ids import new_key
from socialapp.provenance.services import move_fingerprint

BEST_FIRST = (Clip.Rung.FULL, Clip.Rung.SIMPLE, Clip.Rung.STILL, Clip.Rung.CAPTIONS)

FILM = (
    "rung", "rung_reason", "voice_engine", "seconds", "width", "height", "video",
    "poster", "captions", "audio", "size", "performance", "finished", "captioned",
    "captioned_asked", "captioned_error",
)  # fmt: skip
"""What changes places."""

SETTLED = (Clip.State.READY, Clip.State.FAILED, Clip.State.CANCELLED)


def render_again(*, clip: Clip) -> Clip:
    """Ask for a new take of a ready clip on a lower rung; the take, or the one that is
    on its way already. NotNowError when there is nothing to make better, NoTicketsError
    and DiskFullError as for any clip."""
    requests.need_room()
    with transaction.atomic():
        old = Clip.objects.select_for_update().select_related("owner").get(pk=clip.pk)
        if take := Clip.objects.take_of(old):
            return take
        if refusal := why_not_again(old):
            raise NotNowError(refusal)
        take = Clip(
            key=new_key(),
            owner=old.owner,
            character_id=old.character_id,
            original_id=old.original_id,
            replaces=old,
            title=old.title,
            script=old.script,
            caption=old.caption,
            shape=old.shape,
            recipe=old.recipe,
            # Without a voice it was silent; then somebody speaks anew.
            performance=old.performance if old.rung != Clip.Rung.CAPTIONS else None,
            approval=old.approval,
            needs=old.needs,
            aim=old.aim,
            lasts=old.lasts,
        )
        paid = quotas.known(requests.ticket_key(old))
        quotas.hold(user=old.owner, key=requests.ticket_key(take), exempt=not paid)
        take.save(force_insert=True)
        turns.enter(take)
        ClipActor.objects.bulk_create(
            ClipActor(
                clip=take,
                seat=role.seat,
                character_id=role.character_id,
                portrait_id=role.portrait_id,
            )
            for role in old.actors.all()
        )
        enqueue(JOB, take.pk)
    return take


def cancel(*, clip: Clip) -> Clip:
    """Stop it as `cancel_clip` does; of a ready clip that is made again, the take."""
    take = Clip.objects.take_of(clip)
    if take is None:
        return requests.cancel_clip(clip=clip)
    requests.cancel_clip(clip=take)
    settle_take(take=take)
    return clip


def why_not_again(clip: Clip) -> str:
    """Why no new take is made of it, in words for its owner; empty: it may be."""
    if clip.state != Clip.State.READY or clip.removed is not None or clip.withheld:
        return "This clip is not on show now, so it cannot be made again. Try later."
    if clip.rung == Clip.Rung.FULL:
        return "This clip has its full performance. Make another take to change it."
    if clip.approval == ApprovalState.REFUSED:
        return "The words of this clip were refused. Change them in another take."
    return ""


def settle_take(*, take: Clip) -> bool:
    """Put a take that is over in its place, or away; True when it is shown now. Safe to
    call twice."""
    with transaction.atomic():
        old = Clip.objects.select_for_update().filter(takes=take).first()
        new = Clip.objects.select_for_update().filter(pk=take.pk).first()
        if old is None or new is None or new.removed or new.state not in SETTLED:
            return False
        shown = new.state == Clip.State.READY and not why_not_again(old)
        better = shown and BEST_FIRST.index(Clip.Rung(new.rung)) < BEST_FIRST.index(
            Clip.Rung(old.rung)
        )
        if better:
            _change_places(old, new)
        new.removed = timezone.now()
        new.save()
        transaction.on_commit(partial(news.tell, old))
    _say(old, new, better=better)
    return better


def settle_takes(*, lost: str = "") -> dict[str, int]:  # noqa: ARG001
    """Takes that were ready when their process died before it could settle them."""
    left = Clip.objects.filter(
        replaces__isnull=False, removed__isnull=True, state__in=SETTLED
    )
    return {"takes": sum(settle_take(take=take) for take in left[:20])}


def _change_places(old: Clip, new: Clip) -> None:
    """The new film under the old key; the old one goes with the take, so that whoever
    erases the person's clips finds it."""
    for name in FILM:
        mine, theirs = getattr(old, name), getattr(new, name)
        setattr(old, name, theirs)
        setattr(new, name, mine)
    move_fingerprint(subject=f"clip:{new.key}", to=f"clip:{old.key}")
    attempts = Render.objects.filter(clip=new)
    attempts.update(clip=old, fence=F("fence") + old.fence)
    old.fence += new.fence
    old.save()


def _say(old: Clip, new: Clip, *, better: bool) -> None:
    if better:
        telling.tell_again(old, words=f"It is now: {old.get_rung_display().lower()}.")
    elif new.state == Clip.State.FAILED:
        telling.tell_again(old, words=f"That failed: {new.error} The old film stays.")
    elif new.state == Clip.State.READY:
        telling.tell_again(
            old, words=f"It came out no better: {new.rung_reason} The old film stays."
        )
