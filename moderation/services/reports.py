"""Reports come in and become cases: one open case for each object."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from moderation import log, rules, scoring, subjects
from moderation.errors import ModerationError, NotThereError, TooManyReportsError
from moderation.models import RESTRICTING, Case, Report
from moderation.services import holds, notices
from socialapp.accounts.models import User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from moderation.subjects import Subject

NCII_CLOCK = timedelta(hours=48)
"""TAKE IT DOWN Act: from a valid request to the removal."""

NOTE_LENGTH = 2000
CONTACT = ("name", "email", "where")
"""What a request about intimate pictures must hold, beside good faith."""


def report_subject(
    *,
    kind: str,
    key: str,
    reporter: User | AnonymousUser,
    category: str,
    note: str = "",
    contact: dict[str, str] | None = None,
    source: str = "",
) -> Report:
    """Report something that the reporter can see; a second report of the same thing by
    the same person is the first one.

    `contact` and `source` (a digest of the network) are for people without an account.
    NotThereError, TooManyReportsError, or ModerationError with what is wrong.
    """
    person = reporter if isinstance(reporter, User) else None
    thing = subjects.find_visible(kind, key, reporter)
    subject = subjects.get(kind)
    if category not in rules.BY_CATEGORY:
        raise ModerationError("Choose what is wrong with it from the list.")
    if person and subject.author(thing) == person:
        raise ModerationError("This is yours. You can change or remove it yourself.")
    with transaction.atomic():
        if person:
            # Reports of one person go one by one: the limit below counts them.
            User.objects.select_for_update().get(pk=person.pk)
        case = _open(subject, thing, category=category)
        earlier = case.reports.filter(reporter=person).first() if person else None
        if earlier:
            return earlier
        _check_flood(person, source)
        report = Report.objects.create(
            case=case,
            reporter=person,
            category=category,
            note=note.strip()[:NOTE_LENGTH],
            snapshot=dict(subject.snapshot(thing)),
            media=list(subject.media(thing)),
            trusted=bool(person and is_trusted_flagger(person)),
            contact=contact or {},
            source=source,
        )
        log.record(
            person or log.ANONYMOUS,
            "report.make",
            f"{kind}:{key}",
            {"case": case.key, "report": report.key, "category": category},
        )
        rescore(case=case)
        hold_if_needed(case=case)
        notices.report_received(report)
    return report


@transaction.atomic
def open_case(
    *,
    kind: str,
    key: str,
    category: str,
    detection: dict[str, Any] | None = None,
    hold: bool = True,
    lane: str = Case.Lane.SCREENING,
) -> Case:
    """A case that a detector asks for; the thing's open case, if it has one.

    With `hold` the thing is hidden until somebody decides. SubjectError for a kind that
    nobody registered, NotThereError for a thing that is gone.
    """
    subject = subjects.get(kind)
    thing = subject.find(key)
    if thing is None:
        raise NotThereError
    case = _open(subject, thing, category=category, lane=lane)
    if detection:
        case.detection = detection
        case.save(update_fields=["detection"])
    log.record(
        None,
        "case.detect",
        f"{kind}:{key}",
        {"case": case.key, "category": category, "hold": hold},
    )
    rescore(case=case)
    if hold:
        hold_case(case=case)
    return case


def open_ncii_case(
    *,
    kind: str,
    key: str,
    contact: dict[str, str],
    good_faith: bool,
    note: str = "",
    source: str = "",
    reporter: User | None = None,
) -> Case:
    """A request about an intimate picture: withheld at once, decided within 48 hours.

    `contact` holds ``name`` (typed as a signature), ``email`` and ``where`` it is: with
    `good_faith` the elements that the law asks for. ModerationError names the one that is missing.
    """
    for field in CONTACT:
        if not contact.get(field, "").strip():
            raise ModerationError(f"Please fill in: {field}.")
    if not good_faith:
        raise ModerationError(
            "Please confirm that you believe in good faith that nobody agreed to this."
        )
    subject = subjects.get(kind)
    thing = subject.find(key)
    if thing is None:
        raise NotThereError
    _check_flood(reporter, source)
    now = timezone.now()
    with transaction.atomic():
        case = _open(subject, thing, category="ncii", lane=Case.Lane.NCII)
        if case.due is None:
            case.due = now + NCII_CLOCK
            case.save(update_fields=["due"])
        report = Report(
            case=case,
            reporter=reporter,
            category="ncii",
            note=note.strip()[:NOTE_LENGTH],
            snapshot=dict(subject.snapshot(thing)),
            media=list(subject.media(thing)),
            contact={**contact, "good_faith": "yes"},
            source=source,
        )
        if reporter is None or not case.reports.filter(reporter=reporter).exists():
            report.save(force_insert=True)
        else:
            case.reports.filter(reporter=reporter).update(
                category="ncii", contact=report.contact, note=report.note
            )
        log.record(
            reporter or log.ANONYMOUS,
            "case.ncii",
            f"{kind}:{key}",
            {"case": case.key, "due": f"{case.due:%Y-%m-%dT%H:%M:%SZ}"},
        )
        rescore(case=case)
        hold_case(case=case, level=holds.REMOVED)
        notices.ncii_received(case, contact["email"])
    return case


def is_trusted_flagger(person: User) -> bool:
    """Named by the operator: member of the group "Trusted flaggers"."""
    return person.groups.filter(name="Trusted flaggers").exists()


@transaction.atomic
def rescore(*, case: Case) -> float:
    """Work out the priority again; returned and stored."""
    case.priority = scoring.priority(facts_of(case))
    Case.objects.filter(pk=case.pk).update(priority=case.priority)
    return case.priority


def hold_if_needed(*, case: Case) -> bool:
    """Hide the thing if enough people say that it does harm."""
    if case.held or not scoring.must_hold(facts_of(case)):
        return False
    hold_case(case=case)
    return True


@transaction.atomic
def hold_case(*, case: Case, level: str = holds.HIDDEN) -> None:
    """Withhold the thing of an undecided case, whatever its score."""
    thing = subjects.find(case.kind, case.subject_key)
    if thing is None:
        return
    holds.withhold(
        kind=case.kind,
        thing=thing,
        level=level,
        cause=f"case:{case.key}",
        content=case.lane == Case.Lane.NCII,
    )
    if not case.held:
        case.held = True
        Case.objects.filter(pk=case.pk).update(held=True)
        log.record(None, "case.hold", case_subject(case), {"case": case.key})
        notices.held(case)


def case_subject(case: Case) -> str:
    return f"{case.kind}:{case.subject_key}"


def facts_of(case: Case) -> scoring.Facts:
    reports = list(case.reports.select_related("reporter"))
    severity = max(
        [rules.BY_CATEGORY[report.category].severity for report in reports]
        + [rules.BY_CATEGORY[case.category].severity if case.category else 1]
    )
    subject = subjects.get(case.kind)
    thing = subject.find(case.subject_key)
    reach = subject.reach(thing) if subject.reach and thing is not None else 0
    return scoring.Facts(
        severity=severity,
        voices=sum(_voice(report) for report in reports),
        reach=reach,
        hours=(timezone.now() - case.opened).total_seconds() / 3600,
    )


def _voice(report: Report) -> float:
    helpful = decided = 0
    if report.reporter_id and not report.trusted:
        past = Report.objects.filter(
            reporter=report.reporter_id, case__decided__isnull=False
        ).exclude(case=report.case_id)
        decided = past.count()
        helpful = (
            past.filter(
                case__decisions__measure__in=RESTRICTING,
                case__decisions__undone__isnull=True,
            )
            .distinct()
            .count()
        )
    return scoring.voice(
        helpful=helpful,
        decided=decided,
        trusted=report.trusted,
        anonymous=report.reporter_id is None,
    )


def _open(
    subject: Subject, thing: Any, *, category: str, lane: str = Case.Lane.NORMAL
) -> Case:
    """The undecided case of this thing, locked; a new one if there is none."""
    key = subject.key(thing)
    undecided = Case.objects.of_subject(subject.kind, key).filter(
        state__in=Case.UNDECIDED
    )
    case = undecided.select_for_update().first()
    if case is None:
        try:
            with transaction.atomic():
                return _create(subject, thing, category=category, lane=lane)
        except IntegrityError:
            # Another report of the same thing was a moment faster.
            case = undecided.select_for_update().get()
    changed = []
    if _severity(category) > _severity(case.category):
        case.category = category
        changed.append("category")
    if lane == Case.Lane.NCII and case.lane != lane:
        case.lane = lane
        changed.append("lane")
    if changed:
        case.save(update_fields=changed)
    return case


def _create(subject: Subject, thing: Any, *, category: str, lane: str) -> Case:
    case = Case.objects.create(
        kind=subject.kind,
        subject_key=subject.key(thing),
        title=subject.describe(thing)[:120],
        snapshot=dict(subject.snapshot(thing)),
        media=list(subject.media(thing)),
        author=subject.author(thing),
        category=category,
        lane=lane,
    )
    log.record(
        None, "case.open", case_subject(case), {"case": case.key, "lane": str(lane)}
    )
    return case


def _severity(category: str) -> int:
    return rules.BY_CATEGORY[category].severity if category else 0


def _check_flood(person: User | None, source: str) -> None:
    """TooManyReportsError for a person, or a network of strangers, that sends too many.

    Trusted flaggers are not limited.
    """
    if person and is_trusted_flagger(person):
        return
    if person is None and not source:
        return
    most = settings.REPORTS_PER_HOUR if person else settings.STRANGERS_REPORTS_PER_HOUR
    since = timezone.now() - timedelta(hours=1)
    recent = Report.objects.filter(created__gt=since)
    recent = (
        recent.filter(reporter=person)
        if person
        else recent.filter(source=source, reporter__isnull=True)
    )
    if recent.count() >= most:
        raise TooManyReportsError(
            f"You sent {most} reports within an hour, and they are being looked at."
            " Report more in an hour; if somebody is in danger, call the emergency"
            " services."
        )
