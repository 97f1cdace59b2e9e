"""What pages and the API read of plays: one's own, who is in them, whether they go on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Prefetch, Q

from moderation.models import ApprovalState
from scenes.models import Play, PlayRole, Scene
from scenes.selectors import casting
from socialapp.accounts.circle import are_apart
from socialapp.accounts.models import Block
from socialapp.characters.models import Character
from socialapp.lib import blobs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet

    from scenes.models import SceneVersion
    from scenes.models.story import Viewer
    from socialapp.accounts.models import User
    from socialapp.characters.models import Portrait

GROWN = "mature"


@dataclass(frozen=True, slots=True)
class Seen:
    """Who plays a role, as one viewer meets them."""

    role: str
    character: str
    """Its key; empty when it was erased."""

    name: str
    rig: str | None
    """Address of the rig's JSON; None: a stand-in."""

    portrait: str | None
    voiced: bool
    gone: bool
    """Its consent or the character itself is; the name stays."""


def plays_of(person: User) -> QuerySet[Play]:
    """Newest first, with all that a list shows and without the texts of scenes."""
    return full(Play.objects.filter(person=person, removed__isnull=True)).order_by(
        "-changed", "-pk"
    )


def play_for(*, person: User, key: str) -> Play:
    """Play.DoesNotExist for others' and removed ones."""
    return plays_of(person).get(key=key)


def full(plays: QuerySet[Play]) -> QuerySet[Play]:
    characters = Character.objects.select_related("owner", "portrait__owner")
    roles = PlayRole.objects.order_by("pk").prefetch_related(
        Prefetch("character", characters)
    )
    player, author = OuterRef("person"), OuterRef("scene__owner")
    apart = Block.objects.filter(
        Q(person=player, whom=author) | Q(person=author, whom=player)
    )
    return (
        plays.annotate(parted=Exists(apart))
        .select_related("person", "scene__owner", "scene__version", "version")
        .defer("scene__draft", "scene__version__document", "version__document")
        .prefetch_related(Prefetch("roles", roles))
    )


def casts_of(plays: Sequence[Play], viewer: Viewer) -> dict[int, list[Seen]]:
    """Who is in each of these plays, by its id; they come from `full`. One query more.

    `viewer` is the player, or somebody who plays along: rigs of characters that they may
    not open are not given.
    """
    roles = {play.pk: list(play.roles.all()) for play in plays}
    everybody = [
        role.character for of in roles.values() for role in of if role.character
    ]
    faceless = casting.unapproved(everybody)
    return {
        play.pk: [_seen(role, play, viewer, faceless) for role in roles[play.pk]]
        for play in plays
    }


def cast_now(cast: Mapping[str, Character], viewer: Viewer) -> list[Seen]:
    """The same of a cast that is not saved."""
    faceless = casting.unapproved(cast.values())
    return [
        _as_seen(role, one, one.name, player=viewer, viewer=viewer, faceless=faceless)
        for role, one in cast.items()
    ]


def _seen(role: PlayRole, play: Play, viewer: Viewer, faceless: frozenset[int]) -> Seen:
    return _as_seen(
        role.role,
        role.character,
        role.name,
        player=play.person,
        viewer=viewer,
        faceless=faceless,
    )


def _as_seen(
    role: str,
    character: Character | None,
    name: str,
    *,
    player: Viewer,
    viewer: Viewer,
    faceless: frozenset[int],
) -> Seen:
    key = character.key if character else ""
    if character is None or casting.why_nowhere(character, player, faceless):
        return Seen(role, key, name, None, None, voiced=False, gone=True)
    portrait = character.portrait
    voiced = casting.voiced(character)
    if portrait is None or not _may_open(character, viewer):
        return Seen(role, key, name, None, None, voiced=voiced, gone=False)
    return Seen(
        role,
        key,
        name,
        rig_url(portrait),
        blobs.url(portrait.ref),
        voiced=voiced,
        gone=False,
    )


def rig_url(portrait: Portrait) -> str:
    return f"/api/v1/portraits/{portrait.key}/rig/"


def document_url(version: SceneVersion, scene: Scene) -> str:
    return f"/api/v1/scenes/{scene.key}/versions/{version.number}/document/"


def _may_open(character: Character, viewer: Viewer) -> bool:
    """As `CharacterQuerySet.visible_to` does for one that is on stage."""
    if viewer.is_authenticated and character.owner_id == viewer.pk:
        return True
    private = character.visibility == Character.Visibility.PRIVATE
    return not private and not character.waits and character.owner.leaves is None


def why_closed(play: Play, viewer: Viewer | None = None) -> str:
    """Why this play does not go on, for the player or for somebody who plays along;
    empty: it does. A save is kept either way."""
    who = viewer or play.person
    mine = who.is_authenticated and play.scene.owner_id == who.pk
    return _why_closed(play.scene, mine=mine) or _why_not_for(play, who, mine=mine)


def _why_closed(scene: Scene, *, mine: bool) -> str:
    title = scene.title
    if scene.removed is not None:
        return f"“{title}” was taken down by its author, so it does not go on."
    if scene.withheld == Scene.Level.REMOVED:
        return f"“{title}” was removed under the rules, so it does not go on."
    if mine:
        return ""
    if scene.withheld:
        return f"“{title}” waits for a moderator. Your save is kept until then."
    if scene.owner.leaves is not None:
        return f"The author of “{title}” left, so it does not go on."
    return ""


def _parted(play: Play, viewer: Viewer) -> bool:
    """Of plays that come from `full`, and their players, it is known already."""
    known = getattr(play, "parted", None)
    if known is not None and viewer.pk == play.person_id:
        return bool(known)
    return are_apart(viewer, play.scene.owner)


def _why_not_for(play: Play, viewer: Viewer, *, mine: bool) -> str:
    grown = viewer.is_authenticated and not viewer.is_minor
    if not grown and (play.scene.adults_only or play.version.rating == GROWN):
        return f"“{play.scene.title}” is for adults."
    if not mine and _parted(play, viewer):
        return f"“{play.scene.title}” is not on stage for you. Your save is kept."
    if mine or play.version.approval == ApprovalState.APPROVED:
        return ""
    if play.version.approval == ApprovalState.PENDING:
        return f"Somebody looks at “{play.scene.title}” again. Your save is kept."
    return f"This version of “{play.scene.title}” may not be shown any more."


def is_on_stage(scene: Scene, viewer: Viewer) -> bool:
    """Whether this viewer may begin it now. A play that was begun goes on when its author
    takes the scene off the stage."""
    shown = Scene.objects.visible_to(viewer)
    return shown.filter(pk=scene.pk, version__isnull=False).exists()
