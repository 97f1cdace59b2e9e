"""Run by `manage.py shell` in the product's own copy: who plays in test_circle.py.

Prints the keys of Ada's two posts.
"""

import datetime as dt

from avatarfx.models import Clip, ClipActor
from avatarfx.services import approving as clips
from feed.models import Post, PostStat
from socialapp.accounts.models import User


def person(handle: str) -> User:
    return User.objects.create_user(
        username=handle,
        email=f"{handle}@example.org",
        password="correct horse battery",
        display_name=handle.title(),
        birth_date=dt.date(1990, 4, 1),
    )


def post_of(owner: User, title: str) -> Post:
    """A row at once, of a clip of the house: rendering one takes seconds."""
    source = Clip.objects.filter(post__author__username="troupe").order_by("pk")[0]
    actor = source.actors.first()
    clip = Clip.objects.get(pk=source.pk)
    clip.pk = None
    clip.key = Clip._meta.get_field("key").get_default()
    clip.owner, clip.title, clip.idempotency_key = owner, title, ""
    clip.save(force_insert=True)
    if actor:
        ClipActor.objects.create(
            clip=clip, seat="a", character=actor.character, portrait=actor.portrait
        )
    post = Post.objects.create(clip=clip, author=owner)
    clips.vouch(clip=clip, by="the test")
    PostStat.objects.create(post=post)
    return post


ada = person("adalind")
person("wrenabara")
print(post_of(ada, "Fog over the quay").key, post_of(ada, "Second kettle").key)
