"""The first posts of a new copy: shipped as files, or else rendered like any clip."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from avatarfx.models import Clip, ClipActor
from avatarfx.recipe import Recipe, Role
from avatarfx.services.requests import request_clip
from avatarfx.signals import clip_ready
from socialapp.lib import blobs

if TYPE_CHECKING:
    from pathlib import Path

    from socialapp.accounts.models import User
    from socialapp.characters.models import Character
    from socialapp.content.library import StarterPost
    from socialapp.performance import Performance

FACTS = ("rung", "voice_engine", "seconds", "width", "height")
"""Columns of a clip that ship beside its files."""

FILES = {"video": "mp4", "poster": "webp", "captions": "vtt"}
"""Column and extension; each lies in the post's folder as ``clip.<extension>``."""


def seed_post(*, post: StarterPost, owner: User, character: Character) -> str:
    """``present``, ``shipped`` or ``queued``: what was done to have this post.

    A post that was there once does not come back, even if somebody took it down.
    """
    key = f"starter:{post.id}"
    if Clip.objects.filter(owner=owner, idempotency_key=key).exists():
        return "present"
    if shipped(post.folder):
        _import(post, owner, character, key)
        return "shipped"
    request_clip(
        owner=owner,
        character=character,
        script=post.script,
        title=post.title,
        shape=post.shape,
        background=post.background,
        publish=True,
        caption=post.caption,
        seed=post.seed,
        idempotency_key=key,
        exempt=True,
    )
    return "queued"


def shipped(folder: Path) -> bool:
    """All of a post's files are there."""
    names = ["facts.json", "performance.json", "speech.flac"]
    names += [f"clip.{extension}" for extension in FILES.values()]
    return all((folder / name).is_file() for name in names)


def export_post(*, clip: Clip, folder: Path) -> int:
    """Write what `seed_post` reads; the bytes written. The clip must be ready."""
    folder.mkdir(parents=True, exist_ok=True)
    performance = clip.as_performance()
    if clip.state != Clip.State.READY or performance is None:
        raise ValueError(f"{clip} is not ready")
    files = {f"clip.{ext}": blobs.get(getattr(clip, c)) for c, ext in FILES.items()}
    sound = performance.part("a").sound
    if sound is None:
        raise ValueError(f"{clip} is silent")
    # Loads FFmpeg, which seeding does without.
    from avatarfx import flac  # noqa: PLC0415

    speech = flac.from_wav(blobs.get(sound.ref))
    files["speech.flac"] = speech
    performance = _with_sound(performance, blobs.ref_of(speech, "flac"))
    facts = {name: getattr(clip, name) for name in FACTS}
    files["facts.json"] = _json(facts, indent=2)
    files["performance.json"] = _json(performance.to_json())
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return sum(map(len, files.values()))


def _with_sound(performance: Performance, ref: str) -> Performance:
    """The same performance, its speech kept under another ref."""
    parts = tuple(
        replace(part, sound=replace(part.sound, ref=ref)) if part.sound else part
        for part in performance.parts
    )
    return replace(performance, parts=parts)


def _json(value: object, indent: int | None = None) -> bytes:
    separators = None if indent else (",", ":")
    text = json.dumps(value, indent=indent, separators=separators, ensure_ascii=False)
    return f"{text}\n".encode()


@transaction.atomic
def _import(post: StarterPost, owner: User, character: Character, key: str) -> Clip:
    portrait = character.portrait
    if portrait is None:
        raise ValueError(f"{character} has no portrait")
    facts = json.loads((post.folder / "facts.json").read_text(encoding="utf-8"))
    refs = {
        column: blobs.put((post.folder / f"clip.{extension}").read_bytes(), extension)
        for column, extension in FILES.items()
    }
    # The performance names its sound by hash, so it finds these bytes again.
    blobs.put((post.folder / "speech.flac").read_bytes(), "flac")
    performance = (post.folder / "performance.json").read_text(encoding="utf-8")
    role = Role(
        seat="a",
        character=character.key,
        portrait=portrait.key,
        voice=character.voice_spec,
        motion=character.motion,
    )
    recipe = Recipe(
        script=post.script,
        cast=(role,),
        shape=post.shape,
        background=post.background,
        seed=post.seed,
    )
    clip = Clip.objects.create(
        owner=owner,
        character=character,
        title=post.title,
        script=post.script,
        shape=post.shape,
        recipe=recipe.to_json(),
        performance=json.loads(performance),
        state=Clip.State.READY,
        percent=100,
        publish=True,
        caption=post.caption,
        idempotency_key=key,
        size=(post.folder / "clip.mp4").stat().st_size,
        finished=timezone.now(),
        **facts,
        **refs,
    )
    ClipActor.objects.create(
        clip=clip, seat="a", character=character, portrait=portrait
    )
    transaction.on_commit(lambda: clip_ready.send(sender=Clip, clip=clip))
    return clip
