"""The thread of a post: opened with the first comment, counted on its stat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from feed.models import Post, PostStat
from socialapp.comments import services as comments
from socialapp.comments.models import Thread

if TYPE_CHECKING:
    from socialapp.accounts.models import User
    from socialapp.comments.models import Comment

KIND = "post"
"""Of threads."""


class SwitchError(Exception):
    """A setting that this post cannot have; the text says why."""


def thread_of(post: Post) -> Thread:
    """Its thread, or one without a row: nobody has written yet."""
    return post.thread or Thread(kind=KIND, owner=post.author)


@transaction.atomic
def open_thread(*, post: Post) -> Thread:
    """Its thread; made when it has none. Two who write first get the same one."""
    if post.thread is not None:
        return post.thread
    row = Post.objects.select_for_update().only("pk", "thread").get(pk=post.pk)
    if row.thread_id is None:
        thread = comments.open_thread(kind=KIND, owner=post.author)
        Post.objects.filter(pk=post.pk).update(thread=thread)
    else:
        thread = Thread.objects.get(pk=row.thread_id)
    post.thread = thread
    return thread


def write_comment(
    *,
    post: Post,
    author: User,
    text: str,
    parent: Comment | None = None,
    address: str = "",
) -> Comment:
    """Errors as ``socialapp.comments.services.write_comment``. Who may not write opens
    no thread either."""
    if post.thread is None and (error := comments.why_closed(thread_of(post), author)):
        raise error
    return comments.write_comment(
        thread=open_thread(post=post),
        author=author,
        text=text,
        parent=parent,
        address=address,
    )


def change_talk(
    *, post: Post, owner: User, who: str | None = None, answers: bool | None = None
) -> Thread:
    """Who may write under it, and whether its character answers. CommentError for what
    is not theirs; SwitchError when the character is not theirs to speak for."""
    if answers and not may_answer(post):
        raise SwitchError(
            "Only whoever owns a character may let it answer. Publish a clip with one"
            " of your own."
        )
    return comments.change_thread(
        thread=open_thread(post=post), owner=owner, who=who, answers=answers
    )


def may_answer(post: Post) -> bool:
    """Whether its author may let the character speak for itself."""
    mine = post.character.owner_id == post.author_id
    return mine and not post.author.is_minor


def keep_count(*, thread: Thread) -> None:
    """The copy on the stat is the thread's own number, in its transaction."""
    PostStat.objects.filter(post__thread=thread).update(comments=thread.count)


def sweep(*, lost: str = "") -> dict[str, int]:  # noqa: ARG001
    """Delete the comments of posts that were deleted; `manage.py reconcile` calls it."""
    orphans = Thread.objects.filter(kind=KIND, post__isnull=True)
    gone = [one.delete() for one in orphans[:100]]
    return {"threads": len(gone)}
