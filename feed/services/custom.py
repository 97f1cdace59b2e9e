"""The only writers of feeds that people build, and of the words they mute."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from feed import selectors
from feed.models import CustomFeed, MutedWord, RankedList, Subscription
from feed.rules import Rules, RulesError
from feed.words import MAX_LENGTH, fold
from moderation.screening.profiles import complaint
from socialapp.accounts.models import User
from socialapp.characters.models import Character
from socialapp.lib.text import TextError, clean_line

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    Viewer = User | AnonymousUser

MOST_FEEDS = 50
"""Of one person."""

MOST_SUBSCRIPTIONS = 100
MOST_WORDS = 200
MAX_NAME, MAX_NOTE = 60, 200
LONGEST_MUTE = 365
"""Days; for longer it is for good."""


class CustomFeedError(Exception):
    """A refusal; its text is for the person who asked, `field` is what it is about."""

    def __init__(self, message: str, field: str = "") -> None:
        self.field = field
        super().__init__(message)


def build_feed(
    *,
    owner: User,
    name: str,
    rules: Any,
    note: str = "",
    visibility: str = CustomFeed.Visibility.PRIVATE,
) -> CustomFeed:
    """CustomFeedError for rules that cannot be or name nobody, words that may not be
    shown, and too many feeds."""
    said = _said(owner, name, note, visibility)
    wanted = _rules(owner, rules)
    with transaction.atomic():
        # The row lock makes two orders of one person take turns.
        User.objects.select_for_update().get(pk=owner.pk)
        if owner.custom_feeds.count() >= MOST_FEEDS:
            raise CustomFeedError(
                f"You have {MOST_FEEDS} feeds already. Delete one you do not read."
            )
        return CustomFeed.objects.create(owner=owner, rules=wanted.to_json(), **said)


def change_feed(
    *,
    feed: CustomFeed,
    name: str | None = None,
    rules: Any = None,
    note: str | None = None,
    visibility: str | None = None,
) -> CustomFeed:
    """What is None stays. Errors as in `build_feed`."""
    said = _said(
        feed.owner,
        feed.name if name is None else name,
        feed.note if note is None else note,
        feed.visibility if visibility is None else visibility,
    )
    if rules is not None:
        feed.rules = _rules(feed.owner, rules).to_json()
    for field, value in said.items():
        setattr(feed, field, value)
    feed.changed = timezone.now()
    feed.save(update_fields=[*said, "rules", "changed"])
    return feed


def delete_feed(*, feed: CustomFeed) -> None:
    """For those who subscribed it is gone too."""
    feed.delete()


def set_feed_withheld(*, feed: CustomFeed, level: str) -> None:
    """For moderation: ``hidden``, ``removed`` or empty, which is back."""
    CustomFeed.objects.filter(pk=feed.pk).update(withheld=level)
    feed.withheld = level


def subscribe(*, person: User, feed: CustomFeed) -> None:
    """CustomFeedError for more than MOST_SUBSCRIPTIONS; again changes nothing."""
    known = Subscription.objects.filter(person=person, feed=feed).exists()
    if not known and person.subscriptions.count() >= MOST_SUBSCRIPTIONS:
        raise CustomFeedError(
            f"You read {MOST_SUBSCRIPTIONS} feeds already. Leave one first."
        )
    Subscription.objects.get_or_create(person=person, feed=feed)


def unsubscribe(*, person: User, feed: CustomFeed) -> None:
    Subscription.objects.filter(person=person, feed=feed).delete()


def mute_words(*, person: User, words: str, days: int | None = None) -> MutedWord:
    """A word or a phrase, for some days or for good. CustomFeedError for none, a long
    one, or too many. Again sets how long anew."""
    folded = fold(words.replace("\x00", ""))
    if not folded:
        raise CustomFeedError("Write a word or a phrase.", "words")
    if len(folded) > MAX_LENGTH:
        raise CustomFeedError(
            f"{len(folded)} characters are too many: {MAX_LENGTH} fit.", "words"
        )
    if days is not None and not 1 <= days <= LONGEST_MUTE:
        raise CustomFeedError(f"From 1 day to {LONGEST_MUTE}, or for good.", "days")
    mine = MutedWord.objects.filter(person=person)
    mine.exclude(pk__in=mine.now()).delete()
    if not mine.filter(words=folded).exists() and mine.count() >= MOST_WORDS:
        raise CustomFeedError(
            f"You mute {MOST_WORDS} words already. Let one of them back in.", "words"
        )
    until = timezone.now() + dt.timedelta(days=days) if days else None
    row, _ = MutedWord.objects.update_or_create(
        person=person, words=folded, defaults={"until": until}
    )
    return row


def unmute_words(*, person: User, key: str) -> bool:
    """Whether it was muted."""
    gone, _ = MutedWord.objects.filter(person=person, key=key).delete()
    return bool(gone)


def order_custom(*, viewer: Viewer, name: str, feed: CustomFeed) -> RankedList:
    """What of it is liked of late, as a list that is read page by page."""
    ids = selectors.custom_trending(
        viewer=viewer, rules=Rules.from_json(feed.rules), most=selectors.MOST
    )
    return RankedList.objects.create(viewer=name, posts=[(pk, [], 0) for pk in ids])


def _said(owner: User, name: str, note: str, visibility: str) -> dict[str, str]:
    """What others read of a feed, as it is kept."""
    if visibility not in CustomFeed.Visibility.values:
        raise CustomFeedError(
            "Choose who may see it: everyone, a link, or only you.", "visibility"
        )
    if owner.is_minor and visibility != CustomFeed.Visibility.PRIVATE:
        raise CustomFeedError(
            "Until you are 18 your feeds are for you alone.", "visibility"
        )
    said = {"visibility": visibility}
    for field, text, most in (("name", name, MAX_NAME), ("note", note, MAX_NOTE)):
        try:
            said[field] = clean_line(text, max_length=most, empty=field == "note")
        except TextError as error:
            raise CustomFeedError(str(error), field) from None
        if visibility == CustomFeed.Visibility.PRIVATE:
            continue
        if why := complaint(said[field], surface="caption", person=owner):
            raise CustomFeedError(why, field)
    return said


def _rules(owner: User, rules: Any) -> Rules:
    """Rules of people and characters that there are."""
    try:
        made = Rules.from_json(rules)
    except RulesError as error:
        raise CustomFeedError(str(error), error.field) from None
    people = User.objects.filter(is_active=True, leaves__isnull=True)
    known = set(
        people.filter(username__in=made.creators).values_list("username", flat=True)
    )
    for handle in made.creators:
        if handle not in known:
            raise CustomFeedError(f"There is nobody called @{handle}.", "creators")
    visible = Character.objects.visible_to(owner).filter(key__in=made.characters)
    keys = set(visible.values_list("key", flat=True))
    for key in made.characters:
        if key not in keys:
            raise CustomFeedError(f"There is no character {key[:40]}.", "characters")
    return made
