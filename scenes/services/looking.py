"""An author asks a person to look at what screening refuses in a draft."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation.screening.reviews import ReviewError, ask_for_review
from scenes.errors import ConflictError, NotPublishableError, StoryError
from scenes.services import checking, screening

if TYPE_CHECKING:
    from scenes.models import Scene

SECONDS = 8.0
"""As long as publishing looks."""


def ask_for_look(*, scene: Scene, rev: int) -> int:
    """How many texts a person will look at. What they let through goes through from then
    on, word for word, when its author publishes again; asking twice changes nothing.

    ConflictError; NotPublishableError for what is no scene; StoryError when nothing is
    refused, or nobody may let it through.
    """
    scene.refresh_from_db(fields=["draft", "draft_rev"])
    if scene.draft_rev != rev:
        raise ConflictError(rev=scene.draft_rev, document=scene.draft)
    owner = scene.owner
    checked = checking.validated(document=scene.draft, owner=owner)
    if checked.story is None:
        raise NotPublishableError(checked.findings)
    looked = screening.look(checked.story, person=owner, seconds=SECONDS)
    asked, why = 0, "Screening refuses nothing in this draft. Publish it."
    for number in screening.log_refused(looked, person=owner, key=scene.key):
        try:
            ask_for_review(screening=number, person=owner)
            asked += 1
        except ReviewError as error:
            why = str(error)
    if not asked:
        raise StoryError(why, code="no-look")
    return asked
