"""What a clip says and who says it, as something that is approved by its hash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moderation.approvals.facets import Facet
from socialapp.characters import wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from avatarfx.models import Clip
    from socialapp.characters.models import Character

KIND = "clip"
FACETS = ("script", "voice")
PEOPLE = ("actors__character", "actors__portrait")
"""What `facets_of` reads beside the row itself."""


def script_of(
    *, script: str, title: str, caption: str, cast: Iterable[Character] = ()
) -> Facet:
    """What is written. `cast`: whose personas it is judged beside."""
    says = {"script": script, "title": title, "caption": caption}
    return Facet(
        "script",
        says,
        tuple(field for field, words in says.items() if words),
        beside="\n".join(wording.about(one) for one in cast),
    )


def voice_of(recipe: Mapping[str, Any], pictures: Mapping[str, str]) -> Facet:
    """What is spoken, by whom, how, and with which face: the recipe's JSON, and seat to
    ref of the picture. Nothing of it is judged: its words are the script's, voices are
    of the catalogue, pictures are checked by themselves."""
    cast = [
        [role["seat"], role["character"], role["portrait"], role["voice"]]
        for role in recipe.get("cast", [])
    ]
    says: dict[str, Any] = {
        "said": recipe.get("script", ""),
        "cast": cast,
        "pictures": dict(sorted(pictures.items())),
    }
    if recording := recipe.get("recording"):
        says["recording"] = recording
    return Facet("voice", says)


def facets_of(clip: Clip) -> list[Facet]:
    """As the rows are now, all of it to be judged. For many clips, fetch PEOPLE first."""
    actors = clip.actors.all()
    return [
        script_of(
            script=clip.script,
            title=clip.title,
            caption=clip.caption,
            cast=[actor.character for actor in actors],
        ),
        voice_of(clip.recipe, {actor.seat: actor.portrait.ref for actor in actors}),
    ]
