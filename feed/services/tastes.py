"""What a person tells the feed: whom they follow, and what they want less of."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from feed.models import (
    Follow,
    Hidden,
    Impression,
    Post,
    PostStat,
    SnippetLine,
    Unwanted,
    View,
)
from feed.services import telling
from socialapp.accounts import circle, keeping_apart
from socialapp.accounts.services import AccountError

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

MOST_FOLLOWS = 20_000
"""Of one person."""


class TasteError(Exception):
    """A refusal; its text is for the person who asked."""


@transaction.atomic
def follow(
    *,
    person: User,
    creator: User | None = None,
    character: Character | None = None,
    post: Post | None = None,
) -> bool:
    """Follow one of both; whether this call did. `post`: after which it was asked for,
    which counts for the post when it leads to whom is followed and was seen by `person`.

    TasteError for oneself, for whom one keeps apart from, and for more than
    MOST_FOLLOWS. Whom one muted or hid one sees again.
    """
    if creator is not None and creator.pk == person.pk:
        raise TasteError("You see what you make anyway: follow somebody else.")
    if _are_apart(person, creator, character):
        raise TasteError("You cannot follow them while one of you blocks the other.")
    known = Follow.objects.filter(person=person, creator=creator, character=character)
    if not known.exists() and person.follows.count() >= MOST_FOLLOWS:
        raise TasteError(
            f"You follow {MOST_FOLLOWS:,} already. Let some of them go first."
        )
    won = post is not None and _has_won(post, person, creator, character)
    _, created = Follow.objects.get_or_create(
        person=person,
        creator=creator,
        character=character,
        defaults={"post": post if won else None},
    )
    unhide(person=person, creator=creator, character=character)
    if created:
        if won:
            count_won(post=post.pk if post else None)
        telling.followed(person, creator=creator, character=character)
    return created


def _has_won(
    post: Post, person: User, creator: User | None, character: Character | None
) -> bool:
    """Whether it leads to whom is followed, and `person` was shown or watched it today
    or yesterday (UTC)."""
    if creator is not None and post.author_id != creator.pk:
        return False
    if character is not None and not _plays_in(character, post):
        return False
    since = timezone.now().astimezone(dt.UTC).date() - dt.timedelta(days=1)
    seen = {"viewer": f"user:{person.pk}", "post": post, "day__gte": since}
    return (
        View.objects.filter(**seen).exists()
        or Impression.objects.filter(**seen).exists()
    )


def _plays_in(character: Character, post: Post) -> bool:
    """Every character on stage, not the lead alone."""
    if post.lead_id == character.pk:
        return True
    if post.clip is not None:
        return post.clip.actors.filter(character=character).exists()
    lines = SnippetLine.objects.filter(snippet=post.snippet_id, character=character)
    return lines.exists()


@transaction.atomic
def count_won(*, post: int | None) -> None:
    """Bring the post's count of follows in line with its rows. The lock lets one count at
    a time, so that none misses what another one is about to change."""
    if post is None or not PostStat.objects.select_for_update().filter(post=post):
        return
    follows = Follow.objects.filter(post=post).count()
    PostStat.objects.filter(post=post).update(follows=follows)


@transaction.atomic
def end_follows(follows: QuerySet[Follow]) -> int:
    """Delete these; the posts that won them have won so many less. How many it were."""
    won = sorted(set(follows.exclude(post=None).values_list("post", flat=True)))
    gone, _ = follows.delete()
    for post in won:
        count_won(post=post)
    return gone


def unfollow(
    *, person: User, creator: User | None = None, character: Character | None = None
) -> bool:
    """Whether there was something to let go."""
    return bool(
        end_follows(
            Follow.objects.filter(person=person, creator=creator, character=character)
        )
    )


def part(one: User, other: User) -> None:
    """End every follow between two people, of them and of their characters."""
    for person, whom in ((one, other), (other, one)):
        theirs = Q(creator=whom) | Q(character__owner=whom, character__starter=False)
        end_follows(Follow.objects.filter(theirs, person=person))


@transaction.atomic
def hide(
    *, person: User, creator: User | None = None, character: Character | None = None
) -> None:
    """Nothing of theirs comes to this person from now on: a person is muted, everywhere;
    a character is hidden in the feed, on any page of it. TasteError for oneself, and for
    more than anybody may mute."""
    if creator is not None:
        if creator.pk == person.pk:
            raise TasteError("Your own posts are not hidden from you.")
        try:
            keeping_apart.mute(person=person, whom=creator)
        except AccountError as error:
            raise TasteError(str(error)) from error
    if character is not None:
        Hidden.objects.get_or_create(person=person, character=character)
    unfollow(person=person, creator=creator, character=character)


def unhide(
    *, person: User, creator: User | None = None, character: Character | None = None
) -> None:
    """What they had liked or watched before counts again, as it did."""
    if creator is not None:
        keeping_apart.unmute(person=person, whom=creator)
    if character is not None:
        Hidden.objects.filter(person=person, character=character).delete()


def _are_apart(person: User, creator: User | None, character: Character | None) -> bool:
    if character is not None and character.starter:
        return False
    whom = creator
    if character is not None:
        whom = character.owner
    return whom is not None and circle.are_apart(person, whom)


def want_less(*, person: User, post: Post) -> None:
    """Not this post again, and less of its character and its tags."""
    Unwanted.objects.get_or_create(person=person, post=post)


def want_again(*, person: User, post: Post) -> None:
    Unwanted.objects.filter(person=person, post=post).delete()
