"""A stretch of a show as a clip: what was said there, by the same faces and voices."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from avatarfx import services as clips
from socialapp.accounts import quotas
from socialapp.lib.text import TextError, clean_line
from streams.errors import StreamError
from streams.models import Stream, StreamCut
from streams.services import replays

if TYPE_CHECKING:
    from collections.abc import Iterable

    from avatarfx.models import Clip
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character
    from streams.models import StreamSeat
    from streams.replaying import Spoken

LEAST_SECONDS, MOST_SECONDS = 3.0, 60.0
MAX_TITLE = 80
MAX_SCRIPT = 2000
"""Characters, as in ``avatarfx.models.Clip``."""


def cut_clip(
    *,
    stream: Stream,
    person: User,
    start: float,
    end: float,
    title: str = "",
    caption: str = "",
    publish: bool = False,
    idempotency_key: str = "",
) -> Clip:
    """Ask for a clip of what was on stage from `start` to `end`, seconds of the stream's
    clock. It costs one of the person's tickets and waits in line like any clip.

    StreamError when the stream cannot be cut, the range is none, or somebody's owner
    has not agreed; what `avatarfx.services.request_clip` raises passes through. The
    same `idempotency_key` within a day is the same clip.
    """
    seats = list(stream.seats.select_related("character__owner", "portrait__owner"))
    may_cut(stream=stream, person=person, seats=seats)
    if not LEAST_SECONDS <= round(end - start, 6) <= MOST_SECONDS:
        raise StreamError(
            f"A clip of a show runs for {LEAST_SECONDS:.0f} to {MOST_SECONDS:.0f}"
            f" seconds, and this is {end - start:.1f}. Move the handles.",
            code="no-such-range",
        )
    named = _title(title) or stream.title
    extent = replays.extent_of(stream)
    lines = [
        one
        for one in replays.lines_around(stream, start, end, extent)
        if one.until > start and one.at < end
    ]
    script = transcript(lines, start, end, {s.seat: s.character.name for s in seats})
    if not script:
        raise StreamError(
            "Nobody says anything in that stretch. Move the handles to where they do.",
            code="no-words",
        )
    if len(script) > MAX_SCRIPT:
        raise StreamError(
            f"They say {len(script)} characters in that stretch and {MAX_SCRIPT} fit."
            " Choose less of it.",
            code="no-such-range",
        )
    _need_ticket(person, idempotency_key)
    performance = replays.replay(stream=stream, start=start, end=end, sounds=True)
    cast = {seat.seat: _as_then(seat) for seat in seats}
    clip = clips.request_clip(
        owner=person,
        character=cast[lines[0].seat if lines[0].seat in cast else seats[0].seat],
        script=script,
        shape=stream.shape,
        background=stream.background,
        title=named,
        publish=publish,
        caption=caption,
        idempotency_key=idempotency_key,
        request_hash=_asked(stream, start, end, named, caption, publish=publish),
        performance=performance,
        cast=cast,
        source=f"stream:{stream.key}",
    )
    StreamCut.objects.get_or_create(
        clip=clip, defaults={"stream": stream, "start": start, "end": end}
    )
    return clip


def may_cut(
    *, stream: Stream, person: User, seats: Iterable[StreamSeat] | None = None
) -> None:
    """StreamError says why this person may cut nothing out of this stream."""
    if stream.state == Stream.State.SCHEDULED or stream.started is None:
        raise StreamError("It has not begun, so there is nothing to cut.", code="over")
    if stream.withheld or stream.removed:
        raise StreamError(
            "This show waits for a moderator, and nothing is cut out of it until then.",
            code="withheld",
        )
    mine = stream.host_id == person.pk
    if stream.visibility == Stream.Visibility.PRIVATE and not mine:
        raise StreamError(
            "This show is private: only its host may cut it.", code="closed"
        )
    if seats is None:
        seats = stream.seats.select_related("character__owner")
    for seat in seats:
        one = seat.character
        if one.removed or one.withheld:
            raise StreamError(
                f"{one.name} has left the stage, so no clip with them is made any more.",
                code="left",
            )
    silent = [
        seat.character
        for seat in seats
        if not _agreed(seat.character, person, mine=mine)
    ]
    if silent:
        raise StreamError(_no_consent(silent), code="no-consent")


def _agreed(character: Character, person: User, *, mine: bool) -> bool:
    """The house's own cast is for everybody, and who hosts a show was let in by them."""
    return (
        mine
        or character.starter
        or character.owner_id == person.pk
        or character.in_cuts
    )


def _no_consent(silent: list[Character]) -> str:
    told = " and ".join(f"{one.name} (of @{one.owner.username})" for one in silent)
    return (
        f"{told}: the owner has not agreed that others cut clips with them. Ask them to"
        " turn on “Others may cut clips with them from shows” on the character's page."
        " Nothing was spent."
    )


def transcript(
    lines: Iterable[Spoken], start: float, end: float, names: dict[str, str]
) -> str:
    """The words that are heard in the range, a line each, with who says it."""
    said = []
    for one in lines:
        last = min(one.until, end)
        words = [
            word.text
            for part in one.performance.parts
            for word in part.captions
            if one.at + word.at < last and one.at + word.until > start
        ]
        if words:
            said.append(f"{names.get(one.seat, one.seat)}: {' '.join(words)}")
    return "\n".join(said)


def _as_then(seat: StreamSeat) -> Character:
    """The character with the portrait that it wore on stage; not to be saved."""
    seat.character.portrait = seat.portrait
    return seat.character


def _title(title: str) -> str:
    try:
        return clean_line(title, max_length=MAX_TITLE, empty=True)
    except TextError as error:
        raise StreamError(f"The title cannot be so. {error}") from None


def _need_ticket(person: User, idempotency_key: str) -> None:
    """Before any sound is decoded; who repeats a request needs none."""
    known = person.clips.filter(idempotency_key=idempotency_key)
    if idempotency_key and known.exists():
        return
    today = quotas.left(person)
    if not today.left:
        raise quotas.NoTicketsError(of=today.of, resets_at=today.resets_at)


def _asked(
    stream: Stream, start: float, end: float, title: str, caption: str, *, publish: bool
) -> str:
    """Of what was asked, so that the same key for something else is refused."""
    asked = [stream.key, round(start, 6), round(end, 6), title, caption, publish]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()
