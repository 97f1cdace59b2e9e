"""What the log of screening does when somebody leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.dispatch import receiver

from moderation.models import Screening, Utterance
from socialapp.accounts.signals import account_closed

if TYPE_CHECKING:
    from socialapp.accounts.models import User


@receiver(account_closed, dispatch_uid="moderation.forget_words")
def forget_words(*, user: User, **_: Any) -> None:
    """Judgements stay as counts; whose they were and what was written does not."""
    Screening.objects.filter(person=user).update(person=None, text="", subject="")
    Utterance.objects.filter(person=user).delete()
