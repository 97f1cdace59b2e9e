"""Sound that leaves without its picture: behind a spoken notice, signed, made once."""

from __future__ import annotations

import hashlib
from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.db import transaction

from avatarfx.errors import NotNowError
from avatarfx.models import Clip
from avatarfx.services.previews import preview_voice, speakers, wav
from socialapp.engines.errors import EngineError
from socialapp.engines.protocols import VoiceSpec
from socialapp.lib import blobs
from socialapp.provenance.credentials import Manifest, Parent, SourceType, sign
from socialapp.provenance.services import signing_identity

if TYPE_CHECKING:
    from socialapp.engines.protocols import Voice

NOTICE = "This voice is synthetic. Made with Troupe."

NOTICE_RECORDED = "This is the recording of a person. Made with Troupe."
"""Of a clip that speaks with one."""

NO_VOICE = (
    "No voice can speak the notice that sound without a picture begins with. Try again"
    " in a minute."
)


def make_audio(*, clip: Clip) -> str:
    """The ref of a clip's sound as M4A; it is made on the first call and costs nothing.

    NotNowError when there is no sound to be had of this clip, EngineError when the
    notice cannot be spoken or the file cannot be signed: then there is none.
    """
    if clip.audio:
        return clip.audio
    _check(clip)
    try:
        film = blobs.get(clip.video)
    except (FileNotFoundError, ValueError):  # gone, or there never was one
        raise NotNowError("The film of this clip is gone, and its sound too.") from None
    data = _signed(clip, film, _alone(clip, film))
    with transaction.atomic():
        fresh = Clip.objects.select_for_update().get(pk=clip.pk)
        # Whoever withholds a clip lists its files: none may come after that.
        _check(fresh)
        if fresh.video != clip.video:
            raise NotNowError("This clip was just filmed anew. Try again.")
        if not fresh.audio:
            fresh.audio = blobs.put(data, "m4a")
            fresh.save(update_fields=["audio"])
    clip.audio = fresh.audio
    return clip.audio


def voice_sample(*, text: str, spec: VoiceSpec) -> bytes:
    """A sentence in a voice, as a WAV that begins with the notice. ScriptError for the
    text, EngineError without a voice."""
    speech, engine = preview_voice(text=text, spec=spec)
    lead = notice(engine=engine)
    audio = _audio()
    sample: bytes = audio.wav(*audio.led_in(lead, wav(speech)))
    return sample


def notice(*, engine: str = "", words: str = NOTICE) -> bytes:
    """A WAV of `words` in a plain voice, by `engine` if it can; each speaks them once.

    EngineError when no engine can.
    """
    for name, voice in sorted(
        speakers(), key=lambda one: not engine.startswith(one[0])
    ):
        if said := _kept(name, words) or _speak(name, voice, words):
            return said
    raise EngineError(NO_VOICE)


def _kept(name: str, words: str) -> bytes:
    try:
        return blobs.get(cache.get(_place(name, words)) or "")
    except (ValueError, FileNotFoundError):
        return b""


def _speak(name: str, voice: Voice, words: str) -> bytes:
    if voice.available() is not None:
        return b""
    try:
        speech = voice.speak(words, spec=VoiceSpec())
    except EngineError:
        return b""
    if not any(speech.samples):
        return b""
    said = wav(speech)
    cache.set(_place(name, words), blobs.put(said, "wav"), None)
    return said


def _place(name: str, words: str) -> str:
    return f"notice:{name}:{hashlib.sha256(words.encode()).hexdigest()[:12]}"


def _check(clip: Clip) -> None:
    if clip.state != Clip.State.READY or clip.removed is not None or clip.withheld:
        raise NotNowError("There is no sound of a clip that is not on show.")
    if clip.rung == Clip.Rung.CAPTIONS:
        raise NotNowError("Nobody speaks in this clip, so there is no sound of it.")


def _audio() -> Any:
    # By name: it loads FFmpeg, which pages do without until somebody wants sound.
    return import_module("avatarfx.audio")


def _alone(clip: Clip, film: bytes) -> bytes:
    audio = _audio()
    words = NOTICE_RECORDED if _recorded(clip) else NOTICE
    lead = notice(engine=clip.voice_engine, words=words)
    alone: bytes = audio.m4a(*audio.led_in(lead, film), comment=words)
    return alone


def _recorded(clip: Clip) -> bool:
    """Whether a person spoke it."""
    return bool(clip.recipe.get("recording"))


def _signed(clip: Clip, film: bytes, data: bytes) -> bytes:
    """With a record that names the film it comes from, and that film's own record."""
    identity = signing_identity()
    if identity is None:
        return data
    manifest = Manifest(
        title=f"{clip.key}.m4a",
        source=SourceType.PHOTO if _recorded(clip) else SourceType.AI,
        voice=_recorded(clip),
        parent=Parent(film, "video/mp4", f"{clip.key}.mp4"),
    )
    return sign(data, "audio/mp4", manifest, identity)
