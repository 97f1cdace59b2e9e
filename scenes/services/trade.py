"""Scenes of other programs in, and scenes out to other programs and to files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings

from scenes import trade
from scenes.errors import StoryError
from scenes.machine import SceneError, read_scene, write_scene
from scenes.trade.naming import slug

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from scenes.machine import Finding
    from scenes.models import Scene
    from scenes.trade import ImportReport
    from socialapp.accounts.models import User

    Viewer = User | AnonymousUser

MOST_BYTES = trade.BYTES
"""Of a file that comes in."""

FORMS = {
    "json": ("json", "application/json"),
    "twee": ("twee", "text/plain; charset=utf-8"),
    "html": ("html", "text/html; charset=utf-8"),
}
"""Suffix and type of a file that goes out, by form."""


@dataclass(frozen=True, slots=True)
class Brought:
    """A story that came in; nothing is stored."""

    form: str
    document: str
    report: ImportReport
    findings: tuple[Finding, ...]
    publishable: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """A scene as a file."""

    name: str
    type: str
    data: bytes


def import_story(*, data: bytes) -> Brought:
    """The scene of a file in any known form, with what was not taken over.

    StoryError when there is none in it; nobody's draft changes.
    """
    try:
        found = trade.read(data)
    except trade.TradeError as error:
        code = "too-large" if error.code == "too-large" else "unreadable"
        raise StoryError(error.message, code=code, field="file") from None
    return Brought(
        found.form,
        found.document.decode(),
        found.report,
        found.check.findings,
        found.check.publishable,
    )


def export_scene(
    *, scene: Scene, viewer: Viewer, form: str, draft: bool = False
) -> Taken:
    """The version on stage as a file; for its author also the draft.

    StoryError for an unknown form, a scene that its author does not offer, and a draft
    that is no scene yet.
    """
    if form not in FORMS:
        known = ", ".join(FORMS)
        raise StoryError(f"There is no such form. Choose one of these: {known}.")
    story = read_scene(_document(scene, viewer, draft=draft))
    suffix, kind = FORMS[form]
    if form == "json":
        data = write_scene(story)
    elif form == "twee":
        data = trade.to_twee(story).text.encode()
    else:
        static = settings.BASE_DIR / "socialapp" / "static"
        data = trade.to_html(story, static).encode()
    name = slug(story.title.main) or "scene"
    return Taken(f"{name}.{suffix}", kind, data)


def may_export(*, scene: Scene, viewer: Viewer) -> bool:
    """Those who may begin a scene of their own with it may also take it along."""
    mine = viewer.is_authenticated and scene.owner_id == viewer.pk
    offered = scene.remixable and scene.version_id is not None and not scene.withheld
    return bool(mine or (offered and scene.removed is None))


def _document(scene: Scene, viewer: Viewer, *, draft: bool) -> str:
    if not may_export(scene=scene, viewer=viewer):
        raise StoryError(
            f"@{scene.owner.username} does not offer this scene for remixes, so it"
            " cannot be taken along either. Play it here.",
            code="not-remixable",
        )
    mine = viewer.is_authenticated and scene.owner_id == viewer.pk
    if scene.version is not None and not (draft and mine):
        return scene.version.document
    if not mine:
        raise StoryError("The draft is its author's alone.", code="not-remixable")
    try:
        read_scene(scene.draft)
    except SceneError as error:
        raise StoryError(
            f"The draft is no scene yet. At {error}. Correct that, then export it.",
            field="document",
        ) from None
    return scene.draft
