"""What plays do when something happens around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.dispatch import receiver

from scenes.services import company, plays
from scenes.signals import play_moved
from socialapp.accounts.signals import account_closed, kept_apart

if TYPE_CHECKING:
    from scenes.models import Play
    from socialapp.accounts.models import User


@receiver(account_closed, dispatch_uid="scenes.forget_plays")
def forget_player(*, user: User, **_: Any) -> None:
    company.forget_person(person=user)
    plays.forget_person(person=user)


@receiver(kept_apart, dispatch_uid="scenes.part_company")
def part_company(*, person: User, whom: User, **_: Any) -> None:
    """Nobody plays under the direction of whom they keep apart from."""
    company.part(person=person, whom=whom)


@receiver(play_moved, dispatch_uid="scenes.follow_play")
def follow_play(*, play: Play, events: list[Any], **_: Any) -> None:
    company.follow(play=play, events=events)
