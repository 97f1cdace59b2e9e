"""A character's turn: leased, spoken sentence by sentence, screened before it leaves.

A turn has a lease with an end and a number, the fence. It is renewed while its process
lives; a process that dies leaves a lease that runs out, and what was heard until then
stays as the whole of the line.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from asgiref.sync import async_to_sync, sync_to_async
from django.db import transaction
from django.utils import timezone

from moderation.screening import screen_text
from socialapp.chat import selectors, speech
from socialapp.chat.contexts import REACH, context_for
from socialapp.chat.dialogues.gate import gate
from socialapp.chat.dialogues.retrieval import house_lines
from socialapp.chat.dialogues.wording import spoken
from socialapp.chat.errors import ChatError, NotNowError
from socialapp.chat.models import Conversation, Message, Participant
from socialapp.chat.services import checks, news
from socialapp.chat.services.writing import forget_names
from socialapp.chat.speaking import next_speakers
from socialapp.engines.errors import EngineError
from socialapp.engines.talk import Beat

if TYPE_CHECKING:
    from moderation.screening.verdicts import Verdict
    from socialapp.accounts.models import User
    from socialapp.engines.talk import Context, TurnEvent

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=15)
BEAT_SECONDS = 4.0
LONGEST_SECONDS = 180.0
"""A whole turn; the ladder's own patience is shorter."""

STAND_INS = 4
MOST_ROUNDS = 4
"""Answers that one request goes on with, to what others said meanwhile."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to speak: worthless once somebody began a newer turn."""

    conversation_id: int
    key: str
    message_id: int
    message_key: str
    speaker_id: int
    fence: int


def answer(*, message: Message) -> list[Message]:
    """Whoever is addressed by a person's `message` answers; their replies.

    Asked again, for a message that was answered, it gives those replies back. Among
    several people it gives none while somebody speaks: whoever made them speak goes on
    with this message afterwards.
    """
    conversation = message.conversation
    replies = _replies_to(message)
    if replies:
        return replies
    said = _answered(conversation, message)
    for _ in range(MOST_ROUNDS):
        waiting = _waiting(conversation)
        if waiting is None:
            break
        try:
            _answered(conversation, waiting)
        except ChatError as error:
            log.info("What was said meanwhile is not answered: %s", error)
            break
    return said


def _answered(conversation: Conversation, message: Message) -> list[Message]:
    speakers = _speakers(conversation, message)
    if not speakers:
        raise ChatError(
            "Nobody is here to answer: the character is not on stage any more. What was"
            " said stays here, and you can talk to another."
        )
    said: list[Message] = []
    for speaker in speakers:
        try:
            turn = begin(conversation=conversation, speaker=speaker)
        except NotNowError:
            if not checks.has_several_people(conversation):
                raise
            break
        reply = async_to_sync(run)(turn)
        if reply is None:
            break
        said.append(reply)
    return said


def _speakers(conversation: Conversation, message: Message) -> list[Participant]:
    participants = selectors.participants_of(conversation)
    present = [
        one
        for one in selectors.present_in(participants)
        if one.is_person or selectors.can_speak(one, conversation.owner)
    ]
    path = selectors.path_to(message.parent, most=REACH)
    # What several people said one after the other is answered together.
    unanswered = [message.text]
    for before in reversed(path):
        if not before.author.is_person:
            break
        unanswered.append(before.text)
    return next_speakers("\n".join(reversed(unanswered)), present, path)


def _waiting(conversation: Conversation) -> Message | None:
    """The newest message that was written while somebody spoke."""
    if not checks.has_several_people(conversation):
        return None
    fresh = Conversation.objects.full().filter(pk=conversation.pk).first()
    if fresh is None or fresh.head is None or not fresh.head.author.is_person:
        return None
    return fresh.head


def speak_up(*, participant: Participant, person: User) -> Message | None:
    """This character speaks next, unasked; `person` is there and asked for it."""
    checks.require_adult(person)
    checks.count(person)
    turn = begin(conversation=participant.conversation, speaker=participant)
    return async_to_sync(run)(turn)


