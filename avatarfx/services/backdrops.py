"""Writes to the pictures that people stand their characters before."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from PIL import Image

from avatarfx.errors import NotNowError
from avatarfx.models import Backdrop, Clip
from avatarfx.services.holding import hold_clip
from moderation.pictures import services as screening
from socialapp.lib import blobs, images, withheld

if TYPE_CHECKING:
    from moderation.models import PictureCheck
    from socialapp.accounts.models import User

MOST_SIDE, LEAST_SIDE = 1920, 320
"""Pixels: what a full screen shows, and what it cannot do without."""

QUALITY = 84
"""Of WebP: a photograph of 1920 x 1080 has about 300 kB."""

MOST_NAME = 60

_GONE = (
    "This very picture was taken down here. Choose another one; if you think that was"
    " wrong, appeal the decision."
)


class BackdropError(Exception):
    """The picture is not taken; the message is for the person who sent it."""


def add_backdrop(
    *, owner: User, data: bytes, name: str = "", painting: bool = False
) -> Backdrop:
    """Clean the picture, let it be screened, keep it. BackdropError or PictureError.

    One that the rules refuse leaves nothing behind; one that must wait is kept for its
    owner alone. `painting`: a face in it that looks photographed is painted, says its
    owner.
    """
    check_room(owner)
    clean = cleaned(data)
    kept = clean.data
    ref = blobs.ref_of(kept, "webp")
    if withheld.is_removed(blobs.name_of(ref)):
        raise BackdropError(_GONE)
    verdict = screening.screen_portrait(
        picture=kept, person=owner, painting=painting, surface="background"
    )
    with transaction.atomic():
        blobs.put(kept, "webp")
        check = screening.keep_check(owner=owner, ref=ref, verdict=verdict)
        found, _ = Backdrop.objects.update_or_create(
            owner=owner,
            ref=ref,
            defaults={
                "name": " ".join(name.split())[:MOST_NAME] or "Background",
                "size": len(kept),
                "width": clean.width,
                "height": clean.height,
                "state": Backdrop.State(check.state),
            },
        )
    return found


def cleaned(data: bytes) -> images.CleanPicture:
    """A picture to stand before, as WebP, for clips and scenes alike. PictureError."""
    clean = images.clean(
        data,
        max_bytes=settings.MAX_PICTURE_BYTES,
        max_pixels=settings.MAX_PICTURE_PIXELS,
        max_side=MOST_SIDE,
        min_side=LEAST_SIDE,
    )
    # What we encoded ourselves a moment ago is safe to open here.
    with Image.open(io.BytesIO(clean.data)) as picture:
        out = io.BytesIO()
        picture.convert("RGB").save(out, "WEBP", quality=QUALITY, method=4)
    return replace(clean, data=out.getvalue(), extension="webp")


def check_room(owner: User) -> None:
    """BackdropError when no more fit."""
    most = settings.BACKDROPS_PER_PERSON
    if Backdrop.objects.of(owner).count() >= most:
        raise BackdropError(
            f"You have {most} backgrounds, and no more fit. Delete one you do not use."
        )


@transaction.atomic
def remove_backdrop(*, backdrop: Backdrop) -> None:
    """The row and, at commit, its file. Films made before it stay as they are: it is in
    their frames. NotNowError while clips that need it wait in line."""
    waiting = Clip.objects.open().filter(
        owner=backdrop.owner, recipe__background=backdrop.ref
    )
    if count := waiting.count():
        clips = "A clip" if count == 1 else f"{count} clips"
        raise NotNowError(
            f"{clips} in line will stand before it. Wait for that, or cancel it first."
        )
    _delete(backdrop)


@transaction.atomic
def forget_backdrops(*, owner: User) -> None:
    for backdrop in Backdrop.objects.filter(owner=owner):
        _delete(backdrop)


def set_backdrop_withheld(*, backdrop: Backdrop, level: str) -> None:
    """``hidden``, ``removed`` or empty, which is back on stage. By moderation alone."""
    Backdrop.objects.filter(pk=backdrop.pk).update(withheld=level)
    backdrop.withheld = level
    if level:
        _hold_films(backdrop, "A moderator took its background off the stage.")


@transaction.atomic
def settle_backdrop(*, owner: User, sha256: str, state: str) -> None:
    """A picture that waited was decided, or a consent taken back. What was refused is
    not kept, and films with it are held."""
    found = Backdrop.objects.select_for_update().filter(
        owner=owner, ref__startswith=f"sha256:{sha256}."
    )
    for backdrop in found:
        if state == Backdrop.State.REFUSED:
            _hold_films(backdrop, "The background of this clip was refused.")
            _delete(backdrop)
            continue
        backdrop.state = state
        backdrop.save(update_fields=["state"])


def stem(name: str | None) -> str:
    """Of a file's own name, without its folder and its extension."""
    return (name or "").rpartition("/")[2].rpartition(".")[0][:MOST_NAME]


def state_of(check: PictureCheck) -> str:
    """The states of a check have the same names."""
    return Backdrop.State(check.state)


def _hold_films(backdrop: Backdrop, reason: str) -> None:
    made = Clip.objects.filter(
        owner=backdrop.owner,
        recipe__background=backdrop.ref,
        state__in=[Clip.State.QUEUED, Clip.State.RENDERING, Clip.State.READY],
    )
    for clip in made:
        hold_clip(clip=clip, reason=reason)


def _delete(backdrop: Backdrop) -> None:
    ref = backdrop.ref
    backdrop.delete()
    transaction.on_commit(partial(_forget_file, ref), robust=True)


def _forget_file(ref: str) -> None:
    """Equal content is stored once: somebody else or a scene may have it too."""
    if Backdrop.objects.filter(ref=ref).exists() or withheld.shown_elsewhere(
        blobs.name_of(ref), ()
    ):
        return
    blobs.remove(ref)
