"""Profiles as something to be reported: name, description and picture of a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moderation import lookalikes, subjects
from moderation.models import Standing
from moderation.pictures import profiles
from socialapp.accounts.models import User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

FIELDS = ("display_name", "bio")


def register() -> None:
    subjects.register(
        "profile",
        title="Profile",
        key=lambda user: str(user.pk),
        find=find,
        describe=lambda user: f"@{user.username}",
        snapshot=lambda user: {
            "Handle": f"@{user.username}",
            "Name": user.display_name,
            "About": user.bio,
        },
        author=lambda user: user,
        url=lambda user: user.get_absolute_url(),
        visible=visible,
        media=lambda user: [user.picture.name] if user.picture else [],
        hide=empty,
        remove=empty,
        restore=fill,
        content_types=("CONTENT_TYPE_TEXT", "CONTENT_TYPE_IMAGE"),
        of_author=lambda user: [user],
    )
    lookalikes.register("profiles", block=profiles.keep_away)


def find(key: str) -> User | None:
    """By handle, as pages know it, or by id, as cases keep it: handles change."""
    people = User.objects.filter(is_active=True)
    if key.isdigit():
        return people.filter(pk=key).first()
    return people.filter(username=key.removeprefix("@")).first()


def visible(user: User, _viewer: User | AnonymousUser) -> bool:
    return user.is_active


def empty(user: User) -> None:
    """Take name and description off; the handle stays, so that links do."""
    standing, _ = Standing.objects.get_or_create(user=user)
    if standing.kept:
        return
    standing.kept = {name: getattr(user, name) for name in FIELDS}
    standing.save(update_fields=["kept"])
    User.objects.filter(pk=user.pk).update(**dict.fromkeys(FIELDS, ""))


def fill(user: User) -> None:
    """Put back what `empty` took, except where the person wrote something new."""
    standing = Standing.objects.filter(user=user).first()
    if standing is None or not standing.kept:
        return
    User.objects.filter(pk=user.pk, display_name="").update(
        display_name=standing.kept["display_name"]
    )
    User.objects.filter(pk=user.pk, bio="").update(bio=standing.kept["bio"])
    standing.kept = {}
    standing.save(update_fields=["kept"])
