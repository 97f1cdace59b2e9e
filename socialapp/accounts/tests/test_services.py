from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any

import pytest
from allauth.account.models import EmailAddress
from PIL import Image

from socialapp.accounts import quotas, services
from socialapp.accounts.models import Ticket, Token, User
from socialapp.accounts.services import AccountError
from socialapp.accounts.signals import account_closed

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client
    from pytest_django import DjangoCaptureOnCommitCallbacks

pytestmark = pytest.mark.django_db

PNG = io.BytesIO()
Image.new("RGB", (300, 200), "teal").save(PNG, "PNG")


def join(**changes: Any) -> User:
    asked: dict[str, Any] = {
        "email": "Wren@Example.org",
        "username": "@Wren",
        "password": "correct horse battery",
        "birth_date": dt.date(1990, 4, 1),
        "display_name": "  Wren  Abara ",
        "time_zone": "Europe/Berlin",
    }
    return services.sign_up(**(asked | changes))


def refused(field: str, **changes: Any) -> str:
    with pytest.raises(AccountError) as caught:
        join(**changes)
    assert list(caught.value.errors) == [field]
    return caught.value.errors[field][0]


def test_joining_works() -> None:
    user = join()
    assert (user.email, user.username) == ("wren@example.org", "wren")
    assert (user.display_name, user.time_zone) == ("Wren Abara", "Europe/Berlin")
    assert user.check_password("correct horse battery")
    assert not (user.is_staff)
    assert not (user.is_superuser)


def test_an_unknown_time_zone_is_utc() -> None:
    assert join(time_zone="Mars/Olympus").time_zone == "UTC"


def test_a_taken_handle_comes_with_a_free_one(alice: User) -> None:
    said = refused("username", username=alice.username)
    assert said == "@alice is taken. @alice.writes is free."


def test_a_handle_like_another_is_refused(alice: User) -> None:
    said = refused("username", username="a1ice")
    assert said.startswith("@a1ice looks too much like a handle that exists.")


def test_a_reserved_handle_is_refused() -> None:
    assert refused("username", username="admin").startswith("@admin is reserved.")


def test_letters_of_other_alphabets_are_refused_in_handles() -> None:
    assert "lowercase letters" in refused("username", username="аlice")


def test_a_taken_email_is_refused_in_any_case(alice: User) -> None:
    said = refused("email", email=alice.email.upper())
    assert said.startswith("An account with this e-mail exists.")


def test_one_who_is_too_young_is_refused_kindly() -> None:
    today = dt.datetime.now(dt.UTC).date()
    said = refused("birth_date", birth_date=today.replace(year=today.year - 12, day=1))
    assert said == (
        "You need to be 13 or older to join. You can watch without an account."
    )


@pytest.mark.parametrize(
    "password", ["short", "password", "1234567890123", "wren@example"]
)
def test_weak_passwords_are_refused(password: str) -> None:
    assert refused("password", password=password)


def test_every_odd_field_is_named_at_once() -> None:
    with pytest.raises(AccountError) as caught:
        join(username="x", email="nobody", password="short")
    assert set(caught.value.errors) == {"username", "email", "password"}


def test_a_profile_changes(alice: User) -> None:
    services.change_profile(
        user=alice, username="alice.two", display_name="Al", bio="One\ntwo"
    )
    alice.refresh_from_db()
    assert (alice.username, alice.display_name, alice.bio) == (
        "alice.two",
        "Al",
        "One\ntwo",
    )
    assert User.objects.get(skeleton="allcetwo") == alice


def test_ones_own_handle_is_not_taken(alice: User) -> None:
    services.change_profile(user=alice, username="a.lice")
    alice.refresh_from_db()
    assert alice.username == "a.lice"


def test_another_persons_handle_is(alice: User, bob: User) -> None:
    with pytest.raises(AccountError):
        services.change_profile(user=alice, username=bob.username)


def test_a_name_that_turns_the_line_around_is_refused(alice: User) -> None:
    with pytest.raises(AccountError) as caught:
        services.change_profile(user=alice, display_name="Al\u202eecila")
    assert "display_name" in caught.value.errors


def test_a_picture_becomes_a_square_and_replaces_the_last(alice: User) -> None:
    services.set_picture(user=alice, data=PNG.getvalue())
    first = str(alice.picture.name)
    services.set_picture(user=alice, data=PNG.getvalue())
    assert not alice.picture.storage.exists(first)
    with alice.picture.open() as file, Image.open(file) as picture:
        assert picture.size == (services.PICTURE_SIDE, services.PICTURE_SIDE)


def test_a_file_that_is_no_picture_is_refused(alice: User) -> None:
    with pytest.raises(AccountError) as caught:
        services.set_picture(user=alice, data=b"<svg onload=alert(1)>")
    assert "picture" in caught.value.errors


def test_a_token_keeps_only_the_digest_of_its_key(alice: User) -> None:
    token, key = services.create_token(user=alice, name="Phone")
    assert key.startswith("troupe_")
    assert key not in str(Token.objects.filter(pk=token.pk).values())
    assert token.digest == services.digest_of(key)


def test_there_is_an_end_to_tokens(alice: User) -> None:
    Token.objects.bulk_create(
        Token(user=alice, digest=str(n)) for n in range(services.MAX_TOKENS)
    )
    with pytest.raises(AccountError, match="Revoke one"):
        services.create_token(user=alice)


def test_closing_takes_the_person_out_and_tells_the_apps(
    alice: User,
    client_of: Callable[[User], Client],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    heard: list[int] = []

    def hear(user: User, **_: Any) -> None:
        heard.append(user.pk)

    EmailAddress.objects.create(user=alice, email=alice.email)
    services.create_token(user=alice)
    browser = client_of(alice)
    account_closed.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            services.close_account(user=alice)
    finally:
        account_closed.disconnect(hear)
    assert heard == [alice.pk]
    row = User.objects.filter(pk=alice.pk).values().get()
    assert not {"alice", "Alice", "alice@example.com"} & {str(v) for v in row.values()}
    assert row["birth_date"] is None
    assert not row["is_active"]
    assert not Token.objects.exists()
    assert not EmailAddress.objects.exists()
    assert browser.get("/api/v1/me/").status_code == 401


def test_staff_give_a_spent_ticket_back_once(alice: User) -> None:
    quotas.hold(user=alice, key="clip:x")
    quotas.spend("clip:x")
    ticket = Ticket.objects.get()
    assert services.return_ticket(ticket=ticket)
    assert not services.return_ticket(ticket=ticket)
    assert quotas.left(alice).left == quotas.left(alice).of


def test_staff_who_do_not_administer_do_not_speak_for_the_house(alice: User) -> None:
    alice.is_staff = True
    with pytest.raises(services.AccountError, match="reserved"):
        services.check_handle("admin", user=alice)
    alice.is_superuser = True
    assert services.check_handle("admin", user=alice) == "admin"
