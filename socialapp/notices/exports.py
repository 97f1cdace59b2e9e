"""What a person was told and wants to be told, for their own archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialapp.accounts.exports import as_json
from socialapp.notices.models import Letter, NoticeBy
from socialapp.notices.selectors import devices_of, notices_of, settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialapp.accounts.exports import File
    from socialapp.accounts.models import User


def notices(user: User) -> Iterator[File]:
    told = ("kind", "about", "lead", "words", "url", "created", "seen")
    yield as_json("notices.json", list(notices_of(user).values(*told)))


def choices(user: User) -> Iterator[File]:
    """Their switches, devices and mails, and in what news of others they are named. The
    address of a device is a secret between its browser and us, and stays out."""
    chosen = settings_of(user)
    fields = ["switches", "digest", "digest_hour", "mails"]
    fields += ["quiet", "quiet_from", "quiet_until"]
    named = NoticeBy.objects.filter(person=user).order_by("pk")
    letters = Letter.objects.filter(person=user).order_by("pk")
    yield as_json(
        "notice_settings.json",
        {
            "chosen": {name: getattr(chosen, name) for name in fields},
            "devices": list(
                devices_of(user).values("label", "created", "last_ok", "failures")
            ),
            "mails": list(letters.values("name", "created", "closed")),
            "named_in": list(named.values("notice__kind", "created")),
        },
    )
