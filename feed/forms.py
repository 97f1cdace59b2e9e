"""What an author says about a post."""

from __future__ import annotations

from typing import Any

from django import forms

from feed.models import Post
from feed.services import MAX_CAPTION


class PublishForm(forms.Form):
    caption = forms.CharField(
        required=False,
        max_length=MAX_CAPTION,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": MAX_CAPTION}),
        error_messages={
            "max_length": "The caption has %(show_value)d characters; %(limit_value)d fit."
        },
    )
    visibility = forms.ChoiceField(
        choices=Post.Visibility.choices, initial=Post.Visibility.PUBLIC
    )

    def complaints(self) -> list[str]:
        """Every message, in the order of the fields."""
        return [str(message) for errors in self.errors.values() for message in errors]


class SnippetForm(forms.Form):
    """Which lines of a chat, from the one that was chosen on."""

    lines = forms.IntegerField(min_value=1, max_value=6)
    me = forms.ChoiceField(choices=[("1", "With mine"), ("0", "Without mine")])

    def chosen(self) -> dict[str, Any]:
        """Arguments for `feed.snippets`; two lines with one's own when nothing, or
        nonsense, was chosen."""
        self.is_valid()
        found = getattr(self, "cleaned_data", {})
        return {"lines": found.get("lines", 2), "with_me": found.get("me", "1") == "1"}
