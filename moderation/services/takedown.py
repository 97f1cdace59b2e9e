"""Requests about intimate pictures: withheld at once, copies looked for, kept away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from moderation import addresses, log, lookalikes, subjects
from moderation.errors import ModerationError
from moderation.models import Case, Measure, Report
from moderation.services import keeping
from moderation.services.decisions import decide_case
from moderation.services.reports import case_subject, open_case, open_ncii_case

if TYPE_CHECKING:
    from collections.abc import Iterable

    from socialapp.accounts.models import User

MOST_PLACES = 10
"""A stranger hides this many things with one form, and sends as many forms an hour as
``settings.STRANGERS_REPORTS_PER_HOUR`` says."""

MORE = "+more"
"""Ends the source of what a form names beyond its first: the form counts once."""


def request_takedown(
    *,
    where: str,
    name: str,
    email: str,
    good_faith: bool,
    about: str = "",
    source: str = "",
    reporter: User | None = None,
) -> list[Case]:
    """Withhold every thing that a line of `where` names, and start its 48 hours.

    All of it or nothing: ModerationError names the line that leads nowhere, or the
    element of a valid request that is missing; TooManyReportsError.
    """
    lines = list(dict.fromkeys(line.strip() for line in where.splitlines()))
    lines = [line for line in lines if line]
    if not lines:
        raise ModerationError("Paste the address of the page or the file.")
    if len(lines) > MOST_PLACES:
        raise ModerationError(
            f"Up to {MOST_PLACES} addresses fit in one request. Send another one for"
            " the rest."
        )
    found: dict[tuple[str, str], str] = {}
    for line in lines:
        place = addresses.read(line)
        if place is None:
            raise ModerationError(
                f"We find nothing of ours at “{line[:80]}”. Copy the address from the"
                " browser while the picture is open, or write the code at its end."
            )
        found.setdefault(place, line)
    with transaction.atomic():
        cases = [
            open_ncii_case(
                kind=kind,
                key=key,
                contact={
                    "name": name.strip(),
                    "signature": name.strip(),
                    "email": email.strip(),
                    "where": line,
                },
                good_faith=good_faith,
                note=about,
                source="" if number else source,
                reporter=reporter,
            )
            for number, ((kind, key), line) in enumerate(found.items())
        ]
        if source:
            rest = Report.objects.filter(case__in=cases[1:], source="", reporter=None)
            rest.update(source=f"{source[: -len(MORE)]}{MORE}")
        for case in cases:
            propose_copies(case=case)
            keeping.keep_away(kind=case.kind, key=case.subject_key)
    return cases


@transaction.atomic
def withdraw_request(*, cases: Iterable[Case]) -> list[Case]:
    """Take a request back before it is decided: what it alone hid is shown again, the
    copies that were found for it too. What others reported as well stays in the queue.

    The cases that ended with it.
    """
    ended = []
    for case in cases:
        if case.state not in Case.UNDECIDED or case.reports.count() != 1:
            continue
        found = Case.objects.filter(
            lane=Case.Lane.NCII,
            state__in=Case.UNDECIDED,
            reports=None,
            detection__like=case_subject(case),
        )
        for one in (case, *found):
            decide_case(case=one, moderator=None, measure=Measure.NONE)
            ended.append(one)
        log.record(
            log.ANONYMOUS, "case.withdraw", case_subject(case), {"case": case.key}
        )
    return ended


@transaction.atomic
def propose_copies(*, case: Case) -> list[Case]:
    """A case for each look-alike, on the same clock: exact ones are withheld at once,
    similar ones wait for a person's eye. What was made of the thing itself is withheld
    and comes back with it, so it needs no case of its own."""
    proposed = []
    thing = subjects.find(case.kind, case.subject_key)
    family = subjects.family(case.kind, thing) if thing is not None else []
    with_it = {(subject.kind, subject.key(one)) for subject, one in family}
    for copy in lookalikes.copies_of(case.kind, case.subject_key):
        if (copy.kind, copy.key) in with_it:
            continue
        made = open_case(
            kind=copy.kind,
            key=copy.key,
            category="ncii",
            detection={
                "name": "look-alike",
                "like": case_subject(case),
                "how": copy.how,
                "exact": copy.exact,
            },
            hold=copy.exact,
            lane=Case.Lane.NCII,
        )
        if made.due is None:
            Case.objects.filter(pk=made.pk).update(due=case.due)
            made.due = case.due
        proposed.append(made)
    if proposed:
        log.record(
            None,
            "case.copies",
            case_subject(case),
            {"case": case.key, "found": [one.key for one in proposed]},
        )
    return proposed
