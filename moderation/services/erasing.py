"""What the log of screening keeps of texts, and for how long."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from moderation import texts
from moderation.models import Case, Screening
from moderation.services.retention import KEPT

if TYPE_CHECKING:
    import datetime as dt

    from django.db.models import QuerySet

HOUR = 3600

PICTURES = ("portrait", "frames", "profile")
"""Surfaces whose rows hold no words; their files have a life of their own."""


def erase_hourly(*, lost: str = "") -> dict[str, int]:  # noqa: ARG001 - see reconcile
    """Both of them, however often it is asked for, once an hour."""
    if not cache.add("moderation.erasing", True, HOUR):
        return {"erased": 0}
    return {"erased": erase_texts() + erase_authors()}


@transaction.atomic
def erase_texts(*, now: dt.datetime | None = None) -> int:
    """Forget the words of judged texts after SCREENING_TEXTS_DAYS; how many.

    Those that somebody was asked to look at wait until that is decided; their case has a
    copy of its own. The judgement stays: surface, rule, score and version are counted.
    """
    before = (now or timezone.now()) - timedelta(days=settings.SCREENING_TEXTS_DAYS)
    old = _undisputed().filter(created__lt=before).exclude(text="")
    return old.update(text="")


@transaction.atomic
def erase_authors(*, now: dt.datetime | None = None) -> int:
    """Forget whose a judged text was when no appeal can come any more; how many.

    A text that somebody let through keeps author and hash: by these it goes through
    again.
    """
    before = (now or timezone.now()) - KEPT
    old = _undisputed().filter(created__lt=before, cleared__isnull=True)
    rows = old.exclude(surface__in=PICTURES).exclude(person=None, sha256="", subject="")
    return rows.update(person=None, sha256="", subject="")


def _undisputed() -> QuerySet[Screening]:
    cases = Case.objects.filter(kind=texts.KIND).open()
    keys = [int(key) for key in cases.values_list("subject_key", flat=True)]
    return Screening.objects.exclude(pk__in=keys)
