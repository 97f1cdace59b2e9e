"""What people of the house do while a phone app walks its day: a process in the product's
own copy, one order a line on standard input, one answer a line on standard output.

    post            somebody publishes a clip; its key
    hide <post>     a moderator decides the case about it; the public name of the decision
"""

from __future__ import annotations

import datetime as dt
import sys

import django

django.setup()

from django.contrib.auth.models import Group  # noqa: E402

from avatarfx.models import Clip, ClipActor  # noqa: E402
from avatarfx.services import approving as clips  # noqa: E402
from feed.models import Post, PostStat  # noqa: E402
from moderation.models import Case  # noqa: E402
from moderation.services import decide_case  # noqa: E402
from socialapp.accounts.models import User  # noqa: E402


def person(handle: str, role: str = "") -> User:
    user, new = User.objects.get_or_create(
        username=handle,
        defaults={
            "email": f"{handle}@example.org",
            "birth_date": dt.date(1990, 4, 1),
            "is_staff": bool(role),
        },
    )
    if new and role:
        user.groups.add(Group.objects.get(name=role))
    return user


def post() -> str:
    """A clip of the house's, once more: filming twenty would take minutes."""
    author = person("marie")
    source = Clip.objects.filter(post__author__username="troupe").order_by("pk")[0]
    actor = source.actors.get()
    clip = Clip.objects.get(pk=source.pk)
    clip.pk = None
    clip.key = Clip._meta.get_field("key").get_default()
    clip.owner, clip.idempotency_key = author, ""
    clip.save(force_insert=True)
    ClipActor.objects.create(
        clip=clip, seat="a", character=actor.character, portrait=actor.portrait
    )
    clips.vouch(clip=clip, by="the test")
    made = Post.objects.create(clip=clip, author=author)
    PostStat.objects.create(post=made)
    return made.key


def hide(key: str) -> str:
    decision = decide_case(
        case=Case.objects.get(kind="post", subject_key=key),
        moderator=person("quillon", "Senior moderators"),
        measure="hide",
        rule="6.1",
        reason="It advertises a telephone.",
    )
    return str(decision.statement.puid)


for line in sys.stdin:
    name, *given = line.split()
    answer = post() if name == "post" else hide(*given)
    print(answer, flush=True)
