"""What a character's texts say is judged before it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moderation.screening.judge import ScreeningUnavailableError
from moderation.screening.refusals import TextRefusedError, check_text
from socialapp.characters.errors import CharacterError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

FIELDS = ("name", "tagline", "greeting", "persona", "tags")


def about(character: Character) -> str:
    """Who speaks, for judging what they say."""
    return "\n".join(_words(getattr(character, name)) for name in FIELDS)


def check(
    owner: User, fields: Mapping[str, Any], character: Character | None = None
) -> None:
    """CharacterError for the first text of `fields` that may not stay. What has not
    changed is not judged again."""
    words = {name: _words(fields[name]) for name in FIELDS if name in fields}
    before = {n: _words(getattr(character, n)) for n in FIELDS} if character else {}
    for name, text in words.items():
        if not text or before.get(name) == text:
            continue
        others = {**before, **words, name: ""}
        try:
            check_text(
                text,
                surface=name,
                person=owner,
                subject=f"character:{character.key}" if character else "",
                field=name,
                beside="\n".join(others.values()),
            )
        except TextRefusedError as error:
            raise CharacterError(error.message, field=name) from error
        except ScreeningUnavailableError as error:
            raise CharacterError(error.message, field=name) from error


def _words(value: Any) -> str:
    return " ".join(value) if isinstance(value, list) else str(value)
