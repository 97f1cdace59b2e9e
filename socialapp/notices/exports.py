"""What a person was told, for their own archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialapp.accounts.exports import as_json
from socialapp.notices.selectors import notices_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialapp.accounts.exports import File
    from socialapp.accounts.models import User


def notices(user: User) -> Iterator[File]:
    told = ("kind", "about", "lead", "words", "url", "created", "seen")
    yield as_json("notices.json", list(notices_of(user).values(*told)))
