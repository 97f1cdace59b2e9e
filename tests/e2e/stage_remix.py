"""Run by `manage.py shell` in the product's own copy: who plays in test_remix.py.

Prints the key of the post that is remixed.
"""

import datetime as dt

from avatarfx.models import Clip, ClipActor
from avatarfx.services import approving as clips
from feed.services import publish_post
from socialapp.accounts.models import User


def person(handle: str) -> User:
    return User.objects.create_user(
        username=handle,
        email=f"{handle}@example.org",
        password="correct horse battery",
        display_name=handle.title(),
        birth_date=dt.date(1990, 4, 1),
    )


author = person("harrow")
person("nightbus")
source = Clip.objects.filter(post__author__username="troupe").order_by("pk")[0]
actor = source.actors.first()
clip = Clip.objects.get(pk=source.pk)
clip.pk = None
clip.key = Clip._meta.get_field("key").get_default()
clip.owner, clip.title, clip.idempotency_key = author, "Storm warning", ""
clip.save(force_insert=True)
if actor:
    ClipActor.objects.create(
        clip=clip, seat="a", character=actor.character, portrait=actor.portrait
    )
clips.vouch(clip=clip, by="the test")
print("post", publish_post(clip=clip, author=author, caption="").key)
