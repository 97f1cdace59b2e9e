"""What a clip is made of: the approved faces, what is behind them, the papers."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from django.utils.module_loading import import_string

from avatarfx import consent, pipeline, remixes
from avatarfx.models import Clip, ClipActor, Recording
from socialapp.characters.services import PictureError, require_approved
from socialapp.content import backgrounds
from socialapp.engines.errors import EngineError
from socialapp.engines.protocols import Actor
from socialapp.lib import blobs, withheld
from socialapp.provenance.credentials import Parent
from socialapp.provenance.selectors import watermark_keys
from socialapp.provenance.services import issue_mark, signing_identity

if TYPE_CHECKING:
    from socialapp.characters.models import Portrait
    from socialapp.engines.protocols import Speech
    from socialapp.performance import Rig

log = logging.getLogger(__name__)

SPOKEN = "avatarfx.recorded.kept.speech_of"
"""By name: it loads FFmpeg, which web processes do without."""

WHY_NOT = "avatarfx.services.approving.why_not_made"
"""By name: approvals hold and release clips, which looks at frames as rendering does."""


def actor_of(rig: Rig, portrait_ref: str) -> Actor:
    """A rig with its files; EngineError when one is gone."""
    named = {rig.grids, rig.matte, *(layer.ref for layer in rig.layers)} - {""}
    try:
        return Actor(
            rig=rig,
            portrait=blobs.get(portrait_ref),
            blobs={ref: blobs.get(ref) for ref in named},
        )
    except FileNotFoundError:
        raise EngineError(
            "A picture of this character is missing from the storage.", permanent=True
        ) from None


def actors_of(clip: Clip) -> dict[str, Actor]:
    """Whom the clip is made with, once it is sure that its words, its voices and its
    faces are the approved ones."""
    if refusal := import_string(WHY_NOT)(clip):
        log.error("Clip %s is not as it was approved: %s", clip.key, refusal)
        raise EngineError(refusal, permanent=True)
    require_consent(clip)
    roles = ClipActor.objects.filter(clip=clip).select_related("portrait__owner")
    return {role.seat: _approved_actor(role.portrait) for role in roles}


def _approved_actor(portrait: Portrait) -> Actor:
    """What was approved is what is drawn: asked again, for it may have been taken back
    while the clip was in line, and the bytes must still be those of their name."""
    try:
        require_approved(portrait)
    except PictureError as refusal:
        raise EngineError(str(refusal), permanent=True) from None
    actor = actor_of(portrait.as_rig(), portrait.ref)
    extension = portrait.ref.rpartition(".")[2]
    if blobs.ref_of(actor.portrait, extension) != portrait.ref:
        log.error("The stored picture of portrait %s was changed", portrait.key)
        raise EngineError(
            "The picture of this character is not the one that was approved.",
            permanent=True,
        )
    return actor


def require_consent(clip: Clip) -> None:
    """EngineError when its original may not be remixed any more."""
    if refusal := consent.why_not(clip):
        raise EngineError(refusal, permanent=True)


def backdrop_of(clip: Clip) -> bytes:
    recipe = clip.as_recipe()
    return background_of(recipe.background, *pipeline.SIZES[recipe.shape])


def background_of(name: str, width: int, height: int) -> bytes:
    """The encoded picture; empty when the portrait brings its own."""
    if not name:
        return b""
    try:
        if name.startswith("sha256:"):
            return _brought(name)
        return backgrounds.picture(name, width, height)
    except (KeyError, ValueError, FileNotFoundError):
        log.warning("The background %r is gone: the default stands in", name)
        return b""


def _brought(ref: str) -> bytes:
    """A picture that somebody stands before; KeyError for one that was taken down or is
    not what was approved under this name."""
    data = blobs.get(ref)
    if withheld.is_removed(blobs.name_of(ref)):
        raise KeyError(ref)
    if blobs.ref_of(data, ref.rpartition(".")[2]) != ref:
        log.error("The stored background %s was changed", ref)
        raise KeyError(ref)
    return data


def recording_of(clip: Clip) -> Speech | None:
    """What its owner spoke for it; None when a voice speaks, or it was spoken before.

    EngineError when the recording is gone or is not the one that was agreed to.
    """
    key = clip.as_recipe().recording
    if not key or clip.performance is not None:
        return None
    found = Recording.objects.of(clip.owner).filter(key=key).first()
    if found is None:
        return None
    speech: Speech = import_string(SPOKEN)(found)
    return speech


def names_in(clip: Clip) -> dict[str, str]:
    return dict(clip.actors.values_list("seat", "character__name"))


def subject_of(clip: Clip) -> str:
    """What provenance calls this clip; a take bears the mark of its clip."""
    return f"clip:{clip.stands_for}"


def papers_of(clip: Clip) -> pipeline.Papers:
    """Who signs this clip, and its mark. EngineError when nobody can sign: then it is
    not made at all."""
    key = watermark_keys()[0]
    mark = issue_mark(
        subject=subject_of(clip),
        key_id=key.id,
        owner=clip.owner,
        details={"seed": clip.as_recipe().seed, "attempt": clip.fence},
    )
    return pipeline.Papers(
        identity=signing_identity(),
        # The key, not the title: a person's words do not travel inside the file.
        title=f"{clip.stands_for}.mp4",
        payload=mark.payload.to_bytes(6, "big"),
        key=key,
        parent=_parent_of(clip),
    )


def _parent_of(clip: Clip) -> Parent | None:
    """The film that this one remixes, with its record; of one that is gone, its name."""
    key = remixes.origin_of(clip.recipe)
    if not key:
        return None
    film = b""
    if clip.original is not None and clip.original.video:
        with suppress(FileNotFoundError):
            film = blobs.get(clip.original.video)
    relation = remixes.RELATIONS[remixes.RemixKind(clip.recipe["remix"])]
    return Parent(film, "video/mp4", f"{key}.mp4", relation)
