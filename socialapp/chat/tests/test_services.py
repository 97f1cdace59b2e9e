"""What people write, change, branch and have remembered; and who may not."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from moderation.abuse.services import AbuseError
from moderation.models import Screening, Utterance
from moderation.screening.refusals import TextRefusedError
from socialapp.accounts.models import User
from socialapp.chat import archives, selectors, services
from socialapp.chat.errors import ChatClosedError, ChatError
from socialapp.chat.models import Conversation, Fact, Message
from socialapp.performance import Performance

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django import Settings

    from socialapp.characters.models import Character
    from socialapp.chat.tests.players import Player

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def teen(db: None) -> User:
    return User.objects.create_user(
        username="tim",
        email="tim@example.com",
        password=None,
        birth_date=timezone.now().date() - dt.timedelta(days=15 * 366),
    )


def say(conversation: Conversation, text: str) -> list[Message]:
    message = services.send_message(
        conversation=conversation, person=conversation.owner, text=text
    )
    return services.answer(message=message)


def texts(conversation: Conversation) -> list[str]:
    fresh = Conversation.objects.full().get(pk=conversation.pk)
    return [
        message.text
        for message in selectors.path_of(
            fresh, fresh.participants.get(person=fresh.owner)
        )
    ]


def test_a_character_greets_by_the_name_of_the_persona(
    bob: User, cast_of: Callable[..., Character]
) -> None:
    hob = cast_of("Hob", greeting="Welcome, {{user}}. *waves* I am {{char}}.")
    wren = services.create_persona(person=bob, name="Wren", about="A climber.")
    new = services.start(person=bob, character=hob, persona=wren)
    assert texts(new) == ["Welcome, Wren. I am Hob."]


def test_the_persona_is_what_the_character_is_told(
    bob: User, hob: Character, speaks: Callable[..., Player]
) -> None:
    player = speaks(["Aye."])
    wren = services.create_persona(person=bob, name="Wren", about="A climber.")
    new = services.start(person=bob, character=hob, persona=wren)
    say(new, "Good evening.")
    services.change_persona(persona=wren, about="A diver.")
    say(Conversation.objects.full().get(), "And now?")
    assert player.heard[0].listener == "Wren"
    assert player.heard[0].memories == ("Wren: A climber.",)
    assert player.heard[1].memories == ("Wren: A diver.",)


def test_people_under_18_have_no_open_conversation(
    teen: User, hob: Character, conversation: Conversation
) -> None:
    with pytest.raises(ChatClosedError, match="18 and over"):
        services.start(person=teen, character=hob)
    Conversation.objects.update(owner=teen)
    mine = Conversation.objects.full().get()
    with pytest.raises(ChatClosedError):
        services.send_message(conversation=mine, person=mine.owner, text="Hello.")
    with pytest.raises(ChatClosedError):
        services.remember(conversation=mine, person=mine.owner, text="I like tea.")


def test_nobody_talks_to_a_character_they_may_not_open(
    bob: User, hob: Character
) -> None:
    for state in ({"visibility": "private"}, {"withheld": "hidden"}, {"waits": True}):
        type(hob).objects.update(**state)
        with pytest.raises(ChatError, match="no such character"):
            services.start(person=bob, character=hob)


def test_a_crisis_is_answered_by_nobody_and_kept_nowhere(
    conversation: Conversation,
) -> None:
    before = Message.objects.count()
    with pytest.raises(TextRefusedError) as refused:
        services.send_message(
            conversation=conversation,
            person=conversation.owner,
            text="I want to kill myself.",
        )
    assert refused.value.crisis
    assert Message.objects.count() == before
    row = Screening.objects.get(action="crisis")
    assert (row.text, row.person, row.subject) == ("", None, "")


@pytest.mark.parametrize(
    ("text", "why"), [("", "empty"), ("  \n ", "empty"), ("a" * 2001, "2000 fit")]
)
def test_what_cannot_be_a_message_says_why(
    conversation: Conversation, text: str, why: str
) -> None:
    with pytest.raises(ChatError, match=why):
        services.send_message(
            conversation=conversation, person=conversation.owner, text=text
        )


def test_a_rate_holds_and_nothing_of_the_words_is_kept_for_it(
    conversation: Conversation, settings: Settings
) -> None:
    limits = {"person": "2/1h", "new": "9/24h", "address": "9/1h"}
    rates = {**settings.ABUSE["RATES"], "chat": limits}
    settings.ABUSE = {**settings.ABUSE, "RATES": rates}
    for _ in range(2):
        services.send_message(
            conversation=conversation,
            person=conversation.owner,
            text="The very same words.",
        )
    with pytest.raises(AbuseError, match="2 in"):
        services.send_message(
            conversation=conversation,
            person=conversation.owner,
            text="Others this time.",
        )
    assert set(Utterance.objects.values_list("fingerprint", flat=True)) == {""}


def test_an_edit_is_a_branch_and_the_old_one_is_a_step_away(
    conversation: Conversation, speaks: Callable[..., Player]
) -> None:
    speaks(["Flat."], ["Seven."])
    say(conversation, "How is the sea?")
    asked = Message.objects.get(text="How is the sea?")
    new = services.edit_message(
        message=asked, person=asked.conversation.owner, text="How many gulls?"
    )
    services.answer(message=new)
    assert texts(conversation) == ["I am Hob.", "How many gulls?", "Seven."]
    services.choose(message=asked, person=asked.conversation.owner)
    assert texts(conversation) == ["I am Hob.", "How is the sea?", "Flat."]
    reply = Message.objects.get(text="Flat.")
    with pytest.raises(ChatError, match="Only your own"):
        services.edit_message(
            message=reply, person=reply.conversation.owner, text="I love you."
        )


def test_rewinding_goes_on_from_there_and_loses_nothing(
    conversation: Conversation, speaks: Callable[..., Player]
) -> None:
    player = speaks(["Flat."], ["Late."], ["Fed."])
    (first,) = say(conversation, "How is the sea?")
    say(conversation, "What time is it?")
    services.rewind(message=first, person=first.conversation.owner)
    say(Conversation.objects.full().get(), "And the gulls?")
    assert texts(conversation)[-3:] == ["Flat.", "And the gulls?", "Fed."]
    assert "What time" not in str(player.heard[2].history)
    assert Message.objects.filter(text="Late.").exists()


def test_a_branch_begins_with_all_that_led_to_it(
    conversation: Conversation, speaks: Callable[..., Player]
) -> None:
    player = speaks(["Hello, Wren."], ["Late."], ["Still Wren."])
    (reply,) = say(conversation, "My name is Wren.")
    say(conversation, "I hate mint tea.")
    new = services.branch(message=reply, person=reply.conversation.owner)
    assert texts(new) == ["I am Hob.", "My name is Wren.", "Hello, Wren."]
    assert [
        fact.text for fact in selectors.facts_of(new, selectors.seat_of(new, new.owner))
    ] == ["Your name is Wren"]
    say(new, "Who am I?")
    assert player.heard[2].memories == ("Your name is Wren",)
    assert len(texts(conversation)) == 5


def test_a_fact_is_linked_changed_forgotten_and_each_counts_next_turn(
    conversation: Conversation, speaks: Callable[..., Player]
) -> None:
    player = speaks(["Aye."])
    say(conversation, "I hate mint tea.")
    fact = Fact.objects.get()
    assert fact.message == Message.objects.get(text="I hate mint tea.")
    services.edit_fact(fact=fact, text="You adore mint tea")
    say(conversation, "Tea?")
    services.forget_fact(fact=fact)
    say(conversation, "Cake?")
    services.recall_fact(fact=fact)
    services.remember(
        conversation=conversation, person=conversation.owner, text="Wren climbs."
    )
    say(conversation, "Bread?")
    assert [context.memories for context in player.heard] == [
        ("You hate mint tea",),
        ("You adore mint tea",),
        (),
        ("You adore mint tea", "Wren climbs."),
    ]


def test_what_was_said_on_another_branch_is_not_remembered(
    conversation: Conversation, speaks: Callable[..., Player]
) -> None:
    player = speaks(["Aye."])
    greeting = conversation.head
    assert greeting is not None
    say(conversation, "I hate mint tea.")
    services.rewind(message=greeting, person=greeting.conversation.owner)
    fresh = Conversation.objects.full().get()
    assert selectors.facts_of(fresh, selectors.seat_of(fresh, fresh.owner)) == []
    say(fresh, "Good evening.")
    assert player.heard[1].memories == ()


def test_a_group_has_two_to_four_and_names_that_differ(
    bob: User, hob: Character, cast_of: Callable[..., Character]
) -> None:
    with pytest.raises(ChatError, match="two to 4"):
        services.start_group(person=bob, characters=[hob, hob])
    group = services.start_group(person=bob, characters=[hob, cast_of("Hob")])
    names = list(group.participants.values_list("name", flat=True))
    assert names == ["Bob", "Hob", "Hob 2"]
    for name in ("Quill", "Mira"):
        services.add_character(
            conversation=group, person=group.owner, character=cast_of(name)
        )
    with pytest.raises(ChatError, match="which is the most"):
        services.add_character(
            conversation=group, person=group.owner, character=cast_of("Wren")
        )


def test_the_last_character_stays(conversation: Conversation) -> None:
    seat = conversation.participants.get(character__isnull=False)
    with pytest.raises(ChatError, match="last character"):
        services.dismiss(participant=seat, person=seat.conversation.owner)


def test_a_search_finds_ones_own_words_alone(
    conversation: Conversation, alice: User, bob: User, hob: Character
) -> None:
    services.send_message(
        conversation=conversation,
        person=conversation.owner,
        text="The green lamp is out.",
    )
    theirs = services.start(person=alice, character=hob)
    services.send_message(
        conversation=theirs, person=theirs.owner, text="A green lamp of mine."
    )
    assert [m.text for m in selectors.search(bob, "lamp GREEN")] == [
        "The green lamp is out."
    ]
    assert selectors.search(bob, "  ") == []


def test_an_export_has_every_branch(
    conversation: Conversation, speaks: Callable[..., Player]
) -> None:
    speaks(["Flat."], ["Rough."])
    (first,) = say(conversation, "How is the sea? I like tea.")
    services.another(message=first, person=first.conversation.owner)
    fresh = Conversation.objects.full().get()
    archive = archives.as_archive(fresh, selectors.seat_of(fresh, fresh.owner))
    assert [m["text"] for m in archive["messages"]] == [
        "I am Hob.",
        "How is the sea? I like tea.",
        "Flat.",
        "Rough.",
    ]
    assert archive["facts"][0]["message"] == archive["messages"][1]["key"]
    assert archive["ai_generated"] is True
    assert archives.as_text(fresh, selectors.seat_of(fresh, fresh.owner)).endswith(
        "Bob: How is the sea? I like tea.\nHob: Rough.\n"
    )


def test_a_reply_is_performed_sentence_by_sentence(
    conversation: Conversation, speaks: Callable[..., Player]
) -> None:
    speaks(["What a splendid evening! The sea is [laughs] flat."])
    (reply,) = say(conversation, "How is the sea?")
    performance, sound = services.perform_message(message=reply, number=1)
    assert isinstance(performance, Performance)
    assert sound.startswith(b"RIFF")
    words = [caption.text for caption in performance.parts[0].captions]
    assert "flat." in " ".join(words)
    assert performance.parts[0].visemes
    for number in (2, -1):
        with pytest.raises(ChatError, match="2 sentences"):
            services.perform_message(message=reply, number=number)
    asked = Message.objects.get(text="How is the sea?")
    with pytest.raises(ChatError, match="Only what characters"):
        services.perform_message(message=asked)


def test_whoever_leaves_takes_their_conversations_along(
    conversation: Conversation, bob: User
) -> None:
    services.create_persona(person=bob, name="Wren")
    services.forget_person(person=bob)
    assert not Conversation.objects.exists()
    assert not Message.objects.exists()
    assert not bob.personas.exists()


def test_a_character_that_was_erased_leaves_its_lines_and_not_its_name(
    conversation: Conversation, hob: Character
) -> None:
    hob.delete()
    assert services.reconcile()["names"] == 1
    assert services.reconcile()["names"] == 0
    assert archives.as_text(
        conversation, selectors.seat_of(conversation, conversation.owner)
    ).endswith("Somebody who left: I am Hob.\n")


def test_a_character_whose_words_wait_says_nothing_even_to_its_owner(
    alice: User, hob: Character
) -> None:
    mine = services.start(person=alice, character=hob)
    message = services.send_message(
        conversation=mine, person=mine.owner, text="Good evening."
    )
    type(hob).objects.update(waits=True)
    with pytest.raises(ChatError, match="not on stage"):
        services.answer(message=message)
    with pytest.raises(ChatError, match="not on stage"):
        services.start(person=alice, character=hob)
