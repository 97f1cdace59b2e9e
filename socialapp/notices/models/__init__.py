"""News and how it travels."""

from socialapp.notices.models.choices import NoticeSettings
from socialapp.notices.models.errands import Errand
from socialapp.notices.models.letters import Letter
from socialapp.notices.models.notice import Notice, NoticeBy
from socialapp.notices.models.pushes import Push, PushSubscription

__all__ = [
    "Errand",
    "Letter",
    "Notice",
    "NoticeBy",
    "NoticeSettings",
    "Push",
    "PushSubscription",
]
