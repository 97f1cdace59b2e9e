"""The only writers of scenes."""

from scenes.errors import ConflictError, NotPublishableError, StoryError
from scenes.services.checking import Checked, Ending, check_document
from scenes.services.drafts import blank, create_scene, remix_scene, save_draft
from scenes.services.keeping import (
    change_scene,
    remove_scene,
    set_marks,
    set_withheld,
    take_off_stage,
)
from scenes.services.leaving import forget_author, forget_player
from scenes.services.looking import ask_for_look
from scenes.services.publishing import publish, recheck_words, settle_words
from scenes.services.seeding import seed, seed_scene

__all__ = [
    "Checked",
    "ConflictError",
    "Ending",
    "NotPublishableError",
    "StoryError",
    "ask_for_look",
    "blank",
    "change_scene",
    "check_document",
    "create_scene",
    "forget_author",
    "forget_player",
    "publish",
    "recheck_words",
    "remix_scene",
    "remove_scene",
    "save_draft",
    "seed",
    "seed_scene",
    "set_marks",
    "set_withheld",
    "settle_words",
    "take_off_stage",
]
