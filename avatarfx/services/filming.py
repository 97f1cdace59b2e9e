"""A film from the command line: no clip, no line, no ticket; marked, signed and screened
like every other one."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from django.conf import settings

from avatarfx import pipeline
from avatarfx.errors import HeldError
from avatarfx.fallbacks import CAPTIONS, STILL
from avatarfx.models import Clip
from avatarfx.recipe import Recipe, Role
from avatarfx.services import ingredients, judging, leases, rendering
from moderation.pictures import frames as screening
from moderation.screening.refusals import check_text
from socialapp.acting import script as scripts
from socialapp.characters.models import Portrait
from socialapp.characters.services import require_approved
from socialapp.engines.errors import EngineError
from socialapp.lib import blobs
from socialapp.lib.ids import new_key
from socialapp.performance.timeline import Stage
from socialapp.provenance.selectors import watermark_keys
from socialapp.provenance.services import (
    issue_mark,
    measure_mark,
    record_fingerprint,
    signing_identity,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from socialapp.accounts.models import User
    from socialapp.characters.models import Character
    from socialapp.performance import Performance

RUNGS = ("full", "simple", STILL, CAPTIONS)
"""From the best; each falls to those behind it."""


@dataclass(frozen=True, slots=True)
class Filmed:
    """Bytes of the files, and how they were made."""

    video: bytes
    captions: bytes
    seconds: float
    rung: str
    rung_reason: str
    mark: str
    """The number in its frames, 12 hexadecimal digits."""

    trace: list[dict[str, Any]] = field(default_factory=list)
    performance: dict[str, Any] = field(default_factory=dict)


def film(
    *,
    cast: Mapping[str, Character],
    portrait: Portrait | None = None,
    script: str = "",
    performance: Performance | None = None,
    shape: str = "",
    background: str = "",
    rung: str = "",
    seed: int = 0,
    progress: pipeline.Progress = lambda *_: None,
) -> Filmed:
    """Film what is said by `cast` (by seat), or what happens in `performance`.

    `portrait`: another face for the first seat. `rung`: the best that may be tried.
    Raises ScriptError, TextRefusedError and ScreeningUnavailableError for the words,
    PictureError for a face, HeldError for a film that may not be shown, EngineError and
    DiskFullError. What it stored on the way is removed again, but for what is heard.
    """
    owner = next(iter(cast.values())).owner
    faces = _faces(cast, portrait)
    words = script or _words_of(performance)
    if words:
        check_text(words, surface="script", person=owner)
    if performance is None:
        scripts.check(script, max_characters=settings.MAX_SCRIPT_CHARACTERS)
    stage = performance.stage if performance else Stage()
    recipe = Recipe(
        script=words,
        cast=tuple(
            Role(seat, one.key, faces[seat].key, one.voice_spec, one.motion)
            for seat, one in cast.items()
        ),
        shape=shape or stage.shape,
        background=background or stage.background,
        seed=seed,
    )
    key = new_key()
    papers = _papers(key, owner, seed)
    scratch = leases.scratch_root() / f"{leases.renewal_prefix()}{key}"
    scratch.mkdir(parents=True, exist_ok=True)
    trace = pipeline.Trace()
    kept: list[Performance] = []

    def screen(seen: Sequence[bytes]) -> pipeline.Screened:
        verdict = screening.screen_frames(
            seen, person=owner, subject=f"clip:{key}", portraits=_uploads(faces)
        )
        held = screening.words_for(verdict)
        return pipeline.Screened(held=held, refused=verdict.state == "refused")

    try:
        rendered = pipeline.render(
            recipe,
            actors={
                seat: ingredients.actor_of(face.as_rig(), face.ref)
                for seat, face in faces.items()
            },
            background=ingredients.background_of(
                recipe.background, *pipeline.SIZES[recipe.shape]
            ),
            performance=performance,
            engines=_engines(rung),
            scratch=scratch,
            trace=trace,
            progress=progress,
            papers=papers,
            keep=kept.append,
            hang=ingredients.background_of,
            names={seat: one.name for seat, one in cast.items()},
            screen=screen,
        )
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    video, captions = blobs.get(rendered.video), blobs.get(rendered.captions)
    _forget(rendered.video, rendered.poster, rendered.captions)
    screened = judging.compared(rendered.screened, rendered.prints)
    if screened.held:
        raise HeldError(screened.held)
    record_fingerprint(subject=f"clip:{key}", prints=rendered.prints)
    if rendered.hidden is not None:
        measure_mark(
            payload=rendered.hidden.payload,
            strength=rendered.hidden.strength,
            psnr=rendered.hidden.psnr,
            made_by={"rung": rendered.rung, "voice": rendered.voice_engine},
        )
    said = performance or next(iter(kept), None)
    return Filmed(
        video=video,
        captions=captions,
        seconds=rendered.seconds,
        rung=rendered.rung,
        rung_reason=rendered.rung_reason,
        mark=papers.payload.hex(),
        trace=trace.entries,
        performance=said.to_json() if said else {},
    )


def _faces(
    cast: Mapping[str, Character], portrait: Portrait | None
) -> dict[str, Portrait]:
    faces: dict[str, Portrait] = {}
    for seat, character in cast.items():
        face = character.portrait
        if not faces and portrait is not None:
            face = portrait
        if face is None:
            raise EngineError(
                f"{character.name} has no portrait. Give them one, or name another"
                " with --portrait.",
                permanent=True,
            )
        require_approved(face)
        faces[seat] = face
    return faces


def _words_of(performance: Performance | None) -> str:
    parts = performance.parts if performance else ()
    return " ".join(one.text for part in parts for one in part.captions)


def _papers(key: str, owner: User, seed: int) -> pipeline.Papers:
    hidden_with = watermark_keys()[0]
    mark = issue_mark(
        subject=f"clip:{key}",
        key_id=hidden_with.id,
        owner=owner,
        details={"seed": seed, "made": "manage.py render"},
    )
    return pipeline.Papers(
        identity=signing_identity(),
        title=f"{key}.mp4",
        payload=mark.payload.to_bytes(6, "big"),
        key=hidden_with,
    )


def _engines(rung: str) -> pipeline.Engines:
    """From this rung down. EngineError when no animator of this copy is on one."""
    found = rendering.engines()
    if not rung:
        return found
    allowed = RUNGS[RUNGS.index(rung) :]
    animators = [one for one in found.animators if one[1].rung in {*allowed, STILL}]
    if rung == CAPTIONS:
        silent = tuple(one for one in found.voices if one[0] == "silent")
        return replace(found, animators=tuple(animators), voices=silent)
    return replace(found, animators=tuple(animators))


def _uploads(faces: Mapping[str, Portrait]) -> list[bytes]:
    """Pictures that came from people; drawings of our own show nobody."""
    return [
        blobs.get(face.ref)
        for face in faces.values()
        if face.source == Portrait.Source.UPLOAD
    ]


def _forget(*refs: str) -> None:
    """Nothing here has a row: what no clip has as well is removed."""
    for ref in refs:
        if ref and not Clip.objects.with_file(ref).exists():
            blobs.remove(ref)
