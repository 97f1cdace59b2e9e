"""What an author says about a post."""

from __future__ import annotations

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
