"""The rules of a feed as a form, and a word to mute."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms

from feed.languages import NAMES
from feed.models import CustomFeed
from feed.rules import KINDS, LONGEST, Rules, RulesError
from feed.services.custom import LONGEST_MUTE, MAX_NAME, MAX_NOTE
from feed.words import MAX_LENGTH

if TYPE_CHECKING:
    from collections.abc import Sequence

_LISTS = ("tags", "without_tags", "creators", "words", "without_words")
"""Written with commas between them."""

_CHOICES = ("characters", "languages", "kinds")
_NUMBERS = ("shortest", "longest")


def _names(hint: str) -> forms.CharField:
    return forms.CharField(
        required=False, max_length=1300, help_text=hint, widget=forms.TextInput
    )


class FeedForm(forms.Form):
    name = forms.CharField(max_length=MAX_NAME)
    note = forms.CharField(
        required=False, max_length=MAX_NOTE, help_text="What others find in it."
    )
    tags = _names("#storm, #lighthouse. One of them is enough.")
    characters = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple
    )
    creators = _names("@nightbus, @odile.k")
    words = _names("Whole words or phrases, in what is said and in the caption.")
    without_tags = _names("None of these.")
    without_words = _names("None of these.")
    languages = forms.MultipleChoiceField(
        required=False,
        choices=[(code, NAMES[code]) for code in sorted(NAMES, key=NAMES.__getitem__)],
        widget=forms.SelectMultiple(attrs={"size": 4}),
    )
    kinds = forms.MultipleChoiceField(
        required=False,
        choices=list(zip(KINDS, ("Clips", "Lines of chats"), strict=True)),
        widget=forms.CheckboxSelectMultiple,
    )
    shortest = forms.FloatField(required=False, min_value=0, max_value=LONGEST)
    longest = forms.FloatField(required=False, min_value=0, max_value=LONGEST)
    captioned = forms.BooleanField(required=False)
    order = forms.ChoiceField(
        choices=[("newest", "Newest first"), ("trending", "Liked of late first")],
        widget=forms.RadioSelect,
        initial="newest",
    )
    visibility = forms.ChoiceField(
        choices=CustomFeed.Visibility.choices,
        widget=forms.RadioSelect,
        initial=CustomFeed.Visibility.PRIVATE,
    )

    def __init__(
        self, *args: Any, cast: Sequence[tuple[str, str]], minor: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["characters"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = list(cast)
        seen = self.fields["visibility"]
        if minor and isinstance(seen, forms.ChoiceField):
            seen.choices = [
                one
                for one in CustomFeed.Visibility.choices
                if one[0] == CustomFeed.Visibility.PRIVATE
            ]

    @staticmethod
    def initial_of(feed: CustomFeed) -> dict[str, Any]:
        """What was saved, as it is written."""
        rules = feed.rules
        marks = {"tags": "#", "without_tags": "#", "creators": "@"}
        lists = {
            name: ", ".join(
                f"{marks.get(name, '')}{one}" for one in rules.get(name, ())
            )
            for name in _LISTS
        }
        rest = {name: rules.get(name) for name in (*_CHOICES, *_NUMBERS)}
        return {
            "name": feed.name,
            "note": feed.note,
            "visibility": feed.visibility,
            "captioned": rules.get("captioned", False),
            "order": rules.get("order", "newest"),
            **lists,
            **rest,
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors:
            try:
                Rules.from_json(self._rules(data))
            except RulesError as error:
                field = error.field if error.field in self.fields else None
                self.add_error(field, str(error))
        return data

    def said(self) -> dict[str, Any]:
        """Arguments of ``services.build_feed``."""
        data = self.cleaned_data
        told = {name: data[name] for name in ("name", "note", "visibility")}
        return {**told, "rules": self._rules(data)}

    def _rules(self, data: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {
            name: [one for one in re.split(r"[,\n]", data.get(name, "")) if one.strip()]
            for name in _LISTS
        }
        # Tags are one word each, so a space parts them too.
        for name in ("tags", "without_tags", "creators"):
            found[name] = " ".join(found[name]).split()
        found |= {name: list(data.get(name, ())) for name in _CHOICES}
        found |= {name: data.get(name) or None for name in _NUMBERS}
        found["captioned"] = bool(data.get("captioned"))
        found["order"] = data.get("order", "newest")
        return found


class MuteForm(forms.Form):
    words = forms.CharField(max_length=MAX_LENGTH)
    days = forms.TypedChoiceField(
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "For good"), (1, "A day"), (7, "A week"), (30, "A month")],
    )

    def said(self) -> dict[str, Any]:
        days = self.cleaned_data["days"]
        assert days is None or days <= LONGEST_MUTE  # noqa: S101  a choice of ours
        return {"words": self.cleaned_data["words"], "days": days}
