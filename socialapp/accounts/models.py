"""People, their tokens and their daily tickets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AbstractUser
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone

from socialapp.accounts import handles
from socialapp.accounts.consent import Level
from socialapp.accounts.programs import scopes
from socialapp.accounts.young import birthdays
from socialapp.lib.ids import new_key

if TYPE_CHECKING:
    from datetime import datetime


class User(AbstractUser):
    """``username`` is the handle; people sign in with their e-mail."""

    username = models.CharField(
        "handle",
        max_length=30,
        unique=True,
        validators=[
            RegexValidator(rf"\A{handles.SHAPE.pattern}\Z", handles.SHAPE_MESSAGE)
        ],
        error_messages={"unique": "This handle is taken."},
    )
    skeleton = models.CharField(max_length=30, editable=False, default="")
    """The handle with look-alikes folded: see ``handles.skeleton``."""

    email = models.EmailField(
        "e-mail",
        unique=True,
        error_messages={"unique": "An account with this e-mail exists."},
    )
    display_name = models.CharField(max_length=50, blank=True)
    bio = models.CharField(max_length=300, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    """Null only for accounts made on the command line."""

    picture = models.ImageField(upload_to="people/", blank=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    """IANA name; the five daily tickets return at its midnight."""

    remix_clips = models.CharField(
        "remixes of my clips", max_length=3, choices=Level, default=Level.ASK
    )
    """What a clip may say is never more than this."""

    remix_characters = models.CharField(
        "words of others for my characters",
        max_length=3,
        choices=Level,
        default=Level.OFF,
    )
    """For those of their characters that say nothing of it themselves."""
    shows_follows = models.BooleanField(default=False)
    """Whether others see whom they follow; never of anybody under 18."""

    leaves = models.DateTimeField(null=True, blank=True, db_index=True)
    """When all that is theirs is erased, once they asked to leave; until then they and
    their work are hidden, and signing in undoes it."""

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["username"]

    class Meta:
        indexes = [models.Index(fields=["skeleton"], name="user_skeleton")]

    def __str__(self) -> str:
        return f"@{self.username}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.skeleton = handles.skeleton(self.username)
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return f"/@{self.username}/"

    def get_session_auth_hash(self) -> str:
        """Asking to leave ends every session, as a new password does."""
        leaving = f"leaves{self.leaves.timestamp():.0f}" if self.leaves else ""
        return super().get_session_auth_hash() + leaving

    @property
    def is_minor(self) -> bool:
        """13 to 17: the quieter house. Made on the command line: an adult."""
        if self.birth_date is None:
            return False
        today = timezone.now().date()
        return birthdays.age(self.birth_date, today=today) < birthdays.ADULT

    @property
    def follows_are_shown(self) -> bool:
        return self.shows_follows and not self.is_minor

    @property
    def name(self) -> str:
        return self.display_name or self.username


class Guardian(models.Model):
    """Who is told each week how much somebody under 18 did here, and nothing of what."""

    user = models.OneToOneField(User, models.CASCADE, related_name="guardian")
    email = models.EmailField("e-mail")
    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    """In the address that confirms and stops it; only the guardian's mails have it."""

    asked = models.DateTimeField(default=timezone.now, editable=False)
    confirmed = models.DateTimeField(null=True, editable=False)
    """Null: they have not agreed yet, and get nothing."""

    sent = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return f"Guardian of {self.user_id}"


class BlockQuerySet(models.QuerySet["Block"]):
    def between(self, one: int, other: int) -> BlockQuerySet:
        """Whichever of the two made it."""
        ways = models.Q(person=one, whom=other) | models.Q(person=other, whom=one)
        return self.filter(ways)


class Block(models.Model):
    """Neither sees, hears or reaches the other, anywhere in the house."""

    person = models.ForeignKey(User, models.CASCADE, related_name="blocks")
    whom = models.ForeignKey(User, models.CASCADE, related_name="blocked_by")
    created = models.DateTimeField(default=timezone.now, editable=False)

    objects = models.Manager.from_queryset(BlockQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "whom"], name="block_once"),
            models.CheckConstraint(
                condition=~models.Q(person=models.F("whom")), name="block_of_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} blocks {self.whom_id}"


class Mute(models.Model):
    """One hears nothing of the other any more, who is not told and loses nothing."""

    person = models.ForeignKey(User, models.CASCADE, related_name="mutes")
    whom = models.ForeignKey(User, models.CASCADE, related_name="muted_by")
    created = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "whom"], name="mute_once"),
            models.CheckConstraint(
                condition=~models.Q(person=models.F("whom")), name="mute_of_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} mutes {self.whom_id}"


class TokenQuerySet(models.QuerySet["Token"]):
    def valid(self, *, now: datetime) -> TokenQuerySet:
        return self.filter(
            models.Q(expires__isnull=True) | models.Q(expires__gt=now),
            user__is_active=True,
        )


class Token(models.Model):
    """A key for the API; only its digest is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=60, default="App")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    """SHA-256 of the key, in hex."""

    prefix = models.CharField(max_length=12, editable=False, default="")
    """How the key starts: enough to recognise it in a list, not to use it."""

    created = models.DateTimeField(default=timezone.now, editable=False)
    used = models.DateTimeField(null=True, editable=False)
    expires = models.DateTimeField(null=True, blank=True)
    scope = models.CharField(
        max_length=60, default=scopes.joined(scopes.ALL), editable=False
    )
    """What it may do, as OAuth writes it: ``read write``."""

    objects = models.Manager.from_queryset(TokenQuerySet)()

    def __str__(self) -> str:
        return f"{self.name} of {self.user}"

    @property
    def scopes(self) -> list[str]:
        return self.scope.split()


class DeviceGrant(models.Model):
    """A device that waits to be signed in (RFC 8628); of its codes only digests are
    kept."""

    class State(models.TextChoices):
        PENDING = "pending"
        APPROVED = "approved"
        DENIED = "denied"
        USED = "used"

    device = models.CharField(max_length=64, unique=True, editable=False)
    """Digest of the code that the device polls with."""

    code = models.CharField(max_length=64, unique=True, editable=False)
    """Digest of the code that a person types; keyed, since a person types few letters."""

    app = models.CharField(max_length=60)
    """What the program calls itself."""

    scope = models.CharField(max_length=60)
    user = models.ForeignKey(
        User, models.CASCADE, null=True, related_name="device_grants"
    )
    """Who answered; null: nobody yet."""

    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    created = models.DateTimeField(default=timezone.now, editable=False)
    expires = models.DateTimeField()
    polled = models.DateTimeField(null=True, editable=False)
    interval = models.PositiveSmallIntegerField()
    """Seconds between two questions; longer each time that it asks too soon."""

    def __str__(self) -> str:
        return f"{self.app} ({self.state})"

    @property
    def scopes(self) -> list[str]:
        return self.scope.split()


class Ticket(models.Model):
    """One of a day's renders: held while it is made, then spent or returned."""

    class State(models.TextChoices):
        HELD = "held"
        SPENT = "spent"
        RETURNED = "returned"

    user = models.ForeignKey(User, models.CASCADE, related_name="tickets")
    key = models.CharField(max_length=64, unique=True, default=new_key)
    """What it pays for: ``clip:<key>``. Unique, so nothing is ever charged twice."""

    state = models.CharField(max_length=8, choices=State, default=State.HELD)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["user", "created"], name="ticket_user_day")]
        constraints = [
            models.CheckConstraint(
                name="ticket_state_known",
                condition=models.Q(state__in=["held", "spent", "returned"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} ({self.state})"
