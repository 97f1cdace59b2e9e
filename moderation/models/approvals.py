"""What was approved of a thing, hash by hash, and what still waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from socialapp.lib.ids import new_key

if TYPE_CHECKING:
    from moderation.approvals.facets import Facet


class ApprovalState(models.TextChoices):
    """For the rows of apps too, which keep the state of their newest words."""

    APPROVED = "approved", "Approved"
    PENDING = "pending", "Waits for a look"
    REFUSED = "refused", "Refused"
    REPLACED = "replaced", "Replaced before anybody looked"


class ApprovalQuerySet(models.QuerySet["Approval"]):
    def of(self, kind: str, key: str) -> ApprovalQuerySet:
        return self.filter(kind=kind, subject_key=key)

    def about(self, facet: Facet) -> ApprovalQuerySet:
        """Exactly what this facet says now."""
        return self.filter(facet=facet.name, sha256=facet.sha256)

    def waiting(self) -> ApprovalQuerySet:
        return self.filter(state=ApprovalState.PENDING)


class Approval(models.Model):
    """One version of one facet of one thing; another version is another row, so a
    decision never reaches further than what was looked at."""

    State = ApprovalState

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    kind = models.CharField(max_length=24)
    """As registered in ``moderation.subjects``: ``character``, ``clip``, ``post``..."""

    subject_key = models.CharField(max_length=80)
    facet = models.CharField(max_length=16)
    """``persona``, ``script``, ``voice``, ``caption``..."""

    sha256 = models.CharField(max_length=64)
    """Hex, of ``Facet.canonical()``; what is served must have it."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="approvals"
    )
    state = models.CharField(
        max_length=8, choices=ApprovalState, default=ApprovalState.PENDING
    )
    content = models.JSONField(default=dict, blank=True)
    """``Facet.to_json()``, while somebody may have to read or apply it."""

    why = models.CharField(max_length=400, blank=True)
    """In words for its owner; empty when it is approved."""

    findings = models.JSONField(default=list, blank=True)
    version = models.CharField(max_length=120, blank=True)
    """Of what screened it, or who vouched for it."""

    unchecked = models.BooleanField(default=False)
    """It waits because nothing could look at it, and is tried again."""

    tries = models.PositiveSmallIntegerField(default=0)
    next_try = models.DateTimeField(default=timezone.now)
    told = models.BooleanField(default=True)
    """The app of the thing heard of the newest decision."""

    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    """The moderator; null: the rules decided."""

    decided = models.DateTimeField(null=True, blank=True)
    asked = models.DateTimeField(default=timezone.now)
    """When its owner last wanted it so: the newest is what they see."""

    created = models.DateTimeField(default=timezone.now, editable=False)

    objects = models.Manager.from_queryset(ApprovalQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_key", "facet", "sha256"],
                name="approval_once",
            ),
            models.CheckConstraint(
                name="approval_state_known",
                condition=Q(state__in=["approved", "pending", "refused", "replaced"]),
            ),
        ]
        indexes = [
            models.Index(
                fields=["owner", "facet", "sha256"], name="approval_same_words"
            ),
            models.Index(
                fields=["next_try"],
                name="approval_waiting",
                condition=Q(state="pending"),
            ),
            models.Index(
                fields=["id"], name="approval_untold", condition=Q(told=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.facet} of {self.kind}:{self.subject_key}, {self.state}"

    @property
    def approved(self) -> bool:
        return self.state == ApprovalState.APPROVED

    @property
    def pending(self) -> bool:
        return self.state == ApprovalState.PENDING

    @property
    def says(self) -> dict[str, Any]:
        """Field to value, of what waits or was refused; empty once it is applied."""
        return dict(self.content.get("says", {}))
