"""Whether somebody may remix a post: on, ask first, or off and why.

Three may have a say: the author's account, the post itself, and the owner of each
character whose face or voice is used. The strictest of them counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from avatarfx.models import Clip, ClipActor
from avatarfx.remixes import RemixKind
from feed.models import Post, RemixPass
from moderation.models import ApprovalState
from socialapp.accounts.circle import are_apart
from socialapp.accounts.consent import Level, strictest
from socialapp.characters.models import Character

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.contrib.auth.models import AnonymousUser

    from socialapp.accounts.models import User

    Viewer = User | AnonymousUser

ANOTHER = "Remix another clip, or make one of your own."


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one viewer may do with one post."""

    state: Level
    why: str = ""
    """The rule and the way out, when it is off."""

    code: str = ""
    """The same for programs: ``off``, ``closed``, ``private``, ``minor``, ..."""

    asks: tuple[User, ...] = ()
    """Whose answer is needed, when it asks first."""

    @property
    def is_off(self) -> bool:
        return self.state == Level.OFF


_ON = Allowance(Level.ON)


def _off(code: str, why: str) -> Allowance:
    return Allowance(Level.OFF, why, code)


def at_a_glance(viewer: Viewer, post: Post) -> Level:
    """What the button under a post says, from rows that a page of the feed has anyway:
    no query. The form looks closer, and so does whoever makes the clip."""
    if post.clip_id is None:
        return Level.OFF
    if viewer.pk is not None and post.author_id == viewer.pk:
        return Level.ON
    if post.author.is_minor or post.visibility != Post.Visibility.PUBLIC:
        return Level.OFF
    if post.withheld or post.kept_back or post.removed:
        return Level.OFF
    level = clip_level(post)
    young = viewer.is_authenticated and viewer.is_minor
    return Level.OFF if young and level == Level.ASK else level


def clip_level(post: Post) -> Level:
    """What the account and the post say together."""
    return strictest((post.author.remix_clips, post.remixing))


def may_remix(viewer: Viewer, post: Post, kind: str = "") -> Allowance:
    """For one kind; without it, for the kind that is the most open."""
    found = allowances(viewer, post)
    if kind:
        return found[RemixKind(kind)]
    order = list(Level)
    return max(found.values(), key=lambda one: order.index(one.state))


def allowances(viewer: Viewer, post: Post) -> dict[RemixKind, Allowance]:
    """By kind, in a handful of queries. `post` comes with its author and clip."""
    clip = post.clip
    everybody = stage_of(clip) if clip is not None else []
    refused = closed(viewer, post, everybody)
    if refused is not None or clip is None or not viewer.is_authenticated:
        none = refused or _off("no-account", "Sign in to remix a clip.")
        return dict.fromkeys(RemixKind, none)
    passes = set(
        RemixPass.objects.filter(person=viewer.pk).values_list("owner_id", flat=True)
    )
    # Whoever keeps apart from the author was refused above.
    base = _Consent(viewer, passes, together=[post.author_id])
    base.needs(post.author, clip_level(post), _of_the_clip(post))
    lead = base.copy()
    _words_for(lead, clip.character)
    stage = base.copy()
    for one in everybody:
        _face_of(stage, one)
    # In a talk the others keep their faces and their lines.
    revoice = stage if len(everybody) > 1 else base
    return {
        RemixKind.REVOICE: revoice.settled(),
        RemixKind.REWRITE: lead.settled(),
        RemixKind.REPLY: base.settled(),
        RemixKind.DUET: stage.settled(),
    }


def stage_of(clip: Clip) -> list[Character]:
    """Everybody on stage, seat by seat; the lead alone when no seats were written."""
    actors = ClipActor.objects.filter(clip=clip).select_related("character__owner")
    return [one.character for one in actors.order_by("seat")] or [clip.character]


