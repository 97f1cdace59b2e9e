"""Films that came as files become this copy's own: its mark, its signature."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.db import transaction

from avatarfx.models import Clip
from avatarfx.services import ingredients, leases, rendering
from socialapp.jobs.queue import enqueue
from socialapp.provenance.models import Mark


def ask_to_renew(*, clip: Clip) -> bool:
    """Put a ready clip of foreign make in line; False when it is already our own."""
    if clip.state != Clip.State.READY or _own(clip):
        return False
    enqueue("avatarfx.jobs.renew_clip", clip.pk)
    return True


def renew_clip(*, clip_id: int) -> bool:
    """Film it once more from its stored performance and put the new film in place.

    The old film is shown until then, and stays in the storage: a page that is open
    still plays it. A worker that dies in between leaves it so, and the next
    `manage.py seed` asks again. EngineError when it cannot be filmed, HeldError when
    screening refuses it.
    """
    clip = Clip.objects.full().filter(pk=clip_id, removed__isnull=True).first()
    if clip is None or clip.state != Clip.State.READY or _own(clip):
        return False
    scratch = leases.scratch_root()
    scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        prefix=leases.renewal_prefix(), dir=scratch
    ) as folder:
        rendered = rendering.film_again(clip, Path(folder))
    if rendered.screened.held:
        # What may not be shown takes no place; the next start asks again.
        return False
    with transaction.atomic():
        now = Clip.objects.select_for_update().get(pk=clip.pk)
        if now.state != Clip.State.READY or now.removed is not None:
            return False
        for name, value in rendering.result_of(rendered).items():
            setattr(now, name, value)
        now.save()
        rendering.register(clip, rendered)
    return True


def _own(clip: Clip) -> bool:
    """Its frames carry a number of this copy's."""
    subject = ingredients.subject_of(clip)
    return Mark.objects.filter(subject=subject, strength__isnull=False).exists()
