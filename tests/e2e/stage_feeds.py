"""Run by `manage.py shell` in the product's own copy: what test_feeds.py reads past.

With CLEAR=1 it takes all of it away again. Else: more posts than one page of a feed with
words looks through, newer than all others, and one more of them in which the character of
the oldest post plays beside somebody.
"""

import datetime as dt
import os
import re

from django.utils import timezone

from avatarfx.models import Clip, ClipActor
from feed.models import Post, PostStat
from feed.selectors.pages import TRIED
from socialapp.accounts.models import User

HAY = TRIED + 30

author, _ = User.objects.get_or_create(
    username="haymaker",
    defaults={"email": "haymaker@example.org", "birth_date": dt.date(1990, 4, 1)},
)


def copies(source: Clip, number: int) -> list[Clip]:
    made = []
    for at in range(number):
        clip = Clip.objects.get(pk=source.pk)
        clip.pk = None
        clip.key = Clip._meta.get_field("key").get_default()
        clip.owner, clip.idempotency_key = author, f"hay-{at}"
        clip.title, clip.script = f"Hay {at}", "Hay."
        made.append(clip)
    return Clip.objects.bulk_create(made)


Post.objects.filter(author=author).delete()
ClipActor.objects.filter(clip__owner=author).delete()
Clip.objects.filter(owner=author).delete()
if not os.environ.get("CLEAR"):
    house = Post.objects.filter(author__username="troupe", clip__isnull=False)
    oldest = house.order_by("published")[0].clip
    assert oldest
    lead = oldest.character
    other = house.exclude(clip__character=lead)[0].clip
    assert other
    assert lead.portrait
    now = timezone.now()
    clips = copies(other, HAY)
    posts = Post.objects.bulk_create(
        Post(
            clip=clip,
            author=author,
            lead=other.character,
            published=now - dt.timedelta(seconds=at),
        )
        for at, clip in enumerate(clips)
    )
    PostStat.objects.bulk_create(PostStat(post=post) for post in posts)
    ClipActor.objects.create(
        clip=clips[0], seat="b", character=lead, portrait=lead.portrait
    )
    said = re.sub(r"\[[^\]]*\]", "", oldest.script)  # no stage directions
    word = next(one for one in re.findall(r"[a-z]+", said) if len(one) > 5)
    print("staged", posts[0].key, lead.name, word, sep="|")
else:
    print("cleared")
