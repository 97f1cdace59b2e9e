"""What somebody wants to make of a clip, exactly as it would be spoken."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from avatarfx import services as clips
from avatarfx.remixes import RemixKind
from feed.remixes.errors import RemixError
from socialapp.characters.models import Character
from socialapp.lib.text import TextError, clean_line

if TYPE_CHECKING:
    from feed.models import Post, RemixRequest
    from socialapp.accounts.models import User

MAX_TITLE, MAX_CAPTION = 80, 500


@dataclass(frozen=True, slots=True)
class Wish:
    """Everything that becomes public."""

    post: str
    """Key of what it is made of."""

    kind: RemixKind
    character: Character
    script: str
    title: str
    caption: str
    seat: str = ""
    """Of a talk whose lines somebody else says: which seat's."""

    @property
    def sha256(self) -> str:
        """Of all that an owner is shown: words, face and voice."""
        portrait = self.character.portrait
        voice = self.character.voice_spec
        shown = [
            self.post,
            self.kind.value,
            self.character.key,
            portrait.ref if portrait else "",
            [voice.voice, voice.speed, voice.pitch],
            self.script,
            self.title,
            self.caption,
            self.seat,
        ]
        text = json.dumps(shown, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def wish_of(
    *,
    person: User,
    post: Post,
    kind: str,
    character: Character | None = None,
    script: str = "",
    title: str = "",
    caption: str = "",
    seat: str = "",
) -> Wish:
    """The wish, made whole: what a kind does not leave open comes from the clip.

    RemixError names the field that cannot be so; ScriptError for words that no clip can
    have.
    """
    if kind not in RemixKind.values:
        raise RemixError(
            f"Choose one of {', '.join(RemixKind.values)}.", code="kind", field="kind"
        )
    chosen = RemixKind(kind)
    clip = post.clip
    if clip is None:
        raise RemixError(
            "Lines of a chat cannot be remixed. Choose a clip.", code="not-a-clip"
        )
    if chosen == RemixKind.REWRITE:
        character = clip.character
    if character is None:
        raise RemixError("Choose who speaks.", code="no-character", field="character")
    if chosen != RemixKind.REWRITE:
        _may_speak(person, character)
    if chosen == RemixKind.REVOICE:
        if character.pk == clip.character_id:
            raise RemixError(
                f"{character.name} says this already. Choose somebody else.",
                code="same-character",
                field="character",
            )
        script = clip.script
    else:
        clips.check_script(script.strip(), speed=character.voice_spec.speed)
    script = script.strip()
    if chosen == RemixKind.REWRITE and script == clip.script.strip():
        raise RemixError(
            "These are the words that are said there. Write others.",
            code="same-words",
            field="script",
        )
    return Wish(
        post=post.key,
        kind=chosen,
        character=character,
        script=script,
        title=_line(title, MAX_TITLE, "title"),
        caption=_caption(caption),
        seat=seat if chosen == RemixKind.REVOICE else "",
    )


def wish_again(request: RemixRequest) -> Wish:
    """Of a request, with the character as it is now: its hash tells what changed."""
    return Wish(
        post=request.post.key,
        kind=RemixKind(request.kind),
        character=request.character,
        script=request.script,
        title=request.title,
        caption=request.caption,
        seat=request.seat,
    )


def _may_speak(person: User, character: Character) -> None:
    usable = Character.objects.usable_by(person).filter(pk=character.pk)
    if not usable.exists():
        raise RemixError(
            f"{character.name} is not yours. Choose one of your own characters, or one"
            " of the house.",
            code="not-yours",
            field="character",
        )


def _line(text: str, most: int, field: str) -> str:
    try:
        return clean_line(text, max_length=most, empty=True)
    except TextError as error:
        raise RemixError(str(error), code="invalid", field=field) from None


def _caption(caption: str) -> str:
    caption = caption.strip()
    if len(caption) > MAX_CAPTION:
        raise RemixError(
            f"The caption has {len(caption)} characters; {MAX_CAPTION} fit. Shorten it.",
            code="invalid",
            field="caption",
        )
    return caption