def another(*, message: Message, person: User) -> Message | None:
    """Another reply beside `message`, which stays as an alternative."""
    checks.require_adult(person)
    if message.author.is_person:
        raise ChatError("Another reply is for what characters say. Change your own.")
    if message.conversation.head_id != message.pk:
        checks.require_owner(message.conversation, person, "go back to an older line")
    checks.count(person)
    turn = begin(
        conversation=message.conversation, speaker=message.author, beside=message
    )
    return async_to_sync(run)(turn)


def _replies_to(message: Message) -> list[Message]:
    """The newest path of characters' lines after it."""
    replies: list[Message] = []
    at: Message | None = message
    while at is not None:
        at = at.children.select_related("author").order_by("-pk").first()
        if at is None or at.author.is_person:
            break
        replies.append(at)
    return [one for one in replies if one.state != Message.State.STREAMING]


def begin(
    *,
    conversation: Conversation,
    speaker: Participant,
    beside: Message | None = None,
) -> Turn:
    """Take the lease and the place of the line. NotNowError while somebody speaks."""
    if not selectors.can_speak(speaker, conversation.owner):
        raise ChatError(
            f"{speaker.name} is not on stage any more, so nobody answers. What was said"
            " stays here, and you can talk to another."
        )
    checks.require_room(conversation)
    with transaction.atomic():
        fresh = checks.locked(conversation)
        if beside is None and fresh.head and fresh.head.author_id == speaker.pk:
            raise NotNowError(f"{speaker.name} has just spoken. Say something first.")
        present = fresh.participants.present().order_by("pk")
        message = Message.objects.create(
            conversation=fresh,
            parent_id=beside.parent_id if beside else fresh.head_id,
            author=speaker,
            state=Message.State.STREAMING,
            heard=list(present.values_list("pk", flat=True)),
        )
        fresh.head = message
        fresh.fence += 1
        fresh.leased_until = timezone.now() + LEASE
        fresh.changed = timezone.now()
        fresh.save(update_fields=["head", "fence", "leased_until", "changed"])
    return Turn(fresh.pk, fresh.key, message.pk, message.key, speaker.pk, fresh.fence)


async def run(turn: Turn) -> Message | None:
    """Speak it to the end and tell the open pages. None: nothing could be said, and
    nothing of it is left; why is told to the pages and raised as NotNowError."""
    renewing = asyncio.create_task(_renew(turn))
    failed = ""
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            await _speak(turn)
    except (EngineError, TimeoutError) as error:
        log.warning("Turn %s ended early: %s", turn.message_key, error)
        failed = (
            "We cannot check what is said just now, so nobody speaks. What you wrote is"
            " kept. Try again in a few minutes."
        )
    except Exception:
        log.exception("Turn %s broke", turn.message_key)
        failed = "Something of ours broke. What you wrote is kept. Try again."
    finally:
        renewing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await renewing
        message = await sync_to_async(_finish)(turn)
    if message is None:
        await news.tell(
            turn.key,
            "turn-failed",
            at=turn.message_id,
            message=turn.message_key,
            detail=failed,
        )
        if failed:
            raise NotNowError(failed)
        return None
    await news.tell(
        turn.key,
        "turn-end",
        at=message.pk,
        message=message.key,
        state=message.state,
        provider=message.provider,
    )
    return message


async def _speak(turn: Turn) -> None:
    context = await sync_to_async(_context_of)(turn)
    if context is None:
        return
    subject, beside = f"chat:{turn.key}", context.card.persona
    await news.tell(
        turn.key,
        "turn-start",
        at=turn.message_id,
        message=turn.message_key,
        speaker=turn.speaker_id,
        name=context.card.name,
    )

    async def screen(sentence: str) -> Verdict:
        return await sync_to_async(_screen)(sentence, subject, beside)

    ladder = await asyncio.to_thread(speech.ladder)
    events = gate(
        ladder.reply(context, Beat()), screen=screen, stand_ins=_stand_ins(context)
    )
    number = 0
    async with contextlib.aclosing(events) as said:  # type: ignore[type-var]
        async for event in said:
            if event.type in {"token", "start"}:
                continue
            if not await sync_to_async(_keep)(turn, event):
                return
            if event.type == "sentence":
                await news.tell(
                    turn.key,
                    "sentence",
                    at=turn.message_id,
                    message=turn.message_key,
                    n=number,
                    text=event.text,
                    safety=event.safety,
                )
                number += 1
            elif event.type in {"expression", "gesture"}:
                await news.tell(
                    turn.key,
                    event.type,
                    at=turn.message_id,
                    message=turn.message_key,
                    name=event.expression.name if event.expression else event.gesture,
                )


