"""Reports become cases: merged by object, weighed, held, and limited a person."""

from __future__ import annotations

import datetime as dt
import threading
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.core import mail
from django.db import connection
from django.utils import timezone

from moderation import scoring, services, subjects
from moderation.errors import ModerationError, NotThereError, TooManyReportsError
from moderation.models import Case, Hold, LogEntry, Report
from moderation.scoring import Facts
from moderation.services.decisions import decide_case
from socialapp.lib.models import Withheld

if TYPE_CHECKING:
    from moderation.tests.conftest import Card, MakePerson, Table
    from socialapp.accounts.models import User

NOBODY = AnonymousUser()


def report(
    reporter: User | AnonymousUser, key: str = "one", **fields: object
) -> Report:
    return services.report_subject(
        kind="card",
        key=key,
        reporter=reporter,
        **{"category": "harassment", "note": "", **fields},  # type: ignore[arg-type]
    )


@pytest.mark.django_db
def test_three_reports_of_one_thing_are_one_case(
    card: Card, alice: User, bob: User, person: MakePerson
) -> None:
    for reporter in (alice, bob, person("carol")):
        report(reporter)
    case = Case.objects.get()
    assert case.reports.count() == 3
    assert (case.kind, case.subject_key, case.state) == ("card", "one", "open")
    assert case.title == "I know where you live"


@pytest.mark.django_db
def test_a_second_report_by_the_same_person_is_the_first(
    card: Card, alice: User
) -> None:
    assert report(alice, note="first") == report(alice, note="again")
    assert Report.objects.get().note == "first"


@pytest.mark.django_db
def test_the_snapshot_is_kept_after_the_author_edits(
    card: Card, alice: User, bob: User
) -> None:
    report(alice)
    card.words = "Good evening"
    report(bob)
    case = Case.objects.get()
    assert case.snapshot == {"Words": "I know where you live"}
    first, second = case.reports.order_by("pk")
    assert first.snapshot == {"Words": "I know where you live"}
    assert first.media == ["cards/one.png"]
    assert second.snapshot == {"Words": "Good evening"}


@pytest.mark.django_db
def test_nobody_learns_what_exists_by_reporting(card: Card, alice: User) -> None:
    card.shown = "hidden"
    for kind, key in (("card", "one"), ("card", "none"), ("spell", "one")):
        with pytest.raises(NotThereError):
            services.report_subject(kind=kind, key=key, reporter=alice, category="hate")


@pytest.mark.django_db
def test_ones_own_thing_and_an_unknown_reason_are_refused(
    card: Card, mallory: User, alice: User
) -> None:
    with pytest.raises(ModerationError, match="This is yours"):
        report(mallory)
    with pytest.raises(ModerationError, match="from the list"):
        report(alice, category="boring")
    assert Case.objects.count() == 0


@pytest.mark.django_db
def test_a_decided_thing_gets_a_new_case(card: Card, alice: User, mod: User) -> None:
    case = report(alice).case
    decide_case(case=case, moderator=mod, measure="none")
    again = report(alice).case
    assert again.pk != case.pk
    assert again.state == Case.State.OPEN


@pytest.mark.django_db
def test_a_flood_of_reports_by_one_person_is_limited(
    table: Table, mallory: User, alice: User, bob: User, settings: object
) -> None:
    settings.REPORTS_PER_HOUR = 3  # type: ignore[attr-defined]
    for number in range(4):
        table.lay(f"c{number}", mallory)
    for number in range(3):
        report(alice, f"c{number}")
    with pytest.raises(TooManyReportsError, match="in an hour"):
        report(alice, "c3")
    report(alice, "c0")
    report(bob, "c3")
    Report.objects.filter(reporter=alice).update(
        created=timezone.now() - dt.timedelta(hours=2)
    )
    report(alice, "c3")


@pytest.mark.django_db
def test_a_refused_report_leaves_no_empty_case(
    table: Table, mallory: User, alice: User, settings: object
) -> None:
    settings.REPORTS_PER_HOUR = 0  # type: ignore[attr-defined]
    table.lay("c", mallory)
    with pytest.raises(TooManyReportsError):
        report(alice, "c")
    assert Case.objects.count() == 0


@pytest.mark.django_db
def test_strangers_are_limited_by_their_network(
    table: Table, mallory: User, settings: object
) -> None:
    settings.STRANGERS_REPORTS_PER_HOUR = 2  # type: ignore[attr-defined]
    for number in range(3):
        table.lay(f"c{number}", mallory)
    report(NOBODY, "c0", source="net-a")
    report(NOBODY, "c1", source="net-a")
    with pytest.raises(TooManyReportsError):
        report(NOBODY, "c2", source="net-a")
    report(NOBODY, "c2", source="net-b")


# Weights ---------------------------------------------------------------------


