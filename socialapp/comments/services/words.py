"""The filter words of a person."""

from __future__ import annotations

from django.db import transaction

from socialapp.accounts.models import User
from socialapp.comments import folding
from socialapp.comments.errors import CommentError
from socialapp.comments.models import MAX_WORD, FilterWord
from socialapp.comments.services.checks import must_act
from socialapp.lib.text import TextError, clean_line

MOST_WORDS = 200
"""Of one person."""


@transaction.atomic
def add_word(*, owner: User, word: str) -> FilterWord:
    """From now on comments with it wait for `owner`. A second call changes nothing.
    CommentError for what is no word, and for too many."""
    must_act(owner)
    try:
        word = clean_line(word, max_length=MAX_WORD)
    except TextError as error:
        raise CommentError(str(error), code="text-odd", field="word") from None
    folded = folding.fold(word)
    if not folded:
        raise CommentError(
            "There is no letter or digit in it. Write a word.",
            code="text-odd",
            field="word",
        )
    # Words of one person come one by one, so that the limit holds.
    User.objects.select_for_update().get(pk=owner.pk)
    known = FilterWord.objects.filter(owner=owner)
    if found := known.filter(folded=folded[: 2 * MAX_WORD]).first():
        return found
    if known.count() >= MOST_WORDS:
        raise CommentError(
            f"You have {MOST_WORDS} words, which is the most. Take one out first.",
            code="too-many",
        )
    return FilterWord.objects.create(
        owner=owner, word=word, folded=folded[: 2 * MAX_WORD]
    )


@transaction.atomic
def remove_word(*, owner: User, key: str) -> bool:
    """Whether it was there. What waits because of it waits on."""
    return FilterWord.objects.filter(owner=owner, key=key).delete()[0] > 0
