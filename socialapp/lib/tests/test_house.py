"""What every test may rely on."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

if TYPE_CHECKING:
    from conftest import ClientOf
    from socialapp.accounts.models import User


def test_a_test_cannot_leave_this_machine() -> None:
    with (
        socket.socket() as out,
        pytest.raises(RuntimeError, match="A test connects to"),
    ):
        out.connect(("192.0.2.1", 80))


def test_a_test_may_talk_to_itself() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as out,
    ):
        assert out.getpeername() == server.getsockname()


def test_files_go_to_a_folder_of_the_test_run() -> None:
    default_storage.save("here.txt", ContentFile(b"x"))
    assert "troupe-test-" in default_storage.path("here.txt")
    assert settings.DATA_DIR in settings.MEDIA_ROOT.parents


def test_people_are_signed_in_by_name(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    assert client_of(alice).session["_auth_user_id"] == str(alice.pk)
    assert alice.email != bob.email
