"""Writes to people: joining, changing, leaving; their tokens and tickets."""

from __future__ import annotations

import hashlib
import io
import re
import secrets
import zoneinfo
from datetime import timedelta
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string
from PIL import Image, ImageOps

from socialapp.accounts import handles
from socialapp.accounts.consent import Level
from socialapp.accounts.models import Block, Guardian, Mute, Ticket, Token, User
from socialapp.accounts.programs import scopes as known
from socialapp.accounts.signals import account_closed, consent_changed, picture_changed
from socialapp.accounts.signing_in import sessions
from socialapp.accounts.young import birthdays
from socialapp.lib import images, mail
from socialapp.lib.ids import new_key
from socialapp.lib.signals import tell_listing
from socialapp.lib.text import TextError, clean_name, clean_text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection

TOKEN_PREFIX = "troupe_"  # noqa: S105 - the public part, so that leak scanners know it
MAX_TOKENS = 50
PICTURE_SIDE = 400
"""Pixels: twice the largest avatar on a page."""


class AccountError(Exception):
    """Refused; `errors` says for each field what is wrong and what to do."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(
            " ".join(message for many in errors.values() for message in many)
        )
        self.errors = errors


# Joining ----------------------------------------------------------------------


def check_handle(handle: str, *, user: User | None = None) -> str:
    """The handle as stored; AccountError says what is free instead. `user` may keep
    their own."""
    handle = handle.strip().removeprefix("@").lower()
    if not handles.well_formed(handle):
        raise AccountError({"username": [handles.SHAPE_MESSAGE]})
    others = User.objects.exclude(pk=user.pk) if user else User.objects.all()

    def free(candidate: str) -> bool:
        return not others.filter(skeleton=handles.skeleton(candidate)).exists()

    # Moderators are staff too, and must not pass for the house.
    house = user is not None and user.is_superuser
    if handles.reserved(handle) and not house:
        taken = f"@{handle} is reserved."
    elif others.filter(username=handle).exists():
        taken = f"@{handle} is taken."
    elif not free(handle):
        taken = f"@{handle} looks too much like a handle that exists."
    else:
        return handle
    instead = handles.suggest(handle, free=free)
    hint = f" @{instead} is free." if instead else " Try another one."
    raise AccountError({"username": [taken + hint]})


def check_time_zone(name: str) -> str:
    """The name when it is an IANA zone that this machine knows, else UTC: a browser's
    odd answer must not stop anyone from joining."""
    return name if name in zoneinfo.available_timezones() else "UTC"


def sign_up(
    *,
    email: str,
    username: str,
    password: str,
    birth_date: dt.date,
    display_name: str = "",
    time_zone: str = "UTC",
) -> User:
    """A new person. AccountError with the fields that cannot be as they are."""
    errors: dict[str, list[str]] = {}
    email = email.strip().lower()
    username = _collect(errors, "username", check_handle, username) or ""
    display_name = (
        _collect(errors, "display_name", _clean_display_name, display_name) or ""
    )
    for field, words in (("username", username), ("display_name", display_name)):
        if field not in errors:
            _screen(errors, field, words, surface="profile_name", person=None)
    _collect(errors, "email", validate_email, email)
    if "email" not in errors and User.objects.filter(email=email).exists():
        errors["email"] = [
            "An account with this e-mail exists. Sign in, or reset the password."
        ]
    _collect(errors, "birth_date", _check_birth_date, birth_date)
    user = User(
        email=email,
        username=username,
        display_name=display_name,
        birth_date=birth_date,
        time_zone=check_time_zone(time_zone),
    )
    _collect(errors, "password", partial(validate_password, user=user), password)
    if errors:
        raise AccountError(errors)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
            tell_listing("person", user.pk)
    except IntegrityError:
        # Another request took the handle or the e-mail since the checks above.
        raise AccountError(
            {"username": ["This handle or e-mail was taken a moment ago."]}
        ) from None
    return user


def _check_birth_date(date: dt.date) -> None:
    birthdays.check(date, today=timezone.now().date(), minimum_age=settings.MINIMUM_AGE)


def _clean_display_name(name: str) -> str:
    return clean_name(name, max_length=50, empty=True)


def _screen(
    errors: dict[str, list[str]],
    field: str,
    words: str,
    *,
    surface: str,
    person: User | None,
) -> None:
    """What the words mean is judged higher up, so the judge is reached by name."""
    if field == "username":
        words = re.sub(r"[._]+", " ", words)
    complaint = import_module(settings.TEXT_SCREENER).complaint(
        words, surface=surface, person=person
    )
    if complaint:
        errors[field] = [complaint]


def _collect(
    errors: dict[str, list[str]], field: str, check: Callable[[Any], Any], value: Any
) -> Any:
    """What `check` makes of `value`; its complaint goes to `errors[field]`."""
    try:
        return check(value)
    except AccountError as error:
        for messages in error.errors.values():
            errors.setdefault(field, []).extend(messages)
    except ValidationError as error:
        errors.setdefault(field, []).extend(error.messages)
    except (TextError, birthdays.BirthDateError) as error:
        errors.setdefault(field, []).append(str(error))
    return None


# Changing ---------------------------------------------------------------------


def change_profile(
    *,
    user: User,
    username: str | None = None,
    display_name: str | None = None,
    bio: str | None = None,
    time_zone: str | None = None,
    remix_clips: str | None = None,
    remix_characters: str | None = None,
    shows_follows: bool | None = None,
) -> User:
    """Change what is given. AccountError with the fields that cannot be so."""
    errors: dict[str, list[str]] = {}
    changed: dict[str, Any] = {}
    if username is not None and username != user.username:
        changed["username"] = _collect(
            errors, "username", partial(check_handle, user=user), username
        )
    if display_name is not None:
        changed["display_name"] = _collect(
            errors, "display_name", _clean_display_name, display_name
        )
    if bio is not None:
        changed["bio"] = _collect(
            errors, "bio", partial(clean_text, max_length=300), bio
        )
    for name, surface in (
        ("username", "profile_name"),
        ("display_name", "profile_name"),
        ("bio", "about"),
    ):
        if name in changed and name not in errors:
            words = changed[name] or ""
            _screen(errors, name, words, surface=surface, person=user)
    if time_zone is not None:
        if check_time_zone(time_zone) != time_zone:
            errors["time_zone"] = ["Use a name like Europe/Berlin."]
        changed["time_zone"] = time_zone
    levels = {"remix_clips": remix_clips, "remix_characters": remix_characters}
    for name, level in levels.items():
        if level is None or level == getattr(user, name):
            continue
        if level not in Level.values:
            errors[name] = [f"Choose one of {', '.join(Level.values)}."]
        changed[name] = level
    if shows_follows is not None:
        if shows_follows and user.is_minor:
            errors["shows_follows"] = ["Before 18 nobody sees whom you follow."]
        changed["shows_follows"] = shows_follows
    if errors:
        raise AccountError(errors)
    for name, value in changed.items():
        setattr(user, name, value)
    try:
        with transaction.atomic():
            user.save(update_fields=[*changed, "skeleton"])
            if said := {name: changed[name] for name in levels if name in changed}:
                told = partial(consent_changed.send, sender=User, user=user, said=said)
                transaction.on_commit(told)
            tell_listing("person", user.pk)
    except IntegrityError:
        raise AccountError(
            {"username": ["This handle was taken a moment ago."]}
        ) from None
    return user


def set_picture(*, user: User, data: bytes) -> User:
    """A square picture of the person. AccountError when the file is no good, or when a
    rule refuses it; then nothing of it is kept."""
    try:
        clean = images.clean(
            data,
            max_bytes=settings.MAX_PICTURE_BYTES,
            max_pixels=settings.MAX_PICTURE_PIXELS,
        )
        # Screening is higher up than accounts, so it is reached by name.
        import_string(settings.PICTURE_SCREEN)(picture=clean.data, person=user)
    except images.PictureError as error:
        raise AccountError({"picture": [str(error)]}) from None
    with Image.open(io.BytesIO(clean.data)) as picture:
        square = ImageOps.fit(picture.convert("RGB"), (PICTURE_SIDE, PICTURE_SIDE))
    out = io.BytesIO()
    square.save(out, "WEBP", quality=85)
    old = user.picture.name
    user.picture.save(f"{new_key()}.webp", ContentFile(out.getvalue()), save=False)
    user.save(update_fields=["picture"])
    if old:
        user.picture.storage.delete(old)
    _tell_of_picture(user)
    return user


def remove_picture(*, user: User) -> User:
    if user.picture:
        user.picture.delete(save=False)
        user.save(update_fields=["picture"])
        _tell_of_picture(user)
    return user


def _tell_of_picture(user: User) -> None:
    told = partial(picture_changed.send_robust, sender=User, user=user)
    transaction.on_commit(told, robust=True)


@transaction.atomic
def close_account(*, user: User) -> None:
    """Take the person out of their row and tell the apps, which remove what they hold.

    The row itself stays without a name: others' clips and the moderation log may point
    at it.
    """
    remove_picture(user=user)
    user.tokens.all().delete()
    user.device_grants.all().delete()
    user.tickets.all().delete()
    Guardian.objects.filter(user=user).delete()
    for model in (Block, Mute):
        model._default_manager.filter(Q(person=user) | Q(whom=user)).delete()
    EmailAddress.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    sessions.end_all(user)
    ghost = f"closed{new_key()}"
    user.username = ghost
    user.email = f"{ghost}@closed.invalid"
    user.display_name = user.bio = user.first_name = user.last_name = ""
    user.birth_date = user.leaves = None
    user.last_login = None
    user.time_zone = "UTC"
    user.shows_follows = False
    user.is_active = user.is_staff = user.is_superuser = False
    user.set_unusable_password()
    user.save()
    transaction.on_commit(
        partial(account_closed.send_robust, sender=User, user=user), robust=True
    )


@transaction.atomic
def remove_factors(*, user: User) -> None:
    """Of somebody who lost them all and showed staff that it is them: their password is
    enough again. They are told, and signed out everywhere."""
    Authenticator.objects.filter(user=user).delete()
    sessions.end_all(user)
    mail.send(to=user.email, template="factors-removed")


# Tokens -----------------------------------------------------------------------


def digest_of(key: str) -> str:
    # The key has 256 random bits: a slow hash would protect nothing more.
    return hashlib.sha256(key.encode()).hexdigest()


@transaction.atomic
def create_token(
    *,
    user: User,
    name: str = "App",
    expires: dt.datetime | None = None,
    scopes: Collection[str] = known.ALL,
    within: Collection[str] = known.ALL,
) -> tuple[Token, str]:
    """A token and its key. The key is shown once; only its digest is kept. `within`: the
    scopes of whoever asks for it."""
    try:
        name = clean_name(name, max_length=60)
    except TextError as error:
        raise AccountError({"name": [str(error)]}) from None
    if complaint := known.complaint(scopes, within=within):
        raise AccountError({"scopes": [complaint]})
    if user.tokens.count() >= MAX_TOKENS:
        raise AccountError(
            {"name": [f"You have {MAX_TOKENS} tokens. Revoke one you no longer use."]}
        )
    key = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = Token.objects.create(
        user=user,
        name=name,
        digest=digest_of(key),
        prefix=key[:12],
        expires=expires,
        scope=known.joined(scopes),
    )
    return token, key


def find_token(key: str) -> Token | None:
    """The valid token with this key, with its person; None: there is none."""
    valid = Token.objects.valid(now=timezone.now()).select_related("user")
    return valid.filter(digest=digest_of(key)).first()


def revoke_token(*, token: Token) -> None:
    token.delete()


def note_use(*, token: Token, now: dt.datetime) -> None:
    """Remember that a token was used, to the minute: not one write a request."""
    if token.used is None or now - token.used > timedelta(minutes=1):
        Token.objects.filter(pk=token.pk).update(used=now)


# Goodwill ---------------------------------------------------------------------


def return_ticket(*, ticket: Ticket) -> bool:
    """Staff give a ticket back, whatever became of it; False when it was back already."""
    due = Ticket.objects.filter(pk=ticket.pk).exclude(state=Ticket.State.RETURNED)
    return bool(due.update(state=Ticket.State.RETURNED))
