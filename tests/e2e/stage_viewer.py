"""Run by `manage.py shell` in the product's own copy: what test_viewer.py watches.

Twelve posts of three people, newest first, each with a film of its own: one file of two
posts is given out while either of them is on show.
"""

import datetime as dt

from django.contrib.auth.models import Group
from django.utils import timezone

from avatarfx.models import Clip, ClipActor
from avatarfx.services import approving as clips
from feed import approving
from feed.models import Post, PostStat
from moderation.approvals import services as asking
from socialapp.accounts.models import User
from socialapp.lib import blobs

PER_PERSON = 4


def person(handle: str) -> User:
    return User.objects.create_user(
        username=handle,
        email=f"{handle}@example.org",
        password="correct horse battery",
        display_name=handle.title(),
        birth_date=dt.date(1990, 4, 1),
    )


def film(source: Clip, mark: str) -> str:
    """The same film in a file of its own: an empty box at its end says whose it is."""
    name = mark.encode()
    box = (8 + len(name)).to_bytes(4, "big") + b"free" + name
    return blobs.put(blobs.get(source.video) + box, "mp4")


if User.objects.filter(username="vera").exists():
    print("staged before")
    raise SystemExit
person("vera").groups.add(Group.objects.get(name="Senior moderators"))
sources = list(Clip.objects.filter(post__author__username="troupe").order_by("pk"))
for author in (person("marlow"), person("ines"), person("otto")):
    for number in range(PER_PERSON):
        source = sources[number % len(sources)]
        clip = Clip.objects.get(pk=source.pk)
        clip.pk = None
        clip.key = Clip._meta.get_field("key").get_default()
        clip.owner, clip.idempotency_key = author, ""
        clip.title = f"{author.display_name} {number}"
        clip.video = film(source, clip.title)
        clip.save(force_insert=True)
        for actor in source.actors.all():
            ClipActor.objects.create(
                clip=clip,
                seat=actor.seat,
                character=actor.character,
                portrait=actor.portrait,
            )
        # Vouched for, or the reconciler would take their words off until it was asked.
        clips.vouch(clip=clip, by="the test")
        post = Post.objects.create(
            clip=clip,
            author=author,
            caption=f"Number {number}. #viewer",
            published=timezone.now() - dt.timedelta(minutes=number + 1),
        )
        asking.ask(
            kind=approving.KIND,
            key=post.key,
            facet=approving.caption_of(post.caption),
            owner=author,
            vouched="the test",
        )
        PostStat.objects.create(post=post)
print("staged", 3 * PER_PERSON)
