"""What notices do when somebody leaves, or keeps apart from somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.dispatch import receiver

from socialapp.accounts.signals import account_closed, kept_apart
from socialapp.notices import services
from socialapp.notices.models import Notice
from socialapp.webhooks.signals import webhook_failed, webhook_works

if TYPE_CHECKING:
    from socialapp.accounts.models import User
    from socialapp.webhooks.models import Webhook


@receiver(account_closed, dispatch_uid="notices.leave_with_person")
def leave_with_person(*, user: User, **_: Any) -> None:
    services.leave_with_person(person=user)


@receiver(kept_apart, dispatch_uid="notices.separate")
def separate(*, person: User, whom: User, **_: Any) -> None:
    """Neither is named in what the other was told."""
    services.separate(person=person, whom=whom)
    services.separate(person=whom, whom=person)


@receiver(webhook_failed, dispatch_uid="notices.tell_of_webhook")
def tell_of_webhook(*, webhook: Webhook, off: bool, **_: Any) -> None:
    """Once, until something arrives there again; that it is off is told in any case."""
    about = f"webhook:{webhook.key}"
    if off:
        services.forget(about=about)
    services.notify(
        people=[webhook.person],
        kind=Notice.Kind.WEBHOOK_FAILED,
        about=about,
        lead="Your webhook is off." if off else "Your webhook missed an event.",
        words=f"{webhook.url} does not take what we send.",
        url="/settings/webhooks/",
        action="Look",
    )


@receiver(webhook_works, dispatch_uid="notices.webhook_works")
def webhook_works_again(*, webhook: Webhook, **_: Any) -> None:
    services.forget(about=f"webhook:{webhook.key}")
