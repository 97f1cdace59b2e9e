"""Posts that came of posts, as rows: no clip is rendered for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from avatarfx.models import ClipActor
from feed import services
from feed.models import RemixRequest
from feed.models.remixes import OPEN_FOR
from feed.tests.rows import character_of, clip_of, post_by, ready_clip
from moderation.models import Utterance
from socialapp.accounts.consent import Level

if TYPE_CHECKING:
    from avatarfx.models import Clip
    from feed.models import Post
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character


def open_up(*people: User, clips: str = Level.ON, characters: str = Level.OFF) -> None:
    for one in people:
        one.remix_clips, one.remix_characters = clips, characters
        one.save(update_fields=["remix_clips", "remix_characters"])


def original(author: User, caption: str = "", **fields: Any) -> Post:
    """With its actor, as every clip that was asked for has."""
    made = post_by(author, caption, **fields)
    on_stage(clip_of(made))
    return made


def on_stage(clip: Clip, *others: Character) -> Clip:
    for seat, one in zip("abcd", (clip.character, *others), strict=False):
        assert one.portrait is not None
        ClipActor.objects.create(
            clip=clip, seat=seat, character=one, portrait=one.portrait
        )
    return clip


def remade(owner: User, of: Post, kind: str = "reply", **fields: Any) -> Clip:
    """A ready clip that was made of this post."""
    clip = on_stage(ready_clip(owner, **fields))
    clip.recipe |= {"source": f"remix:{clip_of(of).key}", "remix": kind}
    clip.save(update_fields=["recipe"])
    return clip


def remix_by(
    author: User, of: Post, kind: str = "reply", *, caption: str = "", **fields: Any
) -> Post:
    """Published, with the consent that it needs."""
    clip = remade(author, of, kind, **fields)
    agreed(clip, of, kind)
    made = services.publish_post(clip=clip, author=author, caption=caption)
    Utterance.objects.filter(person=author).delete()
    return made


def agreed(clip: Clip, of: Post, kind: str = "reply") -> RemixRequest:
    """As it is noted when a clip was made with consent."""
    now = timezone.now()
    return RemixRequest.objects.create(
        asker=clip.owner,
        post=of,
        kind=kind,
        character=clip.character,
        script=clip.script,
        sha256="0" * 64,
        state=RemixRequest.State.USED,
        clip=clip,
        decided=now,
        expires=now + OPEN_FOR,
    )


__all__ = ["agreed", "character_of", "open_up", "original", "remade", "remix_by"]
