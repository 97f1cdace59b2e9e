"""What stays of remixes when somebody is erased: a pseudonym, and the chain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from feed.models import Remix
from feed.remixes import lineage, news, revoking
from socialapp.characters.models import Character
from socialapp.lib import withheld

if TYPE_CHECKING:
    from socialapp.accounts.models import User


@transaction.atomic
def forget_person(*, person: User) -> None:
    """Their posts and characters may be gone already, or not yet: the credit of what
    was theirs is their pseudonym's, and rows that lead nowhere go."""
    for row in Remix.objects.filter(credited=person):
        row.credit = {"handle": person.username, "gone": True}
        row.credited = None
        row.save(update_fields=["credit", "credited"])
    _forget_names(person)
    for request in person.remix_requests.all():
        news.forget_request(request)
    for answer in person.remix_answers.select_related("request"):
        news.forget_request(answer.request)
    for rows in (
        person.remix_passes,
        person.remix_passes_held,
        person.remix_requests,
        person.remix_answers,
        person.remix_outcomes,
    ):
        rows.all().delete()
    news.forget_lost_requests()
    _forget_children()


def _forget_names(person: User) -> None:
    """A clip goes with everybody who was on its stage, so a name without a character
    is in the credit of a clip that is gone; the others are found by their owner."""
    rows = Remix.objects.filter(parent__isnull=True)
    rows |= Remix.objects.filter(pk__in=Remix.objects.filter(cast__owner=person))
    for row in rows:
        told = row.credit.get("characters", [])
        known = Character.objects.filter(key__in=[one["key"] for one in told])
        keys = set(known.exclude(owner=person).values_list("key", flat=True))
        kept = [one for one in told if one["key"] in keys]
        if kept != told:
            row.credit["characters"] = kept
            row.save(update_fields=["credit"])


def _forget_children() -> None:
    """Remixes that were erased are not counted, and nobody is told of them."""
    lost = Remix.objects.filter(child__isnull=True)
    for row in lost:
        withheld.release(cause=revoking.cause_of(row))
        news.forget_remix(row)
    parents = lost.filter(parent__isnull=False)
    lineage.recount(posts=list(parents.values_list("parent_id", flat=True)))
    while lost.filter(after__isnull=True).delete()[0]:
        pass
