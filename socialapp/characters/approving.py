"""A character's words and voice are approved before others meet them.

The row holds what was approved. A change that waits lies with its approval, and comes
into the row when it is approved; of a character that never was, the row itself waits and
is its owner's alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from moderation.approvals import scanning
from moderation.approvals import selectors as approvals
from moderation.approvals import services as asking
from moderation.approvals.messages import UNCHECKED
from moderation.models import ApprovalState
from moderation.screening.refusals import TextRefusedError
from socialapp.characters import wording
from socialapp.characters.errors import CharacterError
from socialapp.characters.models import Character
from socialapp.lib.signals import tell_listing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from moderation.approvals.facets import Facet
    from moderation.approvals.services import Ruling
    from moderation.models import Approval
    from socialapp.accounts.models import User

HOUSE = "shipped with the code"
"""Who vouches for the starter cast: its words are read before they are released."""


def judge_new(*, owner: User, key: str, fields: Mapping[str, Any]) -> list[Ruling]:
    """What screening says of a new character. CharacterError for what it refuses."""
    facets = [wording.facet_of(name, fields) for name in wording.FIELDS]
    return [_judge(owner, key, facet) for facet in facets]


def judge_change(*, character: Character, fields: Mapping[str, Any]) -> list[Ruling]:
    """The same for the facets that `fields` touch. What its owner wanted before, and
    still waits, is the ground that a change stands on."""
    return [
        _judge_facet(character, name, fields)
        for name, columns in wording.FIELDS.items()
        if set(columns) & set(fields)
    ]


def _judge_facet(character: Character, name: str, fields: Mapping[str, Any]) -> Ruling:
    row = wording.columns(character, name)
    shown = approvals.record_of(
        kind=wording.KIND, key=character.key, facet=wording.facet_of(name, row)
    )
    approved = shown is not None and shown.approved and not character.waits
    says = row | waiting_of(character, name)
    says |= {field: fields[field] for field in wording.FIELDS[name] if field in fields}
    facet = wording.facet_of(name, says, before=row if approved else None)
    return _judge(character.owner, character.key, facet)


def _judge(owner: User, key: str, facet: Facet) -> Ruling:
    try:
        ruling = asking.judge(kind=wording.KIND, key=key, facet=facet, owner=owner)
    except TextRefusedError as error:
        raise CharacterError(error.message, field=error.field) from error
    if ruling.state == ApprovalState.REFUSED:
        field = facet.surfaces[0] if facet.surfaces else ""
        raise CharacterError(ruling.why, field=field)
    return ruling


def keep(character: Character, rulings: Iterable[Ruling]) -> list[str]:
    """Store the rulings and bring `character`, unsaved, to what they allow; the columns
    that were set. Inside the caller's transaction."""
    changed = ["waits", "approval"]
    for ruling in rulings:
        name = ruling.facet.name
        before = wording.facet_of(name, wording.columns(character, name))
        shown = approvals.record_of(kind=wording.KIND, key=character.key, facet=before)
        asking.keep(ruling)
        stays = shown is not None and shown.approved and not character.waits
        if ruling.approved or not stays:
            for field in wording.FIELDS[name]:
                setattr(character, field, ruling.facet.says[field])
            changed += wording.FIELDS[name]
    set_standing(character)
    return changed


def set_standing(character: Character) -> None:
    """Bring the two columns, unsaved, to what the approvals say."""
    now = approvals.standing(
        kind=wording.KIND, key=character.key, facets=wording.facets_of(character)
    )
    character.waits, character.approval = bool(now.strays), now.state


def waiting_of(
    character: Character, facet: str, *, refused: bool = False
) -> dict[str, Any]:
    """Columns of a change that waits, or with `refused` of one that did not come
    through, so that its owner can go on from there; empty when there is none."""
    if character.approval == ApprovalState.APPROVED:
        return {}
    row = approvals.newest(kind=wording.KIND, key=character.key, facet=facet)
    if row is None or row.approved:
        return {}
    return row.says if row.pending or refused else {}


