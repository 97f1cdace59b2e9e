"""What becomes of a person's comments when they leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from socialapp.comments.models import Comment, CommentLike, Thread
from socialapp.comments.services import counting
from socialapp.comments.services.liking import unlike_comment

if TYPE_CHECKING:
    from socialapp.accounts.models import User


@transaction.atomic
def forget_person(*, person: User) -> None:
    """Their threads go with what they hung under, their words and likes everywhere. Of a
    comment that was answered a line stays that names nobody."""
    Thread.objects.filter(owner=person).delete()
    for like in CommentLike.objects.filter(person=person).select_related("comment"):
        unlike_comment(comment=like.comment, person=person)
    for comment in Comment.objects.filter(author=person).order_by("-pk"):
        row = counting.locked(comment)
        if row is not None:
            counting.drop(row, Comment.Gone.LEFT, author=None)
    for comment in Comment.objects.filter(character__owner=person).order_by("-pk"):
        row = counting.locked(comment)
        if row is not None:
            counting.drop(row, Comment.Gone.LEFT, character=None)
    person.filter_words.all().delete()
