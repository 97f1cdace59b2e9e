"""Run by `manage.py shell` in the product's own copy: who plays in test_redress.py.

Prints the key of the post that the story is about.
"""

import datetime as dt

from django.contrib.auth.models import Group

from avatarfx.models import Clip, ClipActor
from avatarfx.services import approving as clips
from feed import approving
from feed.models import Post, PostStat
from moderation.approvals import services as asking
from socialapp.accounts.models import User
from socialapp.lib import blobs


def person(handle: str, role: str = "") -> User:
    user = User.objects.create_user(
        username=handle,
        email=f"{handle}@example.org",
        password="correct horse battery",
        display_name=handle.title(),
        birth_date=dt.date(1990, 4, 1),
        is_staff=bool(role),
    )
    if role:
        user.groups.add(Group.objects.get(name=role))
    return user


def clip_of(owner: User, source: Clip, files: dict[str, str]) -> Clip:
    actor = source.actors.first()
    clip = Clip.objects.get(pk=source.pk)
    clip.pk = None
    clip.key = Clip._meta.get_field("key").get_default()
    clip.owner, clip.title, clip.idempotency_key = owner, "Storm warning", ""
    for name, ref in files.items():
        setattr(clip, name, ref)
    clip.save(force_insert=True)
    if actor:
        ClipActor.objects.create(
            clip=clip, seat="a", character=actor.character, portrait=actor.portrait
        )
    return clip


author, first, third = person("ingrid"), person("renard"), person("tomasz")
person("quillon", "Senior moderators")
person("secunda", "Senior moderators")
source = Clip.objects.filter(post__author__username="troupe").order_by("pk")[0]
# Bytes of their own, so that no file of the house's clip is taken down with them.
files = {
    "video": blobs.put(blobs.get(source.video) + b"\0\0\0\x08free", "mp4"),
    "poster": blobs.put(blobs.get(source.poster) + b"\0\0", "webp"),
    "captions": blobs.put(blobs.get(source.captions) + b"\n", "vtt"),
}


def post_of(owner: User, caption: str) -> Post:
    """A row at once: screening would refuse the words that this story needs."""
    clip = clip_of(owner, source, files)
    post = Post.objects.create(clip=clip, author=owner, caption=caption)
    clips.vouch(clip=clip, by="the test")
    words = approving.caption_of(caption)
    asking.ask(
        kind=approving.KIND, key=post.key, facet=words, owner=owner, vouched="the test"
    )
    PostStat.objects.create(post=post)
    return post


post = post_of(author, "I know where you live")
post_of(third, "A copy of it")
print("post", post.key)
