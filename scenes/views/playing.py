"""The stage of a scene: a page to play on, and the file that it plays.

The browser plays by itself. What it needs is put into the page: the version, who is
cast, where pictures and sounds are, and a save to go on from.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from scenes import assets
from scenes.machine import SceneError, limits
from scenes.models import EndingFound, Play, Scene, SceneVersion
from scenes.selectors import casting, plays
from scenes.services.casting import still_castable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.http import HttpRequest

    from scenes.models.story import Viewer


@never_cache
@require_safe
def play(request: HttpRequest, key: str) -> HttpResponse:
    """``?role.<id>=<character key>`` begins with that cast, ``?play=<key>`` goes on
    from a save, ``?again`` begins once more. Without any of them it goes on from the
    latest save, or begins with the starter cast."""
    viewer = request.user
    wanted = request.GET.get("play", "")
    scene = _seen(viewer, key) or _begun(viewer, key)
    if scene is None:
        raise Http404
    chosen = {
        name.removeprefix("role."): str(value)
        for name, value in request.GET.items()
        if name.startswith("role.") and value
    }
    save = _save(viewer, scene, wanted, fresh=bool(chosen) or "again" in request.GET)
    if save and (closed := plays.why_closed(save, viewer)):
        context = {"scene": scene, "why": closed}
        return render(request, "scenes/closed.html", context, status=410)
    if save is None and scene.version_id is None:
        raise Http404
    version = save.version if save else _on_stage(scene)
    missing: list[str] = []
    try:
        if save:
            cast = _parts(plays.casts_of([save], viewer)[save.pk])
        else:
            cast, missing = _new_cast(viewer, version, chosen)
    except SceneError:
        # Published under rules of another day, or changed behind the services.
        context = {"scene": scene, "why": "This version cannot be read any more."}
        return render(request, "scenes/closed.html", context, status=410)
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
                "assets": assets.addresses(version.document),
                "documents": reverse("scene-play-document", args=[scene.key, 0]),
                "back": scene.get_absolute_url(),
                "logline": scene.logline,
            },
        },
    )


@require_safe
def document(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """The canonical text of a version, which never changes."""
    scene = _seen(request.user, key) or _begun(request.user, key)
    if scene is None:
        raise Http404
    version = _version(request.user, scene, number)
    if request.headers.get("If-None-Match") == f'"{version.digest}"':
        answer = HttpResponse(status=304)
    else:
        answer = HttpResponse(version.document, content_type="application/json")
    answer["ETag"] = f'"{version.digest}"'
    answer["Cache-Control"] = "private, no-cache"
    return answer


def _seen(viewer: Viewer, key: str) -> Scene | None:
    """What this viewer may open and begin."""
    found = Scene.objects.visible_to(viewer).full()
    return found.filter(key=key, version__isnull=False).first()


def _begun(viewer: Viewer, key: str) -> Scene | None:
    """One that went off the stage while they played it: their save goes on, or says why
    it does not."""
    if not viewer.is_authenticated:
        return None
    mine = Play.objects.filter(person=viewer, scene__key=key, removed__isnull=True)
    return Scene.objects.full().filter(pk__in=mine.values("scene")).first()


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
    mine = plays.full(
        Play.objects.filter(person=viewer, scene=scene, removed__isnull=True)
    )
    if key:
        found = mine.filter(key=key).first()
        if found is None:
            raise Http404
        return found
    if fresh:
        return None
    return mine.filter(slot=0, ending="").order_by("-changed", "-pk").first()


def _new_cast(
    viewer: Viewer, version: SceneVersion, chosen: Mapping[str, str]
) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Who was chosen, and whom the house suggests for the rest; and the roles whose
    choice cannot be cast by this viewer."""
    able = still_castable(version=version, person=viewer, wanted=chosen)
    found = casting.castable(viewer).filter(key__in=set(able.values()))
    by_key = {one.key: one for one in found}
    cast = {role: by_key[key] for role, key in able.items()}
    listed = casting.casting_for(version, viewer, cast=cast)
    whole = {
        one.id: somebody
        for one in listed
        if (somebody := cast.get(one.id) or one.suggested) is not None
    }
    missing = [one.id for one in listed if one.id in chosen and one.id not in able]
    return _parts(plays.cast_now(whole, viewer)), missing


def _parts(seen: Iterable[plays.Seen]) -> dict[str, dict[str, Any]]:
    """By role, as the API gives them."""
    parts = {}
    for one in seen:
        told = asdict(one)
        parts[told.pop("role")] = told
    return parts


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
    mine = EndingFound.objects.filter(person=viewer, scene=scene)
    return list(mine.order_by("ending").values_list("ending", flat=True))
