"""People who play one scene together: whose play it is, who is there, who voted what."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from scenes.models.play import Play
from socialapp.lib.ids import new_key

SECONDS = 30


class Company(models.Model):
    """Follows the play of its host, from choice to choice."""

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    """Whoever has it and is signed in may come along."""

    play = models.ForeignKey(Play, models.CASCADE, related_name="companies")
    host = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="hosted_companies"
    )
    seconds = models.PositiveSmallIntegerField(default=SECONDS)
    """After the first vote they are counted."""

    closes = models.DateTimeField(null=True, blank=True)
    """When the votes are counted; null: nobody has voted yet."""

    open = models.BooleanField(default=True)
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name_plural = "companies"
        constraints = [
            models.UniqueConstraint(
                fields=["play"], name="company_of_play_once", condition=Q(open=True)
            )
        ]

    def __str__(self) -> str:
        return f"Company {self.key} of play {self.play_id}"


class CompanySeat(models.Model):
    company = models.ForeignKey(Company, models.CASCADE, related_name="seats")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="company_seats"
    )
    joined = models.DateTimeField(default=timezone.now, editable=False)
    seen = models.DateTimeField(null=True, blank=True)
    """When its page last said so; null: it is closed."""

    left = models.DateTimeField(null=True, blank=True)
    barred = models.BooleanField(default=False)
    """The host sent them away, so the link lets them in no more."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "person"], name="company_seat_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in company {self.company_id}"


class CompanyVote(models.Model):
    """The one vote that somebody has; another one takes its place."""

    seat = models.OneToOneField(CompanySeat, models.CASCADE, related_name="vote")
    at = models.PositiveIntegerField()
    """Events in the log: a vote counts where it was given, and nowhere else."""

    choice = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.choice} at {self.at}"
