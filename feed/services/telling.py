"""What people are told of their circle and of their posts: one notice, however many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from feed.models import Follow
from socialapp.accounts.circle import heard, hears
from socialapp.notices import services as notices
from socialapp.notices.models import Notice

if TYPE_CHECKING:
    from feed.models import Post
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character


def liked(post: Post, fan: User) -> None:
    """To its author: everybody who likes it in one notice. Nobody under 18 is named, so
    of them nobody hears."""
    if not fan.is_minor:
        notices.notify(
            people=[post.author],
            kind=Notice.Kind.POST_LIKED,
            about=f"post:{post.key}",
            lead=f"@{fan.username} liked “{post.title}”.",
            url=post.get_absolute_url(),
            action="Look",
            by=fan,
        )


def unliked(post: Post, fan: User) -> None:
    notices.forget(about=f"post:{post.key}", kinds=[Notice.Kind.POST_LIKED], by=fan)


def followed(
    follower: User,
    *,
    creator: User | None = None,
    character: Character | None = None,
) -> None:
    """To whoever is followed, or owns who is: those of today together. Nobody hears of
    whom they muted, and nobody under 18 is named."""
    person = creator
    if character is not None:
        person = character.owner
    if person is None or person.pk == follower.pk or not hears(person, follower):
        return
    if character is not None and character.starter:
        return
    now = timezone.now()
    today = Follow.objects.filter(
        heard(person, "person"),
        creator=creator,
        character=character,
        created__date=now.date(),
    )
    others = today.exclude(person=follower).values("person").distinct().count()
    name = "Somebody" if follower.is_minor else f"@{follower.username}"
    if others:
        name += f" and {others} other{'' if others == 1 else 's'}"
    whom = "you" if character is None else character.name
    about = f"user:{person.pk}" if character is None else f"character:{character.key}"
    about += f":followers:{now:%Y-%m-%d}"
    # The one of earlier today says less.
    notices.forget(about=about, kinds=[Notice.Kind.FOLLOWED])
    notices.notify(
        people=[person],
        kind=Notice.Kind.FOLLOWED,
        about=about,
        lead=f"{name} follow{'' if others else 's'} {whom}.",
        url=(
            f"{person.get_absolute_url()}followers/"
            if character is None
            else character.get_absolute_url()
        ),
        action="Look",
    )
