"""Uploads of a person that nothing was made of yet, for their own archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialapp.accounts.exports import as_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from socialapp.accounts.exports import File
    from socialapp.accounts.models import User


def uploads(user: User) -> Iterator[File]:
    """Not their bytes: who sent them has the file, and they are gone in a day."""
    told = ("key", "kind", "name", "length", "offset", "sha256", "created", "expires")
    yield as_json("uploads.json", list(user.uploads.values(*told)))
