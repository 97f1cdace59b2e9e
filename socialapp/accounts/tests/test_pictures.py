"""Profile pictures are screened, and the old one stays when the new one is refused."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from socialapp.accounts import services

if TYPE_CHECKING:
    from moderation.tests.seeing import Eyes
    from socialapp.accounts.models import User


def png(color: str = "teal") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (200, 200), color).save(file, "PNG")
    return file.getvalue()


def test_a_photograph_of_oneself_is_what_it_is_for(alice: User, eyes: Eyes) -> None:
    eyes.photograph()
    assert services.set_picture(user=alice, data=png()).picture


@pytest.mark.parametrize(
    ("nsfw", "broken", "words"),
    [
        (0.99, "", "rule 3.1"),
        (0.7, "", "may break rule 3.1"),
        (0.0, "It broke.", "could not check"),
    ],
)
def test_what_cannot_be_shown_leaves_the_old_one(
    alice: User, eyes: Eyes, nsfw: float, broken: str, words: str
) -> None:
    services.set_picture(user=alice, data=png())
    old = alice.picture.name
    eyes.nsfw, eyes.broken = nsfw, broken
    with pytest.raises(services.AccountError) as refused:
        services.set_picture(user=alice, data=png("coral"))
    assert words in refused.value.errors["picture"][0]
    alice.refresh_from_db()
    assert alice.picture.name == old
