"""Copies of a thing on its case page, decided along with it and undone with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from moderation import lookalikes, services
from moderation.lookalikes import Copy
from moderation.models import Case, Decision, LogEntry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

    from conftest import ClientOf
    from moderation.tests.conftest import Card, Table
    from socialapp.accounts.models import User

pytestmark = pytest.mark.django_db

WHY = {
    "measure": "hide",
    "rule": "4.2",
    "reason": "It threatens a person by name.",
    "do": "decide",
}


@pytest.fixture
def copies(table: Table, card: Card, mallory: User, bob: User) -> Iterator[list[Card]]:
    """Two cards like the first one, of which a finder knows."""
    laid = [table.lay("two", mallory), table.lay("three", bob)]
    like = [
        Copy("card", "two", "the same file", exact=True),
        Copy("card", "three", "picture, distance 12 of 256, mirrored"),
        Copy("card", "gone", "the same sound"),
    ]
    lookalikes.register("test", find=lambda _kind, key: like if key == "one" else [])
    yield laid
    lookalikes.forget("test")


@pytest.fixture
def case(card: Card, alice: User) -> Case:
    return services.report_subject(
        kind="card", key="one", reporter=alice, category="harassment"
    ).case


@pytest.fixture
def desk(mod: User, client_of: ClientOf) -> Client:
    return client_of(mod)


def press(desk: Client, case: Case, **fields: Any) -> Any:
    return desk.post(f"/admin/moderation/case/{case.pk}/change/", fields, follow=True)


def test_the_page_says_how_each_is_like_it_and_whose_it_is(
    case: Case, copies: list[Card], desk: Client
) -> None:
    page = desk.get(f"/admin/moderation/case/{case.pk}/change/").content.decode()
    for words in ("the same file", "distance 12 of 256, mirrored", "bob", "exact"):
        assert words in page
    assert page.count('name="with"') == 2
    assert "the same sound" not in page


def test_what_is_ticked_is_decided_in_the_same_words(
    case: Case, copies: list[Card], desk: Client
) -> None:
    done = press(desk, case, **WHY, **{"with": ["card:two", "card:three"]})
    assert "3 decided." in done.content.decode()
    assert [card.shown for card in copies] == ["hidden", "hidden"]
    made = Decision.objects.all()
    assert {one.measure for one in made} == {"hide"}
    assert len({one.batch for one in made}) == 1
    assert {one.statement.recipient for one in made} == {
        case.author,
        copies[1].author,
    }
    like = Case.objects.get(subject_key="three")
    assert like.detection["how"] == "picture, distance 12 of 256, mirrored"


def test_what_is_not_ticked_stays(case: Case, copies: list[Card], desk: Client) -> None:
    press(desk, case, **WHY, **{"with": ["card:two"]})
    assert [card.shown for card in copies] == ["hidden", "yes"]
    assert not Case.objects.filter(subject_key="three").exists()


def test_one_press_undoes_all_of_it(
    case: Case, copies: list[Card], card: Card, desk: Client
) -> None:
    press(desk, case, **WHY, **{"with": ["card:two", "card:three"]})
    batch = Decision.objects.values_list("batch", flat=True).first()
    desk.post(f"/admin/moderation/case/undo/{batch}/")
    assert [one.shown for one in (card, *copies)] == ["yes", "yes", "yes"]
    assert Case.objects.open().count() == 3


def test_a_copy_with_a_case_of_its_own_gets_no_second_one(
    case: Case, copies: list[Card], alice: User, desk: Client
) -> None:
    own = services.report_subject(
        kind="card", key="three", reporter=alice, category="spam"
    ).case
    press(desk, case, **WHY, **{"with": ["card:three"]})
    own.refresh_from_db()
    assert own.state == Case.State.DECIDED
    assert Case.objects.filter(subject_key="three").count() == 1


def test_what_is_no_copy_cannot_be_decided_along(
    case: Case, copies: list[Card], table: Table, alice: User, desk: Client
) -> None:
    other = table.lay("other", alice)
    said = press(desk, case, **WHY, **{"with": ["card:two", "card:other"]})
    assert "no copy of it" in said.content.decode()
    assert other.shown == "yes"
    assert not Decision.objects.exists()


def test_a_copy_that_the_moderator_may_not_decide_is_named_and_left(
    case: Case, copies: list[Card], mod: User, desk: Client
) -> None:
    copies[0].author = mod
    said = press(desk, case, **WHY, **{"with": ["card:two", "card:three"]})
    page = said.content.decode()
    assert "2 decided." in page
    assert "somebody else decides it" in page
    assert [card.shown for card in copies] == ["yes", "hidden"]


def test_what_the_moderator_may_not_do_is_answered_with_403_and_does_nothing(
    case: Case, copies: list[Card], desk: Client
) -> None:
    refused = press(
        desk, case, **{**WHY, "measure": "suspend", "with": ["card:two", "card:three"]}
    )
    assert refused.status_code == 403
    assert LogEntry.objects.filter(action="role.refuse").exists()
    assert not Decision.objects.exists()
    assert not Case.objects.filter(subject_key="three").exists()
