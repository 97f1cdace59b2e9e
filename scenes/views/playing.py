"""The stage of a scene: a page to play on, and the file that it plays.

The browser plays by itself. What it needs is put into the page: the version, who is
cast, where pictures and sounds are, and a save to go on from.
"""

from __future__ import annotations

import json
import re
import secrets
from typing import TYPE_CHECKING, Any

from django.contrib.staticfiles import finders
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from scenes.machine import limits
from scenes.models import Play, PlayRole, Scene, SceneVersion
from socialapp.characters import selectors as characters
from socialapp.characters.models import Character
from socialapp.lib import blobs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.http import HttpRequest

    from scenes.models.story import Viewer

MOST_ASSETS = 300
"""Pictures and sounds of one scene whose addresses are looked up."""

_ASSET = re.compile(
    r'"(background|sound)": "([a-z0-9][a-z0-9_-]{0,63}|sha256:[0-9a-f]{64}\.[a-z0-9]{1,8})"'
)
"""As the canonical text writes them; a quotation mark in a text is escaped."""


@never_cache
@require_safe
def play(request: HttpRequest, key: str) -> HttpResponse:
    """``?role.<id>=<character key>`` begins with that cast, ``?play=<key>`` goes on
    from a save, ``?again`` begins once more. Without any of them it goes on from the
    latest save, or begins with the starter cast."""
    scene = _seen(request, key)
    viewer = request.user
    wanted = request.GET.get("play", "")
    chosen = {
        name.removeprefix("role."): str(value)
        for name, value in request.GET.items()
        if name.startswith("role.") and value
    }
    save = _save(viewer, scene, wanted, fresh=bool(chosen) or "again" in request.GET)
    version = save.version if save else _on_stage(scene)
    missing: list[str] = []
    if save:
        cast = _cast_of(save, viewer)
    else:
        cast, missing = _new_cast(viewer, _roles(version), chosen)
    return render(
        request,
        "scenes/play.html",
        {
            "scene": scene,
            "version": version,
            "read": _read(scene, version, save, cast),
            "stage": {
                "signed_in": viewer.is_authenticated,
                "begins": save is None,
                "chosen": bool(chosen),
                "again": "again" in request.GET,
                "missing": missing,
                "found": _found(viewer, scene),
                "assets": _assets(version.document),
                "documents": reverse("scene-play-document", args=[scene.key, 0]),
                "back": scene_url(scene),
                "logline": scene.logline,
            },
        },
    )