def test_a_graver_rule_and_more_voices_come_first() -> None:
    light = scoring.priority(Facts(severity=1, voices=1))
    assert scoring.priority(Facts(severity=5, voices=1)) > light
    assert scoring.priority(Facts(severity=1, voices=3)) > light
    assert scoring.priority(Facts(severity=1, voices=1, reach=1000)) > light
    assert scoring.priority(Facts(severity=1, voices=1, hours=24)) > light


def test_a_case_that_waits_does_not_pass_a_grave_one() -> None:
    old = scoring.priority(Facts(severity=1, voices=0.5, hours=24 * 365))
    assert old < scoring.priority(Facts(severity=5, voices=0.5))


def test_who_was_right_before_counts_more() -> None:
    def voice(helpful: int, decided: int) -> float:
        return scoring.voice(
            helpful=helpful, decided=decided, trusted=False, anonymous=False
        )

    assert voice(0, 5) < voice(0, 0) == 0.5 < voice(5, 5) < 1


@pytest.mark.django_db
def test_reports_that_were_wrong_make_the_next_one_weigh_less(
    table: Table, mallory: User, alice: User, bob: User, mod: User
) -> None:
    for key in ("a", "b", "c", "d"):
        table.lay(key, mallory)
    for key in ("a", "b"):
        decide_case(case=report(alice, key).case, moderator=mod, measure="none")
    by_alice = report(alice, "c").case
    by_bob = report(bob, "d").case
    by_alice.refresh_from_db()
    by_bob.refresh_from_db()
    assert by_alice.priority < by_bob.priority


@pytest.mark.django_db
def test_enough_grave_reports_hide_a_thing_before_anybody_looked(
    card: Card, alice: User, bob: User, person: MakePerson
) -> None:
    report(alice, category="minors")
    report(bob, category="minors")
    assert card.shown == "yes"
    report(person("carol"), category="minors")
    case = Case.objects.get()
    assert (card.shown, case.held) == ("hidden", True)
    assert Withheld.objects.get().name == "cards/one.png"
    assert LogEntry.objects.filter(action="case.hold").count() == 1


@pytest.mark.django_db
def test_spam_reports_of_three_people_hide_nothing(
    card: Card, alice: User, bob: User, person: MakePerson
) -> None:
    for reporter in (alice, bob, person("carol")):
        report(reporter, category="spam")
    assert card.shown == "yes"


@pytest.mark.django_db
def test_a_trusted_flagger_hides_a_grave_thing_alone(card: Card, alice: User) -> None:
    Group.objects.create(name="Trusted flaggers").user_set.add(alice)
    assert report(alice, category="hate").trusted
    assert card.shown == "hidden"


@pytest.mark.django_db
def test_the_case_is_named_after_the_gravest_reason(
    card: Card, alice: User, bob: User, person: MakePerson
) -> None:
    report(alice, category="spam")
    report(bob, category="hate")
    report(person("carol"), category="other")
    assert Case.objects.get().category == "hate"


# Screening -------------------------------------------------------------------


@pytest.mark.django_db
def test_a_detector_opens_a_case_and_holds_the_thing(card: Card) -> None:
    found = {"detector": "faces", "version": "1", "score": 97}
    case = services.open_case(
        kind="card", key="one", category="impersonation", detection=found
    )
    assert (case.lane, case.held, case.detection) == ("screening", True, found)
    assert card.shown == "hidden"
    assert services.open_case(kind="card", key="one", category="hate").pk == case.pk
    with pytest.raises(NotThereError):
        services.open_case(kind="card", key="none", category="hate")


# Intimate images -------------------------------------------------------------

CONTACT = {"name": "Nell Gray", "email": "nell@example.com", "where": "/cards/one/"}


@pytest.mark.django_db
def test_a_request_about_an_intimate_picture_takes_it_away_at_once(card: Card) -> None:
    case = services.open_ncii_case(
        kind="card", key="one", contact=CONTACT, good_faith=True, source="net"
    )
    assert card.shown == "removed"
    assert case.lane == Case.Lane.NCII
    assert case.due is not None
    left = case.due - timezone.now()
    assert dt.timedelta(hours=47, minutes=59) < left <= dt.timedelta(hours=48)


@pytest.mark.django_db
@pytest.mark.parametrize("missing", ["name", "email", "where"])
def test_a_request_without_one_of_its_elements_says_which(
    card: Card, missing: str
) -> None:
    with pytest.raises(ModerationError, match=missing):
        services.open_ncii_case(
            kind="card",
            key="one",
            contact=CONTACT | {missing: " "},
            good_faith=True,
        )
    assert card.shown == "yes"


@pytest.mark.django_db
def test_a_request_needs_good_faith(card: Card) -> None:
    with pytest.raises(ModerationError, match="good faith"):
        services.open_ncii_case(
            kind="card", key="one", contact=CONTACT, good_faith=False
        )


