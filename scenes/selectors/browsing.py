"""Scenes in lists: what goes on, what the house and others brought, what was looked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F, FloatField, Q, TextField, Value
from django.db.models.functions import Cast, Coalesce, NullIf

from scenes.machine.model import RATINGS
from scenes.models import EndingFound, Play, Scene, SceneQuerySet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from socialapp.accounts.models import User

    Viewer = User | AnonymousUser

PAGE = 24
LONGEST_SEARCH = 80

LENGTHS = {
    "short": ("Up to 5 minutes", 0.0, 5.0),
    "medium": ("5 to 15 minutes", 5.0, 15.0),
    "long": ("Over 15 minutes", 15.0, 1e9),
}
ORDERS = {"played": "Most played", "liked": "Most liked", "rated": "Best rated"}
"""Beside the newest, which is how they come."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What somebody looks for; fields that say nothing leave everything in."""

    words: str = ""
    genre: str = ""
    rating: str = ""
    length: str = ""
    language: str = ""
    order: str = ""
    by: str = ""
    """``house`` or ``others``."""

    @property
    def asked(self) -> bool:
        return self != Filters()

    @property
    def narrowed(self) -> bool:
        """By more than words."""
        return self != Filters(words=self.words)


def filters_from(query: Mapping[str, str]) -> Filters:
    """Out of an address; what nobody offers is left out."""

    def one_of(name: str, known: Mapping[str, object] | tuple[str, ...]) -> str:
        value = query.get(name, "")
        return value if value in known else ""

    return Filters(
        words=" ".join(query.get("q", "").split())[:LONGEST_SEARCH],
        genre=query.get("genre", "")[:60],
        rating=one_of("rating", RATINGS),
        length=one_of("length", LENGTHS),
        language=query.get("language", "")[:35],
        order=one_of("order", ORDERS),
        by=one_of("by", ("house", "others")),
    )


def scenes_for(viewer: Viewer) -> SceneQuerySet:
    """Public ones that this viewer may play, with all that a poster shows."""
    listed = Scene.objects.listed().fit_for(viewer).filter(demoted=False)
    return listed.full().select_related("stat").order_by("-published", "-pk")


def scenes_found(viewer: Viewer, wanted: Filters) -> SceneQuerySet:
    found = scenes_for(viewer)
    for word in wanted.words.split():
        found = found.annotate(tags_text=Cast("tags", TextField())).filter(
            Q(title__icontains=word)
            | Q(logline__icontains=word)
            | Q(genre__icontains=word)
            | Q(tags_text__icontains=word)
            | Q(owner__username__icontains=word)
        )
    if wanted.genre:
        found = found.filter(genre=wanted.genre)
    if wanted.rating:
        found = found.filter(rating=wanted.rating)
    if wanted.language:
        found = found.annotate(languages_text=Cast("languages", TextField())).filter(
            languages_text__icontains=f'"{wanted.language}"'
        )
    if wanted.length:
        _, least, most = LENGTHS[wanted.length]
        found = found.filter(version__minutes__gt=least, version__minutes__lte=most)
    if wanted.by:
        found = found.filter(starter="") if wanted.by == "others" else house(found)
    return _ordered(found, wanted.order)


def house(found: SceneQuerySet) -> SceneQuerySet:
    """Those that the house brought."""
    return found.exclude(starter="")


def _ordered(found: SceneQuerySet, order: str) -> SceneQuerySet:
    """The newest first where the order does not say."""
    if not order:
        return found
    by = {
        "played": Cast(F("stat__plays"), FloatField()),
        "liked": Cast(F("stat__likes"), FloatField()),
        "rated": Cast(F("stat__stars"), FloatField()) / NullIf("stat__ratings", 0),
    }[order]
    last = Coalesce(by, Value(0), output_field=FloatField()).desc()
    return found.order_by(last, "-published", "-pk")


def scenes_of(viewer: Viewer, owner: User) -> SceneQuerySet:
    """A person's scenes that this viewer finds on their profile, the newest first;
    one's own with drafts and private ones."""
    if viewer.is_authenticated and viewer.pk == owner.pk:
        mine = Scene.objects.visible_to(viewer).filter(owner=owner)
        return mine.full().select_related("stat").order_by("-created", "-pk")
    return scenes_for(viewer).filter(owner=owner)


def genres_for(viewer: Viewer) -> list[str]:
    """That there are scenes of, by name."""
    found = Scene.objects.listed().fit_for(viewer).exclude(genre="")
    return list(found.order_by("genre").values_list("genre", flat=True).distinct()[:40])


def languages_for(viewer: Viewer) -> list[str]:
    """Tags of the languages that there are scenes in."""
    found = Scene.objects.listed().fit_for(viewer).values_list("languages", flat=True)
    return sorted({tag for tags in found.distinct()[:200] for tag in tags})


def plays_that_go_on(viewer: Viewer, most: int = 6) -> list[Play]:
    """Begun and not ended, of scenes that may still be played; the latest first."""
    if not viewer.is_authenticated:
        return []
    shown = Scene.objects.visible_to(viewer)
    return list(
        my_plays(viewer)
        .filter(slot=0, ending="", choices__gt=0, scene__in=shown)
        .order_by("-changed")[:most]
    )


def my_plays(viewer: User) -> QuerySet[Play]:
    """With what a poster shows, without logs and documents."""
    found = Play.objects.filter(person=viewer, removed__isnull=True)
    return found.select_related("scene__owner", "version").defer(
        "snapshot", "scene__draft", "version__document"
    )


def endings_found(viewer: Viewer, scenes: list[Scene]) -> dict[int, int]:
    """How many endings of the version on stage this viewer has seen, by scene. One query."""
    if not viewer.is_authenticated:
        return {}
    found: dict[int, int] = {}
    rows = EndingFound.objects.filter(person=viewer, scene__in=scenes)
    for scene_id in rows.values_list("scene_id", flat=True):
        found[scene_id] = found.get(scene_id, 0) + 1
    return found
