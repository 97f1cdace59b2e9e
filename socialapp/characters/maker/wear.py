"""What is worn on the face, what grows there, and what stands behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialapp.characters.maker.paint import (
    both,
    dark,
    ellipse,
    fill,
    glow,
    ink,
    light,
    mirrored,
    mix,
    moved,
    stroke,
)

if TYPE_CHECKING:
    from socialapp.characters.maker.face import Head
    from socialapp.characters.maker.paint import Palette

    Drawn = tuple[str, str]
    """On the face, above the lip."""

GLASSES = ("none", "round", "square", "half-moon", "shades")


def glasses(p: Palette, kind: str, accent: str) -> str:
    if kind == "none":
        return ""
    frame = p.slope((0, light(accent, 0.35)), (0.5, accent), (1, dark(accent, 0.35)))
    if kind == "round":
        lens = "M246 360 C272 360 288 378 288 402 C288 428 270 444 246 444 C222 444 204 428 204 402 C204 378 222 360 246 360 Z"
    elif kind == "half-moon":
        lens = "M202 424 L286 424 C286 450 268 466 244 466 C220 466 202 450 202 424 Z"
    else:
        lens = "M200 368 C226 360 266 360 290 370 C292 392 288 420 276 434 C258 446 226 446 212 434 C202 420 198 392 200 368 Z"
    y = 428 if kind == "half-moon" else 386
    bridge = f"M288 {y} C294 {y - 10} 306 {y - 10} 312 {y}"
    arms = both(f"M202 {y - 4} L184 {y - 10}")
    glint = "M222 420 L240 384 M232 430 L252 390"
    if kind == "half-moon":
        glint = "M222 450 L236 430 M232 456 L248 432"
    if kind == "shades":
        tint = p.slope((0, "#4a4458"), (1, "#17121f"), across=(0, 0, 0, 1))
        glass = fill(both(lens), tint, 0.94)
        shine = stroke(glint, "#ffffff", 6, 0.25) + stroke(
            moved(glint, 108, 0), "#ffffff", 6, 0.18
        )
    else:
        glass = fill(lens, "#e4f3ff", 0.26) + fill(mirrored(lens), "#e4f3ff", 0.2)
        shine = stroke(glint, "#ffffff", 3.6, 0.55)
    return glass + shine + stroke(both(lens) + f" {bridge} {arms}", frame, 5.5)


EARRINGS = ("none", "studs", "hoops", "drops")


def earrings(p: Palette, kind: str, half: float) -> str:
    """`half`: of the face; they hang from the lobes."""
    gold = p.slope((0, "#ffe6a8"), (0.5, "#cf9d3f"), (1, "#8d5a1c"))
    x, y = 300 - half - 10, 438
    if kind == "studs":
        return "".join(ellipse(v, y - 6, 6.5, 6.5, gold) for v in (x + 4, 596 - x))
    if kind == "hoops":
        return "".join(
            f'<circle cx="{v:g}" cy="{y + 14:g}" r="17" fill="none" stroke="{gold}" stroke-width="5.5"/>'
            for v in (x, 600 - x)
        )
    if kind == "drops":
        drop = f"M{x:.0f} {y - 4:.0f} C{x - 12:.0f} {y + 26:.0f} {x - 10:.0f} {y + 40:.0f} {x:.0f} {y + 40:.0f} C{x + 10:.0f} {y + 40:.0f} {x + 12:.0f} {y + 26:.0f} {x:.0f} {y - 4:.0f} Z"
        return fill(both(drop), p.slope((0, "#bff3ee"), (1, "#1f8f8a"))) + "".join(
            ellipse(v, y - 5, 4.5, 4.5, gold) for v in (x, 600 - x)
        )
    return ""


MARKS = ("none", "freckles", "mole", "scar", "whiskers", "stars", "stripes")


def marks(kind: str, skin: str, accent: str) -> str:
    line = ink(skin)
    if kind == "freckles":
        spots = (
            (232, 446), (244, 454), (220, 454), (256, 446), (238, 464), (268, 456),
            (212, 444), (226, 470), (252, 470),
        )  # fmt: skip
        tone = dark(mix(skin, "#b0603a", 0.35), 0.3)
        return "".join(
            ellipse(x if side < 0 else 600 - x, y, 3.1, 2.6, tone, 0.6)
            for x, y in spots
            for side in (-1, 1)
        )
    if kind == "mole":
        return ellipse(352, 482, 4, 4, line, 0.85)
    if kind == "scar":
        return stroke(
            "M352 336 C362 366 368 430 360 468", light(skin, 0.5), 6, 0.6
        ) + stroke(
            "M346 362 L366 358 M350 444 L372 440 M350 456 L370 454",
            light(skin, 0.5),
            3.4,
            0.6,
        )
    if kind == "whiskers":
        d = both(
            "M232 482 C196 474 160 474 128 480 M234 494 C200 494 166 500 138 512 M230 470 C200 458 172 452 146 452"
        )
        # Pale on dark fur, dark on pale.
        tone = "#fff6e6" if glow(skin) < 0.5 else line
        dots = "".join(
            ellipse(x if side < 0 else 600 - x, y, 2.6, 2.6, line, 0.6)
            for x, y in ((252, 476), (244, 488), (258, 490))
            for side in (-1, 1)
        )
        return stroke(d, tone, 2.6, 0.7) + dots
    if kind == "stars":
        star = "M222 436 L226 448 L238 452 L226 456 L222 468 L218 456 L206 452 L218 448 Z M250 458 L253 465 L260 468 L253 471 L250 478 L247 471 L240 468 L247 465 Z"
        return fill(both(star), light(accent, 0.25), 0.9)
    if kind == "stripes":
        d = both(
            "M196 428 C214 434 232 436 248 434 M192 448 C212 456 232 458 250 456 M200 470 C216 476 232 478 246 476"
        )
        return stroke(d, dark(skin, 0.5), 7, 0.5) + stroke(
            "M300 268 L300 312 M276 276 L282 314 M324 276 L318 314",
            dark(skin, 0.5),
            8,
            0.45,
        )
    return ""


BEARDS = ("none", "stubble", "moustache", "goatee", "short", "full")

_HOLE = (
    "M300 492 C336 488 352 496 352 510 C352 532 330 540 300 540 "
    "C270 540 248 532 248 510 C248 496 264 488 300 492 Z"
)
"""Room for the mouth in a beard."""


def beard(p: Palette, kind: str, shape: Head, colour: str) -> Drawn:
    """On the face, and above the lip (worn on the nose's layer)."""
    x, b = shape.half, shape.bottom
    side = f"M{300 - x - 1:.0f} 398 C{300 - x:.0f} 452 {300 - x + 16:.0f} 510 {300 - x + 56:.0f} {b - 16:.0f}"
    lip = (
        "M300 486 C280 474 252 478 230 500 C252 504 284 504 300 494 "
        "C316 504 348 504 370 500 C348 478 320 474 300 486 Z"
    )
    hairs = "M288 486 C274 482 256 486 244 496 M312 486 C326 482 344 486 356 496"
    over = p.mass(lip, colour, reach=0.35) + stroke(hairs, dark(colour, 0.5), 2, 0.4)
    if kind == "moustache":
        return "", over
    if kind == "stubble":
        d = f"{side} C276 {b + 6:.0f} 324 {b + 6:.0f} {300 + x - 56:.0f} {b - 16:.0f} C{300 + x - 16:.0f} 510 {300 + x:.0f} 452 {300 + x + 1:.0f} 398 C{300 + x - 12:.0f} 440 380 478 352 482 C320 470 280 470 248 482 C220 478 {300 - x + 12:.0f} 440 {300 - x - 1:.0f} 398 Z"
        return p.clipped(shape.outline, fill(d, dark(colour, 0.3), 0.26)), ""
    if kind == "goatee":
        d = f"M252 500 C246 540 262 {b + 16:.0f} 300 {b + 22:.0f} C338 {b + 16:.0f} 354 540 348 500 C340 494 320 490 300 492 C280 490 260 494 252 500 Z {_HOLE}"
        return _beard_mass(
            p,
            d,
            colour,
            f"M286 {b - 10:.0f} C288 {b:.0f} 290 {b + 8:.0f} 292 {b + 16:.0f} M314 {b - 10:.0f} C312 {b:.0f} 310 {b + 8:.0f} 308 {b + 16:.0f}",
        ), over
    if kind in {"short", "full"}:
        drop = 14 if kind == "short" else 74
        wide = 0 if kind == "short" else 16
        d = (
            f"M{300 - x - 2:.0f} 392 C{300 - x - 2 - wide:.0f} 460 {300 - x + 6 - wide:.0f} 520 {300 - x + 48:.0f} {b - 2 + drop * 0.4:.0f} "
            f"C{300 - 44:.0f} {b + drop:.0f} {300 - 20:.0f} {b + drop + 4:.0f} 300 {b + drop + 4:.0f} "
            f"C{300 + 20:.0f} {b + drop + 4:.0f} {300 + 44:.0f} {b + drop:.0f} {300 + x - 48:.0f} {b - 2 + drop * 0.4:.0f} "
            f"C{300 + x - 6 + wide:.0f} 520 {300 + x + 2 + wide:.0f} 460 {300 + x + 2:.0f} 392 "
            f"C{300 + x - 8:.0f} 432 {300 + x - 24:.0f} 468 360 480 C336 474 316 478 300 480 "
            f"C284 478 264 474 240 480 C{300 - x + 24:.0f} 468 {300 - x + 8:.0f} 432 {300 - x - 2:.0f} 392 Z {_HOLE}"
        )
        strands = both(
            f"M206 480 C212 510 226 {b - 10:.0f} 244 {b + drop * 0.4:.0f} M232 500 C238 530 250 {b - 4:.0f} 262 {b + drop * 0.6:.0f} "
            f"M276 {b - 4:.0f} C278 {b + 4:.0f} 282 {b + drop * 0.5:.0f} 284 {b + drop * 0.8:.0f} M194 450 C196 470 200 490 208 508"
        )
        return _beard_mass(p, d, colour, strands), over
    return "", ""


def _beard_mass(p: Palette, d: str, colour: str, strands: str) -> str:
    body = f'<path d="{d}" fill="{p.form(colour)}" fill-rule="evenodd"/>'
    return (
        body
        + stroke(strands, dark(colour, 0.5), 3, 0.45)
        + stroke(moved(strands, -2, -2), light(colour, 0.5), 2, 0.4)
    )


BACKDROPS = ("none", "disc", "glow", "arch")


def backdrop(p: Palette, kind: str, colour: str) -> str:
    if kind == "disc":
        return ellipse(
            300,
            392,
            286,
            286,
            p.slope((0, light(colour, 0.25)), (1, dark(colour, 0.2))),
        )
    if kind == "glow":
        return ellipse(300, 380, 298, 340, p.blush(light(colour, 0.2)), 0.9)
    if kind == "arch":
        d = "M40 800 L40 330 C40 170 160 60 300 60 C440 60 560 170 560 330 L560 800 Z"
        inner = (
            "M66 800 L66 334 C66 190 172 88 300 88 C428 88 534 190 534 334 L534 800 Z"
        )
        return fill(
            d, p.slope((0, light(colour, 0.25)), (1, dark(colour, 0.25)))
        ) + stroke(inner, light(colour, 0.5), 3, 0.5)
    return ""
