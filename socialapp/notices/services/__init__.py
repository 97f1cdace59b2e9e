"""The only writers of notices, of who wants them and of how they travel."""

from socialapp.notices.services.choosing import change_settings, settings_for, switch
from socialapp.notices.services.digests import plan_digests, unsubscribe
from socialapp.notices.services.errands import wake_due
from socialapp.notices.services.keeping import (
    KEPT,
    leave_with_person,
    sweep,
    sweep_hourly,
)
from socialapp.notices.services.letters import send_letters
from socialapp.notices.services.pushing import send_pushes
from socialapp.notices.services.subscribing import (
    PushError,
    forget_subscription,
    subscribe,
)
from socialapp.notices.services.telling import forget, mark_seen, notify, separate

__all__ = [
    "KEPT",
    "PushError",
    "change_settings",
    "forget",
    "forget_subscription",
    "leave_with_person",
    "mark_seen",
    "notify",
    "plan_digests",
    "send_letters",
    "send_pushes",
    "separate",
    "settings_for",
    "subscribe",
    "sweep",
    "sweep_hourly",
    "switch",
    "unsubscribe",
    "wake_due",
]
