from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from moderation.models import Figure, FigureFace, KnownBad, PictureCheck
from moderation.pictures import services

if TYPE_CHECKING:
    from conftest import ClientOf
    from socialapp.accounts.models import User

SHA = "ab" * 32


@pytest.fixture
def check(alice: User) -> PictureCheck:
    return PictureCheck.objects.create(
        owner=alice,
        ref=f"sha256:{SHA}.png",
        sha256=SHA,
        findings=[{"rule": "3.4", "layer": "photo", "score": 0.4, "action": "review"}],
    )


@pytest.fixture
def boss(bob: User) -> User:
    bob.is_staff = bob.is_superuser = True
    bob.save()
    return bob


def test_every_page_opens_and_shows_no_face(
    check: PictureCheck, boss: User, client_of: ClientOf
) -> None:
    figure = Figure.objects.create(name="A figure")
    FigureFace.objects.create(figure=figure, descriptor=b"\0" * 512, source=SHA)
    KnownBad.objects.create(pdq=SHA)
    services.give_consent(owner=check.owner, picture=b"x", live=True)
    client = client_of(boss)
    for page in ("figure", "knownbad", "likenessconsent", "picturecheck"):
        assert client.get(f"/admin/moderation/{page}/").status_code == 200
    shown = client.get(f"/admin/moderation/figure/{figure.pk}/change/")
    assert shown.status_code == 200
    assert b"blobs/" not in shown.content
    shown = client.get(f"/admin/moderation/picturecheck/{check.pk}/change/")
    assert b"blur-xl" in shown.content


def act(client: object, check: PictureCheck, action: str) -> None:
    client.post(  # type: ignore[attr-defined]
        "/admin/moderation/picturecheck/",
        {"action": action, "_selected_action": [check.pk]},
    )
    check.refresh_from_db()


def test_staff_approve_and_refuse(
    check: PictureCheck, boss: User, client_of: ClientOf
) -> None:
    client = client_of(boss)
    act(client, check, "approve")
    assert (check.state, check.decided_by) == (PictureCheck.State.APPROVED, boss)
    act(client, check, "refuse")
    assert check.state == PictureCheck.State.REFUSED


def test_nobody_decides_about_their_own(
    check: PictureCheck, alice: User, client_of: ClientOf
) -> None:
    alice.is_staff = alice.is_superuser = True
    alice.save()
    act(client_of(alice), check, "approve")
    assert check.state == PictureCheck.State.PENDING
