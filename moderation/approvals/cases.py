"""Words that wait for a look: a kind of thing that has cases.

Nobody but their author sees them, so there is nothing to hide. Leaving them be approves
exactly these words; a restriction refuses them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation import subjects
from moderation.approvals import services
from moderation.approvals.facets import words_of
from moderation.models import Approval

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User

LONGEST_TITLE = 80


def register() -> None:
    subjects.register(
        services.KIND,
        title="Words that wait",
        find=find,
        describe=describe,
        snapshot=snapshot,
        author=lambda row: row.owner,
        url=url_of,
        visible=nobody,
        hide=stay,
        remove=stay,
        restore=reopen,
    )


def find(key: str) -> Approval | None:
    return Approval.objects.select_related("owner").filter(key=key).first()


def describe(row: Approval) -> str:
    words = next(iter(snapshot(row).values()), "")
    return f"{row.facet.capitalize()}: {words}"[:LONGEST_TITLE]


def snapshot(row: Approval) -> dict[str, str]:
    """What is new first, then what stands beside it."""
    new = row.content.get("surfaces", [])
    told = {name: words_of(value) for name, value in row.says.items()}
    order = [*new, *(name for name in told if name not in new)]
    return {name.capitalize(): told[name] for name in order if told.get(name)}


def url_of(row: Approval) -> str:
    thing = subjects.find(row.kind, row.subject_key)
    return subjects.get(row.kind).url(thing) if thing is not None else "/decisions/"


def nobody(_row: Approval, _viewer: User | AnonymousUser) -> bool:
    """Only what others see can be reported, and others do not see it."""
    return False


def stay(_row: Approval) -> None:
    """The decision itself refuses it; it is nowhere to be seen."""


def reopen(row: Approval) -> None:
    services.reopen(approval=row)