def _context_of(turn: Turn) -> Context | None:
    """None when somebody else took the turn meanwhile."""
    mine = Message.objects.filter(pk=turn.message_id, conversation__fence=turn.fence)
    message = mine.select_related("parent").first()
    if message is None:
        return None
    conversation = Conversation.objects.full().get(pk=turn.conversation_id)
    participants = selectors.participants_of(conversation)
    heard = set(message.heard)
    present = [one for one in participants if one.pk in heard]
    speaker = next(one for one in present if one.pk == turn.speaker_id)
    return context_for(
        speaker=speaker,
        present=[
            one
            for one in present
            if one.is_person or selectors.can_speak(one, conversation.owner)
        ],
        path=selectors.path_to(message.parent, most=REACH),
        said=set(selectors.ids_to(message.parent)),
        facts=list(conversation.facts.kept().select_related("about")),
        persona=conversation.persona,
        owner_id=conversation.owner_id,
        turn_id=message.key,
        seed=random.SystemRandom().randrange(1_000_000),
    )


def _screen(sentence: str, subject: str, beside: str) -> Verdict:
    """Only what somebody may have to look at is kept in the log."""
    verdict = screen_text(sentence, surface="chat", beside=beside, log=False)
    if verdict.action == "allow":
        return verdict
    return screen_text(sentence, surface="chat", beside=beside, subject=subject)


def _stand_ins(context: Context) -> list[str]:
    """Lines in the part that can take the place of one that was stopped."""
    lines = context.card.fallbacks[:STAND_INS] or house_lines("fallbacks")
    said = [
        spoken(line, char=context.card.name, user=context.listener) for line in lines
    ]
    return [line for line in said if line][:STAND_INS]


async def _renew(turn: Turn) -> None:
    while True:
        await asyncio.sleep(BEAT_SECONDS)
        await sync_to_async(_renew_now)(turn)


def _renew_now(turn: Turn) -> bool:
    mine = Conversation.objects.filter(pk=turn.conversation_id, fence=turn.fence)
    return bool(
        mine.filter(leased_until__isnull=False).update(
            leased_until=timezone.now() + LEASE
        )
    )


@transaction.atomic
def _keep(turn: Turn, event: TurnEvent) -> bool:
    """Write down what was said; False: the turn is not ours any more."""
    message = (
        Message.objects.select_for_update()
        .filter(
            pk=turn.message_id,
            state=Message.State.STREAMING,
            conversation__fence=turn.fence,
        )
        .first()
    )
    if message is None:
        return False
    if event.type == "sentence":
        message.text = f"{message.text} {event.text}".strip()
    elif event.type == "expression" and event.expression and not message.expression:
        message.expression = event.expression.name
    elif event.type == "gesture" and not message.gesture:
        message.gesture = event.gesture
    if event.provider:
        message.provider = event.provider[:60]
    if event.note:
        message.note = event.note[:300]
    if event.safety == "replaced" and not message.note.startswith(checks.STOPPED):
        message.note = f"{checks.STOPPED}."
    message.save(update_fields=["text", "expression", "gesture", "provider", "note"])
    return True


@transaction.atomic
def _finish(turn: Turn) -> Message | None:
    """End the lease; the line as it stands, or None when nothing was said."""
    conversation = (
        Conversation.objects.select_for_update()
        .filter(pk=turn.conversation_id, fence=turn.fence)
        .first()
    )
    if conversation is None:
        return None
    checks.settle(conversation)
    return (
        Message.objects.filter(pk=turn.message_id)
        .select_related("author__character__portrait", "conversation")
        .first()
    )


def reconcile(*, lost: str = "") -> dict[str, int]:  # noqa: ARG001
    """Free the conversations whose speaker's process died; forget erased names."""
    freed = 0
    now = timezone.now()
    for pk in Conversation.objects.filter(leased_until__lt=now).values_list(
        "pk", flat=True
    )[:200]:
        with transaction.atomic():
            conversation = (
                Conversation.objects.select_for_update()
                .filter(pk=pk, leased_until__lt=now)
                .first()
            )
            if conversation is not None:
                checks.settle(conversation)
                freed += 1
    return {"turns": freed, "names": forget_names()}
