from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError

from socialapp.provenance import selectors, services
from socialapp.provenance.models import Mark

if TYPE_CHECKING:
    from socialapp.accounts.models import User

pytestmark = pytest.mark.django_db


def test_a_mark_is_found_by_its_number(alice: User) -> None:
    issued = services.issue_mark(subject="clip:abc", key_id="k1", owner=alice)
    assert selectors.find_mark(issued.payload) == issued
    assert selectors.find_mark(issued.payload ^ 1) is None


def test_numbers_that_no_frame_can_carry_are_nobodys() -> None:
    assert selectors.find_mark(-1) is None
    assert selectors.find_mark(2**64) is None


def test_a_second_attempt_carries_the_same_mark_and_a_new_key_another(
    alice: User,
) -> None:
    first = services.issue_mark(
        subject="clip:abc", key_id="k1", owner=alice, details={"attempt": 1}
    )
    again = services.issue_mark(
        subject="clip:abc", key_id="k1", owner=alice, details={"attempt": 2}
    )
    rotated = services.issue_mark(subject="clip:abc", key_id="k2", owner=alice)
    assert again.payload == first.payload
    assert Mark.objects.get(pk=first.pk).details == {"attempt": 2}
    assert rotated.payload != first.payload


def test_a_taken_number_is_drawn_again(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    draws = iter([7, 7, 7, 8])
    monkeypatch.setattr(secrets, "randbits", lambda _: next(draws))
    services.issue_mark(subject="clip:a", key_id="k1", owner=alice)
    second = services.issue_mark(subject="clip:b", key_id="k1", owner=alice)
    assert second.payload == 8


def test_a_mark_outlives_the_account(alice: User) -> None:
    issued = services.issue_mark(subject="clip:abc", key_id="k1", owner=alice)
    alice.delete()
    found = selectors.find_mark(issued.payload)
    assert found is not None
    assert found.owner is None


def test_measurements_are_kept(alice: User) -> None:
    issued = services.issue_mark(
        subject="clip:abc", key_id="k1", owner=alice, details={"seed": 3}
    )
    services.measure_mark(
        payload=issued.payload, strength=1.5, psnr=46.0, made_by={"rung": "full"}
    )
    issued.refresh_from_db()
    assert (issued.strength, issued.psnr) == (1.5, 46.0)
    assert issued.details == {"seed": 3, "rung": "full"}


@pytest.mark.database
def test_the_database_refuses_a_number_that_does_not_fit() -> None:
    with pytest.raises(IntegrityError):
        Mark.objects.create(payload=2**48, key_id="k1", subject="clip:a")
