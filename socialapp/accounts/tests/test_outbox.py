from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core import mail
from django.test import Client

from socialapp.accounts.models import User
from socialapp.backstage import FILE_BACKEND

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_django import Settings

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.EMAIL_BACKEND = FILE_BACKEND
    settings.EMAIL_FILE_PATH = tmp_path
    return tmp_path


@pytest.fixture
def staff(client_of: Callable[[User], Client]) -> Client:
    return client_of(
        User.objects.create_superuser(
            email="boss@example.com", username="boss", password=None
        )
    )


def test_mails_are_shown_with_their_links(
    staff: Client, folder: Path, alice: User
) -> None:
    Client().post("/accounts/password/reset/", {"email": alice.email})
    body = staff.get("/outbox/").content.decode()
    assert "A new password for Troupe" in body
    assert 'href="http://testserver/accounts/password/reset/key/' in body


def test_each_mail_of_a_batch_is_shown_and_nothing_runs(
    staff: Client, folder: Path
) -> None:
    with mail.get_connection() as connection:
        for n in range(2):
            mail.EmailMessage(
                f"Mail {n}", "<script>x</script>", to=["a@b.c"], connection=connection
            ).send()
    body = staff.get("/outbox/").content.decode()
    assert "Mail 0" in body
    assert "Mail 1" in body
    assert "<script>x" not in body


def test_an_empty_outbox_says_so(staff: Client, folder: Path) -> None:
    assert "No mail has been written yet." in staff.get("/outbox/").content.decode()


def test_only_staff_may_look(
    client_of: Callable[[User], Client], folder: Path, mallory: User
) -> None:
    for client in (Client(), client_of(mallory)):
        assert "/admin/login/" in client.get("/outbox/")["Location"]


def test_with_a_mail_server_there_is_none(staff: Client) -> None:
    assert staff.get("/outbox/").status_code == 404


def test_staff_who_do_not_administer_read_no_mails(
    folder: Path, bob: User, client_of: Callable[[User], Client]
) -> None:
    bob.is_staff = True
    bob.save(update_fields=["is_staff"])
    answer = client_of(bob).get("/outbox/")
    assert answer.status_code == 302
    assert "/admin/login/" in answer["Location"]
