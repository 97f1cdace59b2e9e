"""Feeds that people build from rules, and words they want to hear nothing of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from socialapp.accounts.circle import not_apart
from socialapp.lib.ids import new_key
from socialapp.lib.models import Withholdable, on_stage

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User

    Viewer = User | AnonymousUser


class CustomFeedQuerySet(models.QuerySet["CustomFeed"]):
    def listed(self) -> CustomFeedQuerySet:
        """Fit to be shown around."""
        return self.filter(
            visibility=CustomFeed.Visibility.PUBLIC,
            withheld="",
            owner__is_active=True,
            owner__leaves__isnull=True,
        )

    def visible_to(self, viewer: Viewer) -> CustomFeedQuerySet:
        """What this viewer may open when they know where it is."""
        shown = ~Q(visibility=CustomFeed.Visibility.PRIVATE)
        shown &= Q(owner__is_active=True, owner__leaves__isnull=True)
        if viewer.is_authenticated:
            shown |= Q(owner=viewer.pk)
        return self.filter(shown, on_stage(viewer, "owner"), not_apart(viewer, "owner"))


class CustomFeed(Withholdable):
    class Visibility(models.TextChoices):
        PUBLIC = "public", "Everyone"
        UNLISTED = "unlisted", "Anyone with the link"
        PRIVATE = "private", "Only me"

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="custom_feeds"
    )
    name = models.CharField(max_length=60)
    note = models.CharField(max_length=200, blank=True)
    rules = models.JSONField()
    """As in ``feed.rules.Rules``."""

    visibility = models.CharField(
        max_length=8, choices=Visibility, default=Visibility.PRIVATE
    )
    created = models.DateTimeField(default=timezone.now, editable=False)
    changed = models.DateTimeField(default=timezone.now, editable=False)

    objects = models.Manager.from_queryset(CustomFeedQuerySet)()

    class Meta:
        indexes = [
            models.Index(fields=["owner", "-created"], name="custom_feed_owner"),
            models.Index(
                fields=["-changed"],
                name="custom_feed_public",
                condition=Q(visibility="public", withheld=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.key})"

    def get_absolute_url(self) -> str:
        return f"/feeds/{self.key}/"


class Subscription(models.Model):
    """A person keeps a feed among their own, also one that somebody else built."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="subscriptions"
    )
    feed = models.ForeignKey(CustomFeed, models.CASCADE, related_name="subscriptions")
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "feed"], name="subscribed_once")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} reads {self.feed_id}"


class MutedWordQuerySet(models.QuerySet["MutedWord"]):
    def now(self) -> MutedWordQuerySet:
        return self.filter(Q(until__isnull=True) | Q(until__gt=Now()))


class MutedWord(models.Model):
    """Posts that say it are on none of this person's pages, unless they wrote them."""

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="muted_words"
    )
    words = models.CharField(max_length=60)
    """Folded: see ``feed.words.fold``."""

    until = models.DateTimeField(null=True, blank=True)
    """Empty: for good."""

    created = models.DateTimeField(default=timezone.now, editable=False)

    objects = models.Manager.from_queryset(MutedWordQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "words"], name="muted_once")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} mutes a word"
