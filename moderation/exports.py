"""Reports, decisions and appeals of a person, for their own archive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.forms.models import model_to_dict

from moderation.models import (
    Appeal,
    Approval,
    LikenessConsent,
    PictureCheck,
    Report,
    Screening,
    Standing,
    Statement,
    Utterance,
)
from socialapp.accounts.exports import as_json

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from socialapp.accounts.exports import File
    from socialapp.accounts.models import User


def cases(user: User) -> Iterator[File]:
    """No moderator is named in it, and nobody who reported."""
    statements = Statement.objects.filter(recipient=user).select_related(
        "decision__case"
    )
    yield as_json(
        "decisions.json", [_statement(one) for one in statements.order_by("created")]
    )
    appeals = Appeal.objects.filter(appellant=user).prefetch_related("messages")
    yield as_json("appeals.json", [_appeal(one) for one in appeals.order_by("opened")])
    reports = Report.objects.filter(reporter=user).order_by("created")
    yield as_json(
        "reports.json",
        list(
            reports.values(
                "key",
                "case__kind",
                "case__subject_key",
                "category",
                "note",
                "created",
                "told",
            )
        ),
    )
    standing = Standing.objects.filter(user=user)
    yield as_json("standing.json", list(standing.values("suspended_until", "banned")))
    yield as_json("screening.json", _screened(user))


def _screened(user: User) -> dict[str, Any]:
    """What filters said of texts and pictures, and whose face may speak."""
    texts = Screening.objects.filter(person=user).order_by("created")
    pictures = PictureCheck.objects.filter(owner=user).order_by("created")
    consents = LikenessConsent.objects.filter(owner=user).order_by("created")
    approvals = Approval.objects.filter(owner=user).order_by("created")
    counted = Utterance.objects.filter(person=user).order_by("created")
    return {
        "texts": list(
            texts.values(
                "surface", "subject", "text", "action", "findings", "version", "created"
            )
        ),
        "pictures": list(pictures.values("key", "ref", "state", "findings", "created")),
        "approvals": list(
            approvals.values(
                "kind",
                "subject_key",
                "facet",
                "sha256",
                "state",
                "why",
                "content",
                "created",
            )
        ),
        "own_likeness": list(
            consents.values("key", "declared", "captured", "revoked", "created")
        ),
        "counted_against_spam": list(counted.values("surface", "links", "created")),
    }


def _statement(statement: Statement) -> dict[str, Any]:
    case = statement.decision.case
    return {
        "about": {"kind": case.kind, "key": case.subject_key, "title": case.title},
        "measure": statement.decision.measure,
        "rule": statement.decision.rule,
        "undone": statement.decision.undone,
        **model_to_dict(statement, exclude=["id", "decision", "recipient"]),
        "puid": statement.puid,
        "created": statement.created,
    }


def _appeal(appeal: Appeal) -> dict[str, Any]:
    return {
        "key": appeal.key,
        "decision": appeal.statement.puid,
        "state": appeal.state,
        "opened": appeal.opened,
        "decided": appeal.decided,
        "reason": appeal.reason,
        "messages": [
            {"from": message.side, "text": message.text, "at": message.created}
            for message in appeal.messages.all()
        ],
    }


def week(user: User, since: dt.datetime) -> Iterator[tuple[str, int]]:
    """What a guardian is told: that something was limited, not what."""
    limited = Statement.objects.filter(recipient=user, created__gte=since)
    yield "Things of theirs that were limited", limited.count()
    yield (
        "Reports they made",
        Report.objects.filter(reporter=user, created__gte=since).count(),
    )
