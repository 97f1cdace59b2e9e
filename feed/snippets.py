"""Lines of a chat on their way into the feed: the exact preview, and the only writers.

Whatever is published is what its publisher saw: the hash of the preview comes back with
the order to publish, and anything that changed meanwhile is shown again first.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from feed import approving
from feed.languages import language_of
from feed.models import Post, PostStat, Snippet, SnippetLine
from feed.search import keeping
from feed.services import (
    PostError,
    checked,
    count,
    date_post,
    judge_caption,
    keep_caption,
)
from moderation.approvals import services as asking
from moderation.approvals.facets import Facet
from moderation.models import ApprovalState
from moderation.screening.refusals import TextRefusedError
from socialapp.accounts.models import User
from socialapp.characters.models import Character
from socialapp.chat import selectors as chats
from socialapp.chat.models import Message, Participant
from socialapp.chat.services.checks import open_to
from socialapp.lib.ids import new_key

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from moderation.models import Approval

MOST_LINES = 6
MOST_TEXT = 1500
"""Characters of all lines together: what somebody reads who passes by."""

FACET = "lines"


@dataclass(frozen=True, slots=True)
class DraftLine:
    name: str
    """A character's, or ``@handle``."""

    text: str
    seat: Participant
    character: Character | None = None
    person: User | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """Exactly what would become public."""

    lines: tuple[DraftLine, ...]
    left_out: int
    """Lines of other people, who did not allow it."""

    @property
    def lead(self) -> Character:
        return next(one.character for one in self.lines if one.character)

    @property
    def sha256(self) -> str:
        """Of names, lines and portraits, in their order."""
        shown = [
            (
                one.name,
                one.text,
                one.character.key if one.character else "",
                one.character.portrait.ref
                if one.character and one.character.portrait
                else "",
            )
            for one in self.lines
        ]
        text = json.dumps(shown, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def draft_of(
    *, first: Message, person: User, lines: int = 2, with_me: bool = True
) -> Draft:
    """What `lines` lines from `first` on would look like. PostError for what cannot be
    shown: off the path, of a character that only some may see, nobody but people."""
    if not open_to(person):
        raise PostError("Chats are for people of 18 and over.")
    if not 1 <= lines <= MOST_LINES:
        raise PostError(f"Choose one to {MOST_LINES} lines.")
    seat = chats.seat_of(first.conversation, person)
    path = chats.path_of(first.conversation, seat)
    places = {message.pk: at for at, message in enumerate(path)}
    if first.pk not in places:
        raise PostError(
            "This line is not on the path that is shown. Step to it in the chat first."
        )
    chosen = path[places[first.pk] :][:lines]
    drafted, left_out = [], 0
    seats = {one.pk: one for one in chats.participants_of(first.conversation)}
    for message in chosen:
        author = seats[message.author_id]
        if not _is_whole(message) or (author.person_id == person.pk and not with_me):
            continue
        if author.is_person and author.person_id != person.pk and not author.shares:
            left_out += 1
            continue
        drafted.append(_drafted(message, author, person))
    draft = Draft(tuple(drafted), left_out)
    _check(draft)
    return draft


def _is_whole(message: Message) -> bool:
    done = {Message.State.COMPLETE, Message.State.REPLACED}
    return message.state in done and not message.withheld and bool(message.text)


def _drafted(message: Message, author: Participant, person: User) -> DraftLine:
    if author.person is not None:
        handle = f"@{author.person.username}"
        return DraftLine(handle, message.text, author, person=author.person)
    character = author.character
    if character is None or not _on_show(character, person):
        raise PostError(
            f"{author.name} is not on show for everybody, so what they said stays in the"
            " chat. Choose lines of another character."
        )
    return DraftLine(character.name, message.text, author, character=character)


def _on_show(character: Character, person: User) -> bool:
    """Public, or one's own: its owner decides who sees its face."""
    alive = Character.objects.alive().filter(pk=character.pk, withheld="", waits=False)
    if character.owner_id == person.pk:
        return alive.exists()
    return alive.filter(visibility=Character.Visibility.PUBLIC).exists()


def _check(draft: Draft) -> None:
    if not any(one.character for one in draft.lines):
        raise PostError(
            "There is no line of a character among these. Choose another first line, or"
            " more of them."
        )
    length = sum(len(one.text) for one in draft.lines)
    if length > MOST_TEXT:
        raise PostError(
            f"These lines have {length} characters; {MOST_TEXT} fit. Choose fewer."
        )


def publish_snippet(
    *,
    first: Message,
    author: User,
    seen: str,
    lines: int = 2,
    with_me: bool = True,
    caption: str = "",
    visibility: str = Post.Visibility.PUBLIC,
    address: str = "",
) -> Post:
    """Show exactly what was seen: `seen` is the hash of the preview. The same lines a
    second time give the same post. PostError for what may not be shown or waits for a
    look, and whatever `draft_of` refuses. `address`: of the visitor, against spam."""
    caption = checked(caption, visibility)
    draft = draft_of(first=first, person=author, lines=lines, with_me=with_me)
    if draft.sha256 != seen:
        raise PostError(
            "What you saw has changed since. Look at it again before it is public."
        )
    if (shown := _shown(author, seen)) is not None:
        return shown
    _require_approval(draft, author)
    key = new_key()
    ruling = judge_caption(key, caption, author, vouched=False)
    count(caption, author, address)
    return _publish(draft, author, visibility, ruling)


def _require_approval(draft: Draft, author: User) -> None:
    """PostError unless these lines may be read by everybody. What a person has to look
    at waits in the queue; once they let it pass, publishing it again is enough."""
    facet = Facet(FACET, {"caption": [one.text for one in draft.lines]}, ("caption",))
    try:
        ruling = asking.judge(
            kind=approving.KIND,
            key=f"lines-{draft.sha256}",
            facet=facet,
            owner=author,
        )
    except TextRefusedError as error:
        raise PostError(error.message) from error
    if not ruling.approved or ruling.findings:
        row: Approval = asking.keep(ruling)
        if not row.approved:
            way = " It is not in the feed yet: publish it again when you heard from us."
            refused = ruling.state == ApprovalState.REFUSED
            raise PostError(ruling.why + ("" if refused else way))


def _shown(author: User, sha256: str) -> Post | None:
    """The post of these very lines, unless it was removed."""
    mine = Post.objects.filter(author=author, removed__isnull=True)
    return mine.filter(snippet__sha256=sha256).first()


@transaction.atomic
def _publish(
    draft: Draft, author: User, visibility: str, ruling: asking.Ruling
) -> Post:
    # The row lock makes two orders of one person take turns.
    User.objects.select_for_update().get(pk=author.pk)
    if (shown := _shown(author, draft.sha256)) is not None:
        return shown
    snippet = Snippet.objects.create(owner=author, lead=draft.lead, sha256=draft.sha256)
    SnippetLine.objects.bulk_create(
        SnippetLine(
            snippet=snippet,
            number=number,
            character=one.character,
            person=one.person,
            seat=one.seat,
            name=one.name,
            text=one.text,
        )
        for number, one in enumerate(draft.lines)
    )
    post = Post.objects.create(
        key=ruling.key,
        author=author,
        kind=Post.Kind.SNIPPET,
        snippet=snippet,
        visibility=visibility,
        language=language_of("\n".join(one.text for one in draft.lines)),
    )
    date_post(post=post)
    PostStat.objects.create(post=post)
    return keep_caption(post, ruling)


def take_out(*, seat: Participant) -> None:
    """Lines of somebody who does not want them public any more, out of what others
    published. What they published themself stays theirs to remove."""
    lines = SnippetLine.objects.filter(seat=seat, person__isnull=False)
    _delete_lines(lines.exclude(snippet__owner=seat.person_id))


def _delete_lines(lines: QuerySet[SnippetLine]) -> None:
    """Nobody finds them any more either."""
    posts = Post.objects.filter(snippet__lines__in=lines).distinct()
    found = list(posts.values_list("pk", flat=True))
    lines.delete()
    keeping.keep("post", found)


@transaction.atomic
def forget_person(*, person: User) -> None:
    """Posts of a leaving person, and their lines in those of others."""
    Post.objects.filter(author=person, kind=Post.Kind.SNIPPET).delete()
    Snippet.objects.filter(owner=person).delete()
    _delete_lines(SnippetLine.objects.filter(person=person))
