"""Clips and who plays in them. The row is the truth; the queue only wakes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.text import Truncator

from avatarfx.recipe import Recipe
from avatarfx.remixes import RemixKind
from moderation.models import ApprovalState
from socialapp.acting.script import spoken
from socialapp.characters.models import Character, Portrait
from socialapp.lib.ids import new_key
from socialapp.lib.models import Withholdable
from socialapp.lib.states import Stateful
from socialapp.performance import Performance
from socialapp.performance.timeline import SHAPES

if TYPE_CHECKING:
    from socialapp.accounts.models import User

NAME_LENGTH = 48
"""Characters of the script that stand for a title that was not given."""


class ClipQuerySet(models.QuerySet["Clip"]):
    def of(self, user: User) -> ClipQuerySet:
        """A person's library: also what is hidden from others, not what was removed."""
        return self.filter(
            owner=user, removed__isnull=True, replaces__isnull=True
        ).exclude(withheld=Clip.Level.REMOVED)

    def takes(self) -> ClipQuerySet:
        """New takes on their way, which stand in no list."""
        return self.filter(replaces__isnull=False, removed__isnull=True).exclude(
            state__in=[Clip.State.READY, Clip.State.FAILED, Clip.State.CANCELLED]
        )

    def take_of(self, clip: Clip) -> Clip | None:
        return self.takes().filter(replaces=clip).full().first()

    def open(self) -> ClipQuerySet:
        """Waiting or being made."""
        return self.filter(state__in=[Clip.State.QUEUED, Clip.State.RENDERING])

    def in_line(self) -> ClipQuerySet:
        """The open ones: what is being made, then each lane in its order."""
        return self.open().order_by("-state", "-lane", "turn")

    def with_file(self, ref: str) -> ClipQuerySet:
        """Those of which this blob can be had, see `Clip.files`."""
        same = Q(video=ref) | Q(poster=ref) | Q(captions=ref) | Q(audio=ref)
        return self.filter(same | Q(captioned=ref))

    def full(self) -> ClipQuerySet:
        return self.select_related("owner", "character__portrait")


