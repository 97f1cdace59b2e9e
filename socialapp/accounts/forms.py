"""The forms of joining and signing in; allauth asks for them by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.conf import settings
from django.utils import timezone

from socialapp.accounts import services
from socialapp.accounts.young import birthdays
from socialapp.lib.text import TextError, clean_name

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence


class BirthDateWidget(forms.MultiWidget):
    """Three boxes, in the order that most of the world writes them."""

    def __init__(self) -> None:
        super().__init__(
            {
                part: forms.TextInput(
                    {
                        "class": "input",
                        "inputmode": "numeric",
                        "autocomplete": f"bday-{part}",
                        "maxlength": 4 if part == "year" else 2,
                        "aria-label": part.capitalize(),
                    }
                )
                for part in ("day", "month", "year")
            }
        )

    def decompress(self, value: dt.date | None) -> list[int | None]:
        return [value.day, value.month, value.year] if value else [None, None, None]


class BirthDateField(forms.MultiValueField):
    """Posted as ``<name>_day``, ``<name>_month`` and ``<name>_year``."""

    widget = BirthDateWidget

    def __init__(self, **kwargs: Any) -> None:
        number = {"invalid": "Use numbers, like 31 12 1990."}
        super().__init__(
            [forms.IntegerField(error_messages=number) for _ in range(3)],
            error_messages={"required": "Fill in day, month and year."},
            **kwargs,
        )

    def compress(self, data_list: Sequence[int] | None) -> dt.date | None:
        if not data_list:
            return None
        day, month, year = data_list
        try:
            return birthdays.read(
                day,
                month,
                year,
                today=timezone.now().date(),
                minimum_age=settings.MINIMUM_AGE,
            )
        except birthdays.BirthDateError as error:
            raise forms.ValidationError(str(error)) from None


class SignupForm(AllauthSignupForm):  # type: ignore[misc]
    display_name = forms.CharField(
        label="Name", required=False, max_length=100, strip=True
    )
    birth_date = BirthDateField(label="Birth date")
    time_zone = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    """The browser's IANA zone, filled in by the page."""

    field_order = (
        "email", "username", "display_name", "password1", "birth_date", "time_zone",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "E-mail"
        self.fields["username"].label = "Handle"
        self.fields["username"].widget.attrs |= {
            "autocapitalize": "none",
            "spellcheck": "false",
            "placeholder": "",
        }
        self.fields["email"].widget.attrs["placeholder"] = ""
        for name, field in self.fields.items():
            if name not in {"birth_date", "time_zone"}:
                field.widget.attrs.setdefault("class", "input")

    def clean_display_name(self) -> str:
        try:
            return clean_name(
                self.cleaned_data["display_name"], max_length=50, empty=True
            )
        except TextError as error:
            raise forms.ValidationError(str(error)) from None

    def clean_time_zone(self) -> str:
        return services.check_time_zone(self.cleaned_data["time_zone"])


class LoginForm(AllauthLoginForm):  # type: ignore[misc]
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "E-mail or handle"
        for name in ("login", "password"):
            self.fields[name].widget.attrs |= {"class": "input", "placeholder": ""}

    def clean_login(self) -> str:
        login: str = super().clean_login()
        return login.removeprefix("@")


class ProfileForm(forms.Form):
    """What a person may change; the service judges it."""

    username = forms.CharField(label="Handle", max_length=31)
    display_name = forms.CharField(label="Name", required=False, max_length=100)
    bio = forms.CharField(
        label="About you", required=False, max_length=600, widget=forms.Textarea
    )
    time_zone = forms.CharField(label="Time zone", max_length=64)
