"""Pages on which scenes are found, and the page of one scene."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from scenes.models import Scene
from scenes.models.audience import MAX_COMMENT, STARS
from scenes.posters import Poster, posters
from scenes.selectors import browsing, showing
from scenes.selectors.casting import casting_for
from scenes.selectors.statistics import statistics_of
from scenes.services.outlines import outlines_of
from scenes.views.audience import DRAFT
from scenes.views.common import seen
from socialapp.characters.models import Character

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from scenes.models import Play
    from scenes.models.story import Viewer
    from scenes.selectors.casting import Candidate, RoleCasting
    from scenes.selectors.showing import Mine

RATING_WORDS = {"everyone": "Everyone", "teen": "Teen", "mature": "Mature"}
MAKERS = {"house": "The house", "others": "Others"}
HOUSE_SCENES = 12
MOST_FACES = 3
"""That stand on the poster."""

MOST_FROM = 10_000
"""Scenes into a list that a page can begin."""


@never_cache
@require_safe
def scenes(request: HttpRequest) -> HttpResponse:
    """``q``, ``genre``, ``rating``, ``length``, ``language``, ``order`` and ``by``
    narrow it; ``from`` turns the page; ``with`` is a character who looks for a part."""
    viewer = request.user
    wanted = browsing.filters_from(request.GET.dict())
    start = _number(request.GET.get("from", ""))
    found = browsing.scenes_found(viewer, wanted)
    if not wanted.asked:
        # They hang above, in rows of their own.
        found = found.filter(starter="")
        if viewer.is_authenticated:
            found = found.exclude(owner=viewer)
    newcomer = _newcomer(request)
    rows = list(found[start : start + browsing.PAGE + 1])
    page, more = rows[: browsing.PAGE], len(rows) > browsing.PAGE
    context: dict[str, Any] = {
        "wanted": wanted,
        "new_url": f"{reverse('scenes')}new/",
        "found": posters(page, viewer),
        "start": start,
        "more": _next(request, start + browsing.PAGE) if more else "",
        "genres": [(one, one) for one in browsing.genres_for(viewer)],
        "languages": [(one, one) for one in browsing.languages_for(viewer)],
        "makers": MAKERS.items(),
        "newcomer": newcomer,
        "with_key": newcomer.key if newcomer else "",
        "ratings": RATING_WORDS.items() if _grown(viewer) else _for_young(),
        "lengths": [(name, words) for name, (words, _, _) in browsing.LENGTHS.items()],
        "orders": browsing.ORDERS.items(),
    }
    if not wanted.asked and not start:
        brought = browsing.house(browsing.scenes_for(viewer))
        context["starters"] = posters(brought[:HOUSE_SCENES], viewer)
        context["going_on"] = _going_on(viewer)
        if viewer.is_authenticated:
            mine = browsing.scenes_of(viewer, viewer)[:HOUSE_SCENES]
            context["own"] = posters(mine, viewer)
    return render(request, "scenes/scenes.html", context)


def _newcomer(request: HttpRequest) -> Character | None:
    """A character who looks for a part."""
    shown = Character.objects.visible_to(request.user)
    return shown.filter(key=request.GET.get("with", "")[:16]).first()


def _going_on(viewer: Viewer) -> list[tuple[Play, Poster]]:
    plays = browsing.plays_that_go_on(viewer)
    hung = posters([play.scene for play in plays], viewer)
    return list(zip(plays, hung, strict=True))


def _grown(viewer: Viewer) -> bool:
    return viewer.is_authenticated and not viewer.is_minor


def _for_young() -> list[tuple[str, str]]:
    return [pair for pair in RATING_WORDS.items() if pair[0] != "mature"]


def _number(text: str) -> int:
    plain = text.isascii() and text.isdigit() and len(text) <= 6
    return min(int(text), MOST_FROM) if plain else 0


def _next(request: HttpRequest, start: int) -> str:
    query = {name: value for name, value in request.GET.items() if value}
    return f"?{urlencode({**query, 'from': start})}"


# One scene ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    """A role as the form offers it."""

    id: str
    label: str
    suits: str
    candidates: Sequence[Candidate]
    chosen: Character | None


@never_cache
@require_safe
def scene(request: HttpRequest, key: str) -> HttpResponse:
    """``role.<id>`` and ``with`` choose characters beforehand; ``before`` shows older
    comments."""
    found = seen(request, key)
    viewer = request.user
    mine = found.owner_id == viewer.pk
    did = showing.mine_of(found, viewer)
    version = found.version
    outline = outlines_of(versions=[version])[version.pk] if version else None
    before = _number(request.GET.get("before", ""))
    comments = showing.comments_of(
        found, viewer, before=before, most=showing.COMMENTS + 1
    )
    young = viewer.is_authenticated and viewer.is_minor
    parts = _parts(request, found, did) if version else []
    context: dict[str, Any] = {
        "scene": found,
        "version": version,
        "outline": outline,
        "poster": posters([found], viewer)[0],
        "rating": RATING_WORDS[found.rating],
        "mine": mine,
        "did": did,
        "play_url": f"{found.get_absolute_url()}play/",
        "edit_url": f"{found.get_absolute_url()}edit/",
        "parts": parts,
        "faces": [part for part in parts if part.chosen][:MOST_FACES],
        "envelopes": showing.envelopes_of(found, outline, viewer),
        "ancestors": showing.ancestors_of(found, viewer),
        "remixes": posters(showing.remixes_of(found, viewer), viewer),
        "versions": showing.versions_of(found, viewer),
        "stars": STARS,
        "comments": comments[: showing.COMMENTS],
        "older": comments[showing.COMMENTS - 1].pk
        if len(comments) > showing.COMMENTS
        else 0,
        "later": before,
        "young": young,
        "most": MAX_COMMENT,
        "draft": _draft(request, found),
        "visibilities": Scene.Visibility.choices,
        "page_url": request.build_absolute_uri(found.get_absolute_url()),
    }
    if mine and version:
        shown = _version_asked(request, found) or version
        context["counted"] = shown
        context["statistics"] = statistics_of(found, shown)
    return render(request, "scenes/scene.html", context)


def _draft(request: HttpRequest, found: Scene) -> str:
    """Words that were refused a moment ago."""
    key, text = request.session.pop(DRAFT, None) or ("", "")
    return text if key == found.key else ""


def _version_asked(request: HttpRequest, found: Scene) -> Any:
    number = request.GET.get("version", "")
    if not number:
        return None
    version = found.versions.filter(number=_number(number)).first()
    if version is None:
        raise Http404
    return version


def _parts(request: HttpRequest, found: Scene, did: Mine) -> list[Part]:
    """With whoever the address names, else whoever played it last time, else the
    suggestion: one press on Play is enough."""
    assert found.version is not None  # noqa: S101  narrows for mypy
    cast = casting_for(found.version, request.user)
    before = {}
    if did.latest is not None:
        roles = did.latest.roles.select_related("character")
        before = {one.role: one.character.key for one in roles if one.character}
    asked = {
        name.removeprefix("role."): value
        for name, value in request.GET.dict().items()
        if name.startswith("role.")
    }
    newcomer = request.GET.get("with", "")
    parts = []
    for role in cast:
        chosen = _able(role, asked.get(role.id, ""))
        if chosen is None and newcomer:
            chosen = _able(role, newcomer)
            newcomer = "" if chosen else newcomer
        chosen = chosen or _able(role, before.get(role.id, "")) or role.suggested
        suits = role.role.suits.main if role.role.suits else ""
        parts.append(
            Part(role.id, role.role.label.main, suits, role.candidates, chosen)
        )
    return parts


def _able(role: RoleCasting, key: str) -> Character | None:
    if not key:
        return None
    return next(
        (
            one.character
            for one in role.candidates
            if one.character.key == key and not one.why_not
        ),
        None,
    )
