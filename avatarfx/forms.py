"""What the studio asks for."""

from __future__ import annotations

from typing import Any

from django import forms

from socialapp.engines.protocols import VoiceSpec
from socialapp.performance.timeline import SHAPES

MOTIONS = ("still", "subtle", "lively")
"""Left to right on the motion dial."""

SPEEDS = (0.5, 2.0)
PITCHES = (-6.0, 6.0)
"""Limits of ``VoiceSpec``."""


class ClipForm(forms.Form):
    """Only the shape of the request; the service judges script, voice and background."""

    script = forms.CharField(
        required=False,
        strip=True,
        max_length=20_000,
        widget=forms.Textarea,
        error_messages={"max_length": "The script is far too long. Paste less of it."},
    )
    title = forms.CharField(required=False, max_length=80)
    shape = forms.ChoiceField(choices=[(shape, shape) for shape in SHAPES])
    background = forms.CharField(required=False, max_length=80)
    motion = forms.TypedChoiceField(
        required=False, choices=[(word, word) for word in MOTIONS], empty_value=""
    )
    camera = forms.CharField(required=False, max_length=20)
    bed = forms.CharField(required=False, max_length=40)
    voice = forms.CharField(required=False, max_length=120)
    recording = forms.CharField(required=False, max_length=16)
    """Key of what was read aloud; empty: a voice speaks."""

    publish = forms.BooleanField(required=False)
    caption = forms.CharField(required=False, max_length=500)
    key = forms.CharField(required=False, max_length=80)
    """Made once by the page: pressing the button twice makes one clip."""

    def complaints(self) -> list[str]:
        """Every message, in the order of the fields."""
        return [str(message) for errors in self.errors.values() for message in errors]

    def request(self, own: VoiceSpec) -> dict[str, Any]:
        """Arguments of ``request_clip``; `own` is how the character sounds."""
        data = self.cleaned_data
        voice = data["voice"]
        return {
            "script": data["script"],
            "title": data["title"],
            "shape": data["shape"],
            "background": data["background"],
            "motion": data["motion"],
            "camera": data["camera"],
            "bed": data["bed"],
            "voice": VoiceSpec(voice, own.speed, own.pitch) if voice else None,
            "publish": data["publish"],
            "caption": data["caption"],
            "idempotency_key": data["key"],
        }
