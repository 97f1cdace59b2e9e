"""What people keep: posts saved for themselves, and collections of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from feed.models.posts import Post
from moderation.models import ApprovalState
from socialapp.accounts.circle import not_apart
from socialapp.lib.ids import new_key
from socialapp.lib.models import Withholdable, on_stage

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User

    Viewer = User | AnonymousUser

MAX_TITLE, MAX_NOTE = 80, 300
"""Characters."""


class Save(models.Model):
    """Nobody but its person learns of it; the post counts how many there are."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saves"
    )
    post = models.ForeignKey(Post, models.CASCADE, related_name="saves")
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "person"], name="save_once")
        ]
        indexes = [models.Index(fields=["person", "-id"], name="save_newest")]

    def __str__(self) -> str:
        return f"{self.person_id} saved {self.post_id}"


class CollectionQuerySet(models.QuerySet["Collection"]):
    def listed(self) -> CollectionQuerySet:
        """Fit for lists that anyone may read."""
        return self.filter(
            visibility=Collection.Visibility.PUBLIC,
            owner__leaves__isnull=True,
            approval=ApprovalState.APPROVED,
            withheld="",
        )

    def visible_to(self, viewer: Viewer) -> CollectionQuerySet:
        """What this viewer may open when they know where it is; one's own also while
        its words wait for a look."""
        shown = ~Q(visibility=Collection.Visibility.PRIVATE) & Q(
            owner__leaves__isnull=True, approval=ApprovalState.APPROVED
        )
        if viewer.is_authenticated:
            shown |= Q(owner=viewer)
        there = self.filter(not_apart(viewer, "owner"))
        return there.filter(shown, on_stage(viewer, "owner"))


class Collection(Withholdable):
    class Visibility(models.TextChoices):
        PUBLIC = "public", "Everyone"
        UNLISTED = "unlisted", "Anyone with the link"
        PRIVATE = "private", "Only me"

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="collections"
    )
    title = models.CharField(max_length=MAX_TITLE)
    note = models.CharField(max_length=MAX_NOTE, blank=True)
    visibility = models.CharField(
        max_length=8, choices=Visibility, default=Visibility.PRIVATE
    )
    approval = models.CharField(
        max_length=8,
        choices=ApprovalState,
        default=ApprovalState.APPROVED,
        editable=False,
    )
    """Of its title and note, as they are: until then its owner alone sees it."""

    created = models.DateTimeField(default=timezone.now, editable=False)
    changed = models.DateTimeField(default=timezone.now, editable=False)

    objects = models.Manager.from_queryset(CollectionQuerySet)()

    class Meta:
        indexes = [models.Index(fields=["owner", "-changed"], name="collection_owner")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/collections/{self.key}/"


class CollectionItem(models.Model):
    collection = models.ForeignKey(Collection, models.CASCADE, related_name="items")
    post = models.ForeignKey(Post, models.CASCADE, related_name="+")
    position = models.IntegerField()
    """In the order that its owner gave; gaps mean nothing."""

    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("position", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["collection", "post"], name="collection_item_once"
            )
        ]
        indexes = [
            models.Index(fields=["collection", "position"], name="collection_order")
        ]

    def __str__(self) -> str:
        return f"{self.post_id} in {self.collection_id}"
