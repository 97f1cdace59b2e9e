"""``/scenes/new/`` and ``/sc/<key>/edit/``: where a story is begun, and written."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.contrib.staticfiles import finders
from django.http import Http404
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from scenes import content
from scenes.machine.limits import ROLES
from scenes.models import Play, Scene
from socialapp.accounts.requests import person
from socialapp.characters import selectors as characters
from socialapp.content import backgrounds
from socialapp.lib import blobs

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from socialapp.accounts.models import User

CURTAIN = "velvet"
"""Behind what has no picture of its own."""

PLAYER = "scenes/player/element.js"
"""The stage, for trials in the editor; without it they are in words."""


@dataclass(frozen=True, slots=True)
class Template:
    """A scene of the house to begin with, as its poster shows it."""

    name: str
    title: str
    logline: str
    roles: int
    endings: int
    picture: str
    """Name of the background of its first state."""


@cache
def templates() -> tuple[Template, ...]:
    """Read once: they ship with the code."""
    found = []
    for name in content.scene_ids():
        scene = content.scene(name)
        found.append(
            Template(
                name=name,
                title=scene.title.main,
                logline=scene.logline.main if scene.logline else "",
                roles=len(scene.roles),
                endings=sum(s.type == "final" for s in scene.states.values()),
                picture=scene.states[scene.initial].background,
            )
        )
    return tuple(found)


def picture_url(name: str) -> str:
    """Of a built-in background, or of the curtain where there is none of that name."""
    known = name if name in backgrounds.names() else CURTAIN
    return static(f"backgrounds/{known}.svg")


@login_required
@never_cache
@require_safe
def new(request: HttpRequest) -> HttpResponse:
    """A blank scene, one of the house's, or a file of another program."""
    posters = [(one, picture_url(one.picture)) for one in templates()]
    return render(request, "scenes/new.html", {"posters": posters})


@login_required
@never_cache
@require_safe
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """The editor for who wrote it; for others a remix where the author allows one."""
    user = person(request)
    rows = Scene.objects.select_related("owner", "version").defer(
        "draft", "version__document"
    )
    scene = rows.filter(key=key, removed__isnull=True).first()
    if scene is None:
        raise Http404
    if scene.owner_id != user.pk:
        return _offer(request, scene)
    version = scene.version.number if scene.version else 0
    newest = scene.versions.values_list("number", flat=True).first() or 0
    in_play = playing(scene)
    facts = {
        "version": version,
        "next": newest + 1,
        "playing": in_play,
        "visibility": scene.visibility,
        "remixable": scene.remixable,
        "tags": scene.tags,
        "faces": faces(user),
    }
    context = {
        "scene": scene,
        "facts": json.dumps(facts),
        "version": version,
        "next": newest + 1,
        "playing": in_play,
        "player": static(PLAYER) if finders.find(PLAYER) else "",
        "backdrops": [
            (name, title, picture_url(name))
            for name, title in backgrounds.TITLES.items()
        ],
    }
    return render(request, "scenes/edit.html", context)


def faces(user: User) -> list[dict[str, str | None]]:
    """Who stands on stage in a trial, role by role: the author's own, then the house's."""
    found = characters.usable_characters(user).filter(withheld="")[:ROLES]
    return [
        {
            "character": one.key,
            "name": one.name,
            "rig": reverse("api-portrait-rig", args=[one.portrait.key]),
            "portrait": blobs.url(one.portrait.ref),
        }
        for one in found
        if one.portrait
    ]


def playing(scene: Scene) -> int:
    """Games in progress on the version on stage, which they keep."""
    return Play.objects.filter(
        version=scene.version_id or 0, slot=0, ending="", removed__isnull=True
    ).count()


def _offer(request: HttpRequest, scene: Scene) -> HttpResponse:
    """404 for a stranger, unless the scene may be remixed by who sees it."""
    seen = Scene.objects.visible_to(request.user).filter(remixable=True, withheld="")
    if not seen.filter(pk=scene.pk).exists():
        raise Http404
    return render(request, "scenes/remix.html", {"scene": scene})
