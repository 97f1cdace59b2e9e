"""What a character says to a comment: what an engine may know, and what of its words may
be said.

Persona, comments and captions were written by people and go along as data. Each sentence
is screened before it is kept.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from asgiref.sync import async_to_sync, sync_to_async

from moderation.screening import screen_text
from socialapp.accounts.models import User
from socialapp.chat import speech
from socialapp.chat.contexts import card_for
from socialapp.chat.dialogues.gate import gate
from socialapp.comments.models import MAX_TEXT, Comment
from socialapp.engines.talk import Beat, Context, Turn

if TYPE_CHECKING:
    from feed.models import Post
    from moderation.screening.verdicts import Verdict

LINE_SECONDS = 20.0
SCREENING_SECONDS = 4.0
BEFORE = 4
"""Comments above the one that is answered."""


@dataclass(frozen=True, slots=True)
class Answered:
    text: str
    engine: str


def line_for(*, post: Post, comment: Comment, seed: int) -> Answered | None:
    """One short line; None when there is none that may be said. EngineError or
    TimeoutError when it is worth another try."""
    context = context_of(post, comment, seed)
    return async_to_sync(_in_time)(context, f"comment:{comment.key}")


def context_of(post: Post, comment: Comment, seed: int) -> Context:
    """The clip, the comments above and this one; nothing else of anybody."""
    character = post.character
    said = post.clip.script if post.clip else ""
    card = replace(
        card_for(character),
        scenario=(
            f"People write comments under “{post.title}”, in which {character.name} said:"
            f" {said[:600]}"
        ),
    )
    rows = Comment.objects.visible_to(post.author).filter(
        pk__in=comment.above[-BEFORE:]
    )
    above = rows.select_related("author", "character").order_by("depth")
    history = [_turn(one) for one in [*above, comment]]
    return Context(
        card=card,
        turn_id=f"comment-{comment.key}",
        history=tuple(history),
        listener=_name(comment),
        topic=post.title,
        seed=seed,
    )


def _turn(comment: Comment) -> Turn:
    return Turn(_name(comment), comment.text, person=comment.character_id is None)


def _name(comment: Comment) -> str:
    if comment.character is not None:
        return comment.character.name
    return comment.author.name if isinstance(comment.author, User) else "Somebody"


async def _in_time(context: Context, subject: str) -> Answered | None:
    beat = Beat(speaker=context.card.name)

    async def screen(sentence: str) -> Verdict:
        return await sync_to_async(_screen)(sentence, subject, context.card.persona)

    async with asyncio.timeout(LINE_SECONDS):
        ladder = await asyncio.to_thread(speech.ladder)
        events = gate(
            ladder.reply(context, beat), screen=screen, patience=SCREENING_SECONDS
        )
        sentences: list[str] = []
        engine = ""
        async for event in events:
            if event.type == "sentence":
                sentences.append(event.text.strip())
                engine = event.provider
    text = _fitted(sentences)
    return Answered(text, engine) if text else None


def _fitted(sentences: list[str]) -> str:
    """Whole sentences, as many as fit a comment."""
    text = ""
    for sentence in sentences:
        longer = f"{text} {sentence}".strip()
        if len(longer) > MAX_TEXT:
            break
        text = longer
    return text


def _screen(sentence: str, subject: str, beside: str) -> Verdict:
    """Only what somebody may have to look at is kept in the log."""
    verdict = screen_text(sentence, surface="chat", beside=beside, log=False)
    if verdict.action == "allow":
        return verdict
    return screen_text(sentence, surface="chat", beside=beside, subject=subject)
