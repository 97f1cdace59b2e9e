"""Who is told what, once; what is no longer so, and what was seen."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from socialapp.accounts.models import Block, Mute
from socialapp.notices import kinds as sorts
from socialapp.notices.models import Notice, NoticeBy
from socialapp.notices.services import letters, naming, pushing
from socialapp.notices.services.choosing import settings_for
from socialapp.webhooks import services as hooks

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from socialapp.accounts.models import User

BATCH = 500


def notify(
    *,
    people: Iterable[User],
    kind: str,
    about: str,
    lead: str,
    words: str = "",
    url: str = "",
    action: str = "",
    by: User | None = None,
) -> int:
    """Tell each of them once, however often this is called with the same `kind` and
    `about`. How many were addressed.

    `by`: who caused it. `lead` then begins with their ``@name`` and goes on in the past
    tense, since those who join in are named in the same notice: ``@ada, @ben and 31
    others liked “Fog”.`` It is new again at most once an hour.

    Nobody hears of themselves, of somebody they muted or who is blocked on either side,
    or of a kind they turned off; who left or is leaving hears nothing.
    """
    told = 0
    for some in _batches(people):
        told += _tell(
            some,
            Notice(
                kind=kind,
                about=about,
                lead=lead[: naming.LONGEST_LEAD],
                words=words[:400],
                url=url,
                action=action,
            ),
            by,
        )
    return told


def _batches(people: Iterable[User]) -> Iterator[list[User]]:
    them = iter(people)
    while some := list(islice(them, BATCH)):
        yield some


@transaction.atomic
def _tell(people: list[User], news: Notice, by: User | None) -> int:
    here = [one for one in people if one.is_active and one.leaves is None]
    here = _who_hear(here, by) if by is not None else here
    chosen = settings_for(here)
    here = [one for one in here if sorts.ways(news.kind, chosen[one.pk].switches).house]
    if not here:
        return 0
    rows = [_copy(news, one, people=0 if by else 1) for one in here]
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    mine = {row.key for row in rows}
    found = Notice.objects.select_for_update().filter(
        person__in=here, kind=news.kind, about=news.about
    )
    if by is None:
        rung = [one for one in found if one.key in mine]
    else:
        rung = naming.add(
            found.order_by("pk"),
            by,
            lead=news.lead,
            words=news.words,
            url=news.url,
            action=news.action,
        )
    by_pk = {one.pk: one for one in here}
    for one in rung:
        one.person = by_pk[one.person_id]
    pushing.ring(rung, chosen)
    hooks.announce([_event(one) for one in rung])
    letters.write_at_once(rung, chosen)
    return len(here)


def _event(notice: Notice) -> hooks.Event:
    return hooks.Event(
        person=notice.person_id,
        name=sorts.event_of(notice.kind),
        data={
            "notice": notice.key,
            "about": notice.about,
            "lead": notice.lead,
            "words": notice.words,
            "url": notice.url,
        },
    )


def _copy(news: Notice, person: User, *, people: int) -> Notice:
    return Notice(
        person=person,
        people=people,
        kind=news.kind,
        about=news.about,
        lead=news.lead,
        words=news.words,
        url=news.url,
        action=news.action,
    )


def _who_hear(people: list[User], by: User) -> list[User]:
    """Without `by` and those who want or may hear nothing of them: two queries."""
    pks = [one.pk for one in people]
    deaf = {by.pk}
    deaf.update(
        Mute.objects.filter(person__in=pks, whom=by).values_list("person", flat=True)
    )
    blocks = Block.objects.filter(
        Q(person__in=pks, whom=by) | Q(person=by, whom__in=pks)
    )
    for pair in blocks.values_list("person", "whom"):
        deaf.update(pair)
    return [one for one in people if one.pk not in deaf]


def mark_seen(
    *, person: User, keys: Collection[str] | None = None, about: str = ""
) -> int:
    """These, those about one thing, or all of them; how many were new. Other people's
    are left alone."""
    unseen = Notice.objects.filter(person=person, seen__isnull=True)
    if about:
        unseen = unseen.filter(about=about)
    if keys is not None:
        unseen = unseen.filter(key__in=keys)
    return unseen.update(seen=timezone.now())


@transaction.atomic
def forget(
    *, about: str, kinds: Collection[str] | None = None, by: User | None = None
) -> int:
    """Nobody is told of this any more: it is gone, or there is newer news of it.

    `by`: they alone took back what they did; others stay named. How many notices that
    changed.
    """
    if by is not None:
        rows = NoticeBy.objects.filter(person=by, notice__about=about)
        if kinds is not None:
            rows = rows.filter(notice__kind__in=kinds)
        return naming.take_out(list(rows))
    gone = Notice.objects.filter(about=about)
    if kinds is not None:
        gone = gone.filter(kind__in=kinds)
    return gone.delete()[1].get(Notice._meta.label, 0)


@transaction.atomic
def separate(*, person: User, whom: User) -> int:
    """`whom` is no longer named in what `person` was told: muted, or blocked."""
    rows = NoticeBy.objects.filter(person=whom, notice__person=person)
    return naming.take_out(list(rows))
