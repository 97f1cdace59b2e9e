"""What a person is told, one row for each piece of news."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from socialapp.lib.ids import new_key


class Notice(models.Model):
    """The words are stored, not made when they are read: news stays as it was."""

    class Kind(models.TextChoices):
        STREAM_STARTED = "stream-started", "A show began"
        STREAM_CANCELLED = "stream-cancelled", "A show was cancelled"
        STREAM_ENDED = "stream-ended", "My show ended"
        CLIP_READY = "clip-ready", "A clip is ready"
        CLIP_FAILED = "clip-failed", "A clip failed"
        SCENE_ON_STAGE = "scene-on-stage", "My scene is on stage"
        SCENE_REFUSED = "scene-refused", "My scene was refused"
        SCENE_COMMENT = "scene-comment", "A comment on my scene"
        SCENE_LIKED = "scene-liked", "My scene is liked"
        POST_COMMENTED = "post-commented", "A comment on my post"
        COMMENT_REPLIED = "comment-replied", "An answer to my comment"
        COMMENT_LIKED = "comment-liked", "My comment is liked"

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices"
    )
    kind = models.CharField(max_length=24, choices=Kind)
    about = models.CharField(max_length=80)
    """What it is about, ``stream:<key>``: nobody is told twice."""

    lead = models.CharField(max_length=160)
    """The news, a sentence."""

    words = models.CharField(max_length=400, blank=True)
    """The rest of it."""

    url = models.CharField(max_length=200, blank=True)
    """A path of this house; empty: there is nowhere to go."""

    action = models.CharField(max_length=20, blank=True)
    """What one does there."""

    created = models.DateTimeField(default=timezone.now, editable=False)
    seen = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["person", "-created", "-id"], name="notice_newest"),
            models.Index(
                fields=["person"], name="notice_new", condition=Q(seen__isnull=True)
            ),
            models.Index(fields=["about"], name="notice_about"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "about"], name="notice_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.person_id}"
