"""Several people in one conversation: coming in, hearing, taking turns, going."""

from __future__ import annotations

import datetime as dt
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest
from channels.db import database_sync_to_async
from channels.routing import URLRouter
from django.db import connection, transaction
from django.utils import timezone

from moderation import subjects
from moderation.screening.refusals import TextRefusedError
from socialapp.accounts.models import User
from socialapp.chat import archives, exports, selectors, services
from socialapp.chat.errors import ChatClosedError, ChatError, NotNowError, NotYoursError
from socialapp.chat.models import Conversation, Fact, Invitation, Message, Participant
from socialapp.chat.routing import websocket_urlpatterns
from socialapp.chat.services import checks, news, turns
from socialapp.chat.services.people import MOST_PEOPLE
from tests.sockets import Socket

if TYPE_CHECKING:
    from collections.abc import Callable

    from socialapp.characters.models import Character
    from socialapp.chat.tests.players import Player

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def joined(
    conversation: Conversation, mallory: User, speaks: Callable[..., Player]
) -> Callable[[], Participant]:
    """Lets Mallory into Bob's conversation with Hob when it is called."""

    def come() -> Participant:
        link = services.invite_by_link(
            conversation=conversation, person=conversation.owner
        )
        seat = services.accept_invitation(invitation=link, person=mallory)
        conversation.refresh_from_db()
        return seat

    return come


def say(conversation: Conversation, person: User, text: str) -> list[Message]:
    conversation.refresh_from_db()
    message = services.send_message(conversation=conversation, person=person, text=text)
    return services.answer(message=message)


def read_by(conversation: Conversation, person: User) -> list[str]:
    fresh = Conversation.objects.full().get(pk=conversation.pk)
    seat = selectors.seat_of(fresh, person)
    return [message.text for message in selectors.path_of(fresh, seat)]


def test_who_comes_later_reads_what_is_said_from_then_on(
    conversation: Conversation,
    joined: Callable[[], Participant],
    speaks: Callable[..., Player],
    bob: User,
    mallory: User,
) -> None:
    speaks(["Flat."], ["Rough."])
    (early,) = say(conversation, bob, "The lamp is our secret.")
    seat = joined()
    assert read_by(conversation, mallory) == []
    (late,) = say(conversation, bob, "How is the sea?")
    assert read_by(conversation, mallory) == ["How is the sea?", "Rough."]
    assert not Message.objects.of(mallory).filter(pk=early.pk).exists()
    assert Message.objects.of(mallory).filter(pk=late.pk).exists()
    assert selectors.search(mallory, "secret") == []
    fresh = Conversation.objects.full().get()
    assert "secret" not in str(archives.as_archive(fresh, seat))
    assert "secret" not in archives.as_text(fresh, seat)
    assert len(read_by(conversation, bob)) == 5


def test_the_title_that_quotes_an_older_line_does_not_travel(
    conversation: Conversation,
    joined: Callable[[], Participant],
    speaks: Callable[..., Player],
    bob: User,
) -> None:
    speaks(["Flat."])
    say(conversation, bob, "The lamp is our secret.")
    assert "secret" in Conversation.objects.get().title
    joined()
    assert Conversation.objects.get().title == ""
    services.change_conversation(
        conversation=conversation, person=bob, title="At the pier"
    )
    assert Conversation.objects.get().title == "At the pier"


def test_characters_tell_people_apart(
    conversation: Conversation,
    joined: Callable[[], Participant],
    speaks: Callable[..., Player],
    bob: User,
    mallory: User,
) -> None:
    player = speaks(["Aye."])
    joined()
    say(conversation, bob, "I hate mint tea.")
    say(conversation, mallory, "I love mint tea.")
    context = player.heard[-1]
    assert context.listener == "Mallory"
    said = [(turn.speaker, turn.text) for turn in context.history if turn.person]
    assert said == [("Bob", "I hate mint tea."), ("Mallory", "I love mint tea.")]
    assert context.memories == (
        "Bob: You hate mint tea",
        "Mallory: You love mint tea",
    )


