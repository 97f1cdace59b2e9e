"""What people do with their own voice: send it, use it, take it back."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from avatarfx.models import Clip, Recording
from avatarfx.recorded import consent
from avatarfx.recorded.errors import DOUBTFUL, RecordingError
from avatarfx.services import recorded
from avatarfx.services.holding import hold_clip
from avatarfx.services.requests import check_script, need_room
from moderation.screening.refusals import check_text
from socialapp.accounts.models import User
from socialapp.engines.errors import EngineError
from socialapp.engines.handler import aligners
from socialapp.lib import blobs, withheld
from socialapp.lib.ids import new_key

if TYPE_CHECKING:
    from avatarfx.recorded.listening import Heard

LISTEN = "avatarfx.recorded.listening.listen"
FLAC = "avatarfx.recorded.kept.flac"
"""By name: they load FFmpeg, which pages do without until somebody sends a sound."""

NO_CONSENT = (
    "Say first whose voice this is: tick that it is your own, or that you have the"
    " speaker's recorded consent."
)
TAKEN_BACK = "The recording that this clip speaks with was taken back."

SWEPT_AT_ONCE = 100


def add_recording(*, owner: User, data: bytes, script: str, agreed: bool) -> Recording:
    """Hear the script in an encoded sound, and keep it for its owner alone.

    The same file with the same script is the same recording, so that a double submit
    makes one. `agreed`: to ``consent.DECLARATION``, which is put on record. Raises
    RecordingError and SoundError for the sound, ScriptError, TextRefusedError and
    ScreeningUnavailableError for the script, EngineError when nobody can listen now, and
    DiskFullError.
    """
    if not agreed:
        raise RecordingError("consent", NO_CONSENT)
    script = script.strip()
    check_script(script)
    sent = hashlib.sha256(data + b"\0" + script.encode()).hexdigest()
    if earlier := Recording.objects.of(owner).filter(sent=sent).first():
        return earlier
    check_room(owner)
    need_room()
    check_text(script, surface="script", field="script", person=owner)
    aligner = aligners["default"]
    if reason := aligner.available():
        raise EngineError(f"Recordings cannot be listened to on this copy. {reason}")
    heard: Heard = import_string(LISTEN)(
        data,
        script,
        aligner=aligner,
        max_bytes=settings.MAX_RECORDING_BYTES,
        max_seconds=settings.MAX_CLIP_SECONDS,
    )
    key = new_key()
    speech = heard.speech
    file: bytes = import_string(FLAC)(speech.samples, speech.rate, key=key)
    with transaction.atomic():
        # Recordings of one person are counted one by one.
        User.objects.select_for_update().get(pk=owner.pk)
        if earlier := Recording.objects.of(owner).filter(sent=sent).first():
            return earlier
        check_room(owner)
        ref = blobs.ref_of(file, "flac")
        # Before it is there: nobody else hears it, not even for a moment.
        withheld.withhold(
            [blobs.name_of(ref)],
            cause=recorded.cause_of(key),
            owner=owner.pk,
            removed=False,
        )
        blobs.put(file, "flac")
        return Recording.objects.create(
            key=key,
            owner=owner,
            script=script,
            ref=ref,
            sent=sent,
            size=len(file),
            seconds=round(speech.seconds, 3),
            phones=[[p.at, p.until, p.name, p.word] for p in speech.phones],
            words=[
                [c.at, c.until, c.text, fit]
                for c, fit in zip(speech.captions, heard.fits, strict=True)
            ],
            engine=speech.engine.rpartition(", ")[2][:60],
            wording=consent.CURRENT,
        )


def check_room(owner: User) -> None:
    """RecordingError when no more fit."""
    most = settings.RECORDINGS_PER_PERSON
    if Recording.objects.of(owner).count() >= most:
        raise RecordingError(
            "full",
            f"You have {most} recordings, and no more fit. Take back one that you do"
            " not need, or remove a clip that speaks with one.",
        )


@transaction.atomic
def take_back(*, recording: Recording) -> int:
    """The consent ends: the sound and its words are erased, and clips that speak with it
    go out of sight; how many did. Of one that was never used nothing stays."""
    fresh = Recording.objects.select_for_update().get(pk=recording.pk)
    used = Clip.objects.filter(owner=fresh.owner, recipe__recording=fresh.key)
    if not used.exists():
        recorded.forget(fresh)
        return 0
    held = sum(
        hold_clip(clip=clip, reason=TAKEN_BACK) for clip in recorded.made_with(fresh)
    )
    recorded.drop_sound(fresh.key, fresh.ref)
    fresh.ref, fresh.script, fresh.phones, fresh.words = "", "", [], []
    fresh.size, fresh.seconds, fresh.revoked = 0, 0.0, timezone.now()
    fresh.save()
    return held


def sweep(*, lost: str = "") -> dict[str, int]:  # noqa: ARG001 - see reconcile
    """Erase what nobody made a clip with in time."""
    if not settings.RECORDING_DAYS:
        return {"recordings": 0}
    old = timezone.now() - timedelta(days=settings.RECORDING_DAYS)
    waiting = Recording.objects.filter(created__lt=old, revoked__isnull=True)
    unused = [
        one
        for one in waiting.select_related("owner").order_by("created")[:SWEPT_AT_ONCE]
        if not recorded.in_use(one)
    ]
    for one in unused:
        recorded.forget(one)
    return {"recordings": len(unused)}


def told(recording: Recording) -> dict[str, Any]:
    """What a page and the API say of it: words with their times, doubtful ones marked."""
    return {
        "key": recording.key,
        "seconds": recording.seconds,
        "words": [
            {"text": text, "at": at, "until": until, "doubtful": fit < DOUBTFUL}
            for at, until, text, fit in recording.words
        ],
    }
