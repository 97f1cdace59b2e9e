"""What an author, and moderation, do with a scene that is there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from moderation.approvals import services as asking
from moderation.approvals.messages import doubt_about
from moderation.models import ApprovalState
from moderation.screening.refusals import check_text
from scenes.errors import StoryError
from scenes.models import Scene
from scenes.services import telling
from scenes.services.publishing import WHO
from socialapp.lib.signals import tell_listing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from socialapp.accounts.models import User

MAX_TAGS = 10
_TAG = re.compile(r"\w[\w-]{0,29}")


def change_scene(
    *,
    scene: Scene,
    visibility: str | None = None,
    remixable: bool | None = None,
    tags: Sequence[str] | None = None,
) -> Scene:
    """Change what was given. StoryError; TextRefusedError and
    ScreeningUnavailableError are about the tags."""
    changed: dict[str, Any] = {}
    if visibility is not None:
        if visibility not in Scene.Visibility.values:
            raise StoryError(WHO, field="visibility")
        changed["visibility"] = visibility
    if remixable is not None:
        changed["remixable"] = remixable
    if tags is not None:
        changed["tags"] = checked_tags(tags)
        if set(changed["tags"]) - set(scene.tags):
            _screen_tags(scene.owner, changed["tags"])
    for name, value in changed.items():
        setattr(scene, name, value)
    if changed:
        scene.save(update_fields=list(changed))
        tell_listing("scene", scene.pk)
    return scene


@transaction.atomic
def take_off_stage(*, scene: Scene) -> Scene:
    """Nobody begins it any more; plays of it go on, and its versions are kept. What
    waits to be approved will not go on stage by itself either."""
    row = Scene.objects.select_for_update().get(pk=scene.pk)
    row.version = None
    row.save(update_fields=["version"])
    row.versions.filter(approval=ApprovalState.PENDING).update(
        approval=ApprovalState.REPLACED
    )
    scene.version = None
    tell_listing("scene", scene.pk)
    return row


@transaction.atomic
def remove_scene(*, scene: Scene) -> None:
    """Take it away for good, with its draft. Its versions stay for those who play them,
    and for the credit of remixes."""
    take_off_stage(scene=scene)
    telling.forget(scene)
    scene.removed, scene.draft = timezone.now(), ""
    scene.save(update_fields=["removed", "draft"])


def set_withheld(*, scene: Scene, level: str) -> None:
    """For moderation: ``hidden``, ``removed`` or empty."""
    Scene.objects.filter(pk=scene.pk).update(withheld=level)
    scene.withheld = level
    tell_listing("scene", scene.pk)


def set_marks(
    *, scene: Scene, adults_only: bool | None = None, demoted: bool | None = None
) -> None:
    """For moderation: what minors do not see, and what no list shows."""
    given = {"adults_only": adults_only, "demoted": demoted}
    changed = {name: value for name, value in given.items() if value is not None}
    Scene.objects.filter(pk=scene.pk).update(**changed)
    tell_listing("scene", scene.pk)
    for name, value in changed.items():
        setattr(scene, name, value)


def checked_tags(tags: Sequence[str]) -> list[str]:
    """Small letters, each once. StoryError for what is no tag."""
    words = list(dict.fromkeys(tag.strip().removeprefix("#").lower() for tag in tags))
    words = [word for word in words if word]
    if len(words) > MAX_TAGS:
        raise StoryError(f"Use at most {MAX_TAGS} tags.", field="tags")
    for word in words:
        if not _TAG.fullmatch(word):
            raise StoryError(
                f"“{word[:40]}” cannot be a tag. Use one word of up to 30 letters,"
                " digits and hyphens.",
                field="tags",
            )
    return words


def _screen_tags(owner: User, tags: Sequence[str]) -> None:
    if not tags:
        return
    verdict = check_text(" ".join(tags), surface="tags", person=owner, field="tags")
    doubts = verdict.deciding if verdict.action == "review" else ()
    if held := asking.waiting(doubts):
        raise StoryError(
            f"{doubt_about(held[0].category).partition(', so')[0]}. Choose other tags.",
            field="tags",
        )
