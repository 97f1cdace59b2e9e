"""The only writers of blocks and mutes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from socialapp.accounts import handles
from socialapp.accounts.models import Block, Mute
from socialapp.accounts.services import AccountError
from socialapp.accounts.signals import kept_apart

if TYPE_CHECKING:
    from socialapp.accounts.models import User

MOST = 5_000
"""Whom one person can block, and as many again whom they can mute: every page asks."""


@transaction.atomic
def block(*, person: User, whom: User) -> bool:
    """Neither sees, hears or reaches the other from now on; whether this call did it.

    What tied them goes with it, in the same transaction (``signals.kept_apart``); the
    other one is not told. AccountError for oneself, for the house, and above MOST.
    """
    if whom.pk == person.pk:
        _refuse("You cannot block yourself. To be away for a while, sign out.")
    if whom.is_superuser or handles.reserved(whom.username):
        _refuse(
            f"@{whom.username} runs this house and cannot be blocked."
            " Mute them, or report what they did."
        )
    if not Block.objects.filter(person=person, whom=whom).exists():
        _need_room(person.blocks.count(), "block")
    _, created = Block.objects.get_or_create(person=person, whom=whom)
    if created:
        kept_apart.send(sender=Block, person=person, whom=whom)
    return created


def unblock(*, person: User, whom: User) -> bool:
    """Whether there was a block. Nothing that it ended comes back by itself."""
    gone, _ = Block.objects.filter(person=person, whom=whom).delete()
    return bool(gone)


@transaction.atomic
def mute(*, person: User, whom: User) -> bool:
    """Nothing of theirs comes to this person unasked; whether this call did it.

    The other one is not told and loses nothing. AccountError for oneself, above MOST.
    """
    if whom.pk == person.pk:
        _refuse("Your own posts are not muted for you.")
    if not Mute.objects.filter(person=person, whom=whom).exists():
        _need_room(person.mutes.count(), "mute")
    _, created = Mute.objects.get_or_create(person=person, whom=whom)
    return created


def unmute(*, person: User, whom: User) -> bool:
    """Whether there was a mute."""
    gone, _ = Mute.objects.filter(person=person, whom=whom).delete()
    return bool(gone)


def _refuse(words: str) -> None:
    raise AccountError({"whom": [words]})


def _need_room(now: int, verb: str) -> None:
    if now >= MOST:
        _refuse(f"You {verb} {MOST:,} people already. Let some of them go first.")