def closed(viewer: Viewer, post: Post, stage: Iterable[Character]) -> Allowance | None:
    """Why nobody, or not this viewer, remixes it by any kind; None: nothing is in the
    way but consent. `stage`: everybody on it."""
    clip = post.clip
    if clip is None:
        return _off(
            "not-a-clip",
            "Lines of a chat cannot be remixed: those who talk in them agreed to be"
            f" read, and to nothing else. {ANOTHER}",
        )
    mine = viewer.pk is not None and post.author_id == viewer.pk
    if post.removed is not None or clip.removed is not None:
        return _off("gone", f"Its author took this clip down. {ANOTHER}")
    if post.withheld or clip.withheld or clip.state != Clip.State.READY:
        return _off(
            "withheld",
            f"This clip is off the stage, so nothing is made of it now. {ANOTHER}",
        )
    if post.kept_back:
        return _off(
            "ended",
            "Whoever owns the original took this remix off the stage, so nothing more is"
            f" made of it. {ANOTHER}",
        )
    if clip.approval != ApprovalState.APPROVED:
        return _off(
            "waits", "The words of this clip wait for a look. Try again after it."
        )
    if left := _left(stage):
        return _off(
            "left",
            f"{left.name} has left the stage, so nothing new is made of their clips."
            f" {ANOTHER}",
        )
    if mine:
        return None
    if post.visibility != Post.Visibility.PUBLIC:
        return _off(
            "not-public",
            "Only what everyone may see is remixed: a remix would lead everyone here."
            f" {ANOTHER}",
        )
    if post.author.is_minor:
        return _off(
            "minor",
            "Clips of people under 18 are not remixed by others: the house decides that,"
            f" not they. {ANOTHER}",
        )
    if post.author.leaves is not None or not post.author.is_active:
        return _off("gone", f"Its author is leaving. {ANOTHER}")
    if are_apart(viewer, post.author):
        return _off("apart", f"You cannot remix this clip. {ANOTHER}")
    return None


def _left(stage: Iterable[Character]) -> Character | None:
    """Somebody on its stage who was closed since."""
    for one in stage:
        if one.removed or one.withheld or one.waits:
            return one
    return None


def _words_for(consent: _Consent, character: Character) -> None:
    """Whether the viewer's words may come out of this character."""
    if character.starter:
        return
    owner = character.owner
    if consent.is_mine(owner):
        return
    if character.visibility == Character.Visibility.PRIVATE:
        consent.refuse(
            "character-private",
            f"{character.name} is their owner's alone now. Let a character of your own"
            " answer instead.",
        )
        return
    level = character.remixing or owner.remix_characters
    consent.needs(
        owner,
        Level(level),
        f"@{owner.username} does not let others write for {character.name}: a character"
        " speaks the words of strangers only when its owner said so. Say it with a"
        " character of your own, as a new voice or an answer.",
    )


def _face_of(consent: _Consent, character: Character) -> None:
    """Whether it may stand beside somebody else's, saying what it said."""
    if character.starter:
        return
    owner = character.owner
    consent.needs(
        owner,
        strictest((owner.remix_clips, character.remixing)),
        f"@{owner.username}, whose {character.name} is on stage there, does not want them"
        " in a duet. Answer with a clip of your own instead.",
    )


def _of_the_clip(post: Post) -> str:
    return f"@{post.author.username} does not want this clip remixed. {ANOTHER}"


class _Consent:
    """What was found so far, for one kind."""

    def __init__(
        self, viewer: User, passes: Iterable[int], together: Iterable[int]
    ) -> None:
        self.viewer = viewer
        self.passes = set(passes)
        self.together = set(together)
        self.asks: dict[int, User] = {}
        self.refusal: Allowance | None = None

    def copy(self) -> _Consent:
        other = _Consent(self.viewer, self.passes, self.together)
        other.asks, other.refusal = dict(self.asks), self.refusal
        return other

    def is_mine(self, owner: User) -> bool:
        return owner.pk == self.viewer.pk

    def refuse(self, code: str, why: str) -> None:
        self.refusal = self.refusal or _off(code, why)

    def needs(self, owner: User, level: Level, why: str) -> None:
        """`why`: what is said when it is off."""
        if self.is_mine(owner):
            return
        if level == Level.OFF:
            self.refuse("off", why)
        elif owner.is_minor:
            self.refuse(
                "minor",
                "Characters of people under 18 are not remixed by others: the house"
                f" decides that, not they. {ANOTHER}",
            )
        elif not owner.is_active or self._apart_from(owner):
            self.refuse("apart", f"You cannot remix this clip. {ANOTHER}")
        elif level == Level.ASK and owner.pk not in self.passes:
            self.asks[owner.pk] = owner

    def _apart_from(self, owner: User) -> bool:
        if owner.pk in self.together:
            return False
        if are_apart(self.viewer, owner):
            return True
        self.together.add(owner.pk)
        return False

    def settled(self) -> Allowance:
        if self.refusal is not None:
            return self.refusal
        if not self.asks:
            return _ON
        if self.viewer.is_minor:
            return _off(
                "too-young",
                "Here somebody has to be asked first, and people under 18 do not write"
                " to strangers. Remix a clip that is open to everybody.",
            )
        return Allowance(Level.ASK, asks=tuple(self.asks.values()))
