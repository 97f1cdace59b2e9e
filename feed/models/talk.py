"""What characters answer under posts: one row for each comment that is to be answered."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from feed.models.posts import Post
from socialapp.comments.models import Comment


class CommentAnswer(models.Model):
    """Made in the transaction that shows the comment, so no crash forgets it; a comment
    has one, so nothing answers it twice."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waits"
        MAKING = "making", "Is made"
        SAID = "said", "Was said"
        SILENT = "silent", "Nothing was said"

    comment = models.OneToOneField(
        Comment, models.CASCADE, primary_key=True, related_name="machine_answer"
    )
    post = models.ForeignKey(Post, models.CASCADE, related_name="comment_answers")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    why = models.CharField(max_length=200, blank=True)
    """Nothing was said, for staff; or the engine that said it."""

    fence = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=80, blank=True)
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["created"],
                name="answer_waiting",
                condition=Q(state__in=["waiting", "making"]),
            ),
            models.Index(fields=["post", "-created"], name="answer_of_post"),
        ]

    def __str__(self) -> str:
        return f"Answer to comment {self.comment_id}: {self.state}"
