"""Two at once: nothing is lost, nothing is there twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from scenes import services
from scenes.errors import ConflictError, StoryError
from scenes.models import Scene, SceneVersion
from scenes.tests.stories import document, draft

if TYPE_CHECKING:
    from collections.abc import Callable

    from socialapp.accounts.models import User

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.database,
]


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What each gave, or was refused with."""

    def run(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except StoryError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_of_two_saves_at_once_one_is_told_of_the_other(alice: User) -> None:
    scene = draft(alice)
    found = at_once(
        *(
            lambda text=text: services.save_draft(scene=scene, document=text, rev=1)
            for text in ("first", "second", "third")
        )
    )
    refused = [one for one in found if isinstance(one, ConflictError)]
    scene.refresh_from_db()
    assert len(refused) == 2
    assert scene.draft_rev == 2
    assert {(one.rev, one.document) for one in refused} == {(2, scene.draft)}


def test_two_publishes_at_once_make_one_version(alice: User) -> None:
    scene = draft(alice)
    found = at_once(
        *(
            lambda: services.publish(scene=Scene.objects.get(pk=scene.pk), rev=1)
            for _ in range(3)
        )
    )
    assert {one.pk for one in found} == {SceneVersion.objects.get().pk}
    scene.refresh_from_db()
    assert scene.version is not None
    assert scene.version.number == 1


def test_a_save_and_a_publish_at_once_leave_what_was_meant(alice: User) -> None:
    scene = draft(alice)
    saved, version = at_once(
        lambda: services.save_draft(scene=scene, document=document("Milk?"), rev=1),
        lambda: services.publish(scene=Scene.objects.get(pk=scene.pk), rev=1),
    )
    assert saved.draft_rev == 2
    if isinstance(version, ConflictError):
        assert not SceneVersion.objects.exists()
    else:
        assert "sugar" in version.document


def test_two_scenes_at_once_are_counted_one_after_the_other(
    alice: User, settings: Any
) -> None:
    settings.SCENES_PER_PERSON = 1
    found = at_once(*(lambda: services.create_scene(owner=alice) for _ in range(3)))
    assert sorted(type(one).__name__ for one in found) == [
        "Scene", "StoryError", "StoryError",
    ]  # fmt: skip
