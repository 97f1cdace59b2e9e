"""Deciding: claims, measures, statements, undoing, batches, and who may what."""

from __future__ import annotations

import datetime as dt
import threading
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.db import connection
from django.utils import timezone

from moderation import dsa, log, services
from moderation.errors import (
    ModerationError,
    NotAllowedError,
    NotNowError,
    TakenError,
)
from moderation.models import Case, Decision, Exposure, LogEntry, Standing, Statement
from moderation.roles import ROLES
from moderation.services.statements import six_months_after
from moderation.signals import case_decided

if TYPE_CHECKING:
    from moderation.tests.conftest import Card, MakePerson, Table
    from socialapp.accounts.models import User

WHY: dict[str, Any] = {"rule": "4.2", "reason": "It threatens a person by name."}


@pytest.fixture
def case(card: Card, alice: User) -> Case:
    """What Alice reported of Mallory's card."""
    return services.report_subject(
        kind="card", key="one", reporter=alice, category="harassment"
    ).case


# Claims ----------------------------------------------------------------------


@pytest.mark.django_db
def test_a_claim_keeps_others_away_until_it_ends(
    case: Case, mod: User, second: User
) -> None:
    claimed = services.claim_case(case=case, moderator=mod)
    assert (claimed.state, claimed.claimed_by) == ("claimed", mod)
    with pytest.raises(TakenError, match="@mona has this case until"):
        services.claim_case(case=case, moderator=second)
    with pytest.raises(TakenError):
        services.decide_case(case=case, moderator=second, measure="none")
    services.claim_case(case=case, moderator=mod)
    Case.objects.update(claimed_until=timezone.now() - dt.timedelta(seconds=1))
    assert services.claim_case(case=case, moderator=second).claimed_by == second


@pytest.mark.django_db
def test_a_case_is_given_back_by_hand_or_by_time(
    case: Case, mod: User, second: User
) -> None:
    services.claim_case(case=case, moderator=mod)
    services.release_case(case=case, moderator=second)
    case.refresh_from_db()
    assert case.claimed_by == mod
    services.release_case(case=case, moderator=mod)
    assert case.state == Case.State.OPEN
    assert not case.claimed_by_id
    services.claim_case(case=case, moderator=mod)
    later = timezone.now() + dt.timedelta(hours=1)
    assert services.release_expired(now=later) == 1
    case.refresh_from_db()
    assert case.state == Case.State.OPEN
    assert not case.claimed_by_id


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_of_moderators_who_claim_at_once_one_has_it(
    case: Case, person: MakePerson
) -> None:
    moderators = [person(f"moderator{n}", "Moderators") for n in range(6)]
    outcomes: list[str] = []

    def run(moderator: User) -> None:
        try:
            services.claim_case(case=Case.objects.get(), moderator=moderator)
            outcomes.append("has it")
        except TakenError:
            outcomes.append("taken")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(one,)) for one in moderators]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["has it"] + ["taken"] * 5


# Measures --------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("measure", "effect"),
    [
        ("hide", ("shown", "hidden")),
        ("remove", ("shown", "removed")),
        ("age-limit", ("adults", True)),
        ("demote", ("low", True)),
        ("label", ("label", "Made up")),
    ],
)
def test_a_measure_takes_effect_and_is_taken_back(
    case: Case, card: Card, senior: User, measure: str, effect: tuple[str, object]
) -> None:
    field, value = effect
    before = getattr(card, field)
    decision = services.decide_case(
        case=case,
        moderator=senior,
        measure=measure,
        label="Made up" if measure == "label" else "",
        **WHY,
    )
    assert getattr(card, field) == value
    assert case.state == Case.State.DECIDED
    services.undo_decision(decision=decision, moderator=senior)
    assert getattr(card, field) == before
    case.refresh_from_db()
    assert case.state == Case.State.OPEN


@pytest.mark.django_db
def test_what_does_no_harm_is_left_and_the_case_closed(
    case: Case, card: Card, mod: User
) -> None:
    services.hold_case(case=case)
    assert card.shown == "hidden"
    services.decide_case(case=case, moderator=mod, measure="none")
    assert (card.shown, case.state, case.held) == ("yes", "closed", False)
    assert Statement.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"measure": "burn"}, "no measure 'burn'"),
        ({"measure": "hide"}, "which rule"),
        ({"measure": "hide", "rule": "9.9", "reason": "x" * 20}, "which rule"),
        ({"measure": "hide", "rule": "4.2", "reason": "bad"}, "the facts"),
        ({"measure": "warn", "rule": "4.2", "reason": ""}, "the facts"),
        ({"measure": "label", **WHY}, "what the label says"),
    ],
)
def test_a_decision_that_explains_nothing_is_refused(
    case: Case, card: Card, senior: User, fields: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ModerationError, match=complaint):
        services.decide_case(case=case, moderator=senior, **fields)
    assert (Decision.objects.count(), card.shown) == (0, "yes")


