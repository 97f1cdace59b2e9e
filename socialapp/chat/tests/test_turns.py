"""A turn is spoken sentence by sentence, screened before it leaves, and always ends."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from asgiref.sync import async_to_sync
from django.utils import timezone

from moderation.models import Screening
from moderation.screening.judge import ScreeningUnavailableError
from socialapp.chat import selectors, services
from socialapp.chat.errors import ChatError, NotNowError
from socialapp.chat.models import Conversation, Message, Participant
from socialapp.chat.services import news, turns
from socialapp.engines.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable

    from socialapp.accounts.models import User
    from socialapp.characters.models import Character
    from socialapp.chat.tests.players import Player

pytestmark = [pytest.mark.django_db, pytest.mark.database]

SLUR = "I will find you and I will kill you tonight, I know where you live."
"""What rule 4.2 stops."""


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What open pages would hear."""
    heard: list[dict[str, Any]] = []

    async def tell(key: str, kind: str, **facts: Any) -> None:
        heard.append({"type": kind, **facts})

    monkeypatch.setattr(news, "tell", tell)
    return heard


def say(conversation: Conversation, text: str) -> list[Message]:
    message = services.send_message(
        conversation=conversation, person=conversation.owner, text=text
    )
    return services.answer(message=message)


def test_a_character_answers_and_open_pages_hear_each_sentence(
    conversation: Conversation,
    speaks: Callable[..., Player],
    told: list[dict[str, Any]],
) -> None:
    speaks(["The sea is ", "flat today. Bring", " a lamp!"])
    (reply,) = say(conversation, "How is the sea?")
    assert reply.text == "The sea is flat today. Bring a lamp!"
    assert (reply.state, reply.provider) == ("complete", "player")
    assert told[0]["type"] == "turn-start"
    assert [one["text"] for one in told if one["type"] == "sentence"] == [
        "The sea is flat today.",
        "Bring a lamp!",
    ]
    assert told[-1]["type"] == "turn-end"
    conversation.refresh_from_db()
    assert (conversation.head, conversation.leased_until) == (reply, None)


def test_the_engine_is_given_the_path_and_who_listens(
    conversation: Conversation, speaks: Callable[..., Player]
) -> None:
    player = speaks(["Aye."])
    say(conversation, "How is the sea?")
    context = player.heard[0]
    assert [(t.speaker, t.text) for t in context.history] == [
        ("Hob", "I am Hob."),
        ("Bob", "How is the sea?"),
    ]
    assert (context.listener, context.card.name) == ("Bob", "Hob")
    assert context.card.persona == "Keeps a lighthouse."


def test_a_sentence_that_screening_stops_never_leaves(
    conversation: Conversation,
    speaks: Callable[..., Player],
    told: list[dict[str, Any]],
) -> None:
    speaks([f"Good evening. {SLUR} More of it."])
    (reply,) = say(conversation, "Hello.")
    assert reply.state == "replaced"
    assert reply.text.startswith("Good evening.")
    assert "kill" not in reply.text
    assert "kill" not in str(told)
    assert "More of it" not in str(told)
    kept = Screening.objects.get(surface="chat", action="block")
    assert kept.subject == f"chat:{conversation.key}"


def test_an_engine_that_dies_in_mid_line_is_finished_by_the_authored_one(
    conversation: Conversation, speaks: Callable[..., Player]
) -> None:
    speaks(["The sea is flat. And the", EngineError("down")])
    (reply,) = say(conversation, "How is the sea?")
    assert reply.state == "complete"
    assert reply.text.startswith("The sea is flat.")
    assert len(reply.text) > len("The sea is flat.")
    assert "player" in reply.note


