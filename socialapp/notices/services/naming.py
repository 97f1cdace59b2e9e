"""One notice for many people: who is named in it, and what it says then."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from socialapp.notices.models import Notice, NoticeBy

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from socialapp.accounts.models import User

RINGS_AGAIN = timedelta(hours=1)
"""However many join in, a notice is new again at most so often."""

LONGEST_LEAD = 160
NAMED = 2


def rest_of(lead: str, by: User) -> str:
    """What the sentence says after the name it begins with; empty: with no name."""
    for name in (f"@{by.username} ", f"{by.name} "):
        if lead.startswith(name):
            return lead[len(name) :][:LONGEST_LEAD]
    return ""


def add(
    notices: Iterable[Notice],
    by: User,
    *,
    lead: str,
    words: str,
    url: str,
    action: str,
) -> list[Notice]:
    """Name `by` in these, which the caller has locked; those that are news by that.

    A handful of queries, however many were named before, and one more for each notice
    that names somebody already.
    """
    locked = {notice.pk: notice for notice in notices}
    named = NoticeBy.objects.filter(notice__in=locked, person=by)
    for pk in named.values_list("notice_id", flat=True):
        del locked[pk]
    if not locked:
        return []
    NoticeBy.objects.bulk_create(
        NoticeBy(notice=notice, person=by) for notice in locked.values()
    )
    rung = []
    now = timezone.now()
    for notice in locked.values():
        first = notice.people == 0 and not notice.rest
        notice.people += 1
        notice.rest = rest_of(lead, by)
        names = [by.username]
        if notice.people > 1:
            newest = _newest(notice.pk, most=NAMED)
            names = [one.person.username for one in newest]
        notice.lead = _sentence(names, notice.people, notice.rest) or lead
        notice.words, notice.url, notice.action = words, url, action
        if first or notice.created <= now - RINGS_AGAIN:
            notice.created, notice.seen = now, None
            rung.append(notice)
    _save(locked.values())
    return rung


def take_out(rows: Collection[NoticeBy]) -> int:
    """These people are no longer named; how many notices that changed."""
    gone = {row.notice_id: row.person_id for row in rows}
    notices = list(
        Notice.objects.select_for_update().filter(pk__in=gone).order_by("pk")
    )
    newest = {pk: _newest(pk, most=NAMED + 1) for pk in gone}
    # Again under the lock: somebody else may have taken them out meanwhile.
    here = set(
        NoticeBy.objects.filter(pk__in=[row.pk for row in rows]).values_list(
            "notice_id", flat=True
        )
    )
    NoticeBy.objects.filter(pk__in=[row.pk for row in rows]).delete()
    changed = [notice for notice in notices if notice.pk in here]
    for notice in changed:
        left = [one for one in newest[notice.pk] if one.person_id != gone[notice.pk]]
        if newest[notice.pk][0].person_id == gone[notice.pk]:
            notice.words = ""
        notice.people = max(0, notice.people - 1)
        names = [one.person.username for one in left[:NAMED]]
        notice.lead = _sentence(names, notice.people, notice.rest)
        if not notice.people:
            notice.words = ""
    _save(changed)
    return len(changed)


def _newest(pk: int, *, most: int) -> list[NoticeBy]:
    """Who is named last, the newest first: as quick for a million as for three."""
    rows = NoticeBy.objects.filter(notice=pk).select_related("person")
    return list(rows.order_by("-pk")[:most])


def _sentence(names: Sequence[str], people: int, rest: str) -> str:
    """``@ada, @ben and 31 others liked “Fog”.``; empty when it names nobody."""
    if not names or not rest:
        return ""
    who = [f"@{name}" for name in names]
    others = people - len(who)
    if others > 0:
        who.append(f"{others:,} other{'' if others == 1 else 's'}")
    *most, last = who
    crowd = f"{', '.join(most)} and {last}" if most else last
    return f"{crowd} {rest}"[:LONGEST_LEAD]


def _save(notices: Iterable[Notice]) -> None:
    fields = ("people", "lead", "rest", "words", "url", "action", "created", "seen")
    Notice.objects.bulk_update(notices, fields)