@pytest.mark.django_db
def test_a_decided_case_is_not_decided_again(case: Case, mod: User) -> None:
    services.decide_case(case=case, moderator=mod, measure="hide", **WHY)
    with pytest.raises(NotNowError, match="decided already"):
        services.decide_case(case=case, moderator=mod, measure="none")


@pytest.mark.django_db
def test_two_decisions_do_not_undo_each_other(
    table: Table, mallory: User, alice: User, mod: User
) -> None:
    parent = table.lay("parent", mallory)
    child = table.lay("child", mallory)
    parent.made_of_it = [child]
    decisions = []
    for key in ("child", "parent"):
        case = services.open_case(kind="card", key=key, category="hate")
        decisions.append(
            services.decide_case(case=case, moderator=mod, measure="remove", **WHY)
        )
    services.undo_decision(decision=decisions[1], moderator=mod)
    Case.objects.filter(subject_key="parent").update(held=False)
    assert child.shown == "removed"
    services.undo_decision(decision=decisions[0], moderator=mod)
    assert child.shown == "yes"


@pytest.mark.django_db
def test_a_thing_that_is_gone_can_no_longer_be_hidden(
    case: Case, table: Table, mod: User
) -> None:
    table.cards.clear()
    with pytest.raises(NotNowError, match="gone already"):
        services.decide_case(case=case, moderator=mod, measure="hide", **WHY)
    services.decide_case(case=case, moderator=mod, measure="warn", **WHY)


# Accounts --------------------------------------------------------------------


@pytest.mark.django_db
def test_a_suspension_ends_and_a_ban_hides_everything(
    case: Case, table: Table, card: Card, mallory: User, senior: User
) -> None:
    other = table.lay("two", mallory)
    until = timezone.now() + dt.timedelta(days=7)
    services.decide_case(
        case=case, moderator=senior, measure="suspend", until=until, **WHY
    )
    standing = Standing.objects.get(user=mallory)
    assert standing.resting_at(timezone.now())
    assert not standing.resting_at(until + dt.timedelta(seconds=1))
    assert (card.shown, other.shown) == ("yes", "yes")
    again = services.open_case(kind="card", key="two", category="hate", hold=False)
    ban = services.decide_case(case=again, moderator=senior, measure="ban", **WHY)
    assert (card.shown, other.shown) == ("hidden", "hidden")
    assert Standing.objects.get(user=mallory).banned
    services.undo_decision(decision=ban, moderator=senior)
    standing.refresh_from_db()
    assert (card.shown, other.shown, standing.banned) == ("yes", "yes", False)
    assert standing.suspended_until == until


@pytest.mark.django_db
def test_a_banned_persons_profile_is_emptied_and_filled_again(
    case: Case, mallory: User, senior: User
) -> None:
    type(mallory).objects.filter(pk=mallory.pk).update(bio="Lies and more lies")
    ban = services.decide_case(case=case, moderator=senior, measure="ban", **WHY)
    mallory.refresh_from_db()
    assert (mallory.display_name, mallory.bio) == ("", "")
    services.undo_decision(decision=ban, moderator=senior)
    mallory.refresh_from_db()
    assert (mallory.display_name, mallory.bio) == ("Mallory", "Lies and more lies")


# Statements ------------------------------------------------------------------


@pytest.mark.django_db
def test_a_restriction_has_its_statement_of_reasons(
    case: Case, mallory: User, mod: User
) -> None:
    decision = services.decide_case(case=case, moderator=mod, measure="remove", **WHY)
    made = decision.statement
    assert made.recipient == mallory
    assert made.decision_visibility == ["DECISION_VISIBILITY_CONTENT_REMOVED"]
    assert made.decision_ground == "DECISION_GROUND_INCOMPATIBLE_CONTENT"
    assert made.incompatible_content_ground == "4.2 No intimidation"
    assert made.category == "STATEMENT_CATEGORY_CYBER_VIOLENCE"
    assert made.decision_facts == WHY["reason"]
    assert made.source_type == "SOURCE_ARTICLE_16"
    assert not made.automated_detection
    assert made.automated_decision == "AUTOMATED_DECISION_NOT_AUTOMATED"
    assert made.url.endswith("/cards/one/")
    assert made.schema == dsa.VERSION
    assert set(made.content_type) <= dsa.CONTENT_TYPES
    assert "DE" in made.territorial_scope


