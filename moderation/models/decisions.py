"""What was decided, the statement of reasons that says why, and the appeal against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from moderation.models.cases import Case
from socialapp.lib.ids import new_key

if TYPE_CHECKING:
    from datetime import datetime


class Measure(models.TextChoices):
    NONE = "none", "Leave it"
    LABEL = "label", "Label"
    AGE_LIMIT = "age-limit", "Adults only"
    DEMOTE = "demote", "Show less"
    HIDE = "hide", "Hide"
    REMOVE = "remove", "Remove"
    WARN = "warn", "Warn the author"
    SUSPEND = "suspend", "Suspend the account"
    BAN = "ban", "Ban the account"
    RESTORE = "restore", "Restore"


RESTRICTING = frozenset(
    {
        Measure.LABEL,
        Measure.AGE_LIMIT,
        Measure.DEMOTE,
        Measure.HIDE,
        Measure.REMOVE,
        Measure.SUSPEND,
        Measure.BAN,
    }
)
"""Those that need a statement of reasons (DSA, Article 17)."""


class DecisionQuerySet(models.QuerySet["Decision"]):
    def standing(self) -> DecisionQuerySet:
        return self.filter(undone__isnull=True)


class Decision(models.Model):
    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="decisions")
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="decisions",
        null=True,
        blank=True,
    )
    measure = models.CharField(max_length=12, choices=Measure)
    rule = models.CharField(max_length=8, blank=True)
    """Number in ``moderation.rules``; empty when nothing was broken."""

    rules_version = models.CharField(max_length=16, blank=True)
    reason = models.TextField(max_length=2000, blank=True)
    """The facts, in words for the author."""

    template = models.CharField(max_length=40, blank=True)
    automated = models.BooleanField(default=False)
    """No person looked at it before it took effect."""

    label = models.CharField(max_length=80, blank=True)
    """The words of a warning label."""

    until = models.DateTimeField(null=True, blank=True)
    """The end of a suspension; null: until decided otherwise."""

    batch = models.CharField(max_length=16, blank=True, db_index=True)
    """Common to what was decided at one stroke, so that it can be undone at one."""

    answers = models.ForeignKey(
        "moderation.Appeal",
        models.SET_NULL,
        related_name="outcomes",
        null=True,
        blank=True,
    )
    """The appeal that this decision answers."""

    created = models.DateTimeField(default=timezone.now, editable=False)
    undone = models.DateTimeField(null=True, blank=True, editable=False)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="undone_decisions",
        null=True,
        blank=True,
    )

    objects = models.Manager.from_queryset(DecisionQuerySet)()

    class Meta:
        indexes = [models.Index(fields=["-created"], name="decision_newest")]
        constraints = [
            models.CheckConstraint(
                name="decision_measure_known",
                condition=Q(measure__in=Measure.values),
            )
        ]

    def __str__(self) -> str:
        return f"Decision {self.key} ({self.measure})"

    @property
    def restricting(self) -> bool:
        return self.measure in RESTRICTING


class Statement(models.Model):
    """Statement of reasons (DSA, Article 17), in the fields of the EC's database.

    The values are those of ``moderation.dsa``, whose version is stored beside them.
    """

    decision = models.OneToOneField(Decision, models.CASCADE, related_name="statement")
    puid = models.CharField(max_length=40, unique=True, editable=False)
    """Platform unique identifier; never used twice."""

    schema = models.CharField(max_length=16)
    """Version of the mapping in ``moderation.dsa``."""

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="statements",
        null=True,
        blank=True,
    )
    decision_visibility = models.JSONField(default=list, blank=True)
    decision_visibility_other = models.CharField(max_length=500, blank=True)
    decision_monetary = models.CharField(max_length=60, blank=True)
    decision_provision = models.CharField(max_length=60, blank=True)
    decision_account = models.CharField(max_length=60, blank=True)
    account_type = models.CharField(max_length=40, blank=True)
    decision_ground = models.CharField(max_length=60)
    illegal_content_legal_ground = models.CharField(max_length=500, blank=True)
    illegal_content_explanation = models.TextField(max_length=2000, blank=True)
    incompatible_content_ground = models.CharField(max_length=500, blank=True)
    incompatible_content_explanation = models.TextField(max_length=2000, blank=True)
    incompatible_content_illegal = models.BooleanField(default=False)
    content_type = models.JSONField(default=list)
    content_type_other = models.CharField(max_length=500, blank=True)
    content_date = models.DateField(null=True, blank=True)
    content_language = models.CharField(max_length=2, blank=True)
    category = models.CharField(max_length=80)
    territorial_scope = models.JSONField(default=list)
    application_date = models.DateTimeField()
    end_date = models.DateTimeField(null=True, blank=True)
    decision_facts = models.TextField(max_length=5000)
    source_type = models.CharField(max_length=40)
    source = models.CharField(max_length=200, blank=True)
    automated_detection = models.BooleanField(default=False)
    automated_decision = models.CharField(max_length=40)
    url = models.CharField(max_length=300, blank=True)
    created = models.DateTimeField(default=timezone.now, editable=False)
    appeal_until = models.DateTimeField()
    """Six months (DSA, Article 20)."""

    class Meta:
        indexes = [models.Index(fields=["recipient", "-created"], name="sor_recipient")]

    def __str__(self) -> str:
        return f"Statement {self.puid}"

    def get_absolute_url(self) -> str:
        return f"/decisions/{self.puid}/"

    def open_at(self, now: datetime) -> bool:
        """Whether an appeal may still be opened at `now`."""
        return now <= self.appeal_until


class Appeal(models.Model):
    class State(models.TextChoices):
        OPEN = "open", "With a second moderator"
        ASKED = "asked", "A question waits for you"
        UPHELD = "upheld", "You were right"
        PARTLY = "partly", "Partly granted"
        REJECTED = "rejected", "Rejected"
        WITHDRAWN = "withdrawn", "Withdrawn"

    UNDECIDED = (State.OPEN, State.ASKED)

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    statement = models.OneToOneField(Statement, models.CASCADE, related_name="appeal")
    appellant = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="appeals",
        null=True,
        blank=True,
    )
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    opened = models.DateTimeField(default=timezone.now, editable=False)
    answer_by = models.DateTimeField(null=True, blank=True)
    """When a moderator's question is no longer waited for."""

    first_moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="appealed_decisions",
        null=True,
        blank=True,
    )
    """Who decided first; kept here so that the database itself refuses them."""

    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="decided_appeals",
        null=True,
        blank=True,
    )
    decided = models.DateTimeField(null=True, blank=True, editable=False)
    reason = models.TextField(max_length=2000, blank=True)
    """Why it was decided so, in words for the appellant."""

    class Meta:
        indexes = [models.Index(fields=["state", "opened"], name="appeal_queue")]
        constraints = [
            models.CheckConstraint(
                name="appeal_second_moderator",
                condition=Q(decided_by__isnull=True)
                | Q(first_moderator__isnull=True)
                | ~Q(decided_by=F("first_moderator")),
            ),
            models.CheckConstraint(
                name="appeal_state_known",
                condition=Q(
                    state__in=[
                        "open",
                        "asked",
                        "upheld",
                        "partly",
                        "rejected",
                        "withdrawn",
                    ]
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"Appeal {self.key}"

    @property
    def undecided(self) -> bool:
        return self.state in self.UNDECIDED


class AppealMessage(models.Model):
    """Both ways: the appellant never sees which moderator wrote."""

    class Side(models.TextChoices):
        PERSON = "person", "Appellant"
        MODERATOR = "moderator", "Moderator"

    appeal = models.ForeignKey(Appeal, models.CASCADE, related_name="messages")
    side = models.CharField(max_length=10, choices=Side)
    writer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="appeal_messages",
        null=True,
        blank=True,
    )
    text = models.TextField(max_length=2000)
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["created", "pk"]

    def __str__(self) -> str:
        return f"Message in {self.appeal_id}"
