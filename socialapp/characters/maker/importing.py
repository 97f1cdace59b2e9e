"""A drawing in the fifteen groups of the cast, and its table, become a rig."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from socialapp.characters.maker.raster import Sheet
from socialapp.lib.blobs import ref_of
from socialapp.performance import Rig
from socialapp.performance.rig import Anchors, Layer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from socialapp.characters.maker.raster import Cel

MADE_BY = "layers 1"
"""Importer and version; a new version draws the starter cast anew."""

MOUTHS = "XABCDEFGH"

_STILL = {"back", "body"}
"""What stays where it is while the head tilts."""


def import_svg(
    svg: str, rig_json: dict[str, Any]
) -> tuple[Rig, dict[str, bytes], bytes]:
    """The rig, every blob that it names by ref, and the flattened portrait as a PNG.

    `rig_json` is the table that lies beside each drawing of the cast: anchors, layers
    in drawing order with depth, mouths, gaze. Raises KeyError for a group that the
    table names and the drawing lacks. About a second of CPU.
    """
    sheet = Sheet(svg)
    unit = sheet.width
    blobs: dict[str, bytes] = {}
    layers: list[Layer] = []

    def add(name: str, cel: Cel | None, *, depth: float, head: bool, clip: str) -> None:
        if cel is None:
            return
        ref = ref_of(cel.data, "webp")
        blobs[ref] = cel.data
        x, y, width, height = (round(v / unit, 6) for v in cel.box)
        layers.append(Layer(name, ref, (x, y, width, height), depth, head, clip))

    for entry in rig_json["layers"]:
        name, depth = str(entry["id"]), float(entry["depth"])
        for part, elements, clip in _parts(sheet, name):
            add(
                part,
                sheet.cel(elements),
                depth=depth,
                head=name not in _STILL,
                clip=clip,
            )

    portrait = sheet.flat()
    points = {
        key: (round(x / unit, 6), round(y / unit, 6))
        for key, (x, y) in rig_json["anchors"].items()
    }
    known = {layer.name for layer in layers}
    gaze = rig_json["gaze"]
    rig = Rig(
        portrait=ref_of(portrait, "png"),
        width=round(sheet.width * 2),
        height=round(sheet.height * 2),
        style="layers",
        anchors=Anchors(
            eye_left=points["eyeLeft"],
            eye_right=points["eyeRight"],
            mouth=points["mouth"],
            chin=points["chin"],
            mouth_width=round(points["mouthRight"][0] - points["mouthLeft"][0], 6),
        ),
        presence=1.0,
        layers=tuple(layers),
        mouths={letter: f"mouth-{letter}" for letter in MOUTHS},
        blink_show=("lids-closed-left", "lids-closed-right"),
        blink_hide=tuple(sorted(n for n in known if n.startswith("eye-"))),
        irises=("eye-left-iris", "eye-right-iris"),
        gaze_travel=(float(gaze["maxX"]) / unit, float(gaze["maxY"]) / unit),
        pivot=points["neckPivot"],
        rest_tilt=float(rig_json.get("restTilt", 0.0)),
        made_by=MADE_BY,
    )
    return rig, blobs, portrait


def _parts(sheet: Sheet, name: str) -> Iterator[tuple[str, list[Element], str]]:
    """Layer names, what they show and what clips them, from one group of the drawing."""
    group = sheet.group(name)
    if name in {"eye-left", "eye-right"}:
        yield from _eye_parts(group, name)
    elif name == "lids-closed":
        for side in ("left", "right"):
            yield f"{name}-{side}", _with_class(group, f"closed-{side}"), ""
    elif name == "mouth":
        for letter in MOUTHS:
            yield f"mouth-{letter}", [sheet.group(f"mouth-{letter}")], ""
    else:
        yield name, [group], ""


def _eye_parts(group: Element, name: str) -> Iterator[tuple[str, list[Element], str]]:
    """The eye, back to front. The iris is drawn whole and clipped when shown, so that
    it can travel; what shades it stays put and keeps its own clip."""
    white = f"{name}-white"
    under: list[Element] = []
    for child in group:
        kind = child.get("class", "")
        iris = [e for e in child if e.get("class") == "iris"]
        if kind == "white":
            yield f"{name}-under", under, ""
            yield white, [child], ""
            under = []
        elif iris:
            yield f"{name}-iris", iris, white
            shade = type(child)(child.tag, child.attrib)
            shade.extend(e for e in child if e.get("class") != "iris")
            yield f"{name}-shade", [shade], ""
        elif kind in {"lid-lower", "lid-upper"}:
            yield f"{name}-{kind}", [child], ""
        else:
            under.append(child)
    yield f"{name}-over", under, ""


def _with_class(group: Element, name: str) -> list[Element]:
    return [e for e in group.iter() if e.get("class") == name]