def test_what_is_remembered_of_somebody_is_theirs_alone(
    conversation: Conversation,
    joined: Callable[[], Participant],
    speaks: Callable[..., Player],
    bob: User,
    mallory: User,
) -> None:
    player = speaks(["Aye."])
    joined()
    say(conversation, mallory, "I love mint tea.")
    fact = Fact.objects.get()
    fresh = Conversation.objects.full().get()
    assert selectors.facts_of(fresh, selectors.seat_of(fresh, mallory)) == [fact]
    assert selectors.facts_of(fresh, selectors.seat_of(fresh, bob)) == []
    assert not Fact.objects.of(bob).exists()
    services.forget_fact(fact=Fact.objects.of(mallory).get())
    say(conversation, bob, "Tea?")
    assert player.heard[-1].memories == ()


def test_a_persona_is_not_told_among_several_people(
    conversation: Conversation,
    joined: Callable[[], Participant],
    speaks: Callable[..., Player],
    bob: User,
) -> None:
    player = speaks(["Aye."])
    persona = services.create_persona(person=bob, name="Wren", about="Owes Hob money.")
    services.change_conversation(conversation=conversation, person=bob, persona=persona)
    say(conversation, bob, "Evening.")
    assert "Wren: Owes Hob money." in player.heard[-1].memories
    joined()
    say(conversation, bob, "Evening again.")
    assert player.heard[-1].memories == ()
    assert player.heard[-1].listener == "Wren"


