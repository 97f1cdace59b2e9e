from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from socialapp.characters.models import Character, Portrait
from socialapp.chat import services, speech
from socialapp.chat.dialogues.authored import AuthoredDialogue
from socialapp.chat.dialogues.encoder import Encoder
from socialapp.chat.dialogues.ladder import Ladder, Rung
from socialapp.chat.tests.players import Player
from socialapp.lib import blobs
from socialapp.performance import Rig

if TYPE_CHECKING:
    from collections.abc import Callable

    from socialapp.accounts.models import User
    from socialapp.chat.models import Conversation


@pytest.fixture
def speaks(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Player]:
    """Makes every character speak by a scripted engine: one list of steps a turn."""

    def play(*lines: list[str | float | Exception], silence: float = 5.0) -> Player:
        player = Player(lines)
        ladder = Ladder(
            [Rung(player, silence=silence)], AuthoredDialogue(embedder=""), Encoder("")
        )
        monkeypatch.setattr(speech, "ladder", lambda: ladder)
        return player

    return play


@pytest.fixture
def cast_of(alice: User) -> Callable[..., Character]:
    """A public character of Alice's with a portrait."""

    def made(name: str, **fields: object) -> Character:
        ref = blobs.put(name.encode(), "png")
        rig = Rig(portrait=ref, width=400, height=300, style="photo")
        portrait = Portrait.objects.create(owner=alice, ref=ref, rig=rig.to_json())
        values = {"visibility": "public", "greeting": f"I am {name}.", **fields}
        return Character.objects.create(
            owner=alice, name=name, portrait=portrait, **values
        )

    return made


@pytest.fixture
def hob(cast_of: Callable[..., Character]) -> Character:
    return cast_of("Hob", persona="Keeps a lighthouse.")


@pytest.fixture
def conversation(bob: User, hob: Character) -> Conversation:
    """Bob's with Hob, who has greeted."""
    return services.start(person=bob, character=hob)
