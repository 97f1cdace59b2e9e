"""What a host says about a stream; services judge the words and the cast."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone

from socialapp.content import backgrounds
from streams import programme
from streams.models import Stream
from streams.services.checks import MAX_TITLE, MAX_TOPIC, MAX_TOPICS, SEATS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialapp.characters.models import Character

SHAPES = (("16:9", "Wide"), ("1:1", "Square"), ("9:16", "Tall"))
SLOW = (
    (0, "Off"),
    (5, "5 seconds"),
    (15, "15 seconds"),
    (30, "30 seconds"),
    (60, "A minute"),
    (300, "5 minutes"),
)
"""What the page offers; programs may ask for any number."""

ONE_OF = {
    "required": "Choose one of the list.",
    "invalid_choice": "Choose one of the list.",
}

MOMENT = "%Y-%m-%dT%H:%M"
"""What a browser's field for a moment reads and sends: no zone, so the person's own."""


def lines_of(text: str) -> list[str]:
    """The lines that have words."""
    return [line.strip() for line in text.splitlines() if line.strip()]


class ShowForm(forms.Form):
    """What may change before a stream begins."""

    title = forms.CharField(
        max_length=MAX_TITLE,
        label="Title",
        help_text="A question works well: Is it rude to shine?",
        error_messages={
            "required": "It needs a title. A question works well.",
            "max_length": "The title has %(show_value)d characters; %(limit_value)d fit.",
        },
    )
    topics = forms.CharField(
        required=False,
        strip=False,
        max_length=4 * MAX_TOPIC * MAX_TOPICS,
        label="Topics to offer",
        help_text=f"One a line, {MAX_TOPICS} at most. The audience votes what comes next.",
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "max_length": "That is far too much. Offer a few short topics."
        },
    )
    background = forms.ChoiceField(
        required=False, label="Background", error_messages=ONE_OF
    )
    shape = forms.ChoiceField(choices=SHAPES, label="Shape", error_messages=ONE_OF)
    visibility = forms.ChoiceField(
        choices=Stream.Visibility.choices, label="Who may watch", error_messages=ONE_OF
    )
    chat_open = forms.BooleanField(required=False, label="The audience may chat")
    slow_seconds = forms.TypedChoiceField(
        coerce=int,
        label="Slow mode",
        help_text="How long each person waits between two messages.",
        error_messages=ONE_OF,
    )
    when = forms.ChoiceField(
        choices=[("now", "Now"), ("later", "Later")],
        error_messages={**ONE_OF, "required": "Choose when it begins."},
    )
    scheduled_for = forms.DateTimeField(
        required=False,
        label="Day and time",
        help_text="In your own time. Leave it empty to start whenever you like.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT),
        error_messages={"invalid": "This is no day and time. Choose them again."},
    )

    def __init__(self, *args: Any, slow: int = 5, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        titles = list(backgrounds.TITLES.items())
        self._field("background").choices = [("", "Their own"), *titles]
        offered = dict(SLOW)
        if slow not in offered:
            offered[slow] = f"{slow} seconds"
        self._field("slow_seconds").choices = sorted(offered.items())
        moment = self.fields["scheduled_for"].widget.attrs
        moment["min"] = timezone.localtime().strftime(MOMENT)

    def _field(self, name: str) -> forms.ChoiceField:
        found = self.fields[name]
        assert isinstance(found, forms.ChoiceField)  # noqa: S101  narrows for mypy
        return found

    def clean_topics(self) -> list[str]:
        return lines_of(self.cleaned_data["topics"])

    def fields_of_stream(self) -> dict[str, Any]:
        """Arguments for the services, but title, topics and cast."""
        data = self.cleaned_data
        later = data["when"] == "later"
        return {
            "background": data["background"],
            "shape": data["shape"],
            "visibility": data["visibility"],
            "chat_open": data["chat_open"],
            "slow_seconds": data["slow_seconds"],
            "scheduled_for": data["scheduled_for"] if later else None,
        }

    def refuse(self, field: str, words: str) -> None:
        """What a service said, beside its field; about the whole when it has none."""
        self.add_error(field if field in self.fields else None, words)

    @classmethod
    def of(cls, stream: Stream) -> ShowForm:
        """Filled with what is stored."""
        offered = stream.topics.filter(chosen__isnull=True)
        stored = {
            name: getattr(stream, name)
            for name in cls.base_fields
            if hasattr(stream, name)
        }
        return cls(
            slow=stream.slow_seconds,
            initial={
                **stored,
                "topics": "\n".join(topic.text for topic in offered),
                "when": "later",
            },
        )


class PlanForm(ShowForm):
    """A new stream: its cast as well, or one of the written duets."""

    cast = forms.MultipleChoiceField(
        required=False,
        label="Who is on stage",
        error_messages={"invalid_choice": "One of them is not yours to put on stage."},
    )
    duet = forms.ChoiceField(
        required=False, label="What they perform", error_messages=ONE_OF
    )

    def __init__(self, *args: Any, usable: Sequence[Character], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._usable = {character.key: character for character in usable}
        self._house = {
            character.card.get("id"): character
            for character in usable
            if character.starter
        }
        self._duets = {
            duet.name: duet
            for duet in programme.duets()
            if all(name in self._house for name in duet.cast)
        }
        # A duet has a title of its own.
        self.fields["title"].required = not self.data.get("duet")
        self._field("cast").choices = [(c.key, c.name) for c in usable]
        self._field("duet").choices = [
            ("", "They talk about your topics"),
            *((duet.name, duet.title) for duet in self._duets.values()),
        ]

    def duet_rows(self) -> list[tuple[programme.Duet, list[Character]]]:
        """The duets whose both parts are in the house, with who plays them."""
        return [
            (duet, [self._house[name] for name in duet.cast])
            for duet in self._duets.values()
        ]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        count = len(data.get("cast", []))
        if not data.get("duet") and "cast" not in self.errors:
            if not count:
                self.add_error("cast", "Choose who is on stage: one to three.")
            elif count > len(SEATS):
                self.add_error(
                    "cast",
                    f"You chose {count}; {len(SEATS)} fit on stage. Leave some out.",
                )
        return data

    def plan(self) -> dict[str, Any]:
        """Arguments for `create_stream`. A duet brings its cast, and its title when
        none was written."""
        data = self.cleaned_data
        plan = {
            "title": data["title"],
            "topics": data["topics"],
            **self.fields_of_stream(),
        }
        duet = self._duets.get(data["duet"])
        if duet is None:
            return {**plan, "cast": [self._usable[key] for key in data["cast"]]}
        return {
            **plan,
            "title": data["title"] or duet.title,
            "cast": [self._house[name] for name in duet.cast],
            "duet": duet.name,
        }
