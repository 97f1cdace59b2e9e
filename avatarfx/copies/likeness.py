"""Clips and portraits that look or sound like another, or were made with it.

Pictures that were drawn here are not compared by their looks: a drawing of the avatar
maker shows nobody, and one of the starter cast is in half of all clips. They are known
by their file, and clips with them by watermark and sound.
"""

from __future__ import annotations

import io
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from avatarfx.models import Clip
from moderation.lookalikes import Copy
from moderation.pictures import profiles
from socialapp.characters import prints
from socialapp.characters.models import Portrait
from socialapp.lib import blobs
from socialapp.provenance import selectors
from socialapp.provenance.fingerprints import pictures, stills
from socialapp.provenance.models import Fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.db.models import QuerySet

    from socialapp.provenance.fingerprints.pictures import Picture
    from socialapp.provenance.selectors.likeness import StillMatch

MOST = 40
"""Of each sort: more than a person looks through at a time."""


def alike(kind: str, key: str) -> Iterator[Copy]:
    """Whatever is like a clip, post, portrait or character, and how."""
    own = {clip.key for clip in clips_of(kind, key)}
    return (
        one for one in _alike(kind, key) if one.kind != "clip" or one.key not in own
    )


def _alike(kind: str, key: str) -> Iterator[Copy]:
    clips = list(clips_of(kind, key))
    if kind == "profile":
        yield from _like_profile(int(key))
        return
    mine = list(portraits_of(kind, key, clips))
    names = [f"clip:{clip.key}" for clip in clips]
    names += [prints.subject_of(portrait) for portrait in mine]
    yield from _same_mark(names)
    for clip in clips:
        yield from _like_clip(clip, drawn=not mine)
    for portrait in mine:
        if clips:
            yield Copy("portrait", portrait.key, "the portrait in it")
        yield from _made_with(portrait, "made with the same portrait")
        for match in like_portrait(portrait):
            yield from _like_portrait(match)


def clips_of(kind: str, key: str) -> QuerySet[Clip]:
    """The clip that this kind of thing is or shows."""
    if kind == "post":
        return Clip.objects.filter(post__key=key)
    return Clip.objects.filter(key=key) if kind == "clip" else Clip.objects.none()


def portraits_of(kind: str, key: str, clips: Iterable[Clip]) -> QuerySet[Portrait]:
    """Uploaded pictures in it, or that it is or wears."""
    uploads = Portrait.objects.filter(source=Portrait.Source.UPLOAD)
    if kind == "portrait":
        return uploads.filter(key=key)
    if kind == "character":
        return uploads.filter(characters__key=key).distinct()
    return uploads.filter(roles__clip__in=[clip.pk for clip in clips]).distinct()


def like_portrait(portrait: Portrait) -> list[StillMatch]:
    """Other uploads that show the same, pictures of profiles too, the nearest first."""
    try:
        return _like(prints.pixels_of(portrait), prints.subject_of(portrait))
    except FileNotFoundError:
        return []


def _like(picture: Picture, own: str) -> list[StillMatch]:
    matches = selectors.match_stills(stills.views_of(picture), limit=MOST + 1)
    return [match for match in matches if match.subject != own]


def _like_profile(user_id: int) -> Iterator[Copy]:
    picture = profiles.pixels_of(user_id)
    if picture is not None:
        for match in _like(picture, profiles.subject_of(user_id)):
            yield from _like_portrait(match)


def _like_portrait(match: StillMatch) -> Iterator[Copy]:
    near = match.nearness
    how = f"distance {near.distance} of 256"
    how += ", mirrored" if near.mirrored else ""
    kind, _, key = match.subject.partition(":")
    yield Copy(kind, key, f"picture, {how}")
    other = Portrait.objects.filter(key=key).first() if kind == "portrait" else None
    if other is not None:
        yield from _made_with(other, f"made with a portrait like it, {how}")


def _made_with(portrait: Portrait, how: str) -> Iterator[Copy]:
    made = Clip.objects.filter(actors__portrait=portrait).order_by("-created")
    for key in made.values_list("key", flat=True).distinct()[:MOST]:
        yield Copy("clip", key, how)


def _like_clip(clip: Clip, *, drawn: bool) -> Iterator[Copy]:
    row = selectors.fingerprint_of(f"clip:{clip.key}")
    if row is None:
        return
    for heard in selectors.match_sound(bytes(row.sound), limit=MOST):
        share = round(100 * heard.echo.error)
        how = f"sound, {share} % of its bits differ over {heard.echo.seconds:.0f} s"
        yield from _copy(heard.subject, how)
    if drawn:
        return
    for seen in selectors.match_pictures(
        bytes(row.pictures), mirrored=_flipped_poster(clip), limit=MOST
    ):
        share, bits = round(100 * seen.likeness.share), seen.likeness.nearest
        part = "poster, mirrored" if seen.likeness.mirrored else "picture"
        how = f"{part}, {share} % the same, nearest distance {bits} of 256"
        yield from _copy(seen.subject, how)


def _flipped_poster(clip: Clip) -> bytes:
    """Its hash: mirrored hashes of the film would need the film decoded again."""
    try:
        poster = blobs.get(clip.poster)
        with Image.open(io.BytesIO(poster)) as picture:
            pixels = np.asarray(picture.convert("RGB"), np.uint8)
    except (OSError, ValueError):
        return b""
    return pictures.hashes_of([np.ascontiguousarray(pixels[:, ::-1])])


def _same_mark(subjects: list[str]) -> Iterator[Copy]:
    """Whose pixels carry the number that was hidden in it, or that it carries."""
    rows = Fingerprint.objects.filter(mark__isnull=False)
    marks = rows.filter(subject__in=subjects).values("mark")
    bearers = rows.filter(mark__in=marks).values_list("subject", flat=True)
    made = rows.filter(mark__in=marks).values_list("mark__subject", flat=True)
    carried = rows.filter(mark__subject__in=subjects).values_list("subject", flat=True)
    for subject in dict.fromkeys(chain(bearers, made, carried)):
        yield from _copy(subject, "the same watermark", exact=True)


def _copy(subject: str, how: str, *, exact: bool = False) -> Iterator[Copy]:
    kind, _, key = subject.partition(":")
    if kind in {"clip", "portrait"}:
        yield Copy(kind, key, how, exact)
