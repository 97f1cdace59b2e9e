"""Asking for approval of what a thing says, and deciding about it."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from moderation import log as audit
from moderation.approvals import selectors
from moderation.approvals.facets import surface_of
from moderation.approvals.messages import REFUSED, UNCHECKED, doubt_about, doubt_again
from moderation.models import Approval, ApprovalState, Case, Measure
from moderation.screening.judge import ScreeningUnavailableError
from moderation.screening.refusals import TextRefusedError, check_text
from moderation.screening.rules import of_category
from moderation.services.reports import open_case
from moderation.signals import approval_decided

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from moderation.approvals.facets import Facet
    from moderation.models import Decision
    from moderation.screening.verdicts import Finding, Verdict
    from socialapp.accounts.models import User

log = logging.getLogger(__name__)

KIND = "approval"
"""Of the cases in the queue: one version of the words of one thing."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What screening said of a facet, before it is kept."""

    kind: str
    key: str
    facet: Facet
    owner: User
    state: str
    why: str = ""
    unchecked: bool = False
    findings: tuple[Finding, ...] = field(default=())
    version: str = ""

    @property
    def approved(self) -> bool:
        return self.state == ApprovalState.APPROVED


def ask(
    *, kind: str, key: str, facet: Facet, owner: User, vouched: str = ""
) -> Approval:
    """Approve what `facet` says of this thing, or let it wait. Errors as `judge`."""
    return keep(judge(kind=kind, key=key, facet=facet, owner=owner, vouched=vouched))


def judge(
    *,
    kind: str,
    key: str,
    facet: Facet,
    owner: User,
    vouched: str = "",
    settled: Collection[str] = (),
    wait: bool = True,
) -> Ruling:
    """Screen what is new in `facet`; what was approved word for word is not judged anew.

    `vouched`: who read it before it came here, such as the house its own texts; it is
    approved at once. `settled`: fields whose words were approved where they come from,
    so that doubt about them was answered. Raises TextRefusedError for what the rules
    refuse, settled or not, TooLongError, and without `wait` ScreeningUnavailableError
    instead of letting it wait.
    """

    def rule(state: str, **more: Any) -> Ruling:
        return Ruling(kind, key, facet, owner, state, **more)

    if vouched:
        return rule(ApprovalState.APPROVED, version=vouched)
    known = _known(kind, key, facet, owner)
    if known is not None:
        return rule(known.state, why=known.why, version=known.version)
    try:
        verdicts = screened(kind, key, facet, owner)
    except ScreeningUnavailableError:
        if not wait:
            raise
        return rule(ApprovalState.PENDING, why=UNCHECKED, unchecked=True)
    version = verdicts[0][1].version if verdicts else "nothing to screen"
    doubts = tuple(
        found
        for name, verdict in verdicts
        if verdict.action == "review" and name not in settled
        for found in verdict.deciding
    )
    if held := waiting(doubts):
        return rule(
            ApprovalState.PENDING,
            why=doubt_about(held[0].category),
            findings=doubts,
            version=version,
        )
    return rule(ApprovalState.APPROVED, findings=doubts, version=version)


@transaction.atomic
def keep(ruling: Ruling) -> Approval:
    """Store it as what its owner wants now; what waited before it is replaced.

    What a person has to look at stands in the queue from here on.
    """
    facet = ruling.facet
    now = timezone.now()
    others = Approval.objects.of(ruling.kind, ruling.key).filter(facet=facet.name)
    _replace(others.waiting().exclude(sha256=facet.sha256))
    row, created = Approval.objects.get_or_create(
        kind=ruling.kind,
        subject_key=ruling.key,
        facet=facet.name,
        sha256=facet.sha256,
        defaults={"owner": ruling.owner},
    )
    row = Approval.objects.select_for_update().get(pk=row.pk)
    # A person may have decided since it was judged; what they said stands.
    decided = row.decided_by_id is not None
    stands = not created and (decided or row.state == ruling.state)
    row.asked = now
    if not stands:
        row.state, row.why = ruling.state, ruling.why[:400]
        row.decided = None if row.pending else now
        row.decided_by = None
    if not decided and (ruling.unchecked or not stands):
        row.unchecked = ruling.unchecked
    if ruling.version:
        row.version = ruling.version[:120]
    if ruling.findings:
        row.findings = [found.to_json() for found in ruling.findings]
    if row.told or not decided:
        # Otherwise its app still has to apply the words, and hears of it from `recheck`.
        row.content = {} if row.approved else facet.to_json()
        row.told = True
    row.save()
    if row.findings and not row.unchecked and not stands:
        queue(row, facet)
    return row


@transaction.atomic
def doubt(*, kind: str, key: str, facet: Facet, owner: User) -> Approval:
    """Somebody wrote this into the row behind the services: it waits, and is screened by
    the reconciler."""
    return keep(
        Ruling(
            kind,
            key,
            facet,
            owner,
            ApprovalState.PENDING,
            why=UNCHECKED,
            unchecked=True,
        )
    )


