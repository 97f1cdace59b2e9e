"""Recordings and their files: who may hear them, and when they are gone."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction

from avatarfx.models import Clip, Recording
from socialapp.lib import blobs, withheld

if TYPE_CHECKING:
    from socialapp.accounts.models import User


def cause_of(key: str) -> str:
    """Why its file is withheld from everybody but its owner and moderators."""
    return f"recording:{key}"


def made_with(recording: Recording) -> list[Clip]:
    """Clips that speak with it, but for those that were removed."""
    made = Clip.objects.filter(
        owner=recording.owner, recipe__recording=recording.key, removed__isnull=True
    )
    return list(made)


@transaction.atomic
def forget(recording: Recording) -> None:
    """The row and, at commit, its sound."""
    ref = recording.ref
    key = recording.key
    recording.delete()
    drop_sound(key, ref)


def drop_sound(key: str, ref: str) -> None:
    """Its file, at commit: no other recording has the same one."""
    if ref:
        transaction.on_commit(partial(_erase, key, ref), robust=True)


def _erase(key: str, ref: str) -> None:
    """What a storage does not let go of stays withheld."""
    blobs.remove(ref)
    withheld.release(cause=cause_of(key))


@transaction.atomic
def forget_all(*, owner: User) -> None:
    for recording in Recording.objects.filter(owner=owner):
        forget(recording)


def forget_after(clip: Clip) -> None:
    """A recording goes with the last of its clips."""
    key = clip.as_recipe().recording
    found = Recording.objects.filter(owner=clip.owner, key=key).first() if key else None
    if found is not None and not in_use(found):
        forget(found)


def in_use(recording: Recording) -> bool:
    """Whether a clip that people see speaks with it; new takes go with theirs."""
    return any(clip.replaces_id is None for clip in made_with(recording))
