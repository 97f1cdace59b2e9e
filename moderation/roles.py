"""Who may do what. Roles are Django groups; nobody gets more than their errand needs.

No role may change accounts, groups, rules or the log: only administrators promote, and
nobody edits the log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moderation import log
from moderation.errors import NotAllowedError

if TYPE_CHECKING:
    from socialapp.accounts.models import User

_READ = (
    "moderation.view_case",
    "moderation.view_report",
    "moderation.view_decision",
    "moderation.view_statement",
    "moderation.view_appeal",
    "moderation.view_approval",
    "moderation.view_logentry",
    "lib.see_withheld",
)

ROLES: dict[str, tuple[str, ...]] = {
    "Moderators": (*_READ, "moderation.work_case", "moderation.decide_appeal"),
    "Senior moderators": (
        *_READ,
        "moderation.work_case",
        "moderation.decide_appeal",
        "moderation.label_case",
        "moderation.sanction_account",
        "moderation.undo_decision",
    ),
    "Labels": ("moderation.label_case",),
}
"""Group to permissions. "Labels" is given beside "Moderators"."""

WORK = "moderation.work_case"
LABEL = "moderation.label_case"
SANCTION = "moderation.sanction_account"
APPEALS = "moderation.decide_appeal"
UNDO = "moderation.undo_decision"

_RIGHTS = {
    WORK: "work on cases",
    LABEL: "set labels",
    SANCTION: "suspend or ban",
    APPEALS: "decide appeals",
    UNDO: "undo what others decided",
}


def make_roles(**_: Any) -> None:
    """Make the groups and give each exactly its permissions; runs after migrations."""
    from django.contrib.auth.models import Group, Permission  # noqa: PLC0415

    for name, permissions in ROLES.items():
        group, _created = Group.objects.get_or_create(name=name)
        found = [
            permission
            for permission in Permission.objects.filter(
                codename__in=[one.partition(".")[2] for one in permissions]
            ).select_related("content_type")
            if f"{permission.content_type.app_label}.{permission.codename}"
            in permissions
        ]
        group.permissions.set(found)


def require(moderator: User, permission: str, subject: str) -> None:
    """NotAllowedError, and a row in the log, for whoever lacks the right."""
    if moderator.is_active and moderator.has_perm(permission):
        return
    refuse(
        moderator,
        subject,
        f"Your role may not {_RIGHTS[permission]}. Leave this to somebody who may, or"
        " ask an administrator for the right.",
        needs=permission,
    )


def refuse(moderator: User, subject: str, message: str, **data: Any) -> None:
    """Log the refusal, then raise it. Call it outside a transaction: what is rolled
    back was never logged."""
    log.record(moderator, "role.refuse", subject, data)
    raise NotAllowedError(message)
