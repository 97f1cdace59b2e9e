"""A statement of reasons in plain words, and as the EC's database takes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.formats import date_format

from moderation import dsa
from moderation.models import Appeal, Measure, Standing
from moderation.rules import BY_ID

if TYPE_CHECKING:
    import datetime as dt

    from moderation.models import Statement
    from socialapp.accounts.models import User

HEADINGS = {
    Measure.LABEL: "{name} has a label",
    Measure.AGE_LIMIT: "{name} is for adults only",
    Measure.DEMOTE: "{name} is shown less",
    Measure.HIDE: "{name} is hidden from others",
    Measure.REMOVE: "{name} is removed",
    Measure.SUSPEND: "Your account rests",
    Measure.BAN: "Your account is closed",
}
"""By measure; the name stands in quotation marks."""

DEEDS = {
    Measure.LABEL: "We put a label on it",
    Measure.AGE_LIMIT: "We show it to adults only",
    Measure.DEMOTE: "We show it to fewer people",
    Measure.HIDE: "We hid it from feeds, search and its own page",
    Measure.REMOVE: "We removed it",
    Measure.SUSPEND: "We stopped your account",
    Measure.BAN: "We closed your account",
}

STAYS = {
    Measure.HIDE: "It stays in your library.",
    Measure.REMOVE: "We keep it until no appeal can win any more.",
    Measure.SUSPEND: "You can sign in, read and appeal.",
    Measure.BAN: "You can sign in to read this, appeal and take your data.",
}
"""What is not lost."""


@dataclass(frozen=True, slots=True)
class Told:
    heading: str
    stays: str
    did: str
    rule: str
    facts: str
    automation: str
    account: str


def told(statement: Statement, *, now: dt.datetime | None = None) -> Told:
    """What the page of a decision says."""
    measure = Measure(statement.decision.measure)
    undone = statement.decision.undone is not None
    heading = HEADINGS[measure].format(name=name_of(statement))
    if undone:
        accounts = {Measure.SUSPEND, Measure.BAN}
        what = "Your account" if measure in accounts else name_of(statement)
        heading = f"{what} is as it was"
    return Told(
        heading=heading,
        stays="" if undone else STAYS.get(measure, ""),
        did=f"{DEEDS[measure]}, everywhere, {_span(statement)}.",
        rule=_rule(statement),
        facts=statement.decision_facts,
        automation=_automation(statement),
        account=_account(statement, now or timezone.now()),
    )


def name_of(statement: Statement) -> str:
    return f"“{statement.decision.case.title}”"


def as_submitted(statement: Statement) -> dict[str, Any]:
    """The fields of the EC's database, under its names; what it does not know is left
    out."""
    fields: dict[str, Any] = {
        "puid": statement.puid,
        "decision_visibility": statement.decision_visibility,
        "decision_visibility_other": statement.decision_visibility_other,
        "decision_monetary": statement.decision_monetary,
        "decision_provision": statement.decision_provision,
        "decision_account": statement.decision_account,
        "account_type": statement.account_type,
        "decision_ground": statement.decision_ground,
        "illegal_content_legal_ground": statement.illegal_content_legal_ground,
        "illegal_content_explanation": statement.illegal_content_explanation,
        "incompatible_content_ground": statement.incompatible_content_ground,
        "incompatible_content_explanation": statement.incompatible_content_explanation,
        "incompatible_content_illegal": _yes_no(statement.incompatible_content_illegal),
        "content_type": statement.content_type,
        "content_type_other": statement.content_type_other,
        "content_date": statement.content_date,
        "content_language": statement.content_language,
        "category": statement.category,
        "territorial_scope": statement.territorial_scope,
        "application_date": f"{statement.application_date:%Y-%m-%d}",
        **_ends(statement),
        "decision_facts": statement.decision_facts,
        "source_type": statement.source_type,
        "source_identity": statement.source,
        "automated_detection": _yes_no(statement.automated_detection),
        "automated_decision": statement.automated_decision,
    }
    return {
        name: value for name, value in fields.items() if value not in (None, "", [])
    }


def _ends(statement: Statement) -> dict[str, str]:
    """The day on which each kind of restriction ends; nothing for indefinite ones."""
    if statement.end_date is None:
        return {}
    return {
        end: f"{statement.end_date:%Y-%m-%d}"
        for restriction, end in dsa.ENDS.items()
        if getattr(statement, restriction)
    }


def steps(appeal: Appeal) -> list[dict[str, Any]]:
    """The ladder of an appeal: what is done, what is now, what comes."""
    messages = list(appeal.messages.all())
    asked = [one for one in messages if one.side == one.Side.MODERATOR]
    found = [{"state": "done", "words": "You appealed", "at": appeal.opened}]
    if asked:
        answering = appeal.state == Appeal.State.ASKED
        found.append(
            {
                "state": "now" if answering else "done",
                "words": "They asked a question" if answering else "You answered",
                "at": asked[-1].created,
                "until": appeal.answer_by if answering else None,
            }
        )
    if appeal.state == Appeal.State.OPEN:
        found.append({"state": "now", "words": "A different moderator looks at it"})
    if appeal.undecided:
        found.append({"state": "todo", "words": "Decision"})
    else:
        words = Appeal.State(appeal.state).label
        found.append({"state": "done", "words": words, "at": appeal.decided})
    return found


def _yes_no(value: bool) -> str:
    return "Yes" if value else "No"


def _day(moment: dt.datetime) -> str:
    return date_format(timezone.localtime(moment), "j F Y")


def _span(statement: Statement) -> str:
    since = f"from {_day(statement.application_date)}"
    if statement.decision.undone:
        return f"{since} until {_day(statement.decision.undone)}"
    if statement.end_date:
        return f"{since} until {_day(statement.end_date)}"
    return f"{since} until decided otherwise"


def _rule(statement: Statement) -> str:
    rule = BY_ID.get(statement.decision.rule)
    name = f"{rule.id} {rule.title}" if rule else statement.incompatible_content_ground
    if statement.decision_ground == dsa.GROUND_ILLEGAL:
        return f"{name}; the law forbids it: {statement.illegal_content_legal_ground}"
    return f"{name}, of our rules (not a matter of law)"


def _automation(statement: Statement) -> str:
    found = {
        dsa.SOURCE_NOTICE: "Found by reports.",
        dsa.SOURCE_TRUSTED: "Found by a trusted flagger.",
        dsa.SOURCE_OWN: "Found by us.",
    }.get(statement.source_type, "Found by us.")
    if statement.automated_detection:
        found += " A filter noticed it."
    by_machine = statement.automated_decision == dsa.BY_MACHINE
    return f"{found} {'A machine decided.' if by_machine else 'A person decided.'}"


def _account(statement: Statement, now: dt.datetime) -> str:
    user: User | None = statement.recipient
    standing = Standing.objects.filter(user=user).first() if user else None
    if standing is None or not standing.resting_at(now):
        return "Not limited."
    if standing.banned:
        return "Closed."
    until = standing.suspended_until
    return f"Stopped until {_day(until)}." if until else "Not limited."
