"""Comments as something to be reported and withheld, and what happens around a scene
when a play of it goes on, when words are decided about, and when people leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moderation import subjects
from scenes.models import Scene, SceneComment
from scenes.services import audience as services

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User

    Viewer = User | AnonymousUser


def register() -> None:
    subjects.register(
        services.KIND,
        title="Scene comment",
        find=lambda key: _all().filter(key=key).first(),
        describe=lambda comment: comment.text[:120],
        snapshot=lambda comment: {
            "Comment": comment.text,
            "Under": comment.scene.title,
        },
        author=lambda comment: comment.person,
        url=lambda comment: comment.get_absolute_url(),
        visible=_visible,
        hide=lambda comment: _withhold(comment, SceneComment.Level.HIDDEN),
        remove=lambda comment: _withhold(comment, SceneComment.Level.REMOVED),
        restore=lambda comment: _withhold(comment, ""),
        of_author=lambda user: _all().filter(person=user),
    )


def _all() -> Any:
    return SceneComment.objects.select_related("person", "scene__owner").defer(
        "scene__draft"
    )


def _visible(comment: SceneComment, viewer: Viewer) -> bool:
    shown = SceneComment.objects.visible_to(viewer).filter(pk=comment.pk)
    scene = Scene.objects.visible_to(viewer).filter(pk=comment.scene_id)
    return shown.exists() and scene.exists()


def _withhold(comment: SceneComment, level: str) -> None:
    services.set_comment_withheld(comment=comment, level=level)
