"""What is worn in place of hair, or over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialapp.characters.maker.paint import both, dark, fill, light, moved, stroke
from socialapp.characters.maker.strands import puffs

if TYPE_CHECKING:
    from socialapp.characters.maker.paint import Palette

    Drawn = tuple[str, str]
    """Behind the head, in front of it."""


def beanie(p: Palette, colour: str, cloth: str) -> Drawn:
    tufts = both(
        "M184 352 C170 380 168 410 176 436 C186 428 190 410 192 392 C198 378 202 364 204 348 Z"
    )
    dome = (
        "M176 312 C166 190 220 124 300 122 C380 124 434 190 424 312 "
        "C384 296 216 296 176 312 Z"
    )
    rim = (
        "M164 306 C162 288 172 280 186 278 C250 262 350 262 414 278 "
        "C428 280 438 288 436 306 L434 336 C432 350 422 352 412 348 "
        "C350 330 250 330 188 348 C178 352 168 350 166 336 Z"
    )
    ribs = (
        "M300 126 C298 180 298 240 300 274 M252 138 C240 190 232 240 232 280 "
        "M348 138 C360 190 368 240 368 280 M212 172 C198 212 192 250 190 286 "
        "M388 172 C402 212 408 250 410 286"
    )
    knit = " ".join(
        f"M{x} {276 + abs(x - 300) * 0.06:.0f} L{x} {330 + abs(x - 300) * 0.08:.0f}"
        for x in range(184, 424, 14)
    )
    bobble = [
        (300.0, 112.0, 22.0),
        (284.0, 104.0, 18.0),
        (318.0, 106.0, 18.0),
        (300.0, 94.0, 20.0),
    ]
    return fill(tufts, p.form(colour)), p.mass(
        dome, cloth, inner=stroke(ribs, dark(cloth, 0.5), 3.5, 0.45)
    ) + p.mass(
        rim, dark(cloth, 0.08), inner=stroke(knit, dark(cloth, 0.5), 3.5, 0.4)
    ) + puffs(p, bobble, light(cloth, 0.3), 4)


def hat(p: Palette, colour: str, cloth: str) -> Drawn:
    """A round hat with a brim and a band, over chin-length hair."""
    back = (
        "M196 270 L404 270 C446 300 446 420 440 470 C438 500 434 520 430 532 "
        "C404 552 372 546 352 536 L248 536 C228 546 196 552 170 532 "
        "C166 520 162 500 160 470 C154 420 154 300 196 270 Z"
    )
    sides = both(
        "M186 300 C168 350 164 420 168 476 C178 470 184 440 188 410 C190 380 196 350 206 318 Z"
    )
    crown = (
        "M202 274 C194 180 222 120 300 118 C378 120 406 180 398 274 "
        "C360 288 240 288 202 274 Z"
    )
    brim = (
        "M116 290 C150 258 220 252 300 252 C380 252 450 258 484 290 "
        "C470 322 386 330 300 330 C214 330 130 322 116 290 Z"
    )
    band = "M201 236 C240 252 360 252 399 236 L399 270 C360 286 240 286 201 270 Z"
    felt = _band(cloth)
    return p.mass(back, dark(colour, 0.28), rim=0.1), p.mass(
        sides, colour, reach=0.6
    ) + p.mass(brim, cloth, reach=0.7) + p.mass(crown, cloth) + p.mass(
        band, felt, reach=0.4
    )


def _band(cloth: str) -> str:
    return (
        light(cloth, 0.4)
        if sum(int(cloth[i : i + 2], 16) for i in (1, 3, 5)) < 300
        else dark(cloth, 0.5)
    )


def hijab(p: Palette, colour: str, cloth: str) -> Drawn:
    del colour
    back = (
        "M300 172 C412 172 458 270 450 380 C446 460 452 540 476 610 "
        "C440 668 360 690 300 690 C240 690 160 668 124 610 "
        "C148 540 154 460 150 380 C142 270 188 172 300 172 Z"
    )
    front = (
        "M300 182 C404 182 446 268 440 378 C438 452 446 520 470 596 "
        "C420 640 352 660 300 694 C248 660 180 640 130 596 "
        "C154 520 162 452 160 378 C154 268 196 182 300 182 Z "
        "M300 262 C238 262 198 296 194 372 C192 450 232 518 268 548 "
        "C288 560 312 560 332 548 C368 518 408 450 406 372 C402 296 362 262 300 262 Z"
    )
    folds = (
        "M300 194 C240 196 186 240 178 350 M300 216 C252 218 204 250 190 330 "
        "M300 238 C264 240 222 258 204 304 M300 194 C360 196 414 240 422 350 "
        "M300 216 C348 218 396 250 410 330 M170 430 C178 520 232 576 300 606 "
        "M430 430 C422 520 368 576 300 606 M156 520 C180 590 240 626 300 650 "
        "M444 520 C420 590 360 626 300 650 M150 570 C190 620 240 640 286 668"
    )
    body = f'<path d="{front}" fill="{p.form(cloth)}" fill-rule="evenodd"/>'
    edge = (
        "M300 262 C238 262 198 296 194 372 C192 450 232 518 268 548 C288 560 312 560 332 548 "
        "C368 518 408 450 406 372 C402 296 362 262 300 262"
    )
    return p.mass(back, dark(cloth, 0.2), rim=0.15), body + stroke(
        folds, dark(cloth, 0.5), 4, 0.35
    ) + stroke(moved(folds, -2, -2.5), light(cloth, 0.5), 2.4, 0.35) + stroke(
        edge, dark(cloth, 0.45), 3, 0.5
    )
