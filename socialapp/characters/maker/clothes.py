"""Neck and clothes."""

from __future__ import annotations

from math import cos, pi, sin
from typing import TYPE_CHECKING

from socialapp.characters.maker.paint import (
    both,
    dark,
    ellipse,
    fill,
    ink,
    light,
    mirrored,
    mix,
    moved,
    stroke,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from socialapp.characters.maker.paint import Palette

    Drawn = tuple[str, str]
    """Body, and what goes over the neck."""

_SHOULDERS = (
    "M34 830 C38 728 56 676 116 650 C160 632 206 620 242 598 L358 598 "
    "C394 620 440 632 484 650 C544 676 562 728 566 830 Z"
)
_NECK = (
    "M256 500 L344 500 C344 548 348 580 366 602 C346 632 320 644 300 646 "
    "C280 644 254 632 234 602 C252 580 256 548 256 500 Z"
)
_SEAMS = both("M104 700 C112 734 114 768 112 800")


def neck(p: Palette, skin: str, chin: float) -> str:
    """Skin, in the shadow of the chin."""
    shadow = (
        f"M256 516 L344 516 L346 {chin + 14:.0f} C326 {chin + 40:.0f} 274 {chin + 40:.0f} "
        f"254 {chin + 14:.0f} Z"
    )
    bones = both("M262 622 C274 616 284 618 292 626")
    return (
        fill(_NECK, p.slope((0, dark(skin, 0.16)), (1, dark(skin, 0.3))))
        + p.clipped(
            _NECK,
            fill(shadow, dark(skin, 0.55), 0.5)
            + stroke("M258 500 C258 560 250 588 238 604", light(skin, 0.5), 9, 0.22),
        )
        + stroke(bones, ink(skin), 2.6, 0.22)
    )


def clothes(p: Palette, kind: str, cloth: str, accent: str) -> Drawn:
    """KeyError for an unknown kind."""
    return _CLOTHES[kind](p, cloth, accent)


def _tee(p: Palette, cloth: str, accent: str) -> Drawn:
    collar = "M230 600 C240 652 360 652 370 600 L384 606 C380 684 220 684 216 606 Z"
    chest = "M252 742 L300 712 L348 742 L300 772 Z"
    body = p.mass(
        _SHOULDERS,
        cloth,
        inner=stroke(_SEAMS, dark(cloth, 0.5), 4, 0.4)
        + fill(moved(collar, 0, 9), dark(cloth, 0.5), 0.3)
        + fill(chest, accent, 0.9)
        + stroke(both("M150 660 C170 690 176 720 174 752"), dark(cloth, 0.5), 5, 0.18),
    )
    return body, p.mass(collar, dark(cloth, 0.12), reach=0.5)


def _hoodie(p: Palette, cloth: str, accent: str) -> Drawn:
    hood = (
        "M164 650 C150 596 196 556 246 560 C262 610 280 650 300 690 "
        "C320 650 338 610 354 560 C404 556 450 596 436 650 C410 716 340 726 300 734 "
        "C260 726 190 716 164 650 Z"
    )
    inner = (
        "M214 600 C224 576 240 568 250 572 C262 622 280 660 300 692 "
        "C320 660 338 622 350 572 C360 568 376 576 386 600 C370 660 330 690 300 706 "
        "C270 690 230 660 214 600 Z"
    )
    strings = "M262 668 C258 700 262 730 258 762 M338 668 C342 700 338 730 342 762"
    body = p.mass(
        _SHOULDERS,
        cloth,
        inner=stroke(_SEAMS, dark(cloth, 0.5), 4, 0.4)
        + stroke("M300 720 L300 800", dark(cloth, 0.5), 4, 0.5),
    )
    over = (
        p.mass(hood, light(cloth, 0.06))
        + fill(inner, dark(cloth, 0.45), 0.75)
        + stroke(strings, light(accent, 0.4), 6)
        + stroke("M258 756 L258 770 M342 756 L342 770", dark(accent, 0.2), 8)
    )
    return body + over, ""


def _jacket(p: Palette, cloth: str, accent: str) -> Drawn:
    shirt = "M222 600 L378 600 L334 800 L266 800 Z"
    white = light(accent, 0.82)
    collar = "M232 592 C222 616 230 646 300 706 L262 734 C222 700 200 650 214 600 Z"
    lapel = (
        "M206 606 L156 642 L170 702 L202 696 L192 724 L284 800 L292 800 "
        "C246 740 216 682 206 606 Z"
    )
    pocket = "M396 736 L452 730 L454 742 L398 748 Z"
    body = p.mass(
        _SHOULDERS,
        cloth,
        inner=stroke(_SEAMS, dark(cloth, 0.55), 4, 0.45)
        + fill(shirt, p.slope((0, white), (1, dark(white, 0.12))))
        + stroke("M300 700 L300 800", dark(white, 0.3), 3, 0.6)
        + fill(pocket, dark(cloth, 0.35), 0.6)
        + fill("M408 736 L420 712 L432 734 L444 714 L448 732 Z", accent),
    )
    return body + fill(collar, white) + fill(
        mirrored(collar), dark(white, 0.1)
    ) + p.mass(lapel, light(cloth, 0.1), reach=0.5) + p.mass(
        mirrored(lapel), dark(cloth, 0.16), reach=0.5
    ), ""


def _suit(p: Palette, cloth: str, accent: str) -> Drawn:
    body, over = _jacket(p, cloth, mix(accent, "#ffffff", 0.75))
    knot = "M284 676 L316 676 L310 702 L290 702 Z"
    tie = "M290 702 L310 702 L326 786 L300 812 L274 786 Z"
    stripe = "M286 730 L316 716 M282 752 L320 736 M278 774 L324 756"
    return body + fill(
        tie, p.slope((0, light(accent, 0.15)), (1, dark(accent, 0.3)))
    ) + stroke(stripe, light(accent, 0.5), 4, 0.45) + p.mass(
        knot, dark(accent, 0.1), reach=0.4
    ), over


def _turtleneck(p: Palette, cloth: str, accent: str) -> Drawn:
    roll = (
        "M238 566 C262 584 338 584 362 566 C370 576 374 596 374 616 "
        "C376 642 340 656 300 656 C260 656 224 642 226 616 C226 596 230 576 238 566 Z"
    )
    ribs = " ".join(
        f"M{x} {580 - abs(x - 300) * 0.12:.0f} L{300 + (x - 300) * 1.14:.0f} {650 - abs(x - 300) * 0.2:.0f}"
        for x in range(248, 360, 13)
    )
    knit = " ".join(
        f"M{x} 690 L{300 + (x - 300) * 1.12:.0f} 800" for x in range(130, 480, 30)
    )
    pendant = "M236 640 C256 716 344 716 364 640"
    body = p.mass(
        _SHOULDERS,
        cloth,
        inner=stroke(_SEAMS, dark(cloth, 0.55), 4, 0.4)
        + stroke(knit, dark(cloth, 0.5), 4, 0.22),
    )
    chain = stroke(pendant, accent, 4) + ellipse(300, 704, 13, 13, p.form(accent, 1.4))
    return body + chain, p.mass(
        roll, cloth, reach=0.7, inner=stroke(ribs, dark(cloth, 0.55), 3.4, 0.4)
    )


def _ruff(p: Palette, cloth: str, accent: str) -> Drawn:
    """A player's doublet with a pleated collar."""
    white = light(accent, 0.85)
    pleats = []
    for row, (rx, ry, y, r) in enumerate(((104, 34, 616, 23), (82, 25, 604, 20))):
        for i in range(15):
            angle = pi * (i + 0.5) / 15
            x, yy = 300 - rx * cos(angle), y + ry * sin(angle)
            tone = dark(white, 0.05 + 0.12 * (i / 15) + 0.04 * row)
            pleats.append(ellipse(x, yy, r * 0.62, r, dark(white, 0.45), 0.45))
            pleats.append(ellipse(x - 1, yy - 1.5, r * 0.58, r * 0.94, tone))
            pleats.append(
                ellipse(x + 1, yy + 2, r * 0.26, r * 0.55, dark(white, 0.35), 0.5)
            )
    body = p.mass(
        _SHOULDERS,
        cloth,
        inner=stroke(_SEAMS, dark(cloth, 0.55), 4, 0.45)
        + stroke("M300 650 L300 800", accent, 7)
        + "".join(
            ellipse(300, y, 8, 8, p.form(accent, 1.4)) for y in (690, 726, 762, 798)
        )
        + stroke(both("M232 660 C216 706 208 752 208 800"), accent, 5, 0.8)
        + stroke(both("M60 716 C90 690 120 676 150 668"), accent, 5, 0.7),
    )
    return body, "".join(pleats)


def _dungarees(p: Palette, cloth: str, accent: str) -> Drawn:
    shirt_body, shirt_over = _tee(p, accent, accent)
    bib = "M206 708 C240 700 360 700 394 708 L406 830 L194 830 Z"
    strap = "M150 640 L188 628 L232 716 L206 724 Z"
    stitches = "M212 716 C250 708 350 708 388 716"
    pocket = "M262 748 L338 748 L334 800 L266 800 Z"
    denim = p.mass(strap, cloth, reach=0.5) + p.mass(
        mirrored(strap), dark(cloth, 0.1), reach=0.5
    )
    return (
        shirt_body
        + denim
        + p.mass(bib, cloth, reach=0.6)
        + stroke(stitches, light(cloth, 0.6), 3, 0.7)
        + fill(pocket, dark(cloth, 0.2), 0.55)
        + "".join(ellipse(x, 722, 9, 9, p.form("#d8b25c", 1.4)) for x in (220, 380))
    ), shirt_over


def _cloak(p: Palette, cloth: str, accent: str) -> Drawn:
    """A traveller's cloak with a clasp."""
    under = p.mass(_SHOULDERS, dark(cloth, 0.45))
    shirt = (
        "M226 600 L374 600 C380 660 366 740 356 800 L244 800 C234 740 220 660 226 600 Z"
    )
    left = (
        "M18 830 C20 712 60 652 132 634 C176 622 214 612 236 590 "
        "C252 620 262 650 286 668 C252 700 224 744 212 830 Z"
    )
    folds = both(
        "M120 660 C110 706 106 752 108 800 M170 646 C160 700 156 752 158 800 M226 640 C206 690 196 744 192 800"
    )
    trim = both("M238 592 C254 622 264 650 286 668 C252 700 226 744 216 800")
    return (
        under
        + fill(shirt, p.form(light(accent, 0.55)))
        + stroke(
            "M300 640 L300 720 M286 664 L314 680 M314 664 L286 680 M286 694 L314 710 M314 694 L286 710",
            dark(accent, 0.4),
            4,
            0.6,
        )
        + p.mass(left, cloth)
        + p.mass(mirrored(left), dark(cloth, 0.1))
        + stroke(folds, dark(cloth, 0.55), 4, 0.35)
        + stroke(trim, accent, 7)
        + ellipse(286, 668, 19, 19, p.form("#d8b25c", 1.6))
        + ellipse(286, 668, 9, 9, p.form(accent, 1.4))
    ), ""


_CLOTHES: dict[str, Callable[[Palette, str, str], Drawn]] = {
    "tee": _tee,
    "hoodie": _hoodie,
    "jacket": _jacket,
    "suit": _suit,
    "turtleneck": _turtleneck,
    "doublet": _ruff,
    "dungarees": _dungarees,
    "cloak": _cloak,
}

CLOTHES = tuple(_CLOTHES)
