"""What a person writes about a character."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms

from socialapp.accounts.consent import Level
from socialapp.characters.models import Character

if TYPE_CHECKING:
    from collections.abc import Mapping


class CharacterForm(forms.Form):
    """Everything about a character but the portrait, for `create_character`.

    What the words may be is the service's to say; here is only what HTML needs.
    """

    name = forms.CharField(
        max_length=50,
        label="Name",
        error_messages={"required": "They need a name. One word is enough."},
    )
    tagline = forms.CharField(
        max_length=80,
        required=False,
        label="Tagline",
        help_text="One line under the name.",
    )
    greeting = forms.CharField(
        max_length=500,
        required=False,
        label="First words",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Spoken when someone meets them.",
    )
    persona = forms.CharField(
        max_length=4000,
        required=False,
        label="Persona",
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Who they are, how they talk, what they want.",
    )
    tags = forms.CharField(
        max_length=400,
        required=False,
        label="Tags",
        help_text="Up to ten words, with commas between them.",
    )
    voice = forms.CharField(max_length=120)
    voice_speed = forms.FloatField(min_value=0.5, max_value=2.0)
    voice_pitch = forms.FloatField(min_value=-6.0, max_value=6.0)
    motion = forms.ChoiceField(choices=[(m, m) for m in ("still", "subtle", "lively")])
    visibility = forms.ChoiceField(choices=Character.Visibility.choices)
    in_cuts = forms.BooleanField(required=False)
    in_scenes = forms.BooleanField(required=False)
    remixing = forms.ChoiceField(
        choices=[("", "As your account"), *Level.choices], required=False
    )

    def clean_tags(self) -> list[str]:
        return re.split(r"[,\n]", self.cleaned_data["tags"])

    @classmethod
    def of(cls, character: Character, wanted: Mapping[str, Any]) -> CharacterForm:
        """The form filled with what is stored and, of the words, what is `wanted`."""
        stored = {name: getattr(character, name) for name in cls.base_fields} | dict(
            wanted
        )
        return cls(initial={**stored, "tags": ", ".join(stored["tags"])})