@pytest.mark.django_db
def test_a_second_request_does_not_start_the_clock_again(card: Card) -> None:
    first = services.open_ncii_case(
        kind="card", key="one", contact=CONTACT, good_faith=True
    )
    Case.objects.update(due=timezone.now() + dt.timedelta(hours=3))
    again = services.open_ncii_case(
        kind="card", key="one", contact=CONTACT, good_faith=True
    )
    assert again.pk == first.pk
    assert again.due
    assert again.due < timezone.now() + dt.timedelta(hours=4)
    assert again.reports.count() == 2


@pytest.mark.django_db
def test_a_request_takes_over_the_case_that_is_open(card: Card, alice: User) -> None:
    ordinary = report(alice, category="sexual").case
    case = services.open_ncii_case(
        kind="card", key="one", contact=CONTACT, good_faith=True
    )
    assert case.pk == ordinary.pk
    assert (case.lane, case.category) == ("ncii", "ncii")
    assert list(Case.objects.in_order()) == [case]


@pytest.mark.django_db
def test_the_clock_comes_before_every_score(
    table: Table, mallory: User, alice: User, person: MakePerson
) -> None:
    table.lay("grave", mallory, views=10**6)
    table.lay("light", mallory)
    for number in range(2):
        report(person(f"p{number}x"), "grave", category="minors")
    services.open_ncii_case(kind="card", key="light", contact=CONTACT, good_faith=True)
    assert [case.subject_key for case in Case.objects.in_order()] == ["light", "grave"]


# Families --------------------------------------------------------------------


@pytest.mark.django_db
def test_what_was_made_of_a_thing_goes_and_comes_with_it(
    table: Table, mallory: User, alice: User, mod: User
) -> None:
    first = table.lay("first", mallory)
    remix = table.lay("remix", alice)
    again = table.lay("again", alice)
    first.made_of_it = [remix]
    remix.made_of_it = [again]
    again.made_of_it = [first]
    case = services.open_case(kind="card", key="first", category="hate")
    assert [c.shown for c in (first, remix, again)] == ["hidden"] * 3
    assert Hold.objects.count() == 3
    decide_case(case=case, moderator=mod, measure="none")
    assert [c.shown for c in (first, remix, again)] == ["yes"] * 3
    assert Hold.objects.count() == Withheld.objects.count() == 0


@pytest.mark.django_db
def test_a_thing_of_two_holds_needs_both_lifted(
    table: Table, mallory: User, mod: User
) -> None:
    parent = table.lay("parent", mallory)
    child = table.lay("child", mallory)
    parent.made_of_it = [child]
    own = services.open_case(kind="card", key="child", category="hate")
    above = services.open_case(kind="card", key="parent", category="hate")
    decide_case(case=above, moderator=mod, measure="none")
    assert (parent.shown, child.shown) == ("yes", "hidden")
    decide_case(case=own, moderator=mod, measure="none")
    assert child.shown == "yes"


def test_a_kind_registers_once_and_completely() -> None:
    with pytest.raises(subjects.SubjectError, match="registered already"):
        subjects.register("post", **dict.fromkeys(_NEEDED, print))  # type: ignore[arg-type]
    with pytest.raises(subjects.SubjectError, match="cannot be a kind"):
        subjects.register("A post", **dict.fromkeys(_NEEDED, print))  # type: ignore[arg-type]
    with pytest.raises(subjects.SubjectError, match="hide= must be a function"):
        subjects.register("spell", **dict.fromkeys(_NEEDED, print) | {"hide": None})  # type: ignore[arg-type]
    with pytest.raises(subjects.SubjectError, match=r"spell: .*colour"):
        subjects.register("spell", colour=1, **dict.fromkeys(_NEEDED, print))  # type: ignore[arg-type]
    with pytest.raises(subjects.SubjectError, match=r"'spell'; known: .*post"):
        subjects.get("spell")


_NEEDED = [
    "title",
    "find",
    "describe",
    "snapshot",
    "author",
    "url",
    "hide",
    "restore",
    "remove",
]


# At once ---------------------------------------------------------------------


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_ten_people_who_report_at_once_make_one_case(
    card: Card, person: MakePerson
) -> None:
    people = [person(f"person{number}") for number in range(10)]
    failures: list[BaseException] = []

    def run(reporter: User) -> None:
        try:
            report(reporter, category="spam")
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(one,)) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert Case.objects.get().reports.count() == 10


# Mails -----------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_reporter_hears_the_outcome_and_no_names(
    card: Card, alice: User, mod: User
) -> None:
    case = report(alice).case
    decide_case(
        case=case,
        moderator=mod,
        measure="hide",
        rule="4.2",
        reason="It threatens a person by name.",
    )
    received, decided = [m for m in mail.outbox if m.to == ["alice@example.com"]]
    assert "We have your report" in received.subject
    assert "limited what you reported" in decided.body
    for secret in ("mallory", "mona", "threatens"):
        assert secret not in decided.body.lower()
    told = [m for m in mail.outbox if m.to == ["mallory@example.com"]]
    assert "alice" not in "".join(m.body.lower() for m in told)
