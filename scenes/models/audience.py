"""What people do around a scene: they like it, rate it and write under it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from moderation.models import ApprovalState
from scenes.models.story import Scene
from socialapp.accounts.circle import not_apart
from socialapp.lib.ids import new_key
from socialapp.lib.models import Withholdable, on_stage

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User

    Viewer = User | AnonymousUser

MAX_COMMENT = 500
"""Characters."""

STARS = (1, 2, 3, 4, 5)


class SceneStat(models.Model):
    """The counters of a scene: small rows that change often."""

    scene = models.OneToOneField(
        Scene, models.CASCADE, primary_key=True, related_name="stat"
    )
    plays = models.PositiveIntegerField(default=0)
    """People who took a choice in it, each once; its author is not counted."""

    finishes = models.PositiveIntegerField(default=0)
    """Of these, the ones who came to an ending."""

    likes = models.PositiveIntegerField(default=0)
    stars = models.PositiveIntegerField(default=0)
    """Of all ratings together."""

    ratings = models.PositiveIntegerField(default=0)
    comments = models.PositiveIntegerField(default=0)
    """That others can read."""

    def __str__(self) -> str:
        return f"{self.plays} played scene {self.scene_id}"

    @property
    def average(self) -> float | None:
        """1 to 5; None before the first rating."""
        return self.stars / self.ratings if self.ratings else None


class SceneLike(models.Model):
    scene = models.ForeignKey(Scene, models.CASCADE, related_name="likes")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="scene_likes"
    )
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scene", "person"], name="scene_like_once")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} likes scene {self.scene_id}"


class SceneRating(models.Model):
    scene = models.ForeignKey(Scene, models.CASCADE, related_name="ratings")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="scene_ratings"
    )
    stars = models.PositiveSmallIntegerField()
    created = models.DateTimeField(default=timezone.now, editable=False)
    changed = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["scene", "person"], name="scene_rating_once"
            ),
            models.CheckConstraint(
                condition=Q(stars__gte=STARS[0], stars__lte=STARS[-1]),
                name="scene_rating_stars",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stars} stars for scene {self.scene_id}"


class SceneCommentQuerySet(models.QuerySet["SceneComment"]):
    def counted(self) -> SceneCommentQuerySet:
        """Those that others can read, and that the counter counts."""
        return self.filter(approval=ApprovalState.APPROVED, withheld="")

    def visible_to(self, viewer: Viewer) -> SceneCommentQuerySet:
        """One's own also while they wait for a look."""
        shown = Q(approval=ApprovalState.APPROVED, person__leaves__isnull=True)
        if viewer.is_authenticated:
            shown |= Q(person=viewer)
        return self.filter(
            not_apart(viewer, "person"), shown, on_stage(viewer, "person")
        )


class SceneComment(Withholdable):
    """Written once and never changed, so what was approved is what is shown."""

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    scene = models.ForeignKey(Scene, models.CASCADE, related_name="comments")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="scene_comments"
    )
    text = models.CharField(max_length=MAX_COMMENT)
    approval = models.CharField(
        max_length=8,
        choices=ApprovalState,
        default=ApprovalState.PENDING,
        editable=False,
    )
    created = models.DateTimeField(default=timezone.now, editable=False)

    objects = models.Manager.from_queryset(SceneCommentQuerySet)()

    class Meta:
        indexes = [
            models.Index(fields=["scene", "-created"], name="scene_comment_newest"),
            models.Index(fields=["person"], name="scene_comment_person"),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def counts(self) -> bool:
        """Whether others can read it."""
        return self.approval == ApprovalState.APPROVED and self.withheld == ""

    def get_absolute_url(self) -> str:
        return f"{self.scene.get_absolute_url()}#comment-{self.key}"
