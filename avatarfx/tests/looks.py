"""Uploads and films with real pixels, for tests that look for copies."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from avatarfx.models import Clip, ClipActor
from feed.tests.rows import character_of, ready_clip
from moderation.models import PictureCheck
from socialapp.characters import prints
from socialapp.characters.models import Character, Portrait
from socialapp.content import library
from socialapp.lib import blobs
from socialapp.performance import Rig
from socialapp.provenance.fingerprints import sampling, stills
from socialapp.provenance.services import record_fingerprint
from socialapp.provenance.tests import drawings, films

if TYPE_CHECKING:
    from socialapp.accounts.models import User
    from socialapp.provenance.tests.drawings import Array


def upload(owner: User, picture: Array) -> Portrait:
    """An approved portrait of these pixels, with its fingerprint; no mark is read."""
    ref = blobs.put(drawings.png(picture), "png")
    height, width = picture.shape[:2]
    portrait = Portrait.objects.create(
        owner=owner,
        source=Portrait.Source.UPLOAD,
        ref=ref,
        thumb=blobs.put(b"thumb of " + ref.encode(), "webp"),
        rig=Rig(portrait=ref, width=width, height=height, style="flat").to_json(),
    )
    PictureCheck.objects.get_or_create(
        owner=owner,
        sha256=ref.removeprefix("sha256:").partition(".")[0],
        defaults={"ref": ref, "state": "approved"},
    )
    found = stills.prints_of(prints.pixels_of(portrait))
    record_fingerprint(subject=prints.subject_of(portrait), prints=found)
    return portrait


def character_with(owner: User, portrait: Portrait) -> Character:
    return Character.objects.create(owner=owner, name="Hob", portrait=portrait)


def film_of(
    owner: User,
    character: Character | None = None,
    *,
    seed: int = 1,
    voice: int = 0,
    flip: bool = False,
) -> Clip:
    """A finished clip of three seconds: member `seed` of the cast, sound of `voice`."""
    played = character or character_of(owner)
    scene = drawings.cast(library.cast_ids()[seed])
    still = np.asarray(Image.fromarray(scene).resize((192, 256)), np.uint8)
    frames = [drawings.mirrored(still) if flip else still] * 75
    film = films.film(frames, sound=films.voice(voice, seconds=3))
    clip = ready_clip(
        owner,
        character=played,
        video=blobs.put(film, "mp4"),
        poster=blobs.put(drawings.png(frames[37]), "webp"),
    )
    assert played.portrait
    ClipActor.objects.create(
        clip=clip, seat="a", character=played, portrait=played.portrait
    )
    taken = sampling.sample(io.BytesIO(film))
    record_fingerprint(subject=f"clip:{clip.key}", prints=sampling.prints_of(taken))
    return clip
