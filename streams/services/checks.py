"""What a plan of a stream may be. Errors say which field is wrong, and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from moderation.screening.refusals import check_text
from socialapp.characters.services import PictureError, require_approved
from socialapp.content import backgrounds, library
from socialapp.lib.text import TextError, clean_line
from socialapp.performance.timeline import SHAPES
from streams.errors import StreamError
from streams.models import Stream

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from socialapp.accounts.models import User
    from socialapp.characters.models import Character


SEATS = ("a", "b", "c")
MAX_TITLE = 80
MAX_TOPIC = 120
MAX_TOPICS = 12
MAX_DELAY = 15.0
MAX_SLOW = 600
FIELDS = frozenset(
    {
        "title", "visibility", "shape", "background", "delay_seconds", "chat_open",
        "slow_seconds", "scheduled_for", "duet",
    }
)  # fmt: skip


def need(stream: Stream, state: str, otherwise: str) -> None:
    if stream.state != state:
        words = "It is over." if stream.state == Stream.State.ENDED else otherwise
        raise StreamError(words, code="not-now")


def checked_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    checked = dict(fields)
    if odd := sorted(set(fields) - FIELDS):
        raise StreamError(f"A stream has no {', '.join(odd)}.")
    if "title" in checked:
        checked["title"] = line_of(checked["title"], MAX_TITLE, "title")
    if checked.get("visibility", "public") not in Stream.Visibility.values:
        raise StreamError(
            "Choose who may watch: everyone, a link, or only you.", field="visibility"
        )
    if checked.get("shape", "16:9") not in SHAPES:
        shapes = ", ".join(SHAPES)
        raise StreamError(f"Use one of these shapes: {shapes}.", field="shape")
    if checked.get("duet"):
        checked_duet(checked["duet"])
    if (scene := checked.get("background")) and scene not in backgrounds.names():
        raise StreamError(
            "That background does not exist. Choose one of the list.",
            field="background",
        )
    if not 0 <= checked.get("delay_seconds", 0) <= MAX_DELAY:
        raise StreamError(f"The delay is 0 to {MAX_DELAY:.0f} seconds.")
    if not 0 <= checked.get("slow_seconds", 0) <= MAX_SLOW:
        raise StreamError(
            f"Slow mode is 0 to {MAX_SLOW} seconds.", field="slow_seconds"
        )
    when: dt.datetime | None = checked.get("scheduled_for")
    if when is not None and when < timezone.now():
        raise StreamError(
            "That moment is over. Choose one that comes.", field="scheduled_for"
        )
    return checked


def checked_duet(name: str) -> str:
    if name and name not in library.duet_ids():
        raise StreamError(
            f"There is no such duet. Choose one of {', '.join(library.duet_ids())}."
        )
    return name


def line_of(text: str, longest: int, what: str) -> str:
    try:
        return clean_line(text, max_length=longest)
    except TextError as error:
        field = {"topic": "topics"}.get(what, what)
        raise StreamError(f"The {what} cannot be so. {error}", field=field) from None


def topics_of(topics: Sequence[str]) -> list[str]:
    if len(topics) > MAX_TOPICS:
        raise StreamError(f"Offer at most {MAX_TOPICS} topics.", field="topics")
    return list(dict.fromkeys(line_of(text, MAX_TOPIC, "topic") for text in topics))


def portraits_of(host: User, cast: Sequence[Character]) -> list[int]:
    """Ids of their portraits."""
    if not 1 <= len(cast) <= len(SEATS):
        raise StreamError(f"One to {len(SEATS)} characters fit on stage.", field="cast")
    if len({one.pk for one in cast}) != len(cast):
        raise StreamError(
            "Nobody can sit in two seats. Choose another character.", field="cast"
        )
    if len({one.name.casefold() for one in cast}) != len(cast):
        raise StreamError(
            "Two of them have the same name, and nobody could tell who speaks. Rename"
            " one of them.",
            field="cast",
        )
    usable = {one.pk for one in type(cast[0]).objects.usable_by(host)}
    found = []
    for one in cast:
        if one.pk not in usable:
            raise StreamError(f"{one.name} is not yours to put on stage.", field="cast")
        found.append(may_be_shown(one))
    return found


def may_be_shown(character: Character) -> int:
    if character.removed or character.withheld:
        raise StreamError(f"{character.name} may not be on stage now.", field="cast")
    if character.portrait is None:
        raise StreamError(
            f"{character.name} has no portrait yet. Give them one, then try again.",
            field="cast",
        )
    try:
        require_approved(character.portrait)
    except PictureError as refusal:
        raise StreamError(str(refusal), field="cast") from None
    return character.portrait.pk


def screen_plan(host: User, title: str, topics: Sequence[str]) -> None:
    if title:
        check_text(title, surface="title", person=host, field="title")
    for topic in topics:
        check_text(topic, surface="stream", person=host, field="topics")
