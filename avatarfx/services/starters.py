"""The first posts of a new copy: shipped as files, or else rendered like any clip."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from avatarfx.models import Clip, ClipActor
from avatarfx.recipe import Recipe, Role
from avatarfx.services.approving import vouch
from avatarfx.services.renewing import ask_to_renew
from avatarfx.services.requests import request_clip
from avatarfx.signals import clip_ready
from socialapp.characters.approving import HOUSE
from socialapp.engines.errors import EngineError
from socialapp.lib import blobs
from socialapp.lib.ids import new_key
from socialapp.provenance.credentials import Manifest, SourceType, sign
from socialapp.provenance.services import record_fingerprint, signing_identity

if TYPE_CHECKING:
    from pathlib import Path

    from socialapp.accounts.models import User
    from socialapp.characters.models import Character, Portrait
    from socialapp.content.library import StarterPost
    from socialapp.performance import Performance
    from socialapp.provenance.fingerprints import Prints

log = logging.getLogger(__name__)

FACTS = ("rung", "voice_engine", "seconds", "width", "height")
"""Columns of a clip that ship beside its files."""

FILES = {"video": "mp4", "poster": "webp", "captions": "vtt"}
"""Column and extension; each lies in the post's folder as ``clip.<extension>``."""


def seed_post(*, post: StarterPost, owner: User, character: Character) -> str:
    """``present``, ``shipped`` or ``queued``: what was done to have this post.

    A post that was there once does not come back, even if somebody took it down. A film
    that came as a file is shown at once, and filmed again with this copy's own mark as
    soon as a worker is free.
    """
    key = f"starter:{post.id}"
    if clip := Clip.objects.filter(owner=owner, idempotency_key=key).first():
        ask_to_renew(clip=clip)
        return "present"
    if shipped(post.folder):
        try:
            clip = _import(post, owner, character, key)
        except EngineError as error:
            # Then it is asked for like any other, and says itself why it is not made.
            log.warning("The post %s cannot be signed: %s", post.id, error)
        else:
            ask_to_renew(clip=clip)
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
        lane=Clip.Lane.LATER,
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


def _import(post: StarterPost, owner: User, character: Character, key: str) -> Clip:
    portrait = character.portrait
    if portrait is None:
        raise ValueError(f"{character} has no portrait")
    facts = json.loads((post.folder / "facts.json").read_text(encoding="utf-8"))
    clip_key = new_key()
    files, prints = _signed(post.folder, portrait, clip_key), _prints(post.folder)
    refs = {
        column: blobs.put(files[column], extension)
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
    # Only now, so that nobody waits for the database while a film is decoded.
    with transaction.atomic():
        clip = Clip.objects.create(
            key=clip_key,
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
            size=len(files["video"]),
            finished=timezone.now(),
            **facts,
            **refs,
        )
        ClipActor.objects.create(
            clip=clip, seat="a", character=character, portrait=portrait
        )
        vouch(clip=clip, by=HOUSE)
        record_fingerprint(subject=f"clip:{clip_key}", prints=prints)
        transaction.on_commit(lambda: clip_ready.send(sender=Clip, clip=clip))
    return clip


def _signed(folder: Path, portrait: Portrait, clip_key: str) -> dict[str, bytes]:
    """The shipped files by column, film and poster signed by this copy as its own.

    They were rendered elsewhere, so no number of this copy is in their frames.
    """
    files = {c: (folder / f"clip.{ext}").read_bytes() for c, ext in FILES.items()}
    identity = signing_identity()
    if identity is None:
        return files
    photo = portrait.as_rig().style == "photo"
    film = Manifest(
        title=f"{clip_key}.mp4", source=SourceType.PHOTO if photo else SourceType.AI
    )
    poster = replace(film, title=f"{film.title} (poster)")
    files["video"] = sign(files["video"], "video/mp4", film, identity)
    files["poster"] = sign(files["poster"], "image/webp", poster, identity)
    return files


def _prints(folder: Path) -> Prints:
    # By name: it loads FFmpeg, which pages do without.
    sampling = import_module("socialapp.provenance.fingerprints.sampling")
    found: Prints = sampling.prints_of(sampling.sample(folder / "clip.mp4"))
    return found