@pytest.mark.django_db
def test_a_statement_names_the_law_and_the_machine(card: Card) -> None:
    case = services.open_case(
        kind="card", key="one", category="minors", detection={"detector": "text"}
    )
    made = services.decide_case(
        case=case,
        moderator=None,
        measure="remove",
        rule="1.1",
        reason="The filter found it, twice.",
    ).statement
    assert made.decision_ground == "DECISION_GROUND_ILLEGAL_CONTENT"
    assert made.illegal_content_legal_ground == "Directive 2011/93/EU"
    assert made.incompatible_content_illegal
    assert made.automated_detection
    assert made.automated_decision == "AUTOMATED_DECISION_FULLY"
    assert made.source_type == "SOURCE_VOLUNTARY"


@pytest.mark.django_db
def test_every_restricting_measure_makes_a_restriction(
    table: Table, mallory: User, senior: User
) -> None:
    numbers = set()
    for measure in ("label", "age-limit", "demote", "hide", "remove", "suspend", "ban"):
        table.lay(measure, mallory)
        case = services.open_case(kind="card", key=measure, category="hate", hold=False)
        made = services.decide_case(
            case=case, moderator=senior, measure=measure, label="Made up", **WHY
        ).statement
        assert made.decision_visibility or made.decision_account
        assert made.appeal_until > timezone.now() + dt.timedelta(days=180)
        numbers.add(made.puid)
    assert len(numbers) == 7


def test_six_months_end_on_the_same_day_or_the_last_of_the_month() -> None:
    day = dt.datetime(2026, 8, 31, 9, tzinfo=dt.UTC)
    assert six_months_after(day) == dt.datetime(2027, 2, 28, 9, tzinfo=dt.UTC)
    day = dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC)
    assert six_months_after(day) == dt.datetime(2027, 5, 20, 9, tzinfo=dt.UTC)


# Rights ----------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("measure", "right"),
    [("label", "set labels"), ("suspend", "suspend or ban"), ("ban", "suspend or ban")],
)
def test_a_moderator_without_the_right_is_refused_and_logged(
    case: Case, card: Card, mod: User, measure: str, right: str
) -> None:
    with pytest.raises(NotAllowedError, match=f"may not {right}"):
        services.decide_case(
            case=case, moderator=mod, measure=measure, label="Made up", **WHY
        )
    entry = LogEntry.objects.get(action="role.refuse")
    assert (entry.actor, entry.subject) == (f"user:{mod.pk}", "card:one")
    assert card.label == ""


@pytest.mark.django_db
def test_the_labels_right_is_given_beside_the_role(
    case: Case, card: Card, person: MakePerson
) -> None:
    labeller = person("lena", "Moderators", "Labels")
    services.decide_case(
        case=case, moderator=labeller, measure="label", label="Made up", **WHY
    )
    assert card.label == "Made up"


@pytest.mark.django_db
def test_people_without_a_role_decide_nothing(case: Case, bob: User) -> None:
    for attempt in (
        lambda: services.claim_case(case=case, moderator=bob),
        lambda: services.decide_case(case=case, moderator=bob, measure="none"),
        lambda: services.add_note(case=case, moderator=bob, text="hello"),
    ):
        with pytest.raises(NotAllowedError):
            attempt()


@pytest.mark.django_db
def test_nobody_decides_about_themselves(table: Table, mod: User, alice: User) -> None:
    table.lay("own", mod)
    case = services.open_case(kind="card", key="own", category="hate", hold=False)
    with pytest.raises(NotAllowedError, match="This is yours"):
        services.decide_case(case=case, moderator=mod, measure="none")


@pytest.mark.django_db
def test_no_role_can_promote_anyone_or_touch_the_log() -> None:
    for name, wanted in ROLES.items():
        group = Group.objects.get(name=name)
        has = {
            f"{one.content_type.app_label}.{one.codename}"
            for one in group.permissions.select_related("content_type")
        }
        assert has == set(wanted)
        assert not {one for one in has if one.startswith(("accounts.", "auth."))}
        log_rights = {one for one in has if one.endswith("logentry")}
        assert log_rights <= {"moderation.view_logentry"}


