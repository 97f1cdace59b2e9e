"""The only writers of comments and of the counters that go with them."""

from socialapp.comments.services.leaving import forget_person
from socialapp.comments.services.liking import like_comment, unlike_comment
from socialapp.comments.services.showing import let_in, set_withheld, settle_words
from socialapp.comments.services.threads import change_thread, open_thread, pin, unpin
from socialapp.comments.services.words import add_word, remove_word
from socialapp.comments.services.writing import (
    MOST_EDITS,
    answer_as,
    edit_comment,
    remove_comment,
    why_closed,
    write_comment,
)

__all__ = [
    "MOST_EDITS",
    "add_word",
    "answer_as",
    "change_thread",
    "edit_comment",
    "forget_person",
    "let_in",
    "like_comment",
    "open_thread",
    "pin",
    "remove_comment",
    "remove_word",
    "set_withheld",
    "settle_words",
    "unlike_comment",
    "unpin",
    "why_closed",
    "write_comment",
]