def test_what_is_said_while_a_character_speaks_is_kept_and_answered_afterwards(
    conversation: Conversation,
    joined: Callable[[], Participant],
    speaks: Callable[..., Player],
    mallory: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bob = conversation.owner
    player = speaks(["Flat."], ["Fed."])
    joined()
    seen: list[Any] = []
    finish = turns._finish

    def meanwhile(turn: Any) -> Message | None:
        if not seen:
            seen.append(True)
            fresh = Conversation.objects.full().get()
            assert checks.is_leased(fresh)
            late = services.send_message(
                conversation=fresh, person=mallory, text="And the gulls?"
            )
            assert services.answer(message=late) == []
        return finish(turn)

    monkeypatch.setattr(turns, "_finish", meanwhile)
    replies = say(conversation, bob, "How is the sea?")
    assert [reply.text for reply in replies] == ["Flat."]
    assert read_by(conversation, mallory) == [
        "How is the sea?",
        "Flat.",
        "And the gulls?",
        "Fed.",
    ]
    assert player.heard[1].listener == "Mallory"
    assert Conversation.objects.get().leased_until is None


def test_what_waits_outlives_a_speaker_of_whom_nothing_was_heard(
    conversation: Conversation,
    joined: Callable[[], Participant],
    bob: User,
    mallory: User,
    speaks: Callable[..., Player],
) -> None:
    speaks(["Fed."])
    joined()
    services.send_message(conversation=conversation, person=bob, text="The sea?")
    hob = conversation.participants.get(character__isnull=False)
    services.begin(conversation=conversation, speaker=hob)
    late = services.send_message(
        conversation=conversation, person=mallory, text="And the gulls?"
    )
    Conversation.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert services.reconcile()["turns"] == 1
    assert read_by(conversation, mallory) == ["The sea?", "And the gulls?"]
    late = Message.objects.full().get(pk=late.pk)
    assert [reply.text for reply in services.answer(message=late)] == ["Fed."]


def test_one_person_alone_waits_for_the_end_as_before(
    conversation: Conversation, bob: User
) -> None:
    services.send_message(conversation=conversation, person=bob, text="The sea?")
    hob = conversation.participants.get(character__isnull=False)
    services.begin(conversation=conversation, speaker=hob)
    with pytest.raises(NotNowError, match="still speaking"):
        services.send_message(conversation=conversation, person=bob, text="Well?")


def test_only_the_owner_goes_back_and_everybody_changes_their_own(
    conversation: Conversation,
    joined: Callable[[], Participant],
    speaks: Callable[..., Player],
    bob: User,
    mallory: User,
) -> None:
    speaks(["Flat."], ["Fed."], ["Seven."])
    joined()
    (first,) = say(conversation, mallory, "How is the sea?")
    asked = Message.objects.full().get(text="How is the sea?")
    for forbidden in (services.rewind, services.choose, services.branch):
        with pytest.raises(NotYoursError, match="Only Bob"):
            forbidden(message=first, person=mallory)
    with pytest.raises(ChatError, match="Only your own"):
        services.edit_message(message=asked, person=bob, text="I love you.")
    new = services.edit_message(message=asked, person=mallory, text="The gulls?")
    services.answer(message=new)
    assert read_by(conversation, bob)[-2:] == ["The gulls?", "Fed."]
    say(conversation, bob, "And the lamp?")
    with pytest.raises(ChatError, match="Somebody else has said"):
        services.edit_message(
            message=Message.objects.full().get(pk=new.pk), person=mallory, text="Tea?"
        )
    services.rewind(message=first, person=bob)
    assert read_by(conversation, mallory)[-1] == "Flat."


def test_a_branch_is_its_owners_alone(
    conversation: Conversation,
    joined: Callable[[], Participant],
    speaks: Callable[..., Player],
    bob: User,
    mallory: User,
) -> None:
    speaks(["Flat."])
    joined()
    (reply,) = say(conversation, mallory, "My name is Wren.")
    new = services.branch(message=Message.objects.full().get(pk=reply.pk), person=bob)
    assert not Conversation.objects.of(mallory).filter(pk=new.pk).exists()
    assert not new.facts.exists()
    assert read_by(new, bob)[-2:] == ["My name is Wren.", "Flat."]


def test_another_reply_to_an_older_line_is_the_owners_to_ask_for(
    conversation: Conversation,
    joined: Callable[[], Participant],
    speaks: Callable[..., Player],
    bob: User,
    mallory: User,
) -> None:
    speaks(["Flat."], ["Fed."], ["Rough."])
    joined()
    (first,) = say(conversation, bob, "The sea?")
    (last,) = say(conversation, bob, "The gulls?")
    first, last = (Message.objects.full().get(pk=one.pk) for one in (first, last))
    with pytest.raises(NotYoursError, match="Only Bob"):
        services.another(message=first, person=mallory)
    said = services.another(message=last, person=mallory)
    assert said is not None
    assert said.text == "Rough."


def test_a_mark_of_one_person_gives_nobody_elses_message(
    conversation: Conversation,
    joined: Callable[[], Participant],
    bob: User,
    mallory: User,
) -> None:
    joined()
    sent = services.send_message(
        conversation=conversation, person=bob, text="Mine.", once="mark"
    )
    assert sent.text == "Mine."
    with pytest.raises(ChatError, match="its mark was taken"), transaction.atomic():
        services.send_message(
            conversation=conversation, person=mallory, text="Yours?", once="mark"
        )


def test_a_crisis_is_shown_to_its_writer_alone(
    conversation: Conversation,
    joined: Callable[[], Participant],
    bob: User,
    mallory: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    joined()
    told: list[str] = []
    monkeypatch.setattr(
        news, "tell_soon", lambda _key, kind, **_facts: told.append(kind)
    )
    with pytest.raises(TextRefusedError) as refused:
        services.send_message(
            conversation=conversation, person=mallory, text="I want to kill myself."
        )
    assert refused.value.crisis
    assert told == []
    assert read_by(conversation, bob) == ["I am Hob."]


def test_a_link_ends_is_taken_back_and_is_replaced_by_a_newer_one(
    conversation: Conversation, bob: User, alice: User, mallory: User
) -> None:
    first = services.invite_by_link(conversation=conversation, person=bob)
    second = services.invite_by_link(conversation=conversation, person=bob)
    with pytest.raises(ChatError, match="over"):
        services.accept_invitation(invitation=first, person=mallory)
    services.accept_invitation(invitation=second, person=mallory)
    again = services.accept_invitation(invitation=second, person=mallory)
    assert again == conversation.participants.get(person=mallory)
    services.revoke_invitation(invitation=second, person=bob)
    with pytest.raises(ChatError, match="over"):
        services.accept_invitation(invitation=second, person=alice)
    third = services.invite_by_link(conversation=conversation, person=bob, hours=1)
    Invitation.objects.filter(pk=third.pk).update(expires=timezone.now())
    with pytest.raises(ChatError, match="over"):
        services.accept_invitation(invitation=third, person=alice)
    with pytest.raises(NotYoursError, match="Only Bob"):
        services.invite_by_link(conversation=conversation, person=mallory)


def test_an_invitation_by_name_is_for_that_person(
    conversation: Conversation, bob: User, alice: User, mallory: User
) -> None:
    asked = services.invite_person(
        conversation=conversation, person=bob, handle="@Alice"
    )
    same = services.invite_person(conversation=conversation, person=bob, handle="alice")
    assert same == asked
    assert selectors.invitations_to(alice) == [asked]
    with pytest.raises(ChatError, match="over"):
        services.accept_invitation(invitation=asked, person=mallory)
    services.decline_invitation(invitation=asked, person=alice)
    assert selectors.invitations_to(alice) == []
    with pytest.raises(ChatError, match="said no"):
        services.invite_person(conversation=conversation, person=bob, handle="alice")
    with pytest.raises(ChatError, match="nobody called @nobody"):
        services.invite_person(conversation=conversation, person=bob, handle="nobody")


def test_who_is_too_young_is_asked_like_everybody_and_does_not_come_in(
    conversation: Conversation, bob: User
) -> None:
    teen = User.objects.create_user(
        username="teen",
        email="teen@example.com",
        password=None,
        birth_date=timezone.now().date() - dt.timedelta(days=15 * 365),
    )
    asked = services.invite_person(conversation=conversation, person=bob, handle="teen")
    with pytest.raises(ChatClosedError):
        services.accept_invitation(invitation=asked, person=teen)
    assert not Conversation.objects.of(teen).exists()


def test_who_was_sent_away_hears_no_more_and_no_link_lets_them_in(
    conversation: Conversation,
    joined: Callable[[], Participant],
    speaks: Callable[..., Player],
    bob: User,
    mallory: User,
) -> None:
    speaks(["Flat."])
    seat = joined()
    (reply,) = say(conversation, mallory, "How is the sea?")
    services.send_away(participant=Participant.objects.get(pk=seat.pk), person=bob)
    assert not Conversation.objects.of(mallory).exists()
    assert not Message.objects.of(mallory).exists()
    link = services.invite_by_link(conversation=conversation, person=bob)
    with pytest.raises(ChatError, match="sent you away"):
        services.accept_invitation(invitation=link, person=mallory)
    say(conversation, bob, "Quiet now.")
    asked = services.invite_person(
        conversation=conversation, person=bob, handle="mallory"
    )
    back = services.accept_invitation(invitation=asked, person=mallory)
    assert back.pk != seat.pk
    assert back.name == "Mallory"
    assert read_by(conversation, mallory) == []
    assert not Message.objects.of(mallory).filter(pk=reply.pk).exists()


def test_a_guest_leaves_and_an_owner_cannot(
    conversation: Conversation,
    joined: Callable[[], Participant],
    bob: User,
    mallory: User,
) -> None:
    joined()
    with pytest.raises(ChatError, match="began this chat"):
        services.leave(conversation=conversation, person=bob)
    services.leave(conversation=conversation, person=mallory)
    with pytest.raises(ChatError, match="not part"):
        services.send_message(conversation=conversation, person=mallory, text="Hm.")


def test_six_people_fit(conversation: Conversation, bob: User) -> None:
    link = services.invite_by_link(conversation=conversation, person=bob)
    for number in range(MOST_PEOPLE):
        guest = User.objects.create_user(
            username=f"guest{number}", email=f"g{number}@example.com", password=None
        )
        if number == MOST_PEOPLE - 1:
            with pytest.raises(ChatError, match="which is the most"):
                services.accept_invitation(invitation=link, person=guest)
        else:
            services.accept_invitation(invitation=link, person=guest)


def test_what_another_person_said_can_be_reported_by_who_heard_it(
    conversation: Conversation,
    joined: Callable[[], Participant],
    speaks: Callable[..., Player],
    alice: User,
    mallory: User,
) -> None:
    bob = conversation.owner
    speaks(["Flat."])
    say(conversation, bob, "The lamp is our secret.")
    joined()
    say(conversation, bob, "Mallory is a fool.")
    kind = subjects.get("chat-message")
    said = Message.objects.full().get(text="Mallory is a fool.")
    assert kind.visible(said, mallory)
    assert not kind.visible(said, alice)
    assert kind.author(said) == bob
    copied = kind.snapshot(said)
    assert copied["Said"] == "Mallory is a fool."
    # What it answers was said before she came, so nobody hands it on.
    assert copied["Before it"] == ""


def test_an_erased_person_leaves_no_word_behind_and_no_hole(
    conversation: Conversation,
    joined: Callable[[], Participant],
    speaks: Callable[..., Player],
    bob: User,
    mallory: User,
) -> None:
    speaks(["Flat."])
    seat = joined()
    say(conversation, mallory, "I love mint tea.")
    say(conversation, bob, "Good.")
    services.forget_person(person=mallory)
    assert read_by(conversation, bob) == ["I am Hob.", "", "Flat.", "Good.", "Flat."]
    assert Message.objects.filter(state="erased").get().author_id == seat.pk
    assert not Fact.objects.exists()
    seat.refresh_from_db()
    assert (seat.name, seat.person) == ("Somebody who left", None)
    assert seat.left is not None


def test_an_archive_has_what_its_person_heard(
    conversation: Conversation,
    joined: Callable[[], Participant],
    speaks: Callable[..., Player],
    bob: User,
    mallory: User,
) -> None:
    speaks(["Flat."])
    say(conversation, bob, "The lamp is our secret.")
    joined()
    say(conversation, mallory, "I love mint tea.")
    services.leave(conversation=conversation, person=mallory)
    say(conversation, bob, "She is gone.")
    files = {file.path: file.data.decode() for file in exports.conversations(mallory)}
    kept = files["conversations.json"]
    assert "mint tea" in kept
    assert "secret" not in kept
    assert "She is gone" not in kept
    assert "She is gone" in str([f.data for f in exports.conversations(bob)])


def test_a_private_character_of_the_host_is_seen_by_whom_they_asked_in(
    conversation: Conversation,
    joined: Callable[[], Participant],
    hob: Character,
    bob: User,
    mallory: User,
) -> None:
    joined()
    type(hob).objects.filter(pk=hob.pk).update(visibility="private", owner=bob)
    seats = selectors.participants_of(conversation)
    assert selectors.may_show(seats, mallory) == set()
    assert selectors.may_show(seats, mallory, host=bob.pk) == {hob.pk}
    type(hob).objects.filter(pk=hob.pk).update(withheld="hidden")
    assert selectors.may_show(seats, mallory, host=bob.pk) == set()


@pytest.mark.django_db(transaction=True)
def test_two_people_who_speak_at_once_are_both_kept(
    conversation: Conversation,
    joined: Callable[[], Participant],
    speaks: Callable[..., Player],
    bob: User,
    mallory: User,
) -> None:
    speaks(["Flat. ", 0.05, "Fed."])
    joined()
    failed: list[BaseException] = []

    def one(person: User) -> None:
        try:
            say(Conversation.objects.get(pk=conversation.pk), person, f"I am {person}.")
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(who,)) for who in (bob, mallory)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed == []
    texts = read_by(conversation, bob)
    assert {f"I am {bob}.", f"I am {mallory}."} <= set(texts)
    assert texts[-1] == "Flat. Fed."


@pytest.mark.django_db(transaction=True)
async def test_a_socket_tells_nobody_of_what_was_begun_before_they_came() -> None:
    @database_sync_to_async
    def prepare() -> tuple[User, User, str, int]:
        ann, ben = (
            User.objects.create_user(
                username=n, email=f"{n}@example.com", password=None
            )
            for n in ("ann", "ben")
        )
        mine = Conversation.objects.create(owner=ann)
        seat = Participant.objects.create(
            conversation=mine, role="person", person=ann, name="Ann"
        )
        old = Message.objects.create(conversation=mine, author=seat, text="Old.")
        Participant.objects.create(
            conversation=mine, role="person", person=ben, name="Ben", since=old.pk
        )
        return ann, ben, mine.key, old.pk

    ann, ben, key, old = await prepare()

    def socket(user: Any) -> Socket:
        app = URLRouter(websocket_urlpatterns)  # type: ignore[arg-type]
        found = Socket(app, f"/ws/chats/{key}/")
        cast("dict[str, Any]", found.scope)["user"] = user
        return found

    hers, his = socket(ann), socket(ben)
    assert (await hers.connect())[0]
    assert (await his.connect())[0]
    await news.tell(key, "sentence", at=old, text="Old.")
    await news.tell(key, "sentence", at=old + 1, text="New.")
    assert (await hers.receive_json_from())["text"] == "Old."
    assert (await hers.receive_json_from())["text"] == "New."
    assert (await his.receive_json_from()) == {"type": "sentence", "text": "New."}
    await news.tell(key, "people", gone=ben.pk)
    assert (await hers.receive_json_from()) == {"type": "people"}
    closed = await his.receive_output()
    assert (closed["type"], closed["code"]) == ("websocket.close", 4404)
    await hers.disconnect()
