"""Heard before it is made: voices, lines on the live stage, and greetings."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import Http404, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET, require_POST

from avatarfx import services
from avatarfx.voices.catalogue import blend_from_seed, is_known
from socialapp.characters.models import Character
from socialapp.characters.selectors import character_for
from socialapp.engines.errors import EngineError
from socialapp.lib import blobs

if TYPE_CHECKING:
    from django.http import HttpRequest

PER_MINUTE = 20
"""Previews of one person; a curious ear clicks through twelve voices in less."""

GREETING_KEPT = 24 * 3600
"""Seconds. The sound itself is a blob and stays."""

DEFAULT_GREETING = "Hello. I have not been told what to say yet, but I am here."


class LineForm(forms.Form):
    text = forms.CharField(max_length=600)
    voice = forms.CharField(max_length=120, required=False)
    speed = forms.FloatField(min_value=0.5, max_value=2.0, required=False)
    pitch = forms.FloatField(min_value=-6.0, max_value=6.0, required=False)
    quick = forms.BooleanField(required=False)
    """The face is what is looked at: any voice will do, if it comes soon."""

    bed = forms.CharField(max_length=40, required=False)
    motion = forms.ChoiceField(
        choices=[(m, m) for m in ("still", "subtle", "lively")], required=False
    )

    def clean_voice(self) -> str:
        voice: str = self.cleaned_data["voice"]
        if voice and not is_known(voice):
            raise forms.ValidationError("We do not have this voice.")
        return voice

    def speaker(self) -> Character:
        """A character who was never stored and speaks like this."""
        said = self.cleaned_data
        pitch, speed = said["pitch"], said["speed"]
        return Character(
            voice=said["voice"] or "af_heart",
            voice_speed=1.0 if speed is None else speed,
            voice_pitch=0.0 if pitch is None else pitch,
            motion=said["motion"] or "subtle",
        )


def _refused(message: str, status: int) -> JsonResponse:
    return JsonResponse({"error": message}, status=status)


def _within_rate(who: str) -> bool:
    """Count one more preview of this minute."""
    key = f"previews:{who}:{int(time.time() // 60)}"
    cache.add(key, 0, 120)
    return bool(cache.incr(key) <= PER_MINUTE)


@login_required
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """A line, performed: JSON of the performance, and its sound as a WAV in base64."""
    form = LineForm(request.POST)
    if not form.is_valid():
        first = next(iter(form.errors.values()))
        return _refused(str(first[0]), 422)
    if not _within_rate(f"user-{request.user.pk}"):
        return _refused("That is a lot of listening. Wait a minute, then go on.", 429)
    try:
        performance, sound = services.preview_performance(
            text=form.cleaned_data["text"],
            character=form.speaker(),
            quick=form.cleaned_data["quick"],
            bed=form.cleaned_data["bed"],
        )
    except services.ScriptError as error:
        return _refused(str(error), 422)
    except EngineError:
        return _refused("No voice is awake just now. Try again in a minute.", 503)
    return JsonResponse(
        {
            "performance": performance.to_json(),
            "sound": base64.b64encode(sound).decode("ascii"),
        }
    )


@require_GET
def greeting(request: HttpRequest, key: str) -> HttpResponse:
    """A character's first words for anyone who may meet them: made once, then kept."""
    try:
        character = character_for(request.user, key)
    except Character.DoesNotExist:
        raise Http404 from None
    text = first_words(character.greeting or DEFAULT_GREETING)
    kept = f"greeting:{_fingerprint(character, text)}"
    answer: dict[str, Any] | None = cache.get(kept)
    if answer is None:
        who = request.user.pk or request.META.get("REMOTE_ADDR", "")
        if not _within_rate(f"greeting-{who}"):
            return _refused("They need a moment. Ask again in a minute.", 429)
        try:
            performance, sound = services.preview_performance(
                text=text, character=character
            )
        except services.ScriptError as error:
            return _refused(str(error), 422)
        except EngineError:
            return _refused("They have lost their voice. Try again in a minute.", 503)
        answer = {"performance": performance.to_json(), "ref": blobs.put(sound, "wav")}
        cache.set(kept, answer, GREETING_KEPT)
    return JsonResponse(
        {"performance": answer["performance"], "url": blobs.url(answer["ref"])}
    )


def first_words(text: str, most: int = 160) -> str:
    """The sentences that fit into `most` characters; the first is cut if it must be."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    head = text[:most]
    end = max(head.rfind(mark) for mark in (". ", "? ", "! "))
    if end > most // 4:
        return head[: end + 1]
    return head[: head.rfind(" ")].rstrip(",;:") + "."


def _fingerprint(character: Character, text: str) -> str:
    spec = character.voice_spec
    said = [text, spec.voice, spec.speed, spec.pitch, character.motion]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


@login_required
@require_GET
def voice_blend(request: HttpRequest) -> HttpResponse:
    """A voice that nobody has yet: the same seed is the same voice."""
    try:
        seed = int(request.GET.get("seed", ""))
    except ValueError:
        return _refused("A seed is a whole number.", 400)
    return JsonResponse({"voice": blend_from_seed(seed)})
