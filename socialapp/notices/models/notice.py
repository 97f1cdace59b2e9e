"""What a person is told, one row for each piece of news, however many cause it."""

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
        POST_LIKED = "post-liked", "My clip is liked"
        POST_COMMENTED = "post-commented", "A comment on my clip"
        COMMENT_REPLIED = "comment-replied", "A reply to my comment"
        COMMENT_LIKED = "comment-liked", "My comment is liked"
        FOLLOWED = "followed", "A new follower"
        REMIX_ASKED = "remix-asked", "Somebody asks to remix"
        REMIX_DECIDED = "remix-decided", "My remix request was answered"
        REMIXED = "remixed", "My work was remixed"
        REMIX_ENDED = "remix-ended", "A consent to remix ended"
        CASE_DECIDED = "case-decided", "A decision about me or my work"
        REPORT_DECIDED = "report-decided", "My report was decided"
        APPEAL_ANSWERED = "appeal-answered", "My appeal has a reply"
        WEBHOOK_FAILED = "webhook-failed", "A webhook of mine fails"

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices"
    )
    kind = models.CharField(max_length=24, choices=Kind)
    about = models.CharField(max_length=80)
    """What it is about, ``stream:<key>``: nobody is told twice."""

    people = models.PositiveIntegerField(default=1, editable=False)
    """How many caused it, as many as its ``by`` rows; 1 when nobody in particular did.
    0: all of them took it back; not shown, and kept only to know when it last rang."""

    lead = models.CharField(max_length=160)
    """The news, a sentence."""

    rest = models.CharField(max_length=160, blank=True, editable=False)
    """The sentence after the names, ``liked “Fog”.``; empty: it names nobody."""

    words = models.CharField(max_length=400, blank=True)
    """The rest of it."""

    url = models.CharField(max_length=200, blank=True)
    """A path of this house; empty: there is nowhere to go."""

    action = models.CharField(max_length=20, blank=True)
    """What one does there."""

    created = models.DateTimeField(default=timezone.now, editable=False)
    """When it was news, the last time: somebody who joins in makes it so again."""

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


class NoticeBy(models.Model):
    """Somebody who caused a piece of news, named in it until they take it back."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="by")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="news_caused"
    )
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "person"], name="notice_by_once")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.notice_id}"
