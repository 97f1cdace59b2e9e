"""Reports, appeals and takedown requests as people write them; services judge them."""

from __future__ import annotations

from django import forms

from moderation.rules import CATEGORIES

MOST_TEXT = 2000


class ReportForm(forms.Form):
    category = forms.ChoiceField(
        label="What is wrong with it?",
        choices=CATEGORIES,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose what is wrong with it.",
            "invalid_choice": "Choose one of the list.",
        },
    )
    note = forms.CharField(
        label="What should we know?",
        required=False,
        max_length=MOST_TEXT,
        help_text="Where to look, or who it is about. Only the people who decide read it.",
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": MOST_TEXT}),
    )
    email = forms.EmailField(
        label="Your e-mail",
        required=False,
        max_length=254,
        help_text="To tell you what came of it. Nobody else sees it.",
        error_messages={
            "invalid": "This is no e-mail address. Check it, or leave it empty."
        },
    )


class MessageForm(forms.Form):
    """A side's words in an appeal."""

    text = forms.CharField(
        label="Your words",
        max_length=MOST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": MOST_TEXT}),
        error_messages={"required": "Write something first."},
    )


class TakedownForm(forms.Form):
    """The four elements of a valid request, as the TAKE IT DOWN Act names them."""

    where = forms.CharField(
        label="Where is it?",
        max_length=MOST_TEXT,
        help_text="The address of the page or the file, one a line.",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Paste the address of the page or the file."},
    )
    about = forms.CharField(
        label="Who is shown?",
        required=False,
        max_length=MOST_TEXT,
        help_text="You, or the person you speak for, and how we can tell.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    good_faith = forms.BooleanField(
        label=(
            "I believe in good faith that this is an intimate picture of me, or of the"
            " person I speak for, and that it was published without consent."
        ),
        error_messages={"required": "We need your word on this before we may act."},
    )
    name = forms.CharField(
        label="Signature",
        max_length=120,
        help_text="Type your full name. It counts as your signature.",
        error_messages={"required": "Sign with your name."},
    )
    email = forms.EmailField(
        label="Your e-mail",
        max_length=254,
        help_text="For the receipt and the outcome. The person who posted it never sees it.",
        error_messages={
            "required": "We need a way to reach you.",
            "invalid": "This is no e-mail address. Check it.",
        },
    )
