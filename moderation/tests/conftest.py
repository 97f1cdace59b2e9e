"""A house with moderators, and a kind of thing that only these tests know."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from django.contrib.auth.models import Group

from moderation import anchors, subjects

if TYPE_CHECKING:
    from socialapp.accounts.models import User

MakePerson = Callable[..., "User"]


@dataclass
class Card:
    """Something with words on it that can be hidden."""

    key: str
    author: User | None
    words: str = "I know where you live"
    shown: str = "yes"
    label: str = ""
    adults: bool = False
    low: bool = False
    made_of_it: list[Card] = field(default_factory=list)
    views: int = 0


class Table:
    """All cards there are."""

    def __init__(self) -> None:
        self.cards: dict[str, Card] = {}

    def lay(self, key: str, author: User | None, **fields: Any) -> Card:
        card = Card(key, author, **fields)
        self.cards[key] = card
        return card

    def of(self, user: User) -> list[Card]:
        return [card for card in self.cards.values() if card.author == user]


@pytest.fixture(autouse=True)
def fresh_anchor() -> Iterator[None]:
    anchors.file().unlink(missing_ok=True)
    yield
    anchors.file().unlink(missing_ok=True)


@pytest.fixture
def table() -> Iterator[Table]:
    made = Table()

    def put(name: str, value: object) -> Callable[[Card], None]:
        return lambda card: setattr(card, name, value)

    subjects.register(
        "card",
        title="Card",
        find=made.cards.get,
        describe=lambda card: card.words,
        snapshot=lambda card: {"Words": card.words},
        author=lambda card: card.author,
        url=lambda card: f"/cards/{card.key}/",
        visible=lambda card, _viewer: card.shown == "yes",
        media=lambda card: [f"cards/{card.key}.png"],
        hide=put("shown", "hidden"),
        remove=put("shown", "removed"),
        restore=put("shown", "yes"),
        label=lambda card, words: setattr(card, "label", words),
        age_limit=lambda card, on: setattr(card, "adults", on),
        demote=lambda card, on: setattr(card, "low", on),
        reach=lambda card: card.views,
        of_author=made.of,
    )
    subjects.add_descendants(
        "card", lambda card: (("card", child) for child in card.made_of_it)
    )
    yield made
    subjects.forget("card")


@pytest.fixture
def card(table: Table, mallory: User) -> Card:
    """Mallory's card."""
    return table.lay("one", mallory)


@pytest.fixture
def person(db: None) -> MakePerson:
    """A new person, member of the named groups."""
    from conftest import _person  # noqa: PLC0415  the house's own way to make people

    def make(handle: str, *groups: str) -> User:
        user = _person(handle, handle.title())
        user.groups.set(Group.objects.filter(name__in=groups))
        user.is_staff = bool(groups)
        user.save(update_fields=["is_staff"])
        return user

    return make


@pytest.fixture
def mod(person: MakePerson) -> User:
    """A moderator."""
    return person("mona", "Moderators")


@pytest.fixture
def second(person: MakePerson) -> User:
    """Another moderator."""
    return person("sam.second", "Moderators")


@pytest.fixture
def senior(person: MakePerson) -> User:
    return person("sena", "Senior moderators")
