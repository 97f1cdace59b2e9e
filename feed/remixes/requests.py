"""Asking to remix, and answering. What is approved is what was shown, and no more."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone

from feed.models import RemixAnswer, RemixPass, RemixRequest
from feed.models.remixes import MAX_WORD, OPEN_FOR
from feed.remixes import news, screening
from feed.remixes.allowances import may_remix
from feed.remixes.chips import may_name_post
from feed.remixes.errors import RemixError
from socialapp.lib.ids import new_key
from socialapp.lib.text import TextError, clean_text

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from feed.models import Post
    from feed.remixes.wishes import Wish
    from socialapp.accounts.models import User

State = RemixRequest.State


def require(person: User, post: Post, kind: str) -> tuple[User, ...]:
    """Whose answer is still needed, none when it is open; RemixError when it is off."""
    allowed = may_remix(person, post, kind)
    if allowed.is_off:
        raise RemixError(allowed.why, code=allowed.code)
    return allowed.asks


def ask(*, person: User, post: Post, wish: Wish, address: str = "") -> RemixRequest:
    """Show a wish to everybody whose consent it needs. The same one twice is one
    request; RemixError while another of this kind waits, or when nobody need be asked.

    TextRefusedError and AbuseError for words that may not be shown to them.
    """
    people = require(person, post, wish.kind)
    if not people:
        raise RemixError(
            "Nobody has to be asked: it is open to you. Make it.", code="open"
        )
    if (standing := open_request(person, post, wish.kind)) is not None:
        if standing.sha256 == wish.sha256:
            return standing
        raise RemixError(
            "You asked for another one of this kind already. Take that back first.",
            code="asked-already",
        )
    key = new_key()
    # Outside of the transaction, so that the log keeps what is refused.
    screening.judge_wish(key=key, wish=wish, person=person)
    screening.count(person=person, text=wish.script, address=address)
    try:
        return _keep(key, person, post, wish, people)
    except IntegrityError:
        found = open_request(person, post, wish.kind)
        if found is None or found.sha256 != wish.sha256:
            raise RemixError(
                "You asked for another one of this kind a moment ago. Take that back"
                " first.",
                code="asked-already",
            ) from None
        return found


def open_request(person: User, post: Post, kind: str) -> RemixRequest | None:
    """The one that waits, or is approved and not used; too old ones are closed here."""
    mine = RemixRequest.objects.filter(asker=person, post=post, kind=kind)
    _expire(mine)
    return mine.open().full().first()


@transaction.atomic
def _keep(
    key: str, person: User, post: Post, wish: Wish, people: tuple[User, ...]
) -> RemixRequest:
    now = timezone.now()
    made = RemixRequest.objects.create(
        key=key,
        asker=person,
        post=post,
        kind=wish.kind,
        character=wish.character,
        script=wish.script,
        title=wish.title,
        caption=wish.caption,
        seat=wish.seat,
        sha256=wish.sha256,
        created=now,
        expires=now + OPEN_FOR,
    )
    RemixAnswer.objects.bulk_create(
        RemixAnswer(request=made, person=one) for one in people
    )
    transaction.on_commit(partial(news.asked, made, list(people)))
    return made


def answer(
    *,
    request: RemixRequest,
    person: User,
    agreed: bool,
    word: str = "",
    always: bool = False,
) -> RemixRequest:
    """One owner's answer. The last yes approves it, the first no refuses it. `always`:
    whoever asked need not ask this person again. RemixError when it is not theirs to
    answer, or settled."""
    mine = RemixAnswer.objects.filter(request=request, person=person).first()
    if mine is None:
        raise RemixError("Nobody asked you about this remix.", code="not-yours")
    try:
        word = clean_text(word, max_length=MAX_WORD)
    except TextError as error:
        raise RemixError(str(error), code="invalid", field="word") from None
    screening.judge_word(key=request.key, word=word, person=person)
    with transaction.atomic():
        locked = RemixRequest.objects.select_for_update().get(pk=request.pk)
        if locked.state != State.ASKED or locked.expires <= timezone.now():
            raise RemixError(
                "This request is settled, so there is nothing to answer.",
                code="settled",
            )
        RemixAnswer.objects.filter(pk=mine.pk).update(
            agreed=agreed, word=word, decided=timezone.now()
        )
        if agreed and always:
            allow_always(owner=person, person=locked.asker)
        left = locked.answers.filter(agreed__isnull=True).exists()
        if not agreed:
            _decide(locked, State.REFUSED, word)
        elif not left:
            _decide(locked, State.APPROVED, word)
    return RemixRequest.objects.full().get(pk=request.pk)


def _decide(request: RemixRequest, state: State, word: str) -> None:
    now = timezone.now()
    request.state, request.decided = state, now
    request.expires = now + OPEN_FOR
    request.save(update_fields=["state", "decided", "expires"])
    transaction.on_commit(partial(news.decided, request, word))


@transaction.atomic
def withdraw(*, request: RemixRequest) -> RemixRequest:
    """Its asker takes it back. RemixError when it was used or settled."""
    locked = RemixRequest.objects.select_for_update().get(pk=request.pk)
    if locked.state == State.WITHDRAWN:
        return locked
    if locked.state not in {State.ASKED, State.APPROVED}:
        raise RemixError(
            "This request is settled, so there is nothing to take back.",
            code="settled",
        )
    locked.state, locked.decided = State.WITHDRAWN, timezone.now()
    locked.save(update_fields=["state", "decided"])
    news.taken_back(locked)
    return locked


def withhold(request: RemixRequest, level: str) -> None:
    """For moderation: its owners do not read it, and nothing is made of it."""
    RemixRequest.objects.filter(pk=request.pk).update(withheld=level)
    request.withheld = level


def _expire(rows: QuerySet[RemixRequest]) -> int:
    due = rows.filter(
        state__in=[State.ASKED, State.APPROVED], expires__lte=timezone.now()
    )
    return due.update(state=State.EXPIRED, decided=timezone.now())


def expire(*, lost: str = "") -> dict[str, int]:  # noqa: ARG001
    """Close what nobody answered or used in time; called by ``reconcile``."""
    gone = _expire(RemixRequest.objects.all())
    return {"remix requests expired": gone} if gone else {}


@transaction.atomic
def allow_always(*, owner: User, person: User) -> bool:
    """This person need not ask `owner` any more; whether that is new. What is off stays
    off."""
    if owner.pk == person.pk:
        raise RemixError("You need not ask yourself.", code="yourself")
    _, created = RemixPass.objects.get_or_create(owner=owner, person=person)
    return created


def ask_again(*, owner: User, person: User) -> None:
    RemixPass.objects.filter(owner=owner, person=person).delete()


# Reading ----------------------------------------------------------------------


def waiting_for(person: User) -> QuerySet[RemixRequest]:
    """What this person has not answered, the oldest first; ``post_named``: whether they
    may read of which post."""
    rows = RemixRequest.objects.filter(
        state=State.ASKED,
        expires__gt=timezone.now(),
        withheld="",
        answers__person=person,
        answers__agreed__isnull=True,
        asker__is_active=True,
        asker__leaves__isnull=True,
    )
    named = rows.annotate(post_named=may_name_post(person))
    return named.full().order_by("created", "pk")


def requests_of(person: User) -> QuerySet[RemixRequest]:
    """What this person asked for, the newest first; ``post_named`` as in
    `waiting_for`."""
    rows = RemixRequest.objects.filter(asker=person)
    mine = rows.annotate(post_named=may_name_post(person)).full()
    return mine.prefetch_related("answers__person").order_by("-created", "-pk")
