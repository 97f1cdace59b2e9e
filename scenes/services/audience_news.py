"""What the author of a scene is told, each piece once however often it is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialapp.accounts.circle import hears
from socialapp.notices import services as notices
from socialapp.notices.models import Notice

if TYPE_CHECKING:
    from scenes.models import Scene, SceneComment

MILESTONES = (1, 10, 100, 1_000, 10_000, 100_000)
"""Numbers of likes that are news."""

LONGEST_QUOTE = 200


def liked(scene: Scene, likes: int) -> None:
    """At a milestone; taken back and given again, it is no news."""
    if likes not in MILESTONES:
        return
    people = "Somebody likes" if likes == 1 else f"{likes:,} people like"
    notices.notify(
        people=[scene.owner],
        kind=Notice.Kind.SCENE_LIKED,
        about=f"scene:{scene.key}:likes:{likes}",
        lead=f"{people} “{scene.title}”.",
        url=scene.get_absolute_url(),
        action="Look",
    )


def commented(comment: SceneComment) -> None:
    """Not of what one wrote oneself, nor of whom one does not hear."""
    scene = comment.scene
    if comment.person_id == scene.owner_id:
        return
    if not hears(scene.owner, comment.person):
        return
    words = comment.text
    if len(words) > LONGEST_QUOTE:
        words = f"{words[: LONGEST_QUOTE - 1]}…"
    notices.notify(
        people=[scene.owner],
        kind=Notice.Kind.SCENE_COMMENT,
        about=_about(comment),
        lead=f"@{comment.person.username} wrote under “{scene.title}”.",
        words=f"“{words}”",
        url=comment.get_absolute_url(),
        action="Read",
    )


def forget_comment(comment: SceneComment) -> None:
    """It is gone, and its words with it."""
    notices.forget(about=_about(comment))


def _about(comment: SceneComment) -> str:
    return f"scene-comment:{comment.key}"
