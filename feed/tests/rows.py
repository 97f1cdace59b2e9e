"""Rows that the feed's tests begin with."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from avatarfx.models import Clip
from avatarfx.recipe import Recipe
from feed import services
from moderation.models import Utterance
from socialapp.characters.models import Character, Portrait
from socialapp.characters.starters import house
from socialapp.lib import blobs
from socialapp.performance import Caption, Part, Performance, Rig

if TYPE_CHECKING:
    from feed.models import Post
    from socialapp.accounts.models import User

REF = "sha256:" + "0" * 64 + "."

SAID = Performance(
    3.0,
    (
        Part(
            "a",
            captions=(
                Caption(0.2, 0.6, "Not"),
                Caption(0.6, 0.9, "one."),
                Caption(1.4, 1.8, "None."),
            ),
        ),
    ),
)


def character_of(owner: User, name: str = "Hob") -> Character:
    rig = Rig(portrait=f"{REF}png", width=400, height=300, style="photo")
    portrait = Portrait.objects.create(
        owner=owner, source="maker", ref=f"{REF}png", rig=rig.to_json()
    )
    return Character.objects.create(owner=owner, name=name, portrait=portrait)


def ready_clip(
    owner: User, *, character: Character | None = None, **fields: Any
) -> Clip:
    return Clip.objects.create(
        owner=owner,
        character=character or character_of(owner),
        script="Not one. None.",
        recipe=Recipe(script="Not one. None.", cast=()).to_json(),
        **{
            "state": Clip.State.READY,
            "rung": Clip.Rung.FULL,
            "performance": SAID.to_json(),
            "seconds": 3.0,
            "width": 512,
            "height": 912,
            "video": f"{REF}mp4",
            "poster": f"{REF}webp",
            "captions": f"{REF}vtt",
            "finished": timezone.now(),
        }
        | fields,
    )


def post_by(
    author: User, caption: str = "", *, minutes_ago: int = 0, **fields: Any
) -> Post:
    made = services.publish_post(
        clip=ready_clip(author, **fields), author=author, caption=caption
    )
    # A test may need more posts than a person may publish in a day.
    Utterance.objects.filter(person=author).delete()
    made.published -= dt.timedelta(minutes=minutes_ago)
    made.save(update_fields=["published"])
    return made


def clip_of(post: Post) -> Clip:
    """The clip of a post that is one."""
    assert post.clip is not None
    return post.clip


def starters() -> list[Clip]:
    """Two characters of the house with a rendered clip each, whose files are there."""
    owner = house()
    files = {
        "video": blobs.put(b"a film" * 100, "mp4"),
        "poster": blobs.put(b"a poster", "webp"),
        "captions": blobs.put(b"WEBVTT", "vtt"),
    }
    found = []
    for name in ("Hob", "Imani"):
        character = character_of(owner, name)
        Character.objects.filter(pk=character.pk).update(starter=True)
        found.append(ready_clip(owner, character=character, title=name, **files))
    return found
