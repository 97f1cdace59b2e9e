"""Clips as something to be reported and withheld, with all that is made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from avatarfx.models import Backdrop, Clip
from avatarfx.remixes import CARRIED
from avatarfx.services.backdrops import set_backdrop_withheld
from avatarfx.services.withholding import set_withheld
from moderation import subjects
from socialapp.lib import blobs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User
    from socialapp.characters.models import Character, Portrait


def register() -> None:
    subjects.register(
        "clip",
        title="Clip",
        find=lambda key: Clip.objects.full().filter(key=key).first(),
        describe=lambda clip: clip.name,
        snapshot=_snapshot,
        author=lambda clip: clip.owner,
        url=lambda clip: clip.get_absolute_url(),
        visible=_visible,
        media=_media,
        hide=lambda clip: set_withheld(clip=clip, level=Clip.Level.HIDDEN),
        remove=lambda clip: set_withheld(clip=clip, level=Clip.Level.REMOVED),
        restore=lambda clip: set_withheld(clip=clip, level=""),
        content_types=("CONTENT_TYPE_SYNTHETIC_MEDIA", "CONTENT_TYPE_VIDEO"),
        of_author=lambda user: Clip.objects.filter(owner=user, removed__isnull=True),
    )
    subjects.register(
        "backdrop",
        title="Background",
        find=lambda key: (
            Backdrop.objects.select_related("owner").filter(key=key).first()
        ),
        describe=lambda one: f"Background of @{one.owner.username}: {one.name}",
        snapshot=lambda one: {"Name": one.name},
        author=lambda one: one.owner,
        url=lambda one: f"/studio/backgrounds/#{one.key}",
        # Others see it in clips alone, and report those.
        visible=lambda one, viewer: (
            viewer.is_authenticated
            and viewer.pk == one.owner_id
            and one.withheld != Backdrop.Level.REMOVED
        ),
        media=lambda one: [blobs.name_of(one.ref)],
        hide=lambda one: set_backdrop_withheld(
            backdrop=one, level=Backdrop.Level.HIDDEN
        ),
        remove=lambda one: set_backdrop_withheld(
            backdrop=one, level=Backdrop.Level.REMOVED
        ),
        restore=lambda one: set_backdrop_withheld(backdrop=one, level=""),
        content_types=("CONTENT_TYPE_IMAGE",),
        of_author=lambda user: Backdrop.objects.filter(owner=user),
    )
    subjects.add_descendants("clip", _said_again)
    subjects.add_descendants("character", _made_with_character)
    subjects.add_descendants("portrait", _made_with_portrait)


def _snapshot(clip: Clip) -> dict[str, str]:
    return {"Title": clip.title, "Script": clip.script, "Caption": clip.caption}


def _visible(clip: Clip, viewer: User | AnonymousUser) -> bool:
    """A clip has no page but its owner's; others see it through its post."""
    return viewer.is_authenticated and clip.owner_id == viewer.pk


def _media(clip: Clip) -> list[str]:
    # More may have been made since the row was read; `hide` came first and locks it.
    clip.refresh_from_db(fields=["audio", "captioned"])
    return [blobs.name_of(ref) for ref in (*clip.files, *clip.sounds)]


def _said_again(clip: Clip) -> Iterator[tuple[str, Any]]:
    """Remixes in which everything that it says is said again."""
    remixes = Clip.objects.full().filter(original=clip, recipe__remix__in=CARRIED)
    return (("clip", remix) for remix in remixes)


def _made_with_character(character: Character) -> Iterator[tuple[str, Any]]:
    made = Clip.objects.full().filter(actors__character=character).distinct()
    return (("clip", clip) for clip in made)


def _made_with_portrait(portrait: Portrait) -> Iterator[tuple[str, Any]]:
    made = Clip.objects.full().filter(actors__portrait=portrait).distinct()
    return (("clip", clip) for clip in made)