def test_without_screening_nobody_speaks_and_the_question_stays(
    conversation: Conversation,
    speaks: Callable[..., Player],
    told: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    speaks(["Flat."])
    message = services.send_message(
        conversation=conversation, person=conversation.owner, text="How is the sea?"
    )

    def away(*_: Any, **__: Any) -> None:
        raise ScreeningUnavailableError

    monkeypatch.setattr(turns, "screen_text", away)
    with pytest.raises(NotNowError, match="cannot check"):
        services.answer(message=message)
    conversation.refresh_from_db()
    assert (conversation.head, conversation.leased_until) == (message, None)
    assert told[-1]["type"] == "turn-failed"
    monkeypatch.undo()


def test_answering_twice_gives_the_same_reply(
    conversation: Conversation, speaks: Callable[..., Player]
) -> None:
    player = speaks(["Flat."], ["Rough."])
    message = services.send_message(
        conversation=conversation,
        person=conversation.owner,
        text="How is the sea?",
        once="a",
    )
    first = services.answer(message=message)
    again = services.send_message(
        conversation=conversation,
        person=conversation.owner,
        text="How is the sea?",
        once="a",
    )
    assert again == message
    assert services.answer(message=again) == first
    assert len(player.heard) == 1


def test_two_turns_at_once_are_one(
    conversation: Conversation, speaks: Callable[..., Player]
) -> None:
    speaks(["Flat."])
    message = services.send_message(
        conversation=conversation, person=conversation.owner, text="How is the sea?"
    )
    seat = conversation.participants.get(character__isnull=False)
    services.begin(conversation=conversation, speaker=seat)
    with pytest.raises(NotNowError, match="still speaking"):
        services.begin(conversation=conversation, speaker=seat)
    with pytest.raises(NotNowError, match="still speaking"):
        services.send_message(
            conversation=conversation, person=conversation.owner, text="Hello?"
        )
    assert message.children.count() == 1


def test_a_turn_whose_process_died_keeps_what_was_heard(
    conversation: Conversation, speaks: Callable[..., Player]
) -> None:
    speaks(["Flat."])
    services.send_message(
        conversation=conversation, person=conversation.owner, text="How is the sea?"
    )
    seat = conversation.participants.get(character__isnull=False)
    turn = services.begin(conversation=conversation, speaker=seat)
    Message.objects.filter(pk=turn.message_id).update(text="The sea is")
    assert services.reconcile()["turns"] == 0
    Conversation.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert services.reconcile()["turns"] == 1
    left = Message.objects.get(pk=turn.message_id)
    assert (left.text, left.state) == ("The sea is", "complete")
    services.send_message(
        conversation=conversation, person=conversation.owner, text="Go on."
    )


def test_a_message_after_a_dead_turn_follows_what_was_there(
    conversation: Conversation, speaks: Callable[..., Player]
) -> None:
    speaks(["Flat."])
    asked = services.send_message(
        conversation=conversation, person=conversation.owner, text="How is the sea?"
    )
    seat = conversation.participants.get(character__isnull=False)
    turn = services.begin(conversation=conversation, speaker=seat)
    Conversation.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    dead = Message.objects.full().get(pk=turn.message_id)
    again = services.send_message(
        conversation=conversation, person=conversation.owner, text="Hello?"
    )
    assert again.parent == asked
    assert not Message.objects.filter(pk=turn.message_id).exists()
    with pytest.raises(ChatError, match="not there any more"):
        services.rewind(message=dead, person=dead.conversation.owner)
    assert services.answer(message=again)[0].text == "Flat."


def test_a_turn_that_was_overtaken_writes_no_more(
    conversation: Conversation, speaks: Callable[..., Player]
) -> None:
    speaks(["Flat."], ["Rough."])
    services.send_message(
        conversation=conversation, person=conversation.owner, text="How is the sea?"
    )
    seat = conversation.participants.get(character__isnull=False)
    old = services.begin(conversation=conversation, speaker=seat)
    Conversation.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    new = services.begin(conversation=conversation, speaker=seat)
    assert not Message.objects.filter(pk=old.message_id).exists()
    assert async_to_sync(services.run)(old) is None
    conversation.refresh_from_db()
    assert conversation.leased_until is not None
    reply = async_to_sync(services.run)(new)
    assert reply is not None
    assert reply.text


def test_a_character_off_the_stage_answers_nobody(
    conversation: Conversation, hob: Character, speaks: Callable[..., Player]
) -> None:
    speaks(["Flat."])
    hob.visibility = "private"
    hob.save()
    message = services.send_message(
        conversation=conversation, person=conversation.owner, text="Hello."
    )
    with pytest.raises(ChatError, match="not on stage"):
        services.answer(message=message)


def test_another_reply_stands_beside_the_first(
    conversation: Conversation, speaks: Callable[..., Player]
) -> None:
    speaks(["Flat."], ["Rough."])
    (first,) = say(conversation, "How is the sea?")
    second = services.another(message=first, person=first.conversation.owner)
    assert second is not None
    assert (second.parent, second.text) == (first.parent, "Rough.")
    seat = selectors.seat_of(conversation, conversation.owner)
    conversation.refresh_from_db()
    line = selectors.lines_of(conversation, seat)[0][-1]
    assert (line.message, line.number, line.of) == (second, 2, 2)
    services.choose(message=first, person=first.conversation.owner)
    conversation.refresh_from_db()
    line = selectors.lines_of(conversation, seat)[0][-1]
    assert (line.message, line.number, line.of) == (first, 1, 2)


def test_who_was_away_is_told_nothing_of_it(
    bob: User,
    hob: Character,
    cast_of: Callable[..., Character],
    speaks: Callable[..., Player],
) -> None:
    """Asserted on what the engine is given: no word of it, no fact of it."""
    quill, mira = cast_of("Quill"), cast_of("Mira")
    player = speaks(["Aye."], ["Hm."], ["Who?"], ["Ah."])
    group = services.start_group(person=bob, characters=[hob, quill])
    gone = group.participants.get(character=quill)
    say(group, "Hob, good evening.")
    services.dismiss(participant=gone, person=gone.conversation.owner)
    say(group, "Hob, my birthday is in the cellar marked tuesday.")
    services.add_character(conversation=group, person=group.owner, character=quill)
    services.add_character(conversation=group, person=group.owner, character=mira)
    say(group, "Quill, what do you know?")
    say(group, "Mira, what do you know?")
    for context in player.heard[2:]:
        told = str((context.history, context.memories))
        assert context.card.name in {"Quill", "Mira"}
        assert "tuesday" not in told
        assert "what do you know" in told
    assert "good evening" in str(player.heard[2].history)
    assert "good evening" not in str(player.heard[3].history)
    assert {other.name for other in player.heard[3].others} == {"Hob", "Quill"}


def test_whoever_is_called_answers_and_else_the_longest_silent(
    bob: User,
    hob: Character,
    cast_of: Callable[..., Character],
    speaks: Callable[..., Player],
) -> None:
    speaks(["Aye."])
    group = services.start_group(person=bob, characters=[hob, cast_of("Quill")])
    names = [[one.author.name for one in say(group, text)] for text in (
        "Good evening.", "And now?", "hob, again.", "Quill and Hob, both of you.",
    )]  # fmt: skip
    assert names == [["Quill"], ["Hob"], ["Hob"], ["Quill", "Hob"]]


def test_a_person_may_ask_one_to_speak(
    bob: User,
    hob: Character,
    cast_of: Callable[..., Character],
    speaks: Callable[..., Player],
) -> None:
    speaks(["Aye."])
    quill = cast_of("Quill")
    group = services.start_group(person=bob, characters=[hob, quill])
    seat = group.participants.get(character=quill)
    said = services.speak_up(participant=seat, person=seat.conversation.owner)
    assert said is not None
    assert said.author.name == "Quill"
    with pytest.raises(NotNowError, match="just spoken"):
        services.speak_up(participant=seat, person=seat.conversation.owner)
    owner = Participant.objects.get(role="person")
    with pytest.raises(ChatError):
        services.speak_up(participant=owner, person=owner.conversation.owner)
