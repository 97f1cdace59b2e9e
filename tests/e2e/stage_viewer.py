"""Run by `manage.py shell` in the product's own copy: what test_viewer.py watches.

Some posts of three people, with the films of the house, newest first.
"""

import datetime as dt
import os

from django.utils import timezone

from avatarfx.models import Clip, ClipActor
from avatarfx.services import approving as clips
from feed import approving
from feed.models import Post, PostStat
from moderation.approvals import services as asking
from socialapp.accounts.models import User

PER_PERSON = int(os.environ.get("VIEWER_POSTS", "4"))

sources = list(Clip.objects.filter(post__author__username="troupe").order_by("pk"))
for handle in ("marlow", "ines", "otto"):
    person, _ = User.objects.get_or_create(
        username=handle,
        email=f"{handle}@example.org",
        display_name=handle.title(),
        birth_date=dt.date(1990, 4, 1),
    )
    for number in range(PER_PERSON):
        source = sources[number % len(sources)]
        clip = Clip.objects.get(pk=source.pk)
        clip.pk = None
        clip.key = Clip._meta.get_field("key").get_default()
        clip.owner, clip.title, clip.idempotency_key = person, f"{handle} {number}", ""
        clip.save(force_insert=True)
        for actor in source.actors.all():
            ClipActor.objects.create(
                clip=clip,
                seat=actor.seat,
                character=actor.character,
                portrait=actor.portrait,
            )
        clips.vouch(clip=clip, by="the test")
        post = Post.objects.create(
            clip=clip,
            author=person,
            caption=f"Number {number} of {handle}. #viewer",
            published=timezone.now() - dt.timedelta(minutes=number + 1),
        )
        words = approving.caption_of(post.caption)
        asking.ask(
            kind=approving.KIND,
            key=post.key,
            facet=words,
            owner=person,
            vouched="the test",
        )
        PostStat.objects.create(post=post)
print("staged", Post.objects.listed().count())
