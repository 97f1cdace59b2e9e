"""From a wish to a clip, and what of a clip may be published in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from avatarfx.errors import IdempotencyConflictError
from avatarfx.remixes import RemixKind
from avatarfx.services import remakes
from avatarfx.services.requests import ticket_key
from feed.models import Remix, RemixRequest
from feed.models.remixes import OPEN_FOR
from feed.remixes import news
from feed.remixes.allowances import may_remix
from feed.remixes.errors import RemixError
from feed.remixes.lineage import is_remix, original_of
from feed.remixes.requests import ask, open_request, require
from feed.remixes.wishes import wish_again
from socialapp.accounts.models import Ticket
from socialapp.accounts.services import return_ticket
from socialapp.lib.ids import new_key

if TYPE_CHECKING:
    from avatarfx.models import Clip
    from feed.models import Post
    from feed.remixes.wishes import Wish
    from socialapp.accounts.models import User

State = RemixRequest.State

MADE_BY = "remix:"
"""Before the key of a request: the idempotency key of the clip that is made of it."""


def remix(
    *,
    person: User,
    post: Post,
    wish: Wish,
    publish: bool = True,
    idempotency_key: str = "",
    address: str = "",
) -> Clip | RemixRequest:
    """The clip, in line, when it is open to this person or was approved word for word;
    else the request that asks for it.

    RemixError when it is off. What `avatarfx.services.remakes.remake` raises passes
    through, and then nothing was used or spent.
    """
    if idempotency_key and (made := _made(person, wish, idempotency_key)) is not None:
        return made
    standing = open_request(person, post, wish.kind)
    if (
        standing is not None
        and standing.state == State.APPROVED
        and standing.sha256 == wish.sha256
    ):
        return make_approved(request=standing, person=person, publish=publish)
    if require(person, post, wish.kind):
        return ask(person=person, post=post, wish=wish, address=address)
    clip = _remake(person, post, wish, publish=publish, key=idempotency_key)
    _note_made(person, post, wish, clip)
    return clip


def make_approved(*, request: RemixRequest, person: User, publish: bool = True) -> Clip:
    """What was approved, once: a second call gives the same clip. RemixError when it is
    not approved, when it is off by now, or when the character is not as it was shown.
    """
    if request.asker_id != person.pk:
        raise RemixError("This request is not yours.", code="not-yours")
    if request.state == State.USED and request.clip is not None:
        return request.clip
    if request.withheld:
        raise RemixError(
            "A moderator looks at this request, and nothing is made of it until then.",
            code="withheld",
        )
    wish = wish_again(request)
    if wish.sha256 != request.sha256:
        raise RemixError(
            f"{request.character.name} does not look or sound as it was shown when you"
            " asked. Ask again.",
            code="changed",
        )
    allowed = may_remix(person, request.post, request.kind)
    if allowed.is_off:
        raise RemixError(allowed.why, code=allowed.code)
    # Whoever moves it makes the clip: two at once do not make two.
    ready = RemixRequest.objects.filter(
        pk=request.pk, state=State.APPROVED, expires__gt=timezone.now()
    )
    if not ready.update(state=State.USED):
        return _used(request)
    try:
        clip = _remake(
            person, request.post, wish, publish=publish, key=f"{MADE_BY}{request.key}"
        )
    except BaseException:
        RemixRequest.objects.filter(pk=request.pk, clip__isnull=True).update(
            state=State.APPROVED
        )
        raise
    RemixRequest.objects.filter(pk=request.pk).update(clip=clip)
    return clip


def _used(request: RemixRequest) -> Clip:
    fresh = RemixRequest.objects.select_related("clip").get(pk=request.pk)
    if fresh.state == State.USED and fresh.clip is not None:
        return fresh.clip
    if fresh.state == State.USED:
        raise RemixError("It is being made already.", code="being-made")
    raise RemixError(
        "This was not approved, or the approval is older than 14 days. Ask again.",
        code="not-approved",
    )


def _remake(person: User, post: Post, wish: Wish, *, publish: bool, key: str) -> Clip:
    if post.clip is None:
        raise RemixError("Choose a clip.", code="not-a-clip")
    spoken = wish.script if wish.kind != RemixKind.REVOICE else ""
    return remakes.remake(
        owner=person,
        of=post.clip,
        kind=wish.kind.value,
        character=wish.character,
        script=spoken,
        seat=wish.seat,
        title=wish.title,
        caption=wish.caption,
        publish=publish,
        idempotency_key=key,
    )


def _made(person: User, wish: Wish, key: str) -> Clip | None:
    """What the same request made before: asked for again, it changes nothing.
    IdempotencyConflictError when the key was used for another wish."""
    rows = RemixRequest.objects.filter(
        asker=person, state=State.USED, clip__idempotency_key=key
    )
    found = rows.select_related("clip").first()
    if found is None:
        return None
    if found.sha256 != wish.sha256:
        raise IdempotencyConflictError
    return found.clip


@transaction.atomic
def _note_made(person: User, post: Post, wish: Wish, clip: Clip) -> None:
    """That it was open when it was made: to be asked about again when it is published."""
    now = timezone.now()
    RemixRequest.objects.get_or_create(
        clip=clip,
        defaults={
            "key": new_key(),
            "asker": person,
            "post": post,
            "kind": wish.kind,
            "character": wish.character,
            "script": wish.script,
            "title": wish.title,
            "caption": wish.caption,
            "seat": wish.seat,
            "sha256": wish.sha256,
            "state": State.USED,
            "created": now,
            "decided": now,
            "expires": now + OPEN_FOR,
        },
    )


# Publishing -------------------------------------------------------------------


def why_not_published(clip: Clip) -> str:
    """Why a remix may not be shown to others now, whatever was agreed when it was made;
    empty when it may, and for what is no remix."""
    if not is_remix(clip):
        return ""
    kind = str(clip.recipe.get("remix", "")) or RemixKind.REPLY.value
    original = original_of(clip)
    if original is None:
        return (
            "The original is gone, and nobody can say any more whether you may show a"
            " remix of it. Make a clip of your own."
        )
    known = Remix.objects.filter(child__clip=clip).first()
    if known is not None and original.removed is not None:
        # It was public before; its original's owner decides about it under Remixes.
        return ""
    allowed = may_remix(clip.owner, original, kind)
    if allowed.is_off:
        return allowed.why
    if allowed.asks and not _was_agreed(clip):
        names = ", ".join(f"@{one.username}" for one in allowed.asks)
        return (
            f"A remix of this clip needs the consent of {names}. Ask them on the page of"
            " the original, with these words."
        )
    return ""


def _was_agreed(clip: Clip) -> bool:
    """Whether it was made with consent. A worker may be quicker than the note of which
    clip came of a request, so the request is known by its key too."""
    key = clip.idempotency_key.removeprefix(MADE_BY)
    known = Q(clip=clip)
    if key != clip.idempotency_key:
        known |= Q(key=key, clip__isnull=True)
    used = RemixRequest.objects.filter(asker=clip.owner_id, state=State.USED)
    return used.filter(known).exists()


def take_back(*, clip: Clip, why: str) -> bool:
    """A remix that may not be published any more: its ticket goes back, and its maker
    hears why. Whether this call gave the ticket back."""
    ticket = Ticket.objects.filter(key=ticket_key(clip)).first()
    returned = ticket is not None and return_ticket(ticket=ticket)
    news.not_published(clip, why)
    return returned
