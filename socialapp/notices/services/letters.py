"""Mails about news: written down with the news, sent by a worker, once."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from socialapp.lib import mail
from socialapp.notices import kinds, selectors
from socialapp.notices.models import Letter, NoticeSettings
from socialapp.notices.services import digests, errands
from socialapp.notices.services.choosing import settings_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from socialapp.notices.models import Notice

log = logging.getLogger(__name__)

MOST_TRIES = 12
"""Then it is given up: some 15 hours later, and the next digest has what it said."""

MOST_LISTED = 20


def write_at_once(rung: Sequence[Notice], chosen: Mapping[int, NoticeSettings]) -> None:
    """A mail for each of these that waits for an answer; others wait for the digest."""
    now = timezone.now()
    letters = [
        Letter(person=one.person, notice=one, name=one.key, woken=now)
        for one in rung
        if kinds.sort_of(one.kind).needs_me
        and kinds.ways(one.kind, chosen[one.person_id].switches).mail
        and chosen[one.person_id].mails
    ]
    if letters:
        Letter.objects.bulk_create(letters, ignore_conflicts=True)
        errands.wake(Letter)


def send_letters() -> int:
    """Send what is due; how many mails left the house."""
    return sum(_send(letter) for letter in errands.take(Letter))


def _send(letter: Letter) -> bool:
    if letter.handed is not None:
        # Whoever had it died with the mail server on the line: it may have been sent.
        log.warning("Letter %s may have been sent, and is not sent again", letter.pk)
        _close(letter)
        return False
    person = letter.person
    chosen = settings_for([person])[person.pk]
    news = _news_in(letter, chosen)
    if not news or not person.is_active or person.leaves is not None:
        _close(letter)
        return False
    page = f"/notices/unsubscribe/{digests.unsubscribe_token(person)}/"
    message = mail.compose(
        to=person.email,
        template="news" if letter.notice_id else "digest",
        key=f"notice-{letter.pk}",
        one_click=page,
        news=news[:MOST_LISTED],
        more=len(news) - MOST_LISTED,
        person=person,
        stop=page,
    )
    # Committed before the server is spoken to: see Letter.handed.
    Letter.objects.filter(pk=letter.pk).update(handed=timezone.now())
    try:
        mail.hand_over(message)
    except mail.MailDownError as error:
        _failed(letter, error)
        return False
    _close(letter, sent=letter.notice_id is None)
    return True


def _news_in(letter: Letter, chosen: NoticeSettings) -> list[Notice]:
    """What it tells, if that is still news."""
    if letter.notice is not None:
        one = letter.notice
        return [] if one.seen or not one.people or not chosen.mails else [one]
    if chosen.digest == NoticeSettings.Every.NEVER:
        return []
    unseen = selectors.unseen_since(letter.person, chosen.digested)
    return [
        one
        for one in unseen
        if kinds.ways(one.kind, chosen.switches).mail
        and (kinds.sort_of(one.kind).needs_me or not letter.person.is_minor)
    ]


def _failed(letter: Letter, error: mail.MailDownError) -> None:
    """The server did not take it: again later, with a clean record."""
    if letter.tries + 1 >= MOST_TRIES:
        log.error("Letter %s is given up: %s", letter.pk, error)
        _close(letter)
        return
    log.warning("Letter %s waits: %s", letter.pk, error)
    until = timezone.now() + errands.pause(letter.tries)
    errands.put_off(letter, until, tries=letter.tries + 1, handed=None)


@transaction.atomic
def _close(letter: Letter, *, sent: bool = False) -> None:
    now = timezone.now()
    Letter.objects.filter(pk=letter.pk).update(closed=now, lease=None)
    if sent:
        NoticeSettings.objects.filter(person=letter.person_id).update(digested=now)
