"""Daily tickets: held, spent, returned; exact in any crowd."""

from __future__ import annotations

import datetime as dt
import threading
from typing import TYPE_CHECKING

import pytest
from django.db import connection

from socialapp.accounts import quotas
from socialapp.accounts.models import Ticket, User
from socialapp.accounts.quotas import NoTicketsError

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.database

NOON = dt.datetime(2026, 3, 28, 12, 0, tzinfo=dt.UTC)


def at(moment: dt.datetime) -> Callable[[], dt.datetime]:
    return lambda: moment


def test_a_held_ticket_counts_until_it_is_given_back(alice: User) -> None:
    quotas.hold(user=alice, key="clip:one")
    assert quotas.left(alice).left == 4
    assert quotas.give_back("clip:one")
    assert quotas.left(alice).left == 5


def test_a_ticket_is_spent_once_whatever_is_called_again(alice: User) -> None:
    quotas.hold(user=alice, key="clip:one")
    quotas.hold(user=alice, key="clip:one")
    assert quotas.spend("clip:one")
    assert not quotas.spend("clip:one")
    assert not quotas.give_back("clip:one")
    assert quotas.left(alice).left == 4
    assert Ticket.objects.count() == 1


def test_the_sixth_is_refused_with_the_time_of_the_next(alice: User) -> None:
    for number in range(5):
        quotas.hold(user=alice, key=f"clip:{number}", clock=at(NOON))
    with pytest.raises(NoTicketsError, match="next five arrive at 00:00") as caught:
        quotas.hold(user=alice, key="clip:more", clock=at(NOON))
    assert caught.value.resets_at == dt.datetime(2026, 3, 29, tzinfo=dt.UTC)
    assert not Ticket.objects.filter(key="clip:more").exists()


def test_a_returned_ticket_can_be_held_again_for_the_same_clip(alice: User) -> None:
    quotas.hold(user=alice, key="clip:one")
    quotas.give_back("clip:one")
    quotas.hold(user=alice, key="clip:one")
    assert quotas.left(alice).left == 4


def test_the_house_needs_no_tickets(alice: User) -> None:
    for number in range(9):
        quotas.hold(user=alice, key=f"clip:{number}", exempt=True)
    assert quotas.left(alice).left == 5
    assert not quotas.known("clip:1")


def test_the_day_is_the_users_own(alice: User) -> None:
    alice.time_zone = "Asia/Tokyo"
    alice.save()
    before = dt.datetime(2026, 3, 28, 14, 59, tzinfo=dt.UTC)  # 23:59 in Tokyo
    for number in range(5):
        quotas.hold(user=alice, key=f"clip:{number}", clock=at(before))
    assert quotas.left(alice, clock=at(before)).left == 0
    after = before + dt.timedelta(minutes=1)
    assert quotas.left(alice, clock=at(after)).left == 5


def test_a_day_of_23_hours_ends_at_its_own_midnight(alice: User) -> None:
    alice.time_zone = "Europe/Berlin"
    alice.save()
    spring = dt.datetime(2026, 3, 29, 10, 0, tzinfo=dt.UTC)
    assert quotas.left(alice, clock=at(spring)).resets_at == dt.datetime(
        2026, 3, 29, 22, 0, tzinfo=dt.UTC
    )


def test_an_unknown_time_zone_counts_as_utc(alice: User) -> None:
    alice.time_zone = "Mars/Olympus"
    assert quotas.left(alice, clock=at(NOON)).resets_at == dt.datetime(
        2026, 3, 29, tzinfo=dt.UTC
    )


@pytest.mark.django_db(transaction=True)
def test_of_twenty_at_once_exactly_five_are_held() -> None:
    alice = User.objects.create_user("alice", "alice@example.com", "a secret of hers")
    barrier = threading.Barrier(20)
    outcomes: list[str] = []

    def ask(number: int) -> None:
        barrier.wait()
        try:
            quotas.hold(user=alice, key=f"clip:{number}")
            outcomes.append("held")
        except NoTicketsError:
            outcomes.append("refused")
        except Exception as error:
            outcomes.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["held"] * 5 + ["refused"] * 15
    assert Ticket.objects.count() == 5
