"""Run by `manage.py shell` in the product's own copy: who plays in test_desk.py.

A hundred posts by one person, each reported by another, and a moderator.
"""

import datetime as dt

from django.contrib.auth.models import Group

from avatarfx.models import Clip, ClipActor
from avatarfx.services import approving as clips
from feed import approving
from feed.models import Post, PostStat
from moderation.approvals import services as asking
from moderation.services import report_subject
from socialapp.accounts.models import User

CASES = 100


def person(handle: str, *roles: str) -> User:
    user = User.objects.create_user(
        username=handle,
        email=f"{handle}@example.org",
        password="correct horse battery",
        display_name=handle.title(),
        birth_date=dt.date(1990, 4, 1),
        is_staff=bool(roles),
    )
    user.groups.set(Group.objects.filter(name__in=roles))
    return user


author, reporter = person("flooder"), person("watcher", "Trusted flaggers")
Group.objects.get_or_create(name="Trusted flaggers")[0].user_set.add(reporter)
User.objects.filter(pk=reporter.pk).update(is_staff=False)
person("desk.one", "Moderators")
source = Clip.objects.filter(post__author__username="troupe").order_by("pk")[0]
actor = source.actors.first()
for number in range(CASES):
    clip = Clip.objects.get(pk=source.pk)
    clip.pk = None
    clip.key = Clip._meta.get_field("key").get_default()
    clip.owner, clip.title, clip.idempotency_key = author, f"Offer {number}", ""
    clip.video = clip.poster = clip.captions = ""
    clip.poster = source.poster if number < 3 else ""
    clip.performance = None
    clip.save(force_insert=True)
    if actor:
        ClipActor.objects.create(
            clip=clip, seat="a", character=actor.character, portrait=actor.portrait
        )
    # A row at once: whoever publishes so much is stopped long before.
    post = Post.objects.create(
        clip=clip, author=author, caption=f"Buy now, number {number}"
    )
    # Vouched for, or the reconciler would look at them and open cases of its own.
    clips.vouch(clip=clip, by="the test")
    words = approving.caption_of(post.caption)
    asking.ask(
        kind=approving.KIND, key=post.key, facet=words, owner=author, vouched="the test"
    )
    PostStat.objects.create(post=post)
    report_subject(
        kind="post",
        key=post.key,
        reporter=reporter,
        category="spam",
        note="The same thing again.",
    )
print("cases", CASES)
