"""Words are approved by their hash: an edit asks anew, a decision reaches no further."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from moderation.approvals import selectors, services
from moderation.approvals.facets import Facet
from moderation.approvals.services import again
from moderation.approvals.tests.words import (
    DOUBT,
    KIND,
    THREAT,
    case_of,
    nothing_looks,
    rule_on,
)
from moderation.models import Approval, Case, Screening
from moderation.screening.judge import ScreeningUnavailableError
from moderation.screening.refusals import TextRefusedError
from moderation.services import decide_case, undo_decision
from moderation.signals import approval_decided

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

    from socialapp.accounts.models import User

    Commit = DjangoCaptureOnCommitCallbacks

pytestmark = pytest.mark.django_db


def script(words: str) -> Facet:
    return Facet("script", {"script": words, "title": ""}, ("script", "title"))


def ask(owner: User, words: str, *, key: str = "one", **more: Any) -> Approval:
    return services.ask(kind="play", key=key, facet=script(words), owner=owner, **more)


@pytest.fixture
def mod(bob: User) -> User:
    bob.groups.add(Group.objects.get(name="Moderators"))
    bob.is_staff = True
    bob.save()
    return bob


@pytest.fixture
def heard() -> Iterator[list[str]]:
    """The states that apps were told."""
    told: list[str] = []

    def listen(approval: Approval, **_: Any) -> None:
        told.append(approval.state)

    approval_decided.connect(listen)
    yield told
    approval_decided.disconnect(listen)


def test_the_hash_is_of_the_words_and_not_of_how_they_are_stored() -> None:
    voice = Facet("voice", {"voice": "af_heart", "speed": 1})
    assert voice.sha256 == Facet("voice", {"speed": 1.0, "voice": "af_heart"}).sha256
    assert voice.sha256 != Facet("voice", {"voice": "af_heart", "speed": 1.1}).sha256
    assert voice.sha256 != Facet("other", dict(voice.says)).sha256
    assert script(KIND).sha256 == Facet("script", script(KIND).says).sha256


def test_what_breaks_no_rule_is_approved_at_once_and_keeps_no_words(
    alice: User,
) -> None:
    row = ask(alice, KIND)
    assert (row.state, row.content, row.why) == ("approved", {}, "")
    assert "rules" in row.version
    assert not Case.objects.exists()


def test_the_same_words_are_not_judged_twice(alice: User) -> None:
    first = ask(alice, KIND)
    judged = Screening.objects.count()
    assert ask(alice, KIND).pk == first.pk
    assert Screening.objects.count() == judged


def test_what_a_rule_refuses_is_refused_as_before_and_leaves_no_approval(
    alice: User,
) -> None:
    with pytest.raises(TextRefusedError, match=r"rule 4\.2"):
        ask(alice, THREAT)
    assert not Approval.objects.exists()
    assert Screening.objects.get().action == "block"


def test_words_in_doubt_wait_and_stand_in_the_queue(alice: User) -> None:
    row = ask(alice, DOUBT)
    assert row.state == "pending"
    assert "a person looks at them" in row.why
    case = case_of(row)
    assert case.snapshot["Script"] == DOUBT
    assert (case.lane, case.author) == (Case.Lane.SCREENING, alice)
    assert not case.held


def test_words_in_doubt_may_go_on_and_are_looked_at_afterwards(
    alice: User,
    mod: User,
    settings: Settings,
    django_capture_on_commit_callbacks: Commit,
) -> None:
    settings.SCREENING = settings.SCREENING | {"DOUBT_WAITS": ["sexual", "self_harm"]}
    row = ask(alice, DOUBT)
    assert row.approved
    with django_capture_on_commit_callbacks(execute=True):
        rule_on(row, mod, approve=False)
    row.refresh_from_db()
    assert row.state == "refused"


@pytest.mark.parametrize("approve", [True, False])
def test_a_moderator_decides_and_the_app_hears_of_it(
    alice: User,
    mod: User,
    heard: list[str],
    django_capture_on_commit_callbacks: Commit,
    *,
    approve: bool,
) -> None:
    row = ask(alice, DOUBT)
    with django_capture_on_commit_callbacks(execute=True):
        rule_on(row, mod, approve=approve)
    row.refresh_from_db()
    assert row.state == ("approved" if approve else "refused")
    assert (row.decided_by, row.told) == (mod, True)
    assert heard == [row.state]


def test_a_decision_is_of_the_words_that_were_seen_and_of_no_later_ones(
    alice: User, mod: User, django_capture_on_commit_callbacks: Commit
) -> None:
    seen = ask(alice, DOUBT)
    case = case_of(seen)
    later = ask(alice, f"{DOUBT} And a cake?")
    assert later.state == "pending"
    case.refresh_from_db()
    assert case.state == Case.State.CLOSED
    with django_capture_on_commit_callbacks(execute=True):
        services.decide(approval=seen, moderator=mod, approve=True)
    later.refresh_from_db()
    assert later.state == "pending"
    newest = selectors.newest(kind="play", key="one", facet="script")
    assert newest == later


def test_what_was_refused_stays_refused_when_it_is_sent_again(
    alice: User, mod: User, django_capture_on_commit_callbacks: Commit
) -> None:
    row = ask(alice, DOUBT)
    with django_capture_on_commit_callbacks(execute=True):
        rule_on(row, mod, approve=False)
    for key in ("one", "two"):
        again = ask(alice, DOUBT, key=key)
        assert (again.state, again.says["script"]) == ("refused", DOUBT)
        assert "refused them" in again.why


def test_a_decision_that_falls_between_judging_and_keeping_stands(
    alice: User, mod: User
) -> None:
    row = ask(alice, DOUBT)
    late = services.judge(kind="play", key="one", facet=script(DOUBT), owner=alice)
    services.decide(approval=row, moderator=mod, approve=True)
    kept = services.keep(late)
    assert (kept.state, kept.decided_by) == ("approved", mod)
    # The app did not hear of it yet, so the words are still there to be applied.
    assert (kept.told, kept.says["script"]) == (False, DOUBT)


def test_a_person_looks_once_at_the_same_words_of_one_author(
    alice: User, mod: User, django_capture_on_commit_callbacks: Commit
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        rule_on(ask(alice, DOUBT), mod, approve=True)
    assert ask(alice, DOUBT, key="two").approved
    assert ask(mod, DOUBT, key="three").pending


def test_an_undone_decision_makes_the_words_wait_again(
    alice: User, mod: User, heard: list[str], django_capture_on_commit_callbacks: Commit
) -> None:
    row = ask(alice, DOUBT)
    with django_capture_on_commit_callbacks(execute=True):
        case = rule_on(row, mod, approve=False)
    with django_capture_on_commit_callbacks(execute=True):
        undo_decision(decision=case.decisions.get(), moderator=mod)
    row.refresh_from_db()
    assert (row.state, heard) == ("pending", ["refused", "pending"])


def test_an_undone_approval_is_found_by_the_reconciler(
    alice: User, mod: User, django_capture_on_commit_callbacks: Commit
) -> None:
    row = ask(alice, DOUBT)
    with django_capture_on_commit_callbacks(execute=True):
        case = rule_on(row, mod, approve=True)
    with django_capture_on_commit_callbacks(execute=True):
        undo_decision(decision=case.decisions.get(), moderator=mod)
    long_ago(row)
    services.recheck()
    row.refresh_from_db()
    assert row.pending


# Screening that cannot look -------------------------------------------------------


def long_ago(row: Approval) -> None:
    then = timezone.now() - timedelta(hours=1)
    Approval.objects.filter(pk=row.pk).update(asked=then, next_try=then)
    Approval.objects.filter(pk=row.pk, decided__isnull=False).update(decided=then)


def test_words_that_nothing_could_look_at_wait_and_say_so(alice: User) -> None:
    with nothing_looks():
        row = ask(alice, KIND)
    assert (row.state, row.unchecked) == ("pending", True)
    assert "checked again by themselves" in row.why
    assert not Case.objects.exists()


def test_who_cannot_wait_is_refused_instead(alice: User) -> None:
    with nothing_looks(), pytest.raises(ScreeningUnavailableError):
        services.judge(
            kind="play", key="one", facet=script(KIND), owner=alice, wait=False
        )


@pytest.mark.parametrize(
    ("words", "state"), [(KIND, "approved"), (DOUBT, "pending"), (THREAT, "refused")]
)
def test_they_are_looked_at_again_when_screening_is_back(
    *,
    alice: User,
    heard: list[str],
    words: str,
    state: str,
    django_capture_on_commit_callbacks: Commit,
) -> None:
    with nothing_looks():
        row = ask(alice, KIND)
        services.check_again(row.pk)
    row.refresh_from_db()
    assert (row.unchecked, heard) == (True, [])
    Approval.objects.update(content=script(words).to_json())
    with django_capture_on_commit_callbacks(execute=True):
        services.check_again(row.pk)
    row.refresh_from_db()
    assert (row.state, row.unchecked) == (state, False)
    assert heard == [state]
    assert Case.objects.exists() == (state == "pending")
    if state == "refused":
        assert "rule 4.2" in row.why


def test_a_second_look_is_asked_for_once_and_later_each_time(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(again, "enqueue", lambda _job, pk: asked.append(pk))
    with nothing_looks():
        row = ask(alice, KIND)
    assert services.recheck()["words"] == 1
    assert services.recheck()["words"] == 0
    row.refresh_from_db()
    first = row.next_try - timezone.now()
    long_ago(row)
    services.recheck()
    row.refresh_from_db()
    assert row.next_try - timezone.now() > first
    assert asked == [row.pk, row.pk]


def test_news_that_a_crash_swallowed_are_told_later(
    alice: User, mod: User, heard: list[str], django_capture_on_commit_callbacks: Commit
) -> None:
    row = ask(alice, DOUBT)
    # Nothing that waits for the commit is run: the process ended there.
    rule_on(row, mod, approve=True)
    row.refresh_from_db()
    assert row.pending
    long_ago(row)
    with django_capture_on_commit_callbacks(execute=True):
        services.recheck()
    row.refresh_from_db()
    assert (row.state, heard) == ("approved", ["approved"])
    Approval.objects.update(told=False)
    long_ago(row)
    services.recheck()
    assert heard == ["approved", "approved"]


def test_a_case_that_was_never_opened_is_opened_later(alice: User) -> None:
    row = ask(alice, DOUBT)
    Case.objects.all().delete()
    long_ago(row)
    services.recheck()
    assert case_of(row).state == Case.State.OPEN


# Hands other than the services' -----------------------------------------------------


def strays(words: str) -> list[str]:
    now = selectors.standing(kind="play", key="one", facets=[script(words)])
    return [facet.name for facet in now.strays]


def test_a_row_that_was_changed_behind_the_services_is_a_stray(alice: User) -> None:
    assert strays(KIND) == []
    ask(alice, KIND)
    assert strays(KIND) == []
    assert strays("Other.") == ["script"]
    ask(alice, DOUBT)
    assert strays(DOUBT) == ["script"]
    now = selectors.standing(kind="play", key="one", facets=[script(KIND)])
    assert (now.strays, now.state) == ((), "pending")


def test_the_house_vouches_for_its_own_words(alice: User) -> None:
    row = ask(alice, KIND, vouched="shipped with the code")
    assert (row.state, row.version) == ("approved", "shipped with the code")
    assert not Screening.objects.exists()


def test_nobody_decides_about_words_of_their_own(mod: User) -> None:
    row = ask(mod, DOUBT)
    with pytest.raises(Exception, match="somebody else decides"):
        decide_case(case=case_of(row), moderator=mod, measure="none")


def test_whoever_leaves_takes_the_words_that_wait_along(alice: User) -> None:
    ask(alice, DOUBT)
    services.forget_owner(owner=alice)
    assert not Approval.objects.exists()
