"""Blocks and mutes as such; that they hold is tested where they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from socialapp.accounts import keeping_apart, services
from socialapp.accounts.circle import are_apart, hears
from socialapp.accounts.models import Block, Mute, User
from socialapp.accounts.services import AccountError
from socialapp.accounts.signals import kept_apart

if TYPE_CHECKING:
    from typing import Any

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_a_block_is_made_once_and_holds_both_ways(alice: User, bob: User) -> None:
    assert keeping_apart.block(person=alice, whom=bob)
    assert not keeping_apart.block(person=alice, whom=bob)
    assert Block.objects.count() == 1
    assert are_apart(alice, bob)
    assert are_apart(bob, alice)
    assert not hears(bob, alice)


def test_a_block_is_taken_back_by_whoever_made_it_alone(alice: User, bob: User) -> None:
    keeping_apart.block(person=alice, whom=bob)
    assert not keeping_apart.unblock(person=bob, whom=alice)
    assert are_apart(alice, bob)
    assert keeping_apart.unblock(person=alice, whom=bob)
    assert not keeping_apart.unblock(person=alice, whom=bob)
    assert not are_apart(alice, bob)


def test_a_mute_is_heard_by_one_side_only(alice: User, bob: User) -> None:
    assert keeping_apart.mute(person=alice, whom=bob)
    assert not keeping_apart.mute(person=alice, whom=bob)
    assert (hears(alice, bob), hears(bob, alice)) == (False, True)
    assert not are_apart(alice, bob)
    assert keeping_apart.unmute(person=alice, whom=bob)
    assert hears(alice, bob)


def test_nobody_keeps_apart_from_themself(alice: User) -> None:
    for change in (keeping_apart.block, keeping_apart.mute):
        with pytest.raises(AccountError, match=r"yourself|Your own"):
            change(person=alice, whom=alice)
    assert not Block.objects.exists()
    assert not Mute.objects.exists()


def test_the_house_cannot_be_blocked_but_muted(alice: User) -> None:
    house = User.objects.create_user(
        username="troupe", email="troupe@house.invalid", password=None
    )
    with pytest.raises(AccountError, match="runs this house"):
        keeping_apart.block(person=alice, whom=house)
    assert keeping_apart.mute(person=alice, whom=house)


def test_there_is_a_most_of_each(
    alice: User, bob: User, mallory: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping_apart, "MOST", 1)
    for change in (keeping_apart.block, keeping_apart.mute):
        change(person=alice, whom=bob)
        change(person=alice, whom=bob)
        with pytest.raises(AccountError, match="already"):
            change(person=alice, whom=mallory)


def test_what_cannot_be_ended_undoes_the_block(alice: User, bob: User) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError

    kept_apart.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            keeping_apart.block(person=alice, whom=bob)
    finally:
        kept_apart.disconnect(fail)
    assert not are_apart(alice, bob)


def test_whoever_leaves_is_in_nobodys_circle(alice: User, bob: User) -> None:
    keeping_apart.block(person=alice, whom=bob)
    keeping_apart.mute(person=bob, whom=alice)
    services.close_account(user=alice)
    assert not Block.objects.exists()
    assert not Mute.objects.exists()
