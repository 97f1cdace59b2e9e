"""What an author does before anybody sees it: begin a scene, save it, begin with somebody
else's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from scenes import content
from scenes.errors import ConflictError, StoryError
from scenes.machine import SceneError, read_scene, write_scene
from scenes.machine.reading import from_json
from scenes.models import Scene, SceneVersion
from scenes.services import checking
from socialapp.accounts.models import User
from socialapp.lib.text import TextError, clean_line

if TYPE_CHECKING:
    from scenes.machine import model

UNTITLED = "Untitled scene"


def create_scene(
    *, owner: User, title: str = "", template: str = "", document: str = ""
) -> Scene:
    """A draft: of a scene that the house ships, of a document, or of next to nothing,
    which can be played and published as it is.

    StoryError: an odd title, no such template, too many scenes, what is no text.
    """
    if template and document:
        raise StoryError("Begin with a template or with a document, not with both.")
    origin: SceneVersion | None = None
    if template:
        document, origin = _template(template)
    elif not document:
        document = blank(_line(title) if title.strip() else UNTITLED)
    return _create(owner, checking.readable(document), origin=origin)


def save_draft(*, scene: Scene, document: str, rev: int) -> Scene:
    """Put `document` in the place of the draft that had this `rev`, whether it is a
    scene already or not.

    ConflictError with what is there when somebody saved meanwhile; saving the same text
    twice is no conflict. StoryError for what is no text.
    """
    checking.readable(document)
    told = facts_of(document)
    with transaction.atomic():
        row = Scene.objects.select_for_update().get(pk=scene.pk)
        if row.removed is not None:
            raise StoryError("This scene was removed.", code="removed")
        if row.draft != document:
            if row.draft_rev != rev:
                raise ConflictError(rev=row.draft_rev, document=row.draft)
            row.draft, row.draft_rev = document, row.draft_rev + 1
            row.draft_changed = timezone.now()
            changed = ["draft", "draft_rev", "draft_changed"]
            if row.version_id is None:
                for name, value in told.items():
                    setattr(row, name, value)
                changed += told
            row.save(update_fields=changed)
    return row


def remix_scene(*, scene: Scene, person: User) -> Scene:
    """A scene of one's own that begins as this one is on stage, and says so.

    StoryError when its author does not want that, or it is not on stage.
    """
    version = scene.version
    if version is None or scene.removed is not None or scene.withheld:
        raise StoryError(
            "Only what is on stage can be remixed, and this is not.",
            code="not-on-stage",
        )
    if not scene.remixable and scene.owner_id != person.pk:
        raise StoryError(
            f"@{scene.owner.username} does not offer this scene for remixes. Play it, or"
            " begin one of your own from a template.",
            code="not-remixable",
        )
    return _create(person, version.document, origin=version)


def blank(title: str) -> str:
    """The smallest scene that the validator lets pass, to be written on."""
    start: dict[str, Any] = {
        "title": "The beginning",
        "background": "backstage",
        "beats": [{"type": "line", "role": "host", "text": "Here it begins."}],
        "choices": [{"id": "on", "text": "Go on", "target": "the_end"}],
    }
    scene = from_json(
        {
            "format": "scene",
            "version": 1,
            "id": "untitled",
            "title": title,
            "rating": "everyone",
            "languages": ["en"],
            "roles": {"host": {"label": "the host"}},
            "initial": "start",
            "states": {
                "start": start,
                "the_end": {"type": "final", "ending": {"title": "The end"}},
            },
        }
    )
    return write_scene(scene).decode()


def facts_of(document: str) -> dict[str, Any]:
    """Columns of a scene that its document tells; empty when it cannot be read."""
    try:
        return columns_of(read_scene(document))
    except SceneError:
        return {}


def columns_of(scene: model.Scene) -> dict[str, Any]:
    return {
        "title": checking.shown(scene.title.main, checking.TITLE),
        "logline": checking.shown(
            scene.logline.main if scene.logline else "", checking.LOGLINE
        ),
        "genre": checking.shown(scene.genre, checking.GENRE),
        "rating": scene.rating,
        "languages": list(scene.languages),
    }


def _template(name: str) -> tuple[str, SceneVersion | None]:
    """Its document, and the house's own version of it, which is credited."""
    try:
        document = write_scene(content.scene(name)).decode()
    except KeyError:
        known = ", ".join(content.scene_ids())
        raise StoryError(
            f"There is no such template. Choose one of these: {known}.",
            field="template",
        ) from None
    house = Scene.objects.filter(starter=name, version__isnull=False)
    found = house.select_related("version").first()
    return document, found.version if found else None


def _create(owner: User, document: str, *, origin: SceneVersion | None) -> Scene:
    told = {"title": UNTITLED, **facts_of(document)}
    with transaction.atomic():
        # Scenes of one person are made one by one, for they are counted.
        User.objects.select_for_update().get(pk=owner.pk)
        most = settings.SCENES_PER_PERSON
        if Scene.objects.filter(owner=owner, removed__isnull=True).count() >= most:
            raise StoryError(
                f"You have {most} scenes, and no more fit. Remove one to make room.",
                code="too-many",
            )
        return Scene.objects.create(owner=owner, draft=document, origin=origin, **told)


def _line(title: str) -> str:
    try:
        return clean_line(title, max_length=checking.TITLE)
    except TextError as error:
        raise StoryError(f"The title cannot be so. {error}", field="title") from None
