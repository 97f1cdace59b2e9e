"""What people are told of remixes, in their notices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feed.models import RemixRequest
from feed.remixes.chips import named_to
from socialapp.accounts.circle import hears
from socialapp.notices import services as notices
from socialapp.notices.models import Notice

if TYPE_CHECKING:
    from avatarfx.models import Clip
    from feed.models import Post, Remix
    from socialapp.accounts.models import User

PAGE = "/remixes/"
MADE = "/remixes/?tab=made"
MINE = "/remixes/?tab=mine"


def asked(request: RemixRequest, people: list[User]) -> None:
    notices.notify(
        people=[one for one in people if hears(one, request.asker)],
        kind=Notice.Kind.REMIX_ASKED,
        about=f"remix-request:{request.key}",
        lead=f"@{request.asker.username} asks to remix “{request.post.title}”.",
        words=f"{request.get_kind_display()}: “{request.script}”",
        url=PAGE,
        action="Look",
    )


def decided(request: RemixRequest, word: str = "") -> None:
    yes = request.state == request.State.APPROVED
    lead = "You may make it" if yes else "You may not make it"
    way = (
        " Make it within 14 days; it takes a ticket."
        if yes
        else " You can ask again with other words."
    )
    notices.notify(
        people=[request.asker],
        kind=Notice.Kind.REMIX_DECIDED,
        about=f"remix-request:{request.key}",
        lead=f"{lead}: a remix of {_named(request)}.",
        words=(f"“{word}”" if word else "") + way,
        url=MINE,
        action="Make it" if yes else "Look",
    )


def _named(request: RemixRequest) -> str:
    """What was asked about, as the asker may read it by now."""
    known = named_to(request.asker).filter(pk=request.post_id).exists()
    return f"“{request.post.title}”" if known else "a post that is not on show any more"


def taken_back(request: RemixRequest) -> None:
    """Nobody has to decide about it any more."""
    notices.forget(
        about=f"remix-request:{request.key}", kinds=[Notice.Kind.REMIX_ASKED]
    )


def forget_request(request: RemixRequest) -> None:
    """It is deleted: nobody keeps its words, or those of an answer, as news."""
    notices.forget(about=f"remix-request:{request.key}")


def forget_lost_requests() -> None:
    """The same of those that went with the post that they were about."""
    kinds = [Notice.Kind.REMIX_ASKED, Notice.Kind.REMIX_DECIDED]
    told = set(
        Notice.objects.filter(kind__in=kinds).values_list("about", flat=True).distinct()
    )
    keys = RemixRequest.objects.values_list("key", flat=True)
    there = {f"remix-request:{key}" for key in keys}
    for about in told - there:
        notices.forget(about=about, kinds=kinds)


def forget_remix(remix: Remix) -> None:
    notices.forget(about=_about(remix))


def _about(remix: Remix) -> str:
    return f"remix:{remix.pk}"


def remixed(remix: Remix) -> None:
    """The author of the original hears of it once, and of nobody whom they muted."""
    child, parent = remix.child, remix.parent
    if child is None or parent is None or child.author_id == parent.author_id:
        return
    if not hears(parent.author, child.author):
        return
    notices.notify(
        people=[parent.author],
        kind=Notice.Kind.REMIXED,
        about=_about(remix),
        lead=f"@{child.author.username} remixed “{parent.title}”.",
        words=f"{remix.get_kind_display()}: “{child.title}”",
        url=child.get_absolute_url(),
        action="Watch",
    )


def ended(remix: Remix, child: Post, why: str) -> None:
    notices.notify(
        people=[child.author],
        kind=Notice.Kind.REMIX_ENDED,
        about=_about(remix),
        lead=f"“{child.title}” is off the stage.",
        words=why,
        url=child.get_absolute_url(),
        action="Look",
    )


def back(remix: Remix) -> None:
    """It is on stage again: what was told before is not true any more."""
    notices.forget(about=_about(remix), kinds=[Notice.Kind.REMIX_ENDED])


def not_published(clip: Clip, why: str) -> None:
    notices.notify(
        people=[clip.owner],
        kind=Notice.Kind.REMIX_ENDED,
        about=f"clip:{clip.key}",
        lead=f"“{clip.name}” was not published.",
        words=f"{why} Your ticket is back.",
        url=clip.get_absolute_url(),
        action="Look",
    )
