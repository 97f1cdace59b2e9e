"""Clips of a person with their files, for their own archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.forms.models import model_to_dict

from avatarfx.recorded.consent import WORDINGS
from socialapp.accounts.exports import as_json, stored
from socialapp.provenance.models import Mark

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from avatarfx.models import Clip
    from socialapp.accounts.exports import File
    from socialapp.accounts.models import User

INSIDE = ("id", "owner", "character", "fence", "worker", "leased_until", "request_hash")
"""Of the machine, not of the person."""


def clips(user: User) -> Iterator[File]:
    """``clips.json`` says what each was asked to be; its files are as they are served,
    with their marks and signed record."""
    mine = user.clips.select_related("character").order_by("created")
    numbers = Mark.objects.filter(owner=user, kind=Mark.Kind.CLIP)
    marks = {one.subject: f"{one.payload:012x}" for one in numbers}
    yield as_json(
        "clips.json",
        [
            {
                "key": clip.key,
                **model_to_dict(clip, exclude=INSIDE),
                "character": clip.character.key,
                "created": clip.created,
                "removed": clip.removed,
                "files": [name for name, _ in _files(clip)],
                "watermark": marks.get(f"clip:{clip.key}"),
            }
            for clip in mine
        ],
    )
    for clip in mine:
        for name, ref in _files(clip):
            yield from stored(name, ref, owner=user)


def _files(clip: Clip) -> list[tuple[str, str]]:
    """Name in the archive and blob, of those that the clip has."""
    return [
        (f"clips/{clip.key}{_kind(clip, ref)}.{ref.rpartition('.')[2]}", ref)
        for ref in clip.files
    ]


def _kind(clip: Clip, ref: str) -> str:
    """Of two films, which."""
    return "-captioned" if ref == clip.captioned else ""


def backdrops(user: User) -> Iterator[File]:
    """``backgrounds.json`` and the pictures that they brought to stand before."""
    mine = list(user.backdrops.order_by("created"))
    yield as_json(
        "backgrounds.json",
        [
            {
                "key": one.key,
                **model_to_dict(one, exclude=["id", "owner", "ref"]),
                "called": one.ref,
                "file": f"backgrounds/{one.key}.webp",
                "created": one.created,
            }
            for one in mine
        ],
    )
    for one in mine:
        yield from stored(f"backgrounds/{one.key}.webp", one.ref, owner=user)


def batches(user: User) -> Iterator[File]:
    """``batches.json``: each text, its table, and the clip that each row became."""
    yield as_json(
        "batches.json",
        [
            {
                "key": batch.key,
                **model_to_dict(batch, exclude=[*INSIDE, "fed"]),
                "character": batch.character.key,
                "created": batch.created,
                "started": batch.started,
                "rows": list(
                    batch.rows.order_by("number").values(
                        "number", "values", "script", "state", "reason", "clip__key"
                    )
                ),
            }
            for batch in user.batches.select_related("character").order_by("created")
        ],
    )


def recordings(user: User) -> Iterator[File]:
    """``recordings.json``: what they read, where each word is, to what they agreed and
    when; and the sounds."""
    mine = list(user.recordings.order_by("created"))
    yield as_json(
        "recordings.json",
        [
            {
                "key": one.key,
                "script": one.script,
                "seconds": one.seconds,
                "words": one.words,
                "heard_by": one.engine,
                "declaration": WORDINGS[one.wording],
                "declared": one.declared,
                "taken_back": one.revoked,
                "created": one.created,
                "file": f"recordings/{one.key}.flac" if one.ref else None,
            }
            for one in mine
        ],
    )
    for one in mine:
        if one.ref:
            yield from stored(f"recordings/{one.key}.flac", one.ref, owner=user)


def week(user: User, since: dt.datetime) -> Iterator[tuple[str, int]]:
    """What a guardian is told: how many, never what was said in them."""
    made = user.clips.filter(created__gte=since)
    yield "Clips asked for", made.count()
    yield "Characters that spoke in them", made.values("character").distinct().count()
    yield "Days with a new clip", made.dates("created", "day").count()
