"""What is chosen about mails and quiet hours."""

from __future__ import annotations

from django import forms

from socialapp.notices.models import NoticeSettings


def _hour() -> forms.IntegerField:
    return forms.IntegerField(
        min_value=0,
        max_value=23,
        error_messages={"invalid": "Choose an hour from the list."},
    )


class ChoicesForm(forms.Form):
    digest = forms.ChoiceField(choices=NoticeSettings.Every.choices)
    digest_hour = _hour()
    mails = forms.BooleanField(required=False)
    quiet = forms.BooleanField(required=False)
    quiet_from = _hour()
    quiet_until = _hour()
