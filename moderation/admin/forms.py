"""The forms of the case page."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.utils import timezone

from moderation import rules
from moderation.models import Appeal, Measure
from moderation.services.decisions import REASON_LENGTH
from moderation.wordings import WORDINGS

RULES = [("", "No rule"), *((one.id, f"{one.id} {one.title}") for one in rules.RULES)]
SPANS = [("", "Until decided otherwise"), ("1", "1 day"), ("7", "7 days")]
SPANS += [("30", "30 days")]
DECIDABLE = [
    (measure.value, measure.label) for measure in Measure if measure != Measure.RESTORE
]
OUTCOMES = [
    (Appeal.State.REJECTED.value, "The decision stands"),
    (Appeal.State.PARTLY.value, "Partly right: a milder measure"),
    (Appeal.State.UPHELD.value, "They are right: restore everything"),
]


class DecisionForm(forms.Form):
    template = forms.ChoiceField(
        label="Wording",
        choices=[("", "My own words"), *((one.id, one.title) for one in WORDINGS)],
        required=False,
    )
    measure = forms.ChoiceField(label="Measure", choices=DECIDABLE)
    rule = forms.ChoiceField(label="Rule", choices=RULES, required=False)
    reason = forms.CharField(
        label="Facts, for the author",
        required=False,
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    label = forms.CharField(label="Label says", required=False, max_length=80)
    days = forms.ChoiceField(label="How long", choices=SPANS, required=False)

    def decision(self) -> dict[str, object]:
        """As ``services.decide_case`` takes it."""
        data = dict(self.cleaned_data)
        days = data.pop("days")
        data["until"] = timezone.now() + timedelta(days=int(days)) if days else None
        return data


class AppealForm(forms.Form):
    outcome = forms.ChoiceField(label="Answer", choices=OUTCOMES)
    measure = forms.ChoiceField(
        label="Milder measure", choices=[("", "None"), *DECIDABLE[1:]], required=False
    )
    label = forms.CharField(label="Label says", required=False, max_length=80)
    reason = forms.CharField(
        label="Why, for the appellant",
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class WordsForm(forms.Form):
    text = forms.CharField(
        max_length=REASON_LENGTH, widget=forms.Textarea(attrs={"rows": 3})
    )
