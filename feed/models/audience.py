"""What people do with posts. Counters live apart from the wide row."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from feed.models.posts import Post


class PostStat(models.Model):
    """The counters of a post: small rows that change often."""

    post = models.OneToOneField(
        Post, models.CASCADE, primary_key=True, related_name="stat"
    )
    likes = models.PositiveIntegerField(default=0)
    views = models.PositiveIntegerField(default=0)
    shown = models.PositiveIntegerField(default=0)
    """Impressions: a viewer a day once."""

    watched = models.FloatField(default=0.0)
    """Of the views, the sum of the fractions that were watched, each 0 to 1."""

    dwell = models.FloatField(default=0.0)
    """Of the impressions, the sum of their seconds."""

    follows = models.PositiveIntegerField(default=0)
    """Of its author or of somebody in it, from this post: how many `Follow` name it."""

    comments = models.PositiveIntegerField(default=0)
    """Those that are there and on stage."""

    remixes = models.PositiveIntegerField(default=0)
    """Public posts made of it, not of its remixes."""

    saves = models.PositiveIntegerField(default=0)
    shares = models.PositiveIntegerField(default=0)
    """A viewer a day once."""

    heat = models.FloatField(default=0.0, db_index=True)
    """Likes of late: the base-2 logarithm of a sum in which each counts 2 to the power
    of its moment in half-lives (``feed.heat``). So it never needs to be refreshed, and
    an index on it is the order of what is trending."""

    class Meta:
        indexes = [models.Index(fields=["shown", "post"], name="stat_unmet")]

    def __str__(self) -> str:
        return f"{self.likes} likes, {self.views} views of post {self.post_id}"


class Like(models.Model):
    post = models.ForeignKey(Post, models.CASCADE, related_name="likes")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="likes"
    )
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "user"], name="like_once")
        ]
        indexes = [models.Index(fields=["user", "-created"], name="like_user")]

    def __str__(self) -> str:
        return f"{self.user_id} likes {self.post_id}"


class Share(models.Model):
    """One viewer passed one post on, on one day: once, however often and by what way."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="passed_on")
    viewer = models.CharField(max_length=80)
    """As in `View`."""

    day = models.DateField()
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["post", "viewer", "day"], name="share_once_a_day"
            )
        ]
        # How many of late is asked before each one.
        indexes = [models.Index(fields=["viewer", "created"], name="share_of_late")]

    def __str__(self) -> str:
        return f"{self.viewer} shared {self.post_id}"


class Attention(models.Model):
    """Up to when the time of one viewer is accounted for: nobody watches, or looks, for
    longer than they were here (``feed.services.attention``)."""

    viewer = models.CharField(max_length=80, primary_key=True)
    """As in `View`."""

    watched = models.DateTimeField()
    """By what counted as views."""

    looked = models.DateTimeField()
    """By what counted as impressions."""

    def __str__(self) -> str:
        return f"Time of {self.viewer}"


class View(models.Model):
    """One viewer of one post on one day: reloading does not count again."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="views")
    viewer = models.CharField(max_length=80)
    """``user:<id>`` or ``visit:<digest of the anonymous visit>``."""

    day = models.DateField()
    seconds = models.FloatField(default=0.0)
    """Longest stretch watched."""

    completed = models.BooleanField(default=False)
    source = models.CharField(max_length=10, blank=True)
    """Where they came from, of ``feed.sources.NAMES``; empty: it was not told."""
    created = models.DateTimeField(default=timezone.now, null=True, editable=False)
    """Unknown of the first ones."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["post", "viewer", "day"], name="view_once_a_day"
            )
        ]
        # How many of late is asked before each one.
        indexes = [models.Index(fields=["viewer", "created"], name="view_of_late")]

    def __str__(self) -> str:
        return f"{self.viewer} saw {self.post_id}"
