"""A story that people play: what its author writes on, and the versions of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from moderation.models import ApprovalState
from scenes.machine.model import RATINGS
from socialapp.accounts.circle import not_apart
from socialapp.lib.ids import new_key
from socialapp.lib.models import Withholdable, on_stage

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User

    Viewer = User | AnonymousUser


def _fit_for(viewer: Viewer) -> Q:
    if viewer.is_authenticated and not viewer.is_minor:
        return Q()
    return ~Q(rating="mature") & Q(adults_only=False)


class SceneQuerySet(models.QuerySet["Scene"]):
    def listed(self) -> SceneQuerySet:
        """Fit for lists that anyone may read."""
        return self.filter(
            visibility=Scene.Visibility.PUBLIC,
            version__isnull=False,
            removed__isnull=True,
            owner__leaves__isnull=True,
            withheld="",
        )

    def fit_for(self, viewer: Viewer) -> SceneQuerySet:
        """Without those of people from whom this viewer keeps apart, and without what
        only adults may play, for everybody else."""
        return self.filter(not_apart(viewer, "owner"), _fit_for(viewer))

    def visible_to(self, viewer: Viewer) -> SceneQuerySet:
        """What this viewer may open when they know where it is; what is their own in
        any case, for a draft may say anything of itself."""
        shown = (
            ~Q(visibility=Scene.Visibility.PRIVATE)
            & Q(version__isnull=False)
            & Q(owner__leaves__isnull=True)
            & _fit_for(viewer)
        )
        if viewer.is_authenticated:
            shown |= Q(owner=viewer)
        there = self.filter(not_apart(viewer, "owner"), removed__isnull=True)
        return there.filter(shown, on_stage(viewer, "owner"))

    def full(self) -> SceneQuerySet:
        """With everything that a list shows, and without the texts."""
        return self.select_related("owner", "version").defer(
            "draft", "version__document"
        )


RATING_CHOICES = [(rating, rating) for rating in RATINGS]


class Scene(Withholdable):
    class Visibility(models.TextChoices):
        PUBLIC = "public", "Everyone"
        UNLISTED = "unlisted", "Anyone with the link"
        PRIVATE = "private", "Only me"

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="scenes"
    )
    title = models.CharField(max_length=120)
    """Of the version on stage, before there is one: of the draft. So are the next ones."""

    logline = models.CharField(max_length=300, blank=True)
    genre = models.CharField(max_length=60, blank=True)
    rating = models.CharField(max_length=8, choices=RATING_CHOICES, default="everyone")
    languages = models.JSONField(default=list, blank=True)
    tags = models.JSONField(default=list, blank=True)
    """Up to ten lowercase words, chosen by the author."""

    visibility = models.CharField(
        max_length=8, choices=Visibility, default=Visibility.PRIVATE
    )
    remixable = models.BooleanField(default=False)
    """Others may begin a scene of their own with this one."""

    version = models.ForeignKey(
        "scenes.SceneVersion", models.SET_NULL, related_name="+", null=True, blank=True
    )
    """On stage; null: never published, or taken back."""

    origin = models.ForeignKey(
        "scenes.SceneVersion",
        models.SET_NULL,
        related_name="remixes",
        null=True,
        blank=True,
    )
    """What it was begun with, when it is a remix."""

    draft = models.TextField(blank=True)
    """As its author saved it last: not always a scene, sometimes not even JSON."""

    draft_rev = models.PositiveIntegerField(default=1)
    """Grows with each save; who saves names the one that they changed."""

    draft_changed = models.DateTimeField(default=timezone.now, editable=False)

    starter = models.CharField(max_length=40, blank=True, editable=False)
    """Id in ``scenes.content``, of those that the house brought."""

    adults_only = models.BooleanField(default=False, editable=False)
    """Set by moderation, whatever the author's rating says."""

    demoted = models.BooleanField(default=False, editable=False)
    """In no list but its author's; set by moderation."""

    created = models.DateTimeField(default=timezone.now, editable=False)
    published = models.DateTimeField(null=True, blank=True, editable=False)
    """When the version on stage came there."""

    removed = models.DateTimeField(null=True, blank=True, editable=False)

    objects = models.Manager.from_queryset(SceneQuerySet)()

    class Meta:
        indexes = [
            models.Index(fields=["owner", "-created"], name="scene_owner"),
            models.Index(
                fields=["-published", "-id"],
                name="scene_newest",
                condition=Q(visibility="public", removed__isnull=True),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["starter"], name="scene_starter_once", condition=~Q(starter="")
            )
        ]

    def __str__(self) -> str:
        return self.title or self.key

    def get_absolute_url(self) -> str:
        return reverse("scene", args=[self.key])


class SceneVersion(models.Model):
    """What was published once: never changed, so plays of it never break."""

    scene = models.ForeignKey(Scene, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, editable=False, db_index=True)
    """``scenes.machine.digest``: SHA-256 of `document`, in hex."""

    document = models.TextField()
    """The canonical text."""

    note = models.CharField(max_length=300, blank=True)
    """What changed, in the author's words."""

    title = models.CharField(max_length=120)
    rating = models.CharField(max_length=8, choices=RATING_CHOICES)
    states = models.PositiveIntegerField()
    endings = models.PositiveIntegerField()
    words = models.PositiveIntegerField()
    """Of all lines and narrations."""

    minutes = models.FloatField()
    """That one play takes, as estimated."""

    approval = models.CharField(
        max_length=8,
        choices=ApprovalState,
        default=ApprovalState.PENDING,
        editable=False,
    )
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["scene", "number"], name="version_once")
        ]

    def __str__(self) -> str:
        return f"{self.title}, version {self.number}"
