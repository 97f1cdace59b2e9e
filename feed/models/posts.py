"""Posts, and what of a chat was made public."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.utils import timezone

from avatarfx.models import Clip
from feed import approving
from moderation.approvals import guard
from moderation.models import ApprovalState
from socialapp.accounts.circle import not_apart
from socialapp.accounts.consent import Level
from socialapp.characters.models import Character
from socialapp.chat.models import Participant
from socialapp.comments.models import Thread
from socialapp.lib.ids import new_key
from socialapp.lib.models import Withholdable, on_stage

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User


READING = 120.0
"""Seconds that one look at some lines can count."""


class Tag(models.Model):
    name = models.CharField(max_length=50, unique=True)

    def __str__(self) -> str:
        return f"#{self.name}"


class PostQuerySet(models.QuerySet["Post"]):
    def listed(self) -> PostQuerySet:
        """Fit for the feed."""
        # As a join, SQLite would read everybody first (a Bloom filter) at every page.
        leaving = get_user_model().objects.filter(
            pk=OuterRef("author"), leaves__isnull=False
        )
        return self.public().filter(~Exists(leaving))

    def public(self) -> PostQuerySet:
        """Fit for the feed, as far as the post alone knows: `listed` asks its author,
        too."""
        return self.filter(
            removed__isnull=True,
            visibility=Post.Visibility.PUBLIC,
            withheld="",
            kept_back=False,
        )

    def fit_for(self, viewer: User | AnonymousUser) -> PostQuerySet:
        """Without those of people from whom this viewer keeps apart, and without those
        that only adults may see, for everybody else: also what was played of scenes for
        adults."""
        there = self.filter(not_apart(viewer, "author"))
        if viewer.is_authenticated and not viewer.is_minor:
            return there
        played = Q(clip__scene_cut__version__rating="mature")
        played |= Q(clip__scene_cut__scene__adults_only=True)
        return there.filter(adults_only=False).exclude(played)

    def visible_to(self, viewer: User | AnonymousUser) -> PostQuerySet:
        """What this viewer may open when they know where it is."""
        shown = ~Q(visibility=Post.Visibility.PRIVATE) & Q(
            author__leaves__isnull=True, kept_back=False
        )
        if viewer.is_authenticated:
            shown |= Q(author=viewer)
        fit = self.fit_for(viewer).filter(on_stage(viewer, "author"))
        return fit.filter(shown, removed__isnull=True)

    def full(self) -> PostQuerySet:
        """Everything a card shows, in one query and one for the tags."""
        return self.select_related(
            "author",
            "clip__character__portrait",
            "clip__character__owner",
            "snippet__lead__portrait",
            "snippet__lead__owner",
            "stat",
            "remix__parent",
        ).prefetch_related("tags", lines_of_snippets())


class Snippet(models.Model):
    """Some lines of a conversation that one of its people made public: a copy, which
    nothing that happens to the conversation changes."""

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="snippets"
    )
    lead = models.ForeignKey(Character, models.CASCADE, related_name="snippets")
    """The character who speaks first."""

    sha256 = models.CharField(max_length=64, editable=False)
    """Of exactly what its owner saw before it was public: `feed.snippets.Draft`."""

    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["owner", "sha256"], name="snippet_seen")]

    def __str__(self) -> str:
        return f"Snippet {self.key}"


class SnippetLineQuerySet(models.QuerySet["SnippetLine"]):
    def full(self) -> SnippetLineQuerySet:
        """Everything a line shows."""
        heavy = (
            "persona",
            "card",
            *(f"portrait__{x}" for x in ("rig", "recipe", "hand")),
        )
        return self.select_related("character__portrait", "person").defer(
            *(f"character__{one}" for one in heavy)
        )


class SnippetLine(models.Model):
    snippet = models.ForeignKey(Snippet, models.CASCADE, related_name="lines")
    number = models.PositiveSmallIntegerField()
    character = models.ForeignKey(
        Character, models.CASCADE, null=True, related_name="+"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+"
    )
    """Who said it, when it was no character."""

    seat = models.ForeignKey(Participant, models.SET_NULL, null=True, related_name="+")
    """Where they sat: whoever takes their consent back takes the line out."""

    name = models.CharField(max_length=60)
    text = models.TextField(max_length=2000)

    objects = models.Manager.from_queryset(SnippetLineQuerySet)()

    class Meta:
        ordering = ("number",)
        constraints = [
            models.UniqueConstraint(fields=["snippet", "number"], name="line_once"),
            models.CheckConstraint(
                condition=Q(character__isnull=False) ^ Q(person__isnull=False),
                name="line_has_one_voice",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.text[:40]}"


def lines_of_snippets() -> Prefetch[str, SnippetLineQuerySet, str]:
    return Prefetch("snippet__lines", SnippetLine.objects.full())


class Post(Withholdable):
    class Kind(models.TextChoices):
        CLIP = "clip", "A clip"
        SNIPPET = "snippet", "Lines of a chat"

    class Visibility(models.TextChoices):
        PUBLIC = "public", "Everyone"
        UNLISTED = "unlisted", "Anyone with the link"
        PRIVATE = "private", "Only me"

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="posts"
    )
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.CLIP)
    clip = models.OneToOneField(Clip, models.CASCADE, null=True, related_name="post")
    snippet = models.OneToOneField(
        Snippet, models.CASCADE, null=True, related_name="post"
    )
    lead = models.ForeignKey(
        Character, models.CASCADE, null=True, related_name="+", editable=False
    )
    """`character`, here too: the newest posts of a character are one stretch of an index,
    however many clips they play in."""

    caption = models.CharField(max_length=500, blank=True)
    tags = models.ManyToManyField(Tag, related_name="posts", blank=True)
    language = models.CharField(max_length=8, blank=True, editable=False)
    """ISO 639-1 code of what is said, ``feed.languages``; empty: it cannot be told."""

    visibility = models.CharField(
        max_length=8, choices=Visibility, default=Visibility.PUBLIC
    )
    embeddable = models.BooleanField(default=True)
    """Other sites may show its player, while it is public."""

    published = models.DateTimeField(default=timezone.now)
    edited = models.DateTimeField(null=True, blank=True, editable=False)
    removed = models.DateTimeField(null=True, blank=True, editable=False)

    warning = models.CharField(max_length=80, blank=True, editable=False)
    """Words that moderation put above it."""

    adults_only = models.BooleanField(default=False, editable=False)
    demoted = models.BooleanField(default=False, editable=False)
    """Not in the feed and not under tags; on its author's page as before."""

    remixing = models.CharField(
        "remixes of it", max_length=3, choices=Level, default="", blank=True
    )
    """What others may make of it. Empty: as its author's account, which it cannot
    exceed."""

    kept_back = models.BooleanField(default=False, editable=False)
    """A remix whose original's owner wants it off the stage: its author alone sees it.
    Set by ``feed.remixes.revoking`` alone."""

    approval = models.CharField(
        max_length=8,
        choices=ApprovalState,
        default=ApprovalState.APPROVED,
        editable=False,
    )
    """Of the caption that its author wrote last; the row holds the approved one."""

    thread = models.OneToOneField(
        Thread, models.SET_NULL, null=True, editable=False, related_name="post"
    )
    """Its comments; made with the first one."""

    objects = models.Manager.from_queryset(PostQuerySet)()

    class Meta:
        indexes = [
            models.Index(
                fields=["-published", "-id"],
                name="post_newest",
                condition=Q(visibility="public", removed__isnull=True),
            ),
            models.Index(fields=["author", "-published"], name="post_author"),
            models.Index(fields=["lead", "-published"], name="post_lead"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="clip", clip__isnull=False, snippet__isnull=True)
                | Q(kind="snippet", clip__isnull=True, snippet__isnull=False),
                name="post_of_one_kind",
            )
        ]

    def __str__(self) -> str:
        return f"Post {self.key}"

    @property
    def character(self) -> Character:
        """Whose post it is, as its viewers see it."""
        shown = self.clip or self.snippet
        if isinstance(shown, Clip):
            return shown.character
        assert shown is not None  # noqa: S101  the database holds it
        lead: Character = shown.lead
        return lead

    @property
    def title(self) -> str:
        return self.clip.name if self.clip else f"A chat with {self.character.name}"

    @property
    def longest_look(self) -> float:
        """Seconds that one look can count: nobody watches a clip longer than it is."""
        return (self.clip.seconds or 0.0) if self.clip else READING

    def save(self, *args: Any, **kwargs: Any) -> None:
        """UnapprovedError for a caption that nobody approved."""
        if self.pk and guard.touches(("caption",), kwargs.get("update_fields")):
            guard.must_be_approved(
                kind=approving.KIND,
                key=self.key,
                facets=approving.facets_of(self),
                way="feed.services.edit_post",
            )
        if self.lead_id is None:
            self.lead_id = self.character.pk
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return f"/p/{self.key}/"