class Clip(Withholdable, Stateful):
    class State(models.TextChoices):
        QUEUED = "queued", "In line"
        RENDERING = "rendering", "Being made"
        READY = "ready", "Ready"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"
        BLOCKED = "blocked", "Held for review"

    class Rung(models.TextChoices):
        FULL = "full", "Full performance"
        SIMPLE = "simple", "Simple motion"
        STILL = "still", "Still + voice"
        CAPTIONS = "captions", "Still + captions"

    class Lane(models.TextChoices):
        NOW = "now", "Somebody waits"
        LATER = "later", "In the background"

    MOVES = {
        State.QUEUED: frozenset(
            {State.RENDERING, State.FAILED, State.CANCELLED, State.BLOCKED}
        ),
        State.RENDERING: frozenset(
            {
                State.READY,
                State.FAILED,
                State.CANCELLED,
                State.BLOCKED,
                State.QUEUED,
            }
        ),
        State.READY: frozenset({State.BLOCKED}),
        State.FAILED: frozenset({State.QUEUED}),
        State.CANCELLED: frozenset({State.QUEUED}),
        State.BLOCKED: frozenset({State.READY}),
    }

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="clips"
    )
    character = models.ForeignKey(Character, models.PROTECT, related_name="clips")
    """The lead; the whole cast is in the recipe and in ClipActor."""

    original = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="remixes",
        editable=False,
    )
    """The clip that this one remixes; the recipe still names one that is gone."""

    replaces = models.ForeignKey(
        "self",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="takes",
        editable=False,
    )
    """The clip of which this is a new take, see ``avatarfx.services.again``."""

    title = models.CharField(max_length=80, blank=True)
    script = models.TextField(max_length=2000)
    shape = models.CharField(
        max_length=5, choices=[(s, s) for s in SHAPES], default="9:16"
    )
    recipe = models.JSONField()
    """See ``avatarfx.recipe``: everything needed to make the clip again."""

    performance = models.JSONField(null=True, blank=True)
    """Stored as soon as it exists, so that a second attempt does not speak again."""

    state = models.CharField(max_length=16, choices=State, default=State.QUEUED)

    # The line: which lane, where in it, what for.
    lane = models.CharField(max_length=5, choices=Lane, default=Lane.NOW)
    turn = models.BigIntegerField(default=0, editable=False)
    """Lowest first, see ``avatarfx.line.turns``; 0: it has none."""

    needs = models.CharField(max_length=120, blank=True, editable=False)
    """Animators without which it is not made, ``,warp,sway,``; empty: any will do."""

    aim = models.CharField(
        max_length=8, choices=Rung, default=Rung.FULL, editable=False
    )
    """The rung that it will likely end on: how long others wait depends on it."""

    lasts = models.FloatField(default=0.0, editable=False)
    """Seconds of film that were expected when it was asked for."""

    # The queue: owner of the lease, its number, until when.
    queued_at = models.DateTimeField(default=timezone.now)
    """Since when it waits, by the database's clock."""

    fence = models.PositiveIntegerField(default=0)
    """Counts claims; only the holder of the newest may write a result."""

    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    worker = models.CharField(max_length=80, blank=True)
    cancel_asked = models.BooleanField(default=False)

    # What the person who waits sees.
    stage = models.CharField(max_length=16, blank=True)
    percent = models.PositiveSmallIntegerField(default=0)
    detail = models.CharField(max_length=80, blank=True)
    """For example ``frame 212 of 350``."""

    error = models.CharField(max_length=300, blank=True)
    unchecked = models.BooleanField(default=False)
    """It is held because no detector could look at it, and is looked at again."""

    # The result.
    rung = models.CharField(max_length=8, choices=Rung, blank=True)
    rung_reason = models.CharField(max_length=300, blank=True)
    """Why it is lower than full, in words for its owner."""

    voice_engine = models.CharField(max_length=60, blank=True)
    seconds = models.FloatField(null=True, blank=True)
    width = models.PositiveSmallIntegerField(null=True, blank=True)
    height = models.PositiveSmallIntegerField(null=True, blank=True)
    video = models.CharField(max_length=80, blank=True)
    """Blob refs: MP4, WebP or JPEG poster, WebVTT."""

    poster = models.CharField(max_length=80, blank=True)
    captions = models.CharField(max_length=80, blank=True)
    audio = models.CharField(max_length=80, blank=True, editable=False)
    """M4A behind a spoken notice; made when somebody first asks for it."""

    captioned = models.CharField(max_length=80, blank=True, editable=False)
    """MP4 with its captions in the picture; made when somebody first asks for it."""

    captioned_asked = models.DateTimeField(null=True, blank=True, editable=False)
    captioned_error = models.CharField(max_length=200, blank=True, editable=False)
    """Why it was not made, in words for its owner."""

    size = models.PositiveIntegerField(null=True, blank=True)
    """Bytes of the video."""

    # What happens when it is ready.
    publish = models.BooleanField(default=False)
    caption = models.CharField(max_length=500, blank=True)

    approval = models.CharField(
        max_length=8,
        choices=ApprovalState,
        default=ApprovalState.APPROVED,
        editable=False,
    )
    """Of its words and voice; set by the approvals alone."""

    idempotency_key = models.CharField(max_length=80, blank=True)
    request_hash = models.CharField(max_length=64, blank=True)
    created = models.DateTimeField(default=timezone.now, editable=False)
    finished = models.DateTimeField(null=True, blank=True)
    removed = models.DateTimeField(null=True, blank=True, editable=False)

    objects = models.Manager.from_queryset(ClipQuerySet)()

    class Meta:
        indexes = [
            models.Index(fields=["owner", "-created"], name="clip_owner"),
            # A claim reads its head, a place in line counts a part of it: all from here.
            models.Index(
                fields=["lane", "turn", "needs", "aim", "shape", "lasts"],
                name="clip_line",
                condition=Q(state="queued"),
            ),
            models.Index(
                fields=["lane", "queued_at"],
                name="clip_waits",
                condition=Q(state="queued"),
            ),
            models.Index(
                fields=["owner", "lane", "turn"],
                name="clip_my_line",
                condition=Q(state="queued"),
            ),
            # Whose turn it was last: of a person, and of the lane.
            models.Index(fields=["owner", "lane", "-turn"], name="clip_my_turns"),
            models.Index(
                fields=["lane", "-turn"],
                name="clip_served",
                condition=Q(fence__gt=0) & ~Q(state="queued"),
            ),
            models.Index(
                fields=["leased_until"],
                name="clip_leases",
                condition=Q(state="rendering"),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="clip_state_known",
                condition=Q(
                    state__in=[
                        "queued",
                        "rendering",
                        "ready",
                        "failed",
                        "cancelled",
                        "blocked",
                    ]
                ),
            ),
            models.UniqueConstraint(
                fields=["owner", "idempotency_key"],
                name="clip_idempotency",
                condition=~Q(idempotency_key=""),
            ),
        ]

    def __str__(self) -> str:
        return f"Clip {self.key} ({self.state})"

    def get_absolute_url(self) -> str:
        return f"/clips/{self.stands_for}/"

    @property
    def stands_for(self) -> str:
        """The key that the world knows it by: a take has that of its clip."""
        return self.replaces.key if self.replaces else self.key

    @property
    def name(self) -> str:
        """Its title, or what is said first."""
        return self.title or Truncator(spoken(self.script)).chars(NAME_LENGTH)

    @property
    def finished_for_good(self) -> bool:
        return self.state not in {self.State.QUEUED, self.State.RENDERING}

    @property
    def files(self) -> list[str]:
        """Refs of everything that can be had of it."""
        had = (self.video, self.poster, self.captions, self.audio, self.captioned)
        return [ref for ref in had if ref]

    @property
    def sounds(self) -> list[str]:
        """Refs of what is spoken in it, but for what a duet plays of its original."""
        theirs = self.original.performance if self.original else None
        return [ref for ref in _spoken(self.performance) if ref not in _spoken(theirs)]

    @property
    def remix_label(self) -> str:
        """How it was made of another one, in words; empty: it was not."""
        kind = self.recipe.get("remix", "")
        return RemixKind(kind).label if kind in RemixKind.values else ""

    def as_recipe(self) -> Recipe:
        return Recipe.from_json(self.recipe)

    def as_performance(self) -> Performance | None:
        return None if not self.performance else Performance.from_json(self.performance)


def _spoken(performance: dict[str, Any] | None) -> list[str]:
    parts = (performance or {}).get("parts", [])
    return [part["sound"]["ref"] for part in parts if part.get("sound")]


class ClipActor(models.Model):
    """Who is on stage in a clip, and with which portrait."""

    clip = models.ForeignKey(Clip, models.CASCADE, related_name="actors")
    seat = models.CharField(max_length=8)
    character = models.ForeignKey(Character, models.PROTECT, related_name="roles")
    portrait = models.ForeignKey(Portrait, models.PROTECT, related_name="roles")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clip", "seat"], name="clip_seat_once")
        ]

    def __str__(self) -> str:
        return f"{self.seat} of clip {self.clip_id}"
