"""News to tell in tests."""

from __future__ import annotations

import datetime as dt
from typing import Any

from socialapp.accounts.models import User
from socialapp.notices import selectors, services
from socialapp.notices.models import Notice

FOG = "post:fog"


def person(handle: str, *, age: int = 30, **fields: Any) -> User:
    born = dt.date.today().replace(month=1, day=1) - dt.timedelta(days=366 * age)
    return User.objects.create_user(
        username=handle, email=f"{handle}@example.com", birth_date=born, **fields
    )


def crowd(size: int) -> list[User]:
    return User.objects.bulk_create(
        User(username=f"fan{n}", email=f"fan{n}@example.com", skeleton=f"fan{n}")
        for n in range(size)
    )


def like(whose: User, *fans: User, about: str = FOG, **fields: Any) -> None:
    for fan in fans:
        given = {
            "kind": Notice.Kind.POST_LIKED,
            "lead": f"@{fan.username} liked “Fog”.",
            "url": "/p/fog/",
            "action": "Look",
            **fields,
        }
        services.notify(people=[whose], about=about, by=fan, **given)


def leads(whose: User) -> list[str]:
    return [one.lead for one in selectors.notices_of(whose)]
