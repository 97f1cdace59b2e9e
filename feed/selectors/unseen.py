"""What a post's rows have and no card of it shows: lists do not fetch it.

A card's query joins a dozen tables. With all their columns most of its time went into
values that nobody looks at, some of them a hundred kilobytes long. What is left out is
fetched when somebody asks for it after all, a query each: tests hold the number of
queries of every page.
"""

from __future__ import annotations

_PERSON = (
    "password",
    "last_login",
    "is_superuser",
    "first_name",
    "last_name",
    "is_staff",
    "date_joined",
    "skeleton",
    "email",
    "shows_follows",
)
_WORK = (
    "recipe",
    "performance",
    "state_changed",
    "lane",
    "turn",
    "needs",
    "aim",
    "lasts",
    "queued_at",
    "fence",
    "attempts",
    "leased_until",
    "worker",
    "cancel_asked",
    "stage",
    "percent",
    "detail",
    "error",
    "unchecked",
    "rung_reason",
    "voice_engine",
    "captioned_asked",
    "captioned_error",
    "publish",
    "caption",
    "idempotency_key",
    "request_hash",
    "created",
    "finished",
)
_CHARACTER = (
    "persona",
    "card",
    "greeting",
    "tags",
    "motion",
    "background",
    "in_cuts",
    "in_scenes",
    "approval",
    "created",
    "changed",
)
_PORTRAIT = ("rig", "recipe", "hand", "source", "rig_state", "created")


def _of(way: str) -> tuple[str, ...]:
    """Of the character at the end of `way`."""
    return (
        *(f"{way}__{name}" for name in _CHARACTER),
        *(f"{way}__portrait__{name}" for name in _PORTRAIT),
        *(f"{way}__owner__{name}" for name in (*_PERSON, "time_zone")),
    )


UNSEEN = (
    *(f"author__{name}" for name in _PERSON),
    *(f"clip__{name}" for name in _WORK),
    *_of("clip__character"),
    *_of("snippet__lead"),
)
