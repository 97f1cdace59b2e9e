"""Who came of whom, who asked to, and what the owners of originals said."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from avatarfx.models import Clip
from avatarfx.remixes import RemixKind
from feed.models.posts import Post
from socialapp.characters.models import Character
from socialapp.lib.ids import new_key
from socialapp.lib.models import Withholdable

OPEN_FOR = dt.timedelta(days=14)
"""How long a request waits for an answer, and an approval to be used."""

MAX_WORD = 280


class Remix(models.Model):
    """One post that was made of another. It outlives both, so that the credit does."""

    class Outcome(models.TextChoices):
        KEEP = "keep", "Keep it"
        UNLINK = "unlink", "Take my credit off"
        HIDE = "hide", "Take it off the stage"

    child = models.OneToOneField(Post, models.SET_NULL, null=True, related_name="remix")
    parent = models.ForeignKey(Post, models.SET_NULL, null=True, related_name="remixes")
    root = models.ForeignKey(Post, models.SET_NULL, null=True, related_name="+")
    """Where the chain begins."""

    before = models.ForeignKey("self", models.SET_NULL, null=True, related_name="after")
    """The parent's own row, when it is a remix too: the chain holds although posts in
    the middle of it are erased."""

    kind = models.CharField(max_length=8, choices=RemixKind)
    credit = models.JSONField(default=dict)
    """Of the parent, as it was then: ``title``, ``handle``, ``characters`` (key and
    name of each)."""

    credited = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    """The parent's author: their handle in `credit` goes when they do."""

    cast = models.ManyToManyField(Character, related_name="+", blank=True)
    """On the parent's stage, for their names in `credit` and the words of owners."""

    outcome = models.CharField(max_length=6, choices=Outcome, default=Outcome.KEEP)
    """The furthest that somebody asked for who may: see `RemixOutcome`."""

    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name_plural = "remixes"
        indexes = [models.Index(fields=["parent", "-id"], name="remix_of")]
        constraints = [
            models.CheckConstraint(
                condition=Q(parent__isnull=True)
                | Q(child__isnull=True)
                | ~Q(child=F("parent")),
                name="remix_of_another",
            )
        ]

    def __str__(self) -> str:
        return f"{self.child_id} is a {self.kind} of {self.parent_id}"


class RemixOutcome(models.Model):
    """What one of the owners of an original wants for one remix of it."""

    remix = models.ForeignKey(Remix, models.CASCADE, related_name="outcomes")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="remix_outcomes"
    )
    choice = models.CharField(max_length=6, choices=Remix.Outcome)
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["remix", "person"], name="remix_outcome_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} wants {self.choice} for {self.remix_id}"


class RemixRequestQuerySet(models.QuerySet["RemixRequest"]):
    def open(self) -> RemixRequestQuerySet:
        """Neither answered to the end nor used, and not too old for either."""
        waiting = [RemixRequest.State.ASKED, RemixRequest.State.APPROVED]
        return self.filter(state__in=waiting, expires__gt=timezone.now())

    def full(self) -> RemixRequestQuerySet:
        return self.select_related(
            "asker", "post__author", "post__clip", "post__snippet", "character", "clip"
        )


class RemixRequest(Withholdable):
    """One wish to remix, word for word: what its owners saw is what is made, once. A
    wish that needed no answer is used at once."""

    class State(models.TextChoices):
        ASKED = "asked", "Waits"
        APPROVED = "approved", "Approved"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn"
        EXPIRED = "expired", "Expired"
        USED = "used", "Made"

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    asker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="remix_requests"
    )
    post = models.ForeignKey(Post, models.CASCADE, related_name="remix_requests")
    kind = models.CharField(max_length=8, choices=RemixKind)
    character = models.ForeignKey(Character, models.CASCADE, related_name="+")
    """Who speaks."""

    script = models.TextField(max_length=2000)
    title = models.CharField(max_length=80, blank=True)
    caption = models.CharField(max_length=500, blank=True)
    seat = models.CharField(max_length=8, blank=True)
    """Of a talk: whose lines the character says."""

    sha256 = models.CharField(max_length=64, editable=False)
    """Of all that was shown: see ``feed.remixes.wishes.Wish``."""

    state = models.CharField(max_length=9, choices=State, default=State.ASKED)
    clip = models.OneToOneField(
        Clip, models.SET_NULL, null=True, related_name="remix_request"
    )
    """What was made of it."""

    created = models.DateTimeField(default=timezone.now, editable=False)
    decided = models.DateTimeField(null=True, editable=False)
    expires = models.DateTimeField(editable=False)

    objects = models.Manager.from_queryset(RemixRequestQuerySet)()

    class Meta:
        indexes = [
            models.Index(fields=["asker", "-created"], name="remix_request_mine"),
            models.Index(
                fields=["expires"],
                name="remix_request_due",
                condition=Q(state__in=["asked", "approved"]),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["asker", "post", "kind"],
                name="remix_request_one_open",
                condition=Q(state__in=["asked", "approved"]),
            )
        ]

    def __str__(self) -> str:
        return f"Request {self.key} ({self.state})"

    def get_absolute_url(self) -> str:
        return f"/remixes/#request-{self.key}"


class RemixAnswer(models.Model):
    """Whose consent a request needs, and what they said."""

    request = models.ForeignKey(RemixRequest, models.CASCADE, related_name="answers")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="remix_answers"
    )
    agreed = models.BooleanField(null=True)
    word = models.CharField(max_length=MAX_WORD, blank=True)
    decided = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["request", "person"], name="remix_answer_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["person"],
                name="remix_answer_due",
                condition=Q(agreed__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"Answer of {self.person_id} to {self.request_id}"


class RemixPass(models.Model):
    """Somebody whom a person need not be asked about any more."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="remix_passes"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="remix_passes_held"
    )
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name_plural = "remix passes"
        constraints = [
            models.UniqueConstraint(fields=["owner", "person"], name="remix_pass_once"),
            models.CheckConstraint(
                condition=~Q(owner=F("person")), name="remix_pass_of_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} may remix {self.owner_id}"
