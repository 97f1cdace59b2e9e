"""Heads, ears, brows and noses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from socialapp.characters.maker.paint import (
    MIDDLE,
    both,
    dark,
    ellipse,
    fill,
    glow,
    ink,
    light,
    mirrored,
    mix,
    stroke,
)

if TYPE_CHECKING:
    from socialapp.characters.maker.paint import Palette


@dataclass(frozen=True, slots=True)
class Head:
    """A face outline by four measures, all from the middle of the face."""

    half: float
    """At the cheekbones."""

    jaw: float
    """Pull of the jaw: how long the sides stay wide."""

    chin: float
    """Half the flat of the chin."""

    bottom: float
    """Where the chin ends."""

    bones: float = 374.0
    """Height of the cheekbones."""

    top: float = 234.0

    @property
    def outline(self) -> str:
        h, j, c, b = self.half, self.jaw, self.chin, self.bottom
        y, t, m = self.bones, self.top, MIDDLE
        low = y + (b - y) * 0.42
        side = (
            f"C{m + h * 0.8:.1f} {t:.1f} {m + h:.1f} {t + (y - t) * 0.5:.1f} "
            f"{m + h:.1f} {y:.1f} "
            f"C{m + h:.1f} {low:.1f} {m + j:.1f} {b - 40:.1f} {m + c:.1f} {b - 9:.1f} "
            f"C{m + c * 0.5:.1f} {b + 2:.1f} {m + c * 0.3:.1f} {b + 3:.1f} {m:.1f} {b + 3:.1f}"
        )
        back = (
            f"C{m - c * 0.3:.1f} {b + 3:.1f} {m - c * 0.5:.1f} {b + 2:.1f} "
            f"{m - c:.1f} {b - 9:.1f} "
            f"C{m - j:.1f} {b - 40:.1f} {m - h:.1f} {low:.1f} {m - h:.1f} {y:.1f} "
            f"C{m - h:.1f} {t + (y - t) * 0.5:.1f} {m - h * 0.8:.1f} {t:.1f} {m:.1f} {t:.1f}"
        )
        return f"M{m:.1f} {t:.1f} {side} {back} Z"


HEADS = {
    "oval": Head(112, 76, 36, 553),
    "round": Head(124, 104, 46, 546, 384),
    "long": Head(106, 78, 38, 568),
    "heart": Head(118, 62, 26, 552, 366),
    "square": Head(116, 106, 60, 554, 380),
    "diamond": Head(116, 60, 34, 558, 388),
    "pear": Head(114, 116, 58, 552, 404),
}


def head(p: Palette, shape: Head, skin: str) -> str:
    under = f"M262 {shape.bottom - 22:.0f} C286 {shape.bottom - 14:.0f} 314 {shape.bottom - 14:.0f} 338 {shape.bottom - 22:.0f}"
    return p.mass(
        shape.outline,
        skin,
        rim=0.4,
        reach=1.15,
        inner=stroke(under, ink(skin), 2.2, 0.1)
        + ellipse(MIDDLE - 18, 300, 62, 34, light(skin, 0.6), 0.13),
    )


def cheeks(p: Palette, shape: Head, blush: str) -> str:
    x = shape.half * 0.62
    spot = p.blush(blush)
    return p.clipped(
        shape.outline,
        ellipse(MIDDLE - x, 458, 40, 25, spot, 0.5)
        + ellipse(MIDDLE + x, 458, 40, 25, spot, 0.4),
    )


def ears(p: Palette, kind: str, shape: Head, skin: str, fur: str) -> str:
    x = MIDDLE - shape.half
    if kind in {"human", "elf"}:
        if kind == "human":
            outer = (
                f"M{x + 6:.0f} 378 C{x - 20:.0f} 358 {x - 32:.0f} 386 {x - 24:.0f} 412 "
                f"C{x - 18:.0f} 436 {x - 2:.0f} 442 {x + 8:.0f} 430 Z"
            )
        else:
            outer = (
                f"M{x + 8:.0f} 384 C{x - 18:.0f} 372 {x - 48:.0f} 352 {x - 66:.0f} 318 "
                f"C{x - 62:.0f} 368 {x - 44:.0f} 416 {x - 20:.0f} 432 "
                f"C{x - 6:.0f} 440 {x + 6:.0f} 436 {x + 10:.0f} 428 Z"
            )
        fold = (
            f"M{x - 2:.0f} 390 C{x - 14:.0f} 384 {x - 18:.0f} 398 {x - 9:.0f} 414"
            if kind == "human"
            else f"M{x - 4:.0f} 394 C{x - 20:.0f} 386 {x - 36:.0f} 372 {x - 46:.0f} 354"
        )
        left = p.mass(outer, dark(skin, 0.06), reach=0.5)
        right = p.mass(mirrored(outer), dark(skin, 0.16), reach=0.5, rim=0.15)
        return left + right + stroke(both(fold), ink(skin), 3, 0.4)
    if kind in _ANIMAL_EARS:
        outer, inner = _ANIMAL_EARS[kind]
        pink = mix(light(fur, 0.45), "#e79a94", 0.45)
        return "".join(
            p.mass(turn(outer), fur, reach=0.8)
            + fill(turn(inner), p.slope((0, pink), (1, dark(pink, 0.25))), 0.9)
            for turn in (str, mirrored)
        )
    return ""


_ANIMAL_EARS = {
    "cat": (
        "M186 318 C170 250 168 190 182 142 C186 132 194 132 202 138 "
        "C246 170 278 206 292 252 C262 292 222 316 186 318 Z",
        "M202 286 C192 240 190 204 198 172 C228 198 250 222 262 252 "
        "C246 272 224 284 202 286 Z",
    ),
    "bear": (
        "M180 300 C140 282 128 226 152 196 C176 168 224 168 246 198 "
        "C262 222 262 262 250 290 Z",
        "M186 272 C164 262 158 232 172 214 C188 198 214 200 226 216 "
        "C234 230 234 250 228 266 Z",
    ),
    "rabbit": (
        "M222 288 C186 214 168 124 184 48 C188 32 204 30 214 42 "
        "C256 100 278 186 282 272 Z",
        "M226 262 C200 204 188 136 196 78 C198 70 204 70 208 78 "
        "C238 124 254 190 258 254 Z",
    ),
    "fox": (
        "M178 312 C150 240 140 168 150 112 C152 100 164 98 172 106 "
        "C226 150 272 196 290 254 C262 296 222 312 178 312 Z",
        "M192 282 C172 234 164 186 170 146 C208 180 244 214 260 252 "
        "C244 274 218 284 192 282 Z",
    ),
}


BROWS = {
    "soft": "M279 362 C258 347 232 346 208 362 C232 355 256 357 278 370 Z",
    "straight": "M280 360 C256 352 230 351 206 358 C206 364 208 367 210 368 C232 363 258 364 280 371 Z",
    "arched": "M280 364 C262 340 236 334 204 358 C234 346 258 352 279 372 Z",
    "thick": "M282 356 C256 336 226 338 202 360 C204 366 206 368 210 370 C232 358 258 360 281 374 Z",
    "thin": "M278 364 C258 350 232 348 210 360 C232 353 256 356 277 368 Z",
    "stern": "M284 374 C262 356 236 346 206 348 C206 356 208 360 210 361 C238 362 262 372 282 386 Z",
    "worried": "M280 352 C258 350 232 356 208 372 C210 376 212 378 214 379 C234 368 258 364 280 363 Z",
}


def brow(kind: str, side: str, hair: str, skin: str) -> str:
    d = BROWS[kind] if side == "left" else mirrored(BROWS[kind])
    # Brows are darker than the hair, and darker still where they would drown in skin.
    colour = dark(hair, 0.3)
    if abs(glow(colour) - glow(skin)) < 0.16:
        colour = dark(skin, 0.72)
    return f'<g id="brow-{side}">{fill(d, colour)}</g>'


def nose(p: Palette, kind: str, skin: str) -> str:
    line, shade = ink(skin), dark(skin, 0.42)
    bright = light(skin, 0.55)
    if kind == "button":
        return (
            ellipse(300, 462, 17, 13, p.blush(dark(skin, 0.3)), 0.5)
            + stroke("M288 467 C292 475 308 475 312 467", line, 3, 0.5)
            + ellipse(296, 455, 6, 5, bright, 0.5)
        )
    if kind == "straight":
        return (
            stroke("M296 420 C293 444 286 456 286 464", line, 2.4, 0.28)
            + fill(
                "M279 467 C281 457 291 462 300 469 C309 462 319 457 321 467 "
                "C314 475 306 475 300 477 C294 475 286 475 279 467 Z",
                shade,
                0.8,
            )
            + ellipse(297, 455, 6, 9, bright, 0.45)
        )
    if kind == "broad":
        return (
            stroke("M294 424 C290 446 280 454 274 462", line, 2.4, 0.22)
            + fill(
                "M267 467 C268 452 288 458 300 467 C312 458 332 452 333 467 "
                "C324 480 310 478 300 481 C290 478 276 480 267 467 Z",
                shade,
                0.55,
            )
            + ellipse(296, 454, 10, 9, bright, 0.45)
        )
    if kind == "pointed":
        return (
            fill(
                "M300 412 C298 436 290 454 282 470 C292 478 300 479 306 474 Z",
                shade,
                0.3,
            )
            + stroke("M282 470 C290 479 304 480 314 470", line, 3, 0.55)
            + ellipse(303, 440, 4, 20, bright, 0.4)
        )
    if kind == "round":
        ball = p.slope(
            (0, light(mix(skin, "#e2705e", 0.22), 0.3)), (1, dark(skin, 0.25))
        )
        return (
            ellipse(300, 460, 22, 18, ball)
            + stroke("M280 467 C288 480 312 480 320 467", line, 2.6, 0.45)
            + ellipse(293, 452, 7, 5, "#ffffff", 0.45)
        )
    if kind == "snout":
        pad = mix(dark(skin, 0.7), "#2a1a20", 0.5)
        return (
            stroke("M300 474 C300 480 300 484 300 490", ink(skin), 3.2, 0.8)
            + fill(
                "M276 452 C276 442 290 438 300 438 C310 438 324 442 324 452 "
                "C324 464 312 476 300 477 C288 476 276 464 276 452 Z",
                p.slope((0, light(pad, 0.2)), (1, dark(pad, 0.4))),
            )
            + ellipse(291, 448, 8, 4, "#ffffff", 0.4)
        )
    raise KeyError(kind)


NOSES = ("button", "straight", "broad", "pointed", "round", "snout")