@require_safe
def document(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """The canonical text of a version, which never changes."""
    scene = _seen(request, key)
    version = _version(request.user, scene, number)
    if request.headers.get("If-None-Match") == f'"{version.digest}"':
        answer = HttpResponse(status=304)
    else:
        answer = HttpResponse(version.document, content_type="application/json")
    answer["ETag"] = f'"{version.digest}"'
    answer["Cache-Control"] = "private, no-cache"
    return answer


def scene_url(scene: Scene) -> str:
    """Its own page."""
    return f"/sc/{scene.key}/"


def _seen(request: HttpRequest, key: str) -> Scene:
    """404 for what this viewer may not open, and for what was never published."""
    found = Scene.objects.visible_to(request.user).full()
    scene = found.filter(key=key, version__isnull=False).first()
    if scene is None:
        raise Http404
    return scene


def _on_stage(scene: Scene) -> SceneVersion:
    return SceneVersion.objects.get(pk=scene.version_id or 0)


def _version(viewer: Viewer, scene: Scene, number: int) -> SceneVersion:
    """One that this viewer may read: on stage, their own, or that they began with."""
    found = SceneVersion.objects.filter(scene=scene, number=number).first()
    if found is None:
        raise Http404
    if found.pk == scene.version_id or found.approval == "approved":
        return found
    if viewer.is_authenticated and (
        scene.owner_id == viewer.pk
        or Play.objects.filter(person=viewer, version=found).exists()
    ):
        return found
    raise Http404


def _save(viewer: Viewer, scene: Scene, key: str, *, fresh: bool) -> Play | None:
    """The one that is asked for (404: not theirs), else the latest that goes on."""
    if not viewer.is_authenticated:
        return None
    mine = Play.objects.filter(person=viewer, scene=scene, removed__isnull=True)
    mine = mine.select_related("version")
    if key:
        found = mine.filter(key=key).first()
        if found is None:
            raise Http404
        return found
    if fresh:
        return None
    return mine.filter(slot=0, ending="").order_by("-changed", "-pk").first()


def _roles(version: SceneVersion) -> list[str]:
    return list(json.loads(version.document).get("roles", {}))


def _cast_of(save: Play, viewer: Viewer) -> dict[str, dict[str, Any]]:
    rows = PlayRole.objects.filter(play=save).select_related(
        "character__owner", "character__portrait"
    )
    return {row.role: _part(row.character, row.name, viewer) for row in rows}


def _new_cast(
    viewer: Viewer, roles: Iterable[str], chosen: Mapping[str, str]
) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Who was chosen, and the starter cast for the rest; and the roles whose choice
    cannot be cast by this viewer."""
    keys = set(chosen.values())
    found = Character.objects.visible_to(viewer).full().filter(key__in=keys)
    able = {one.key: one for one in found if _castable(one, viewer)}
    taken = {key for role, key in chosen.items() if key in able and role in roles}
    spare = [one for one in characters.starter_cast() if one.portrait]
    rest = iter([one for one in spare if one.key not in taken] or spare)
    cast, missing = {}, []
    for role in roles:
        wanted = chosen.get(role, "")
        one = able.get(wanted) or next(rest, None)
        if wanted and wanted not in able:
            missing.append(role)
        if one is not None:
            cast[role] = _part(one, one.name, viewer)
    return cast, missing


def _castable(character: Character, viewer: Viewer) -> bool:
    """The starter cast to everybody, their own to owners, others' as these allow."""
    if character.withheld or character.portrait is None or character.waits:
        return False
    if character.starter:
        return True
    if not viewer.is_authenticated:
        return False
    return character.owner_id == viewer.pk or (
        character.in_scenes and character.visibility == Character.Visibility.PUBLIC
    )


def _part(character: Character | None, name: str, viewer: Viewer) -> dict[str, Any]:
    """Who plays a role; of somebody who is gone, the name."""
    gone = (
        character is None
        or character.removed is not None
        or not _castable(character, viewer)
    )
    portrait = None if gone or character is None else character.portrait
    return {
        "character": character.key if character else "",
        "name": name,
        "rig": reverse("api-portrait-rig", args=[portrait.key]) if portrait else None,
        "portrait": blobs.url(portrait.ref) if portrait else None,
        "voiced": not gone and bool(character and character.voice),
        "gone": gone,
    }


def _read(
    scene: Scene,
    version: SceneVersion,
    save: Play | None,
    cast: dict[str, dict[str, Any]],
) -> dict[str, Any]:
    """A play as the API gives it; one that is not there yet has no key."""
    newest = scene.version
    address = reverse("scene-play-document", args=[scene.key, version.number])
    return {
        "key": save.key if save else None,
        "rev": save.rev if save else 0,
        "slot": save.slot if save else 0,
        "name": save.name if save else "",
        "scene": {"key": scene.key, "title": version.title},
        "version": {
            "number": version.number,
            "digest": version.digest,
            "document": address,
        },
        "newest": newest and {"number": newest.number, "digest": newest.digest},
        "seed": save.seed if save else secrets.randbelow(limits.SEED + 1),
        "language": save.language if save else "",
        "cast": cast,
        "snapshot": save.snapshot if save else None,
        "ending": save.ending if save else "",
        "choices": save.choices if save else 0,
        "changed": save.changed.isoformat() if save else None,
    }


def _found(viewer: Viewer, scene: Scene) -> list[str]:
    """Endings that this viewer has come to."""
    if not viewer.is_authenticated:
        return []
    mine = Play.objects.filter(person=viewer, scene=scene).exclude(ending="")
    return list(mine.order_by("ending").values_list("ending", flat=True).distinct())


def _assets(text: str) -> dict[str, dict[str, str]]:
    """Addresses of the pictures and sounds that a document names, as far as there are."""
    found: dict[str, dict[str, str]] = {"background": {}, "sound": {}}
    named = dict.fromkeys(_ASSET.findall(text))
    for kind, name in list(named)[:MOST_ASSETS]:
        if address := _address(kind, name):
            found[kind][name] = address
    return found


def _address(kind: str, name: str) -> str:
    """Empty: it is not here, and the stage does without."""
    if name.startswith("sha256:"):
        return blobs.url(name)
    path = {"background": f"backgrounds/{name}.svg", "sound": f"sounds/{name}.ogg"}
    return static(path[kind]) if finders.find(path[kind]) else ""
