"""What is counted and forgotten of a scene's audience."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.dispatch import receiver

from moderation.signals import approval_decided
from scenes.models import EndingFound, ScenePlayer
from scenes.services import audience as services
from scenes.services.progress import note_progress
from scenes.signals import play_moved
from socialapp.accounts.signals import account_closed

if TYPE_CHECKING:
    from moderation.models import Approval
    from scenes.models import Play
    from socialapp.accounts.models import User


@receiver(play_moved, dispatch_uid="scenes.count_play")
def count_play(*, play: Play, events: list[Any], **_: Any) -> None:
    note_progress(play=play, events=events)


@receiver(approval_decided, dispatch_uid="scenes.settle_comment")
def settle_comment(*, approval: Approval, **_: Any) -> None:
    services.settle_comment(approval=approval)


@receiver(account_closed, dispatch_uid="scenes.leave_with_audience")
def leave_with_audience(*, user: User, **_: Any) -> None:
    """Likes, stars and comments are taken back; how many took a choice stays counted,
    and nothing says any longer that this person was among them."""
    services.forget_person(person=user)
    ScenePlayer.objects.filter(person=user).delete()
    EndingFound.objects.filter(person=user).delete()
