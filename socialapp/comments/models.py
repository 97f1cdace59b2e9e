"""Comments: who may write where, what was written, and how it changed.

A thread knows its root comments and each root knows everything below it (``root``), so a
page of roots and a page of replies are one indexed query each, however deep people went.
A path of every ancestor would not fit an index at a thousand levels, and an order of the
whole tree would be rewritten by every reply. What is shown of the way up are the nearest
ancestors, kept in the row (``above``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, ExpressionWrapper, OuterRef, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from moderation.models import ApprovalState
from socialapp.accounts import circle
from socialapp.accounts.models import Mute
from socialapp.characters.models import Character
from socialapp.lib.ids import new_key
from socialapp.lib.models import Withholdable

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User

    Viewer = User | AnonymousUser

MAX_TEXT = 1000
"""Characters of a comment."""

MAX_WORD = 50
"""Characters of a filter word; several words in a row are one too."""

MOST_ABOVE = 6
"""Ancestors that a comment keeps: the nearest ones."""


class Thread(models.Model):
    """All comments under one thing. What that is, its host knows: ``hosts``."""

    class Who(models.TextChoices):
        EVERYONE = "everyone", "Everyone"
        FOLLOWED = "followed", "People I follow"
        NOBODY = "nobody", "Nobody"

    kind = models.CharField(max_length=16)
    """Of its host, as registered."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="threads"
    )
    """Whose thing it hangs under: their rules hold in it."""

    who = models.CharField(max_length=8, choices=Who, default=Who.EVERYONE)
    """May write. Its owner always may."""

    answers = models.BooleanField(default=False)
    """The character on stage may answer each comment once."""

    count = models.PositiveIntegerField(default=0)
    """Comments that others can read."""

    pinned = models.ForeignKey(
        "Comment", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"{self.count} comments of a {self.kind}"


def speaking(viewer: Viewer, before: str = "") -> Q:
    """Comments whose words this viewer reads. `before`: a lookup such as ``parent__``.

    One's own also while they wait for somebody; nobody's words from somebody who keeps
    apart, is leaving, or whose character is off the stage.
    """
    shown = Q(
        **{
            f"{before}approval": ApprovalState.APPROVED,
            f"{before}withheld": "",
            f"{before}held": False,
            f"{before}author__leaves__isnull": True,
        }
    )
    shown &= Q(**{f"{before}character__isnull": True}) | Q(
        **{
            f"{before}character__withheld": "",
            f"{before}character__removed__isnull": True,
            f"{before}character__waits": False,
        }
    )
    shown &= circle.not_apart(viewer, f"{before}author")
    if viewer.is_authenticated:
        own = Q(**{f"{before}author": viewer.pk})
        shown |= own & ~Q(**{f"{before}withheld": Comment.Level.REMOVED})
    return shown & Q(**{f"{before}gone": ""})


def _whether(condition: Q) -> Coalesce:
    truth = ExpressionWrapper(condition, output_field=models.BooleanField())
    return Coalesce(truth, Value(False))


class CommentQuerySet(models.QuerySet["Comment"]):
    def counted(self) -> CommentQuerySet:
        """Those that others can read, and that the counters count."""
        return self.filter(
            approval=ApprovalState.APPROVED, withheld="", held=False, gone=""
        )

    def visible_to(self, viewer: Viewer) -> CommentQuerySet:
        """Those whose words this viewer may read, as far as the comment goes: whether
        they may open what it stands under, its host says. None for people under 18."""
        if viewer.is_authenticated and viewer.is_minor:
            return self.none()
        return self.filter(speaking(viewer))

    def listed_for(self, viewer: Viewer) -> CommentQuerySet:
        """What stands in a list: those, and in place of others that were answered a
        line that says so. With ``speaks``, ``muted``, ``liked``, ``to_speaks``."""
        if viewer.is_authenticated and viewer.is_minor:
            return self.none()
        muted: Exists | Value = Value(False, output_field=models.BooleanField())
        liked: Exists | Value = muted
        if viewer.is_authenticated:
            mutes = Mute.objects.filter(person=viewer.pk, whom=OuterRef("author"))
            muted = Exists(mutes)
            mine = CommentLike.objects.filter(comment=OuterRef("pk"), person=viewer.pk)
            liked = Exists(mine)
        told: dict[str, Any] = {
            "speaks": _whether(speaking(viewer)),
            "to_speaks": _whether(speaking(viewer, "parent__")),
            "muted": muted,
            "liked": liked,
        }
        return self.annotate(**told).filter(
            Q(speaks=True) | Q(answers__gt=0) | Q(replies__gt=0)
        )

    def spoken(self) -> CommentQuerySet:
        """Of a list, those whose words are read and not only a line about them."""
        return self.filter(**{"speaks": True})

    def full(self) -> CommentQuerySet:
        """Everything a line of a list shows, in one query."""
        heavy = ("persona", "card")
        return self.select_related(
            "thread",
            "root",
            "author",
            "character__portrait",
            "parent__author",
            "parent__character",
        ).defer(
            *(
                f"{who}__{one}"
                for who in ("character", "parent__character")
                for one in heavy
            ),
            *(f"character__portrait__{one}" for one in ("rig", "recipe", "hand")),
        )


class Comment(Withholdable):
    class Gone(models.TextChoices):
        WRITER = "writer", "Its writer took it back"
        OWNER = "owner", "Whose thread it is took it away"
        LEFT = "left", "Its writer left"

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    thread = models.ForeignKey(Thread, models.CASCADE, related_name="comments")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="comments", null=True
    )
    character = models.ForeignKey(
        Character, models.CASCADE, related_name="comments", null=True
    )
    """Who answered, when it was a machine."""

    root = models.ForeignKey("self", models.CASCADE, related_name="branch", null=True)
    """The comment under the thing itself that all this began with; null: this one."""

    parent = models.ForeignKey(
        "self", models.CASCADE, related_name="children", null=True
    )
    depth = models.PositiveIntegerField(default=0)
    above = models.JSONField(default=list)
    """Ids of the nearest ancestors, the eldest first."""

    text = models.CharField(max_length=MAX_TEXT, blank=True)
    """Empty once it is gone."""

    approval = models.CharField(
        max_length=8,
        choices=ApprovalState,
        default=ApprovalState.PENDING,
        editable=False,
    )
    """Of exactly this text."""

    change_waits = models.BooleanField(default=False, editable=False)
    """Its writer changed it, and somebody looks at that first."""

    held = models.BooleanField(default=False, editable=False)
    """It has a filter word of the owner of the thread, and waits for them."""

    gone = models.CharField(max_length=8, choices=Gone, default="", blank=True)
    edits = models.PositiveSmallIntegerField(default=0)
    """Versions before this one; also what an edit says it has seen."""

    edited = models.DateTimeField(null=True, blank=True, editable=False)
    likes = models.PositiveIntegerField(default=0)
    answers = models.PositiveIntegerField(default=0)
    """Direct answers that others can read."""

    replies = models.PositiveIntegerField(default=0)
    """Of a root: all below it that others can read."""

    created = models.DateTimeField(default=timezone.now, editable=False)

    objects = models.Manager.from_queryset(CommentQuerySet)()

    speaks: bool
    to_speaks: bool
    muted: bool
    liked: bool

    class Meta:
        indexes = [
            models.Index(
                fields=["thread", "-id"],
                name="comment_root_newest",
                condition=Q(root__isnull=True),
            ),
            models.Index(
                fields=["thread", "-likes", "-id"],
                name="comment_root_top",
                condition=Q(root__isnull=True),
            ),
            models.Index(fields=["root", "id"], name="comment_branch"),
            models.Index(fields=["parent", "id"], name="comment_answers"),
            models.Index(fields=["author", "-id"], name="comment_author"),
            models.Index(
                fields=["thread", "-id"], name="comment_held", condition=Q(held=True)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(gone="left", author__isnull=True, character__isnull=True)
                | (Q(author__isnull=False) ^ Q(character__isnull=False)),
                name="comment_has_one_voice",
            ),
            models.CheckConstraint(
                condition=Q(root__isnull=True, parent__isnull=True)
                | Q(root__isnull=False, parent__isnull=False),
                name="comment_root_and_parent",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60] or f"Comment {self.key}"

    @property
    def counts(self) -> bool:
        """Whether others can read it."""
        approved = self.approval == ApprovalState.APPROVED
        return approved and not (self.withheld or self.held or self.gone)

    @property
    def by_owner(self) -> bool:
        return self.author_id is not None and self.author_id == self.thread.owner_id

    @property
    def head(self) -> Comment:
        """The root of its branch."""
        return self.root or self

    def get_absolute_url(self) -> str:
        return f"/comments/{self.key}/"


class CommentEdit(models.Model):
    """What a comment said before it was changed."""

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="history")
    text = models.CharField(max_length=MAX_TEXT)
    written = models.DateTimeField()
    created = models.DateTimeField(default=timezone.now, editable=False)
    """Until when it stood there."""

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.text[:60]


class CommentLike(models.Model):
    comment = models.ForeignKey(Comment, models.CASCADE, related_name="liked_by")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="comment_likes"
    )
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["comment", "person"], name="comment_like_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} likes comment {self.comment_id}"


class FilterWord(models.Model):
    """A comment with it waits for whoever keeps this list."""

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="filter_words"
    )
    word = models.CharField(max_length=MAX_WORD)
    folded = models.CharField(max_length=2 * MAX_WORD)
    """As it is compared: ``comments.folding``."""

    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "folded"], name="filter_word_once")
        ]

    def __str__(self) -> str:
        return self.word
