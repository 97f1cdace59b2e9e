"""What is known of who looks: whom they follow, what they were shown, what they do not
want; and the lists and weights that were made of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from feed.models.posts import Post
from socialapp.characters.models import Character
from socialapp.lib.ids import new_key


class Follow(models.Model):
    """A person follows another one, or a character whoever makes clips with it."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="follows"
    )
    creator = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="followers", null=True
    )
    character = models.ForeignKey(
        Character, models.CASCADE, related_name="followers", null=True
    )
    post = models.ForeignKey(
        Post, models.SET_NULL, null=True, editable=False, related_name="won"
    )
    """After which it was asked for; the post counts it (`PostStat.follows`)."""

    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "creator"], name="follow_person_once"
            ),
            models.UniqueConstraint(
                fields=["person", "character"], name="follow_character_once"
            ),
            models.CheckConstraint(
                condition=Q(creator__isnull=False) ^ Q(character__isnull=False),
                name="follow_of_one",
            ),
        ]
        # The newest few hundred are asked for at every page.
        indexes = [models.Index(fields=["person", "-id"], name="follow_newest")]

    def __str__(self) -> str:
        return f"{self.person_id} follows {self.creator_id or self.character_id}"


class Hidden(models.Model):
    """A character of whom a person wants to see nothing in their feed; people are muted
    (``accounts.Mute``)."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="hidden"
    )
    character = models.ForeignKey(Character, models.CASCADE, related_name="+")
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name_plural = "hidden"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "character"], name="hidden_character_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} hides {self.character_id}"


class Unwanted(models.Model):
    """ "Less like this": neither this post again, nor so much of what it is like."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="unwanted"
    )
    post = models.ForeignKey(Post, models.CASCADE, related_name="unwanted")
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name_plural = "unwanted"
        constraints = [
            models.UniqueConstraint(fields=["person", "post"], name="unwanted_once")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} wants less like {self.post_id}"


class Impression(models.Model):
    """One viewer was shown one post, on one day; and what came of it."""

    viewer = models.CharField(max_length=80)
    """As in `View`."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="impressions")
    day = models.DateField()
    place = models.PositiveIntegerField(default=0)
    """In the list, from 0."""

    seconds = models.FloatField(default=0.0)
    """That it was on screen, the longest time: at most what one look can count."""

    watched = models.FloatField(default=0.0)
    """The longest stretch of it, as a fraction."""

    traits = models.JSONField(default=list)
    """What the ranking knew when it was shown: a number for each of
    ``feed.ranking.traits.NAMES``. Empty: it was not ranked."""

    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["viewer", "post", "day"], name="impression_once_a_day"
            )
        ]
        indexes = [
            models.Index(fields=["created"], name="impression_created"),
            # The newest of a viewer are asked for at every page and every beacon.
            models.Index(fields=["viewer", "-created"], name="impression_of_viewer"),
        ]

    def __str__(self) -> str:
        return f"{self.viewer} was shown {self.post_id}"


class RankedList(models.Model):
    """An order that one viewer is reading: pages are cut from it, so that nothing is
    shown twice or skipped while posts are added."""

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    viewer = models.CharField(max_length=80)
    """Whose it is, as in `View`; empty: anybody's."""

    posts = models.JSONField(default=list)
    """``[post id, [trait, ...], 1 for a first chance]`` in order; no traits: not ranked."""

    weights = models.JSONField(default=list)
    """A number for each trait, as they were then: trait times weight is the term that
    explains a place."""

    created = models.DateTimeField(default=timezone.now, editable=False, db_index=True)

    def __str__(self) -> str:
        return f"List {self.key} of {len(self.posts)}"


class Ranker(models.Model):
    """Weights that were learnt, and how they did on days that they had not seen."""

    weights = models.JSONField()
    """As in ``feed.ranking.Weights``."""

    report = models.JSONField(default=dict)
    active = models.BooleanField(default=False)
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["active"], name="ranker_one_active", condition=Q(active=True)
            )
        ]

    def __str__(self) -> str:
        return f"Weights of {self.created:%Y-%m-%d}"