def wanted_of(character: Character) -> dict[str, Any]:
    """Every approved column as its owner wrote it last."""
    return {
        column: value
        for facet in wording.FIELDS
        for column, value in (
            wording.columns(character, facet)
            | waiting_of(character, facet, refused=True)
        ).items()
    }


@transaction.atomic
def vouch(*, character: Character, by: str = HOUSE) -> None:
    """Approve what the row says as read already."""
    for facet in wording.facets_of(character):
        asking.ask(
            kind=wording.KIND,
            key=character.key,
            facet=facet,
            owner=character.owner,
            vouched=by,
        )


@transaction.atomic
def settle_words(*, approval: Approval) -> None:
    """Words that waited were decided about, or wait again. Safe to call twice."""
    if approval.kind != wording.KIND or approval.facet not in wording.FIELDS:
        return
    character = (
        Character.objects.select_for_update().filter(key=approval.subject_key).first()
    )
    if character is None or character.removed is not None:
        return
    newest = approvals.newest(
        kind=wording.KIND, key=character.key, facet=approval.facet
    )
    wanted = newest is not None and newest.pk == approval.pk
    if wanted and approval.approved:
        for field, value in approval.says.items():
            setattr(character, field, value)
        asking.forget_content(approval=approval)
    set_standing(character)
    character.save(
        update_fields=[*wording.FIELDS[approval.facet], "waits", "approval", "changed"]
    )
    tell_listing("character", character.pk)


@transaction.atomic
def notice_change(*, character: Character) -> bool:
    """A row that somebody changed behind the services is its owner's alone until it was
    screened; whether it was."""
    now = approvals.standing(
        kind=wording.KIND, key=character.key, facets=wording.facets_of(character)
    )
    if not now.strays or character.waits:
        return False
    for facet in now.strays:
        asking.doubt(
            kind=wording.KIND, key=character.key, facet=facet, owner=character.owner
        )
    character.waits, character.approval = True, ApprovalState.PENDING
    Character.objects.filter(pk=character.pk).update(
        waits=True, approval=ApprovalState.PENDING
    )
    return True


def ask_late(*, character: Character) -> None:
    """Screen a character that nobody ever asked about, such as one that a script put
    into the database."""
    for facet in wording.facets_of(character):
        asking.ask_late(
            kind=wording.KIND, key=character.key, facet=facet, owner=character.owner
        )
    set_standing(character)
    Character.objects.filter(pk=character.pk).update(
        waits=character.waits, approval=character.approval
    )


def require_words(character: Character) -> None:
    """CharacterError unless others may meet the character as the row is now."""
    facets = wording.facets_of(character)
    now = approvals.standing(kind=wording.KIND, key=character.key, facets=facets)
    if not {facet.name for facet in facets} <= now.asked:
        ask_late(character=character)
    elif now.strays and not character.waits:
        notice_change(character=character)
    if character.waits:
        raise CharacterError(why_words_wait(character) or UNCHECKED)


def why_words_wait(character: Character) -> str:
    """In words for its owner; empty when nothing waits and nothing was refused."""
    if character.approval == ApprovalState.APPROVED:
        return ""
    for facet in wording.FIELDS:
        row = approvals.newest(kind=wording.KIND, key=character.key, facet=facet)
        if row is not None and not row.approved:
            return row.why
    return ""


def recheck(*, lost: str = "") -> dict[str, int]:  # noqa: ARG001  workers are not ours
    """Ask about the next characters that are not shown as they were approved."""
    noticed = 0
    shown = Character.objects.alive().select_related("owner").filter(waits=False)
    for character, now in scanning.next_rows(
        kind=wording.KIND, rows=shown, facets_of=wording.facets_of
    ):
        if not set(wording.FIELDS) <= now.asked:
            ask_late(character=character)
            noticed += 1
        elif now.strays:
            noticed += notice_change(character=character)
    return {"characters asked about": noticed}