# Undoing ---------------------------------------------------------------------


@pytest.mark.django_db
def test_others_decisions_are_undone_with_the_right_alone(
    case: Case, mod: User, second: User, senior: User
) -> None:
    decision = services.decide_case(case=case, moderator=mod, measure="hide", **WHY)
    with pytest.raises(NotAllowedError, match="undo what others decided"):
        services.undo_decision(decision=decision, moderator=second)
    services.undo_decision(decision=decision, moderator=senior)
    with pytest.raises(NotNowError, match="undone already"):
        services.undo_decision(decision=decision, moderator=senior)
    assert decision.undone_by == senior


@pytest.mark.django_db
def test_twenty_are_decided_and_undone_at_a_stroke(
    table: Table, mallory: User, alice: User, mod: User, second: User
) -> None:
    cases = []
    for number in range(20):
        table.lay(f"c{number}", mallory)
        cases.append(
            services.report_subject(
                kind="card", key=f"c{number}", reporter=alice, category="spam"
            ).case
        )
    services.claim_case(case=cases[7], moderator=second)
    batch = services.decide_batch(
        cases=cases,
        moderator=mod,
        measure="hide",
        rule="6.1",
        reason="The same words twenty times.",
    )
    assert len(batch.decisions) == 19
    assert [case.pk for case, _ in batch.refused] == [cases[7].pk]
    assert "has this case" in batch.refused[0][1]
    assert sum(card.shown == "hidden" for card in table.cards.values()) == 19
    undone = services.undo_batch(batch=batch.key, moderator=mod)
    assert (len(undone.decisions), undone.refused) == (19, [])
    assert {card.shown for card in table.cards.values()} == {"yes"}
    assert Case.objects.filter(state="open").count() == 19


# Around ----------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_author_is_told_why_and_how_to_appeal(case: Case, mod: User) -> None:
    heard: list[tuple[Case, Decision]] = []

    def hear(*, case: Case, decision: Decision, **_: Any) -> None:
        heard.append((case, decision))

    case_decided.connect(hear)
    try:
        made = services.decide_case(case=case, moderator=mod, measure="hide", **WHY)
    finally:
        case_decided.disconnect(hear)
    assert heard == [(case, made)]
    (told,) = [m for m in mail.outbox if m.to == ["mallory@example.com"]]
    assert told.subject == "We hid it from others: “I know where you live”"
    for word in ("4.2 No intimidation", WHY["reason"], made.statement.puid, "person"):
        assert word in told.body
    assert "alice" not in told.body
    assert "mona" not in told.body


@pytest.mark.django_db
def test_every_step_is_in_the_log_in_its_order(case: Case, mod: User) -> None:
    services.claim_case(case=case, moderator=mod)
    services.add_note(case=case, moderator=mod, text="Looks serious.")
    decision = services.decide_case(case=case, moderator=mod, measure="hide", **WHY)
    services.undo_decision(decision=decision, moderator=mod)
    assert list(LogEntry.objects.values_list("action", flat=True)) == [
        "case.open",
        "report.make",
        "case.claim",
        "case.note",
        "case.decide",
        "case.undo",
    ]
    assert log.verify() is None
    assert "serious" not in str(list(LogEntry.objects.values_list("data", flat=True)))


@pytest.mark.django_db
def test_what_a_moderator_sees_in_a_day_is_counted(card: Card, mod: User) -> None:
    case = services.open_case(kind="card", key="one", category="minors")
    services.note_exposure(case=case, moderator=mod, revealed=False)
    services.note_exposure(case=case, moderator=mod, revealed=True)
    services.note_exposure(case=case, moderator=mod, revealed=True)
    today = Exposure.objects.get(moderator=mod)
    assert (today.cases, today.revealed, today.severe) == (1, 2, 2)


@pytest.mark.django_db(transaction=True)
def test_a_case_outlives_the_account_under_a_pseudonym(
    case: Case, mallory: User, mod: User
) -> None:
    from socialapp.accounts.services import close_account  # noqa: PLC0415

    services.decide_case(case=case, moderator=mod, measure="hide", **WHY)
    close_account(user=mallory)
    case.refresh_from_db()
    assert case.author is not None
    assert case.author.username.startswith("closed")
    kept = str([case.title, case.snapshot, list(case.reports.values("snapshot"))])
    assert "know where you live" not in kept
    assert log.verify() is None
