"""Characters and their portraits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from moderation.approvals import guard
from moderation.models import ApprovalState
from socialapp.accounts.circle import not_apart
from socialapp.accounts.consent import Level
from socialapp.characters import wording
from socialapp.engines.protocols import VoiceSpec
from socialapp.lib.ids import new_key
from socialapp.lib.models import Withholdable, on_stage
from socialapp.performance import Rig

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User


class Portrait(Withholdable):
    """A picture, cleaned and re-encoded, with its rig."""

    class Source(models.TextChoices):
        UPLOAD = "upload"
        MAKER = "maker", "Avatar maker"
        CAST = "cast", "Starter cast"

    class RigState(models.TextChoices):
        FOUND = "found", "Face found"
        HAND = "hand", "Set by hand"
        NONE = "none", "No face"

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="portraits"
    )
    source = models.CharField(max_length=8, choices=Source, default=Source.UPLOAD)
    ref = models.CharField(max_length=80)
    """Blob of the picture (PNG, WebP or JPEG), at most 2048 pixels on a side."""

    thumb = models.CharField(max_length=80, blank=True)
    """Blob of a square WebP around the face, 256 pixels, for avatars."""

    recipe = models.JSONField(default=dict, blank=True)
    """What the avatar maker mixed; empty for uploads."""

    rig = models.JSONField()
    rig_state = models.CharField(max_length=8, choices=RigState, default=RigState.NONE)
    hand = models.JSONField(null=True, blank=True)
    """The anchors a person set; kept when the rigger gets better."""

    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["owner", "-created"], name="portrait_owner")]

    def __str__(self) -> str:
        return f"Portrait {self.key}"

    def as_rig(self) -> Rig:
        return Rig.from_json(self.rig)


class CharacterQuerySet(models.QuerySet["Character"]):
    def alive(self) -> CharacterQuerySet:
        """Neither removed by their owner nor by moderation."""
        return self.filter(removed__isnull=True).exclude(
            withheld=Character.Level.REMOVED
        )

    def listed(self) -> CharacterQuerySet:
        """Fit for lists that anyone may read."""
        return self.alive().filter(
            visibility=Character.Visibility.PUBLIC,
            owner__leaves__isnull=True,
            withheld="",
            waits=False,
        )

    def of_company(self, viewer: User | AnonymousUser) -> CharacterQuerySet:
        """Without those of people from whom this viewer keeps apart."""
        return self.filter(not_apart(viewer, "owner"))

    def visible_to(self, viewer: User | AnonymousUser) -> CharacterQuerySet:
        """What this viewer may open when they know where it is."""
        shown = ~Q(visibility=Character.Visibility.PRIVATE)
        shown &= Q(owner__leaves__isnull=True, waits=False)
        if viewer.is_authenticated:
            shown |= Q(owner=viewer)
        return self.of_company(viewer).alive().filter(shown, on_stage(viewer, "owner"))

    def usable_by(self, user: User) -> CharacterQuerySet:
        """What this person may make speak: their own and the starter cast."""
        mine_or_cast = Q(owner=user) | Q(starter=True, waits=False)
        return self.alive().filter(mine_or_cast, withheld="")

    def full(self) -> CharacterQuerySet:
        return self.select_related("owner", "portrait")


class Character(Withholdable):
    class Visibility(models.TextChoices):
        PRIVATE = "private", "Only me"
        UNLISTED = "unlisted", "Anyone with the link"
        PUBLIC = "public", "Everyone"

    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="characters"
    )
    name = models.CharField(max_length=50)
    tagline = models.CharField(max_length=80, blank=True)
    greeting = models.CharField(max_length=500, blank=True)
    """First words; spoken, so without stage directions."""

    persona = models.TextField(max_length=4000, blank=True)
    tags = models.JSONField(default=list, blank=True)
    """Up to ten lowercase words."""

    visibility = models.CharField(
        max_length=8, choices=Visibility, default=Visibility.PRIVATE
    )
    portrait = models.ForeignKey(
        Portrait, models.PROTECT, related_name="characters", null=True, blank=True
    )
    """Null while it is a draft."""

    voice = models.CharField(max_length=120, default="af_heart")
    voice_speed = models.FloatField(default=1.0)
    voice_pitch = models.FloatField(default=0.0)
    motion = models.CharField(
        max_length=8,
        choices=[("still", "Still"), ("subtle", "Subtle"), ("lively", "Lively")],
        default="subtle",
    )
    background = models.CharField(max_length=80, blank=True)
    """A built-in's name; empty: the portrait's own."""

    starter = models.BooleanField(default=False)
    """One of the starter cast: anyone may make it speak."""

    in_cuts = models.BooleanField("in clips of shows", default=False)
    """Others may cut clips with it out of shows. Its owner, and the host of the show,
    always may."""

    in_scenes = models.BooleanField("in scenes of others", default=False)
    """Others may cast it in scenes. Its owner always may."""

    remixing = models.CharField(
        "words of others", max_length=3, choices=Level, default="", blank=True
    )
    """Whether others may make it speak their words. Empty: as its owner's account."""

    card = models.JSONField(default=dict, blank=True)
    """What the cast file or an imported card says beyond these fields."""

    waits = models.BooleanField(default=False, editable=False)
    """What the row says is not approved: only its owner meets it. Set by the approvals
    alone, like the next one."""

    approval = models.CharField(
        max_length=8,
        choices=ApprovalState,
        default=ApprovalState.APPROVED,
        editable=False,
    )
    """Of what its owner wrote last, which is in the row only once it is approved."""

    created = models.DateTimeField(default=timezone.now, editable=False)
    changed = models.DateTimeField(auto_now=True)
    removed = models.DateTimeField(null=True, blank=True, editable=False)

    objects = models.Manager.from_queryset(CharacterQuerySet)()

    class Meta:
        indexes = [
            models.Index(fields=["owner", "-created"], name="character_owner"),
            models.Index(
                fields=["-created"],
                name="character_public",
                condition=Q(visibility="public", removed__isnull=True),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="character_visibility_known",
                condition=Q(visibility__in=["private", "unlisted", "public"]),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """UnapprovedError for words that others would meet and nobody approved."""
        columns = (*wording.WORDS, *wording.VOICE)
        touched = guard.touches(columns, kwargs.get("update_fields"))
        if self.pk and touched and not self.waits:
            guard.must_be_approved(
                kind=wording.KIND,
                key=self.key,
                facets=wording.facets_of(self),
                way="socialapp.characters.services.change_character",
            )
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return f"/c/{self.key}/"

    @property
    def voice_spec(self) -> VoiceSpec:
        return VoiceSpec(self.voice, self.voice_speed, self.voice_pitch)


class CharacterCard(models.Model):
    """What a character's card says beyond its fields, so that an export gives it back."""

    character = models.OneToOneField(
        Character, models.CASCADE, related_name="card_file", primary_key=True
    )
    text = models.TextField(blank=True)
    """The card that was imported, V3 as JSON; unknown parts are in it byte for byte, so
    this is text. Empty: the character was made here."""

    sha256 = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    """Of the file that was imported."""

    read_as = models.CharField(max_length=2, blank=True)
    """v1, v2 or v3."""

    taken = models.JSONField(default=dict, blank=True)
    """What the import made of it, field to value: one that is still the same goes out
    as it came in."""

    report = models.JSONField(default=dict, blank=True)
    """``taken``, ``kept``, ``refused``: sentences for whoever imported it."""

    open = models.BooleanField(default=False)
    """Others who see the character may take its card, with all of the definition."""

    imported = models.DateTimeField(null=True, blank=True, editable=False)

    def __str__(self) -> str:
        return f"Card of {self.character_id}"


class CardPicture(models.Model):
    """An expression that came with a card; screened and kept as a portrait."""

    card = models.ForeignKey(
        CharacterCard, models.CASCADE, related_name="pictures", db_index=False
    )
    portrait = models.ForeignKey(Portrait, models.CASCADE, related_name="card_pictures")
    name = models.CharField(max_length=80)
    """As in the card: happy, sad, or whatever its author called it."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["card", "name"], name="card_picture_once")
        ]

    def __str__(self) -> str:
        return self.name
