"""What was reported or held: a case for each object, and the reports that made it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from moderation import rules
from socialapp.lib.ids import new_key
from socialapp.lib.states import Stateful

if TYPE_CHECKING:
    from datetime import datetime


class CaseQuerySet(models.QuerySet["Case"]):
    def open(self) -> CaseQuerySet:
        """Somebody still has to decide, the first time or after an appeal."""
        return self.filter(state__in=[*Case.UNDECIDED, Case.State.APPEALED])

    def of_subject(self, kind: str, key: str) -> CaseQuerySet:
        return self.filter(kind=kind, subject_key=key)

    def in_order(self) -> CaseQuerySet:
        """What must be done first: clocks that run, then the heaviest."""
        return self.order_by(F("due").asc(nulls_last=True), "-priority", "opened", "pk")


class Case(Stateful):
    """One object under review. The object is named by kind and key, not by a foreign
    key: kinds of object come from apps above, and a case outlives its object."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        CLAIMED = "claimed", "Claimed"
        DECIDED = "decided", "Decided"
        APPEALED = "appealed", "Appealed"
        CLOSED = "closed", "Closed"

    class Lane(models.TextChoices):
        NORMAL = "normal", "Reports"
        NCII = "ncii", "Intimate images"
        SCREENING = "screening", "Screening"

    UNDECIDED = (State.OPEN, State.CLAIMED)
    MOVES = {
        State.OPEN: frozenset({State.CLAIMED, State.DECIDED, State.CLOSED}),
        State.CLAIMED: frozenset({State.OPEN, State.DECIDED, State.CLOSED}),
        State.DECIDED: frozenset({State.APPEALED, State.OPEN, State.CLOSED}),
        State.APPEALED: frozenset({State.DECIDED, State.CLOSED}),
        State.CLOSED: frozenset({State.APPEALED, State.OPEN}),
    }

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    kind = models.CharField(max_length=24)
    """As registered in ``moderation.subjects``: ``clip``, ``post``, ``character``..."""

    subject_key = models.CharField(max_length=80)
    title = models.CharField(max_length=120, blank=True)
    """What the object was called when the case was opened."""

    snapshot = models.JSONField(default=dict, blank=True)
    """What it said when the case was opened: field to text."""

    media = models.JSONField(default=list, blank=True)
    """Storage names of its files at that time."""

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="cases",
        null=True,
        blank=True,
    )
    state = models.CharField(max_length=16, choices=State, default=State.OPEN)
    lane = models.CharField(max_length=12, choices=Lane, default=Lane.NORMAL)
    category = models.CharField(max_length=24, choices=rules.CATEGORIES, blank=True)
    """The heaviest that was named so far."""

    priority = models.FloatField(default=0.0)
    """See ``moderation.scoring``; as of the last report."""

    due = models.DateTimeField(null=True, blank=True)
    """The end of a legal clock: 48 hours for intimate images."""

    held = models.BooleanField(default=False)
    """Hidden until somebody decides."""

    detection = models.JSONField(default=dict, blank=True)
    """What a detector found, when one opened the case: name, version, scores."""

    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="claimed_cases",
        null=True,
        blank=True,
    )
    claimed_until = models.DateTimeField(null=True, blank=True)
    opened = models.DateTimeField(default=timezone.now, editable=False)
    decided = models.DateTimeField(null=True, blank=True, editable=False)
    """The first decision, for the time that decisions take."""

    objects = models.Manager.from_queryset(CaseQuerySet)()

    class Meta:
        indexes = [
            models.Index(fields=["state", "due", "-priority"], name="case_queue"),
            models.Index(fields=["kind", "subject_key"], name="case_subject"),
            models.Index(fields=["author", "-opened"], name="case_author"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_key"],
                name="case_once_while_open",
                condition=Q(state__in=["open", "claimed"]),
            ),
            models.CheckConstraint(
                name="case_state_known",
                condition=Q(
                    state__in=["open", "claimed", "decided", "appealed", "closed"]
                ),
            ),
        ]
        permissions = [
            ("work_case", "May claim and decide cases"),
            ("label_case", "May put warning labels on things"),
            ("sanction_account", "May suspend and ban accounts"),
            ("decide_appeal", "May decide appeals"),
            ("undo_decision", "May undo decisions of others"),
        ]

    def __str__(self) -> str:
        return f"Case {self.key}"

    def get_absolute_url(self) -> str:
        return f"/admin/moderation/case/{self.pk}/change/"

    def claimed_at(self, now: datetime) -> bool:
        """Whether somebody's claim holds at `now`."""
        return bool(
            self.claimed_by_id and self.claimed_until and self.claimed_until > now
        )


class Report(models.Model):
    """One person's word on one object, with what the object was at that moment."""

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="reports")
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="reports",
        null=True,
        blank=True,
    )
    category = models.CharField(max_length=24, choices=rules.CATEGORIES)
    note = models.TextField(max_length=2000, blank=True)
    snapshot = models.JSONField(default=dict, blank=True)
    media = models.JSONField(default=list, blank=True)
    trusted = models.BooleanField(default=False)
    """From a trusted flagger (DSA, Article 22)."""

    contact = models.JSONField(default=dict, blank=True)
    """Of somebody without an account: ``name``, ``email``, ``signature``,
    ``good_faith``, ``where`` (what identifies the picture)."""

    source = models.CharField(max_length=64, blank=True)
    """Digest of the network that an anonymous report came from."""

    created = models.DateTimeField(default=timezone.now, editable=False)
    told = models.DateTimeField(null=True, blank=True, editable=False)
    """When the reporter learnt the outcome."""

    class Meta:
        indexes = [
            models.Index(fields=["reporter", "-created"], name="report_reporter"),
            models.Index(fields=["source", "-created"], name="report_source"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "reporter"],
                name="report_once",
                condition=Q(reporter__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"Report {self.key}"


class Note(models.Model):
    """What moderators tell each other about a case; nobody else reads it."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="notes")
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="moderation_notes",
        null=True,
    )
    text = models.TextField(max_length=2000)
    created = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"Note on {self.case_id}"


class Hold(models.Model):
    """Why an object is withheld. It comes back when its last hold is lifted, so two
    decisions about one object do not undo each other."""

    class Level(models.TextChoices):
        HIDDEN = "hidden", "Hidden from others"
        REMOVED = "removed", "Removed"

    kind = models.CharField(max_length=24)
    subject_key = models.CharField(max_length=80)
    level = models.CharField(max_length=8, choices=Level)
    cause = models.CharField(max_length=32)
    """``case:<key>`` while it is reviewed, ``decision:<key>`` after that."""

    content = models.BooleanField(default=False)
    """What its files show is forbidden to everybody, not only what was done with it."""

    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_key", "cause"], name="hold_once"
            )
        ]
        indexes = [models.Index(fields=["cause"], name="hold_cause")]

    def __str__(self) -> str:
        return f"{self.kind}:{self.subject_key} {self.level} by {self.cause}"
