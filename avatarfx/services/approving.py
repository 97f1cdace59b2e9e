"""A clip is rendered and published as it was approved, or not at all.

While its words wait for a look it is made for its owner, and published by nobody.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction

from avatarfx import consent
from avatarfx.approving import FACETS, KIND, PEOPLE, facets_of
from avatarfx.models import Clip
from avatarfx.services import holding, leases
from moderation.approvals import scanning
from moderation.approvals import selectors as approvals
from moderation.approvals import services as asking
from moderation.approvals.messages import REFUSED
from moderation.models import Approval, ApprovalState
from socialapp.characters.services import CharacterError, require_words

if TYPE_CHECKING:
    from moderation.approvals.selectors import Standing

CHANGED = {
    "script": "The words of this clip are not the ones that were approved.",
    "voice": "The voice or the face of this clip is not the one that was approved.",
}
WAY_OUT = " Make another take of it."


def vouch(*, clip: Clip, by: str) -> None:
    """Approve what the rows say as read already: the house's own clips."""
    for facet in facets_of(clip):
        asking.ask(kind=KIND, key=clip.key, facet=facet, owner=clip.owner, vouched=by)


def why_not_made(clip: Clip) -> str:
    """Why it may not be rendered as its rows are now; empty when it may. What waits for
    a person is made: only its owner will see it."""
    for row, name in _unapproved(clip):
        if row is None:
            return CHANGED[name] + WAY_OUT
        if not row.pending:
            return row.why
    return ""


def why_not_shown(clip: Clip) -> str:
    """Why others may not see it as its rows are now; empty when they may."""
    for row, name in _unapproved(clip):
        return row.why if row is not None else CHANGED[name] + WAY_OUT
    try:
        require_words(clip.character)
    except CharacterError as refusal:
        return f"{clip.character.name} waits: {refusal}"
    return consent.why_not(clip)


def why_words_wait(clip: Clip) -> str:
    """For its owner's page; empty when nothing waits and nothing was refused."""
    if clip.approval == ApprovalState.APPROVED:
        return ""
    row = approvals.newest(kind=KIND, key=clip.key, facet="script")
    return row.why if row is not None and not row.approved else ""


@transaction.atomic
def settle_words(*, approval: Approval) -> None:
    """The words of a clip were decided about, or wait again. Safe to call twice."""
    if approval.kind != KIND or approval.facet not in FACETS:
        return
    clip = Clip.objects.select_for_update().filter(key=approval.subject_key).first()
    if clip is None:
        return
    now = approvals.standing(kind=KIND, key=clip.key, facets=facets_of(clip))
    Clip.objects.filter(pk=clip.pk).update(approval=now.state)
    clip.approval = now.state
    if now.state == ApprovalState.REFUSED:
        holding.hold_clip(clip=clip, reason=approval.why)
    elif now.state == ApprovalState.APPROVED:
        _show(clip)


def recheck_words(*, lost: str = "") -> dict[str, int]:  # noqa: ARG001
    """Ask about the next ready clips that are not as they were approved; meanwhile
    nobody but their owners sees them."""
    noticed = 0
    shown = Clip.objects.filter(
        state=Clip.State.READY,
        removed__isnull=True,
        replaces__isnull=True,
        approval=ApprovalState.APPROVED,
    )
    for clip, now in scanning.next_rows(
        kind=KIND,
        rows=shown.select_related("owner")
        .prefetch_related(*PEOPLE)
        .defer("performance"),
        facets_of=facets_of,
    ):
        if not now.strays and set(FACETS) <= now.asked:
            continue
        for facet in now.strays:
            asking.doubt(kind=KIND, key=clip.key, facet=facet, owner=clip.owner)
        after = _standing(clip)
        Clip.objects.filter(pk=clip.pk).update(approval=after.state)
        noticed += 1
    return {"clips asked about": noticed}


def _show(clip: Clip) -> None:
    """Announce it once more, for what its owner asked to happen when it is ready."""
    if clip.state == Clip.State.READY:
        transaction.on_commit(partial(leases.announce, clip))
    held_for_words = clip.error == REFUSED and clip.video
    if clip.state == Clip.State.BLOCKED and held_for_words:
        holding.release_clip(clip=clip)


def _unapproved(clip: Clip) -> list[tuple[Approval | None, str]]:
    """Facets that are not approved as they are now: the record of exactly these words,
    or None, and the facet's name."""
    now = _standing(clip)
    return [
        (approvals.record_of(kind=KIND, key=clip.stands_for, facet=facet), facet.name)
        for facet in now.strays
    ]


def _standing(clip: Clip) -> Standing:
    facets = facets_of(clip)
    now = approvals.standing(kind=KIND, key=clip.stands_for, facets=facets)
    if set(FACETS) <= now.asked:
        return now
    for facet in facets:
        asking.ask_late(kind=KIND, key=clip.stands_for, facet=facet, owner=clip.owner)
    return approvals.standing(kind=KIND, key=clip.stands_for, facets=facets)