def ask_late(*, kind: str, key: str, facet: Facet, owner: User) -> Approval:
    """About a thing that nobody ever asked about, such as one that a script put into the
    database: what the rules refuse is kept as refused."""
    try:
        ruling = judge(kind=kind, key=key, facet=facet, owner=owner)
    except TextRefusedError as error:
        ruling = Ruling(
            kind, key, facet, owner, ApprovalState.REFUSED, why=error.message
        )
    return keep(ruling)


@transaction.atomic
def decide(*, approval: Approval, moderator: User | None, approve: bool) -> Approval:
    """A person looked at exactly these words. The app of the thing hears of it."""
    row = Approval.objects.select_for_update().get(pk=approval.pk)
    wanted = ApprovalState.APPROVED if approve else ApprovalState.REFUSED
    if row.state == wanted:
        return row
    settle(row, wanted, why="" if approve else REFUSED, by=moderator)
    return row


@transaction.atomic
def reopen(*, approval: Approval) -> Approval:
    """A decision about these words was taken back: they wait again."""
    row = Approval.objects.select_for_update().get(pk=approval.pk)
    if row.pending or row.decided_by_id is None:
        return row
    why = doubt_again(row.findings)
    settle(row, ApprovalState.PENDING, why=why)
    return row


@transaction.atomic
def forget_content(*, approval: Approval) -> None:
    """It was applied, so the thing itself holds the words."""
    Approval.objects.filter(pk=approval.pk).update(content={})


@transaction.atomic
def keep_content(*, approval: Approval, facet: Facet) -> None:
    """The thing lets go of the words, so they lie here again for its owner."""
    Approval.objects.filter(pk=approval.pk).update(content=facet.to_json())


@transaction.atomic
def forget_owner(*, owner: User) -> None:
    """Delete what a leaving person's things said."""
    Approval.objects.filter(owner=owner).delete()


def apply_case(*, case: Case, decision: Decision) -> None:
    """What a decided case means for the words it is about, and for no others."""
    row = Approval.objects.filter(key=case.subject_key).first()
    if row is None or decision.measure == Measure.WARN:
        return
    left_be = decision.measure in {Measure.NONE, Measure.RESTORE}
    decide(approval=row, moderator=decision.moderator, approve=left_be)


# How ------------------------------------------------------------------------------


def waiting(doubts: Iterable[Finding]) -> list[Finding]:
    """Those whose words wait until a person looked; the others are looked at later."""
    names: Sequence[str] = settings.SCREENING["DOUBT_WAITS"]
    return [one for one in doubts if "all" in names or one.category in names]


def _known(kind: str, key: str, facet: Facet, owner: User) -> Approval | None:
    """A standing answer to exactly these words, here or elsewhere by the same person."""
    row = selectors.record_of(kind=kind, key=key, facet=facet)
    if row is not None and (
        row.approved or row.decided_by_id or (row.pending and not row.unchecked)
    ):
        return row
    decided = Approval.objects.about(facet).filter(
        owner=owner, decided_by__isnull=False
    )
    return decided.order_by("-decided").first()


def screened(
    kind: str, key: str, facet: Facet, owner: User
) -> list[tuple[str, Verdict]]:
    """What screening says of each field that has to be judged."""
    return [
        (
            name,
            check_text(
                words,
                surface=surface_of(name),
                person=owner,
                subject=f"{kind}:{key}",
                field=name,
                beside=beside,
            ),
        )
        for name, words, beside in facet.texts()
    ]


def _replace(rows: Any) -> None:
    """They wait no more, and neither do their cases."""
    for row in rows:
        row.state, row.unchecked, row.content = ApprovalState.REPLACED, False, {}
        row.save(update_fields=["state", "unchecked", "content"])
        for case in Case.objects.of_subject(KIND, row.key).filter(
            state__in=Case.UNDECIDED
        ):
            case.move(Case.State.CLOSED, claimed_by=None, claimed_until=None)
            audit.record(
                None, "case.overtaken", f"{KIND}:{row.key}", {"case": case.key}
            )


def queue(row: Approval, facet: Facet | None = None) -> None:
    if facet is not None and not row.content:
        # Approved meanwhile, and looked at afterwards: the case keeps the words.
        row.content = facet.to_json()
        Approval.objects.filter(pk=row.pk).update(content=row.content)
    found = row.findings[0]
    open_case(
        kind=KIND,
        key=row.key,
        category=of_category(found["category"]).house,
        detection={"version": row.version, "findings": row.findings},
        hold=False,
    )


def settle(row: Approval, state: str, *, why: str, by: User | None = None) -> None:
    row.state, row.why, row.unchecked = state, why[:400], False
    row.decided_by = by
    row.decided = None if state == ApprovalState.PENDING else timezone.now()
    row.told = False
    row.save()
    transaction.on_commit(lambda: tell(row.pk), robust=True)


def tell(pk: int) -> None:
    """News of a decision; told again by `recheck` while a receiver fails."""
    row = Approval.objects.filter(pk=pk).first()
    if row is None:
        return
    for receiver, answer in approval_decided.send_robust(sender=Approval, approval=row):
        if isinstance(answer, Exception):
            log.error("%r failed", receiver, exc_info=answer)
            return
    Approval.objects.filter(pk=pk, state=row.state).update(told=True)
