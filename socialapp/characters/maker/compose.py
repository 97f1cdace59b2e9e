"""A recipe becomes a drawing in the fifteen groups of the cast, and its table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from socialapp.characters.maker import clothes, eyes, face, hair, wear
from socialapp.characters.maker.importing import import_svg
from socialapp.characters.maker.paint import (
    Palette,
    dark,
    ellipse,
    glow,
    ink,
    light,
    mix,
)
from socialapp.characters.maker.recipe import check
from socialapp.lib.mouths import LETTERS, MouthColours, MouthStyle, mouth_svg

if TYPE_CHECKING:
    from socialapp.performance import Rig

WIDTH, HEIGHT = 600, 800

MOUTH_Y = 508.0

_DEPTHS = {
    "back": 0.0, "hair-back": 0.25, "body": 0.2, "neck": 0.35, "ears": 0.4,
    "head": 0.5, "cheeks": 0.58, "eye-left": 0.66, "eye-right": 0.66,
    "lids-closed": 0.66, "brow-left": 0.7, "brow-right": 0.7, "mouth": 0.76,
    "nose": 0.86, "hair-front": 0.8,
}  # fmt: skip
"""In drawing order. The nose comes last of the face: it carries moustaches."""

_STYLES = {
    "full": (46.0, MouthStyle(lips=1.0, smile=0.14)),
    "fine": (44.0, MouthStyle(lips=0.55, smile=0.2)),
    "line": (42.0, MouthStyle(lips=0.0, smile=0.3, weight=0.9)),
    "fangs": (46.0, MouthStyle(lips=0.35, smile=0.24, tooth="fangs")),
}
"""Half the width of the mouth, and how it is drawn."""


def to_svg(recipe: dict[str, Any]) -> str:
    """The drawing, self-contained. MakerError for an odd recipe."""
    return _draw(check(recipe))


def build(recipe: dict[str, Any]) -> tuple[Rig, dict[str, bytes], bytes]:
    """Rig, blobs by ref and the flattened portrait as a PNG; see `import_svg`."""
    full = check(recipe)
    return import_svg(_draw(full), _table(full))


def _draw(r: dict[str, Any]) -> str:
    p = Palette()
    shape = face.HEADS[r["head"]]
    skin, hair_colour, cloth, accent = (
        r[key] for key in ("skin", "hair_colour", "cloth", "accent")
    )
    behind, before = hair.hair(p, r["hair"], hair_colour, cloth)
    body, collar = clothes.clothes(p, r["clothes"], cloth, accent)
    beard, moustache = wear.beard(p, r["beard"], shape, hair_colour)
    # A scarf covers ears of skin; those of animals stand out of anything.
    covered = r["hair"] == "hijab" and r["ears"] in {"human", "elf"}
    # With a snout the whole face is fur; on a person such ears grow out of the hair.
    fur = skin if r["nose"] == "snout" or not before else hair_colour
    ears = "" if covered else face.ears(p, r["ears"], shape, skin, fur)
    jewels = (
        ""
        if covered or r["ears"] not in {"human", "elf"}
        else wear.earrings(p, r["earrings"], shape.half)
    )
    snout = _muzzle(p, skin) if r["nose"] == "snout" else ""
    groups = {
        "back": wear.backdrop(p, r["backdrop"], r["backdrop_colour"]),
        "hair-back": behind,
        "body": body,
        "neck": clothes.neck(p, skin, shape.bottom) + collar,
        "ears": ears + jewels,
        "head": face.head(p, shape, skin)
        + snout
        + beard
        + wear.marks(r["marks"], skin, accent),
        "cheeks": face.cheeks(p, shape, _blush(skin)),
        "nose": face.nose(p, r["nose"], skin)
        + moustache
        + wear.glasses(p, r["glasses"], accent),
        "hair-front": before,
    }
    drawn = {name: f'<g id="{name}">{inner}</g>' for name, inner in groups.items()}
    for side in ("left", "right"):
        drawn[f"eye-{side}"] = eyes.eye(p, r["eyes"], side, skin, r["eye_colour"])
        drawn[f"brow-{side}"] = face.brow(r["brows"], side, hair_colour, skin)
    drawn["lids-closed"] = eyes.lids_closed(r["eyes"], skin)
    drawn["mouth"] = _mouths(r)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f"<defs>{p.definitions()}</defs>"
        f"{''.join(drawn[name] for name in _DEPTHS)}</svg>"
    )


def _blush(skin: str) -> str:
    return (
        mix(skin, "#d8483c", 0.6) if glow(skin) > 0.35 else mix(skin, "#c04a3c", 0.75)
    )


def _muzzle(p: Palette, skin: str) -> str:
    pale = light(skin, 0.62)
    return ellipse(
        300, 500, 62, 44, p.slope((0, pale), (1, dark(pale, 0.14)))
    ) + ellipse(300, 470, 40, 36, pale)


def _mouths(r: dict[str, Any]) -> str:
    half, style = _STYLES[r["mouth"]]
    skin = light(r["skin"], 0.62) if r["nose"] == "snout" else r["skin"]
    lip = mix(skin, "#a8323c", 0.46 if glow(skin) > 0.35 else 0.38)
    colours = MouthColours(
        lip=lip,
        lip_upper=dark(lip, 0.26),
        line=mix(ink(skin), "#3a0f14", 0.5),
        inside="#3a0f18",
        teeth="#fff6ea",
        tongue="#c9565e",
    )
    out = []
    for letter in LETTERS:
        hidden = "" if letter == "X" else ' display="none"'
        inner = mouth_svg(
            letter, x=300, y=MOUTH_Y, half=half, colours=colours, style=style
        )
        out.append(f'<g id="mouth-{letter}"{hidden}>{inner}</g>')
    return f'<g id="mouth">{"".join(out)}</g>'


def _table(r: dict[str, Any]) -> dict[str, Any]:
    """As the tables beside the drawings of the cast."""
    half = _STYLES[r["mouth"]][0]
    bottom = face.HEADS[r["head"]].bottom
    eye = eyes.EYES[r["eyes"]]
    return {
        "anchors": {
            "eyeLeft": (300 - eyes.EYE_APART, eyes.EYE_Y),
            "eyeRight": (300 + eyes.EYE_APART, eyes.EYE_Y),
            "mouth": (300, MOUTH_Y),
            "mouthLeft": (300 - half, MOUTH_Y),
            "mouthRight": (300 + half, MOUTH_Y),
            "chin": (300, bottom),
            "neckPivot": (300, 592),
        },
        "layers": [{"id": name, "depth": depth} for name, depth in _DEPTHS.items()],
        # The iris may touch the corner of the eye and no more.
        "gaze": {"maxX": max(eye.half - eye.iris - 5, 6), "maxY": 5},
    }
