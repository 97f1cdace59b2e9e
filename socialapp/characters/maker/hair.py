"""Hair, and what is worn in its place: behind the head and in front of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialapp.characters.maker import curly, headwear
from socialapp.characters.maker.paint import both, dark, fill, stroke
from socialapp.characters.maker.strands import scalp, strands

if TYPE_CHECKING:
    from collections.abc import Callable

    from socialapp.characters.maker.paint import Palette

    Drawn = tuple[str, str]
    """Behind the head, in front of it."""


def hair(p: Palette, kind: str, colour: str, cloth: str) -> Drawn:
    """KeyError for an unknown kind."""
    return _STYLES[kind](p, colour, cloth)


def _bald(p: Palette, colour: str, cloth: str) -> Drawn:
    del p, colour, cloth
    return "", ""


def _buzz(p: Palette, colour: str, cloth: str) -> Drawn:
    del cloth
    cap = (
        "M186 360 C170 276 216 224 300 222 C384 224 430 276 414 360 "
        "C410 336 402 316 390 300 C372 282 340 276 300 276 "
        "C260 276 228 282 210 300 C198 316 190 336 186 360 Z"
    )
    dots = " ".join(
        f"M{x} {y} L{x + 1.5} {y + 3}"
        for i, y in enumerate(range(236, 292, 11))
        for x in range(206 + (i % 2) * 8, 400, 16)
    )
    return "", p.mass(
        cap, colour, rim=0.22, inner=stroke(dots, dark(colour, 0.5), 2, 0.5)
    )


def _short(p: Palette, colour: str, cloth: str) -> Drawn:
    """A side parting, combed over."""
    del cloth
    front = (
        "M180 382 C160 270 210 196 310 194 C398 196 444 270 420 382 "
        "C416 346 408 326 398 308 C366 306 330 296 268 254 "
        "C250 284 226 304 200 314 C190 332 184 356 180 382 Z"
    )
    lines = (
        "M268 254 C312 246 366 256 404 300 M276 240 C324 226 376 238 412 284 "
        "M292 224 C336 210 388 222 418 272 M262 258 C246 272 222 290 196 300 "
        "M256 246 C236 258 212 278 190 296"
    )
    return scalp(colour), p.mass(front, colour, inner=strands(lines, colour))


def _quiff(p: Palette, colour: str, cloth: str) -> Drawn:
    del cloth
    front = (
        "M184 372 C172 322 176 280 198 250 C186 206 230 158 300 160 "
        "C352 148 420 172 414 236 C426 276 426 326 416 372 "
        "C412 340 406 318 396 300 C384 282 372 268 352 258 "
        "C316 272 262 272 226 262 C208 280 192 322 184 372 Z"
    )
    lines = (
        "M226 258 C228 214 262 180 312 174 M250 264 C252 224 292 186 352 180 "
        "M286 268 C290 232 330 198 388 196 M330 264 C336 238 366 214 406 218"
    )
    return scalp(colour), p.mass(front, colour, inner=strands(lines, colour, 4))


def _fringe(p: Palette, colour: str, cloth: str) -> Drawn:
    """A bob with a straight fringe."""
    del cloth
    back = (
        "M160 384 C144 262 204 186 300 186 C396 186 456 262 440 384 "
        "C444 444 446 492 434 532 C404 552 372 546 352 536 L248 536 "
        "C228 546 196 552 166 532 C154 492 156 444 160 384 Z"
    )
    front = (
        "M168 470 C152 384 146 264 214 216 C262 184 338 184 386 216 "
        "C454 264 448 384 432 470 C424 440 420 400 414 340 "
        "C376 352 336 346 300 348 C264 346 224 352 186 340 "
        "C180 400 176 440 168 470 Z"
    )
    lines = (
        "M300 192 C296 250 298 300 300 344 M268 196 C252 248 246 300 246 342 "
        "M332 196 C348 248 354 300 354 342 M236 208 C210 256 200 300 198 336 "
        "M364 208 C390 256 400 300 402 336 M190 350 C182 390 178 420 172 450 "
        "M410 350 C418 390 422 420 428 450"
    )
    return p.mass(back, dark(colour, 0.28), rim=0.12), p.mass(
        front, colour, inner=strands(lines, colour)
    )


def _long(p: Palette, colour: str, cloth: str) -> Drawn:
    """Straight, with a middle parting."""
    del cloth
    back = (
        "M158 380 C140 258 204 182 300 182 C396 182 460 258 442 380 "
        "C446 470 462 560 470 660 C448 690 404 694 380 672 L220 672 "
        "C196 694 152 690 130 660 C138 560 154 470 158 380 Z"
    )
    front = (
        "M300 196 C226 182 168 238 164 330 C162 410 150 500 142 600 "
        "C158 606 176 602 186 590 C184 500 182 420 196 356 "
        "C226 336 272 300 300 250 C328 300 374 336 404 356 "
        "C418 420 416 500 414 590 C424 602 442 606 458 600 "
        "C450 500 438 410 436 330 C432 238 374 182 300 196 Z"
    )
    lines = both(
        "M298 206 C246 226 200 276 188 346 M296 226 C262 256 220 300 196 348 "
        "M182 372 C172 440 168 510 164 590 M176 330 C166 420 160 500 152 590"
    )
    return p.mass(back, dark(colour, 0.25), rim=0.12), p.mass(
        front, colour, inner=strands(lines, colour)
    )


def _wavy(p: Palette, colour: str, cloth: str) -> Drawn:
    """Waves over the shoulders, parted at the side."""
    del cloth
    back = (
        "M150 372 C136 250 206 172 304 174 C402 174 464 250 450 372 "
        "C446 412 474 440 468 480 C464 516 490 540 484 584 C480 624 448 652 410 640 "
        "L190 640 C152 652 120 624 116 584 C110 540 136 516 132 480 "
        "C126 440 154 412 150 372 Z"
    )
    front = (
        "M262 214 C196 216 156 272 158 350 C158 396 134 420 138 462 "
        "C142 500 118 528 130 566 C138 596 172 600 186 576 C196 552 178 528 186 496 "
        "C194 464 178 440 184 404 C186 372 202 346 232 322 C252 304 262 282 264 258 "
        "C296 304 350 326 386 338 C408 352 416 378 416 404 C422 440 406 464 414 496 "
        "C422 528 404 552 414 576 C428 600 462 596 470 566 C482 528 458 500 462 462 "
        "C466 420 442 396 442 350 C444 250 372 176 262 214 Z"
    )
    lines = (
        "M262 222 C214 236 182 284 176 350 C174 400 152 430 156 466 C158 506 140 530 146 564 "
        "M262 236 C244 276 206 310 190 364 C182 410 168 436 170 476 C172 510 158 540 164 572 "
        "M268 228 C330 226 400 268 414 350 C418 400 440 430 434 466 C432 506 448 530 444 564 "
        "M270 242 C310 280 376 306 410 352 M276 218 C350 210 416 262 428 346 C432 400 448 420 450 460"
    )
    return p.mass(back, dark(colour, 0.25), rim=0.14), p.mass(
        front, colour, inner=strands(lines, colour, 4)
    )


def _bun(p: Palette, colour: str, cloth: str) -> Drawn:
    knot = (
        "M300 96 C348 96 374 126 372 160 C370 196 340 214 300 214 "
        "C260 214 230 196 228 160 C226 126 252 96 300 96 Z"
    )
    swirl = (
        "M248 166 C252 130 300 112 340 136 M262 186 C300 206 346 192 354 156 "
        "M282 160 C290 144 320 144 324 164"
    )
    front = (
        "M180 384 C158 276 212 204 300 202 C388 204 442 276 420 384 "
        "C414 340 398 300 354 276 C320 262 280 262 246 276 C202 300 186 340 180 384 Z"
    )
    lines = (
        "M300 206 C298 228 298 248 300 264 M268 210 C256 232 246 254 240 276 "
        "M332 210 C344 232 354 254 360 276 M238 224 C218 250 204 280 196 316 "
        "M362 224 C382 250 396 280 404 316"
    )
    wisps = both("M188 368 C176 396 176 424 184 446 M196 352 C190 372 188 388 190 402")
    band = "M244 206 C270 194 330 194 356 206 L352 220 C326 210 274 210 248 220 Z"
    return p.mass(knot, colour, inner=strands(swirl, colour, 4)) + scalp(
        colour
    ), p.mass(front, colour, inner=strands(lines, colour)) + stroke(
        wisps, dark(colour, 0.1), 5
    ) + fill(band, p.form(cloth))


def _tail(p: Palette, colour: str, cloth: str) -> Drawn:
    """A high ponytail to the side of the light."""
    tail = (
        "M338 186 C420 148 504 188 512 284 C518 360 486 424 500 500 "
        "C466 494 438 456 440 396 C442 330 430 264 348 236 Z"
    )
    sweep = (
        "M352 200 C432 184 484 226 486 300 C488 370 466 414 482 480 "
        "M356 216 C424 212 460 262 458 330 C456 390 452 430 474 474"
    )
    front = (
        "M180 384 C158 276 212 206 300 204 C388 206 442 276 420 384 "
        "C416 342 402 304 366 282 C320 262 262 282 236 300 C204 322 186 350 180 384 Z"
    )
    lines = (
        "M372 228 C330 216 268 224 226 296 M380 240 C350 240 300 250 262 284 "
        "M384 252 C390 280 402 304 410 336 M366 220 C310 204 236 220 200 300"
    )
    tie = "M334 192 C346 182 366 190 372 206 C372 224 362 238 346 240 C334 228 328 206 334 192 Z"
    return p.mass(tail, colour, inner=strands(sweep, colour, 4)) + p.mass(
        tie, cloth, reach=0.5
    ) + scalp(colour), p.mass(front, colour, inner=strands(lines, colour))


def _mohawk(p: Palette, colour: str, cloth: str) -> Drawn:
    del cloth
    crest = (
        "M262 292 C240 240 236 180 250 118 C258 132 264 140 272 148 "
        "C274 116 284 90 300 66 C316 90 326 116 328 148 "
        "C336 140 342 132 350 118 C364 180 360 240 338 292 "
        "C328 304 314 308 300 308 C286 308 272 304 262 292 Z"
    )
    lines = (
        "M300 84 C298 150 298 230 300 300 M276 160 C270 210 272 258 280 296 "
        "M324 160 C330 210 328 258 320 296 M256 150 C254 200 258 250 268 286 "
        "M344 150 C346 200 342 250 332 286"
    )
    return "", _buzz(p, dark(colour, 0.45), "")[1] + p.mass(
        crest, colour, inner=strands(lines, colour, 4)
    )


def _mane(p: Palette, colour: str, cloth: str) -> Drawn:
    """A tousled mop, for those with fur as well."""
    del cloth
    front = (
        "M182 366 C156 330 152 292 172 262 C160 236 178 204 206 202 "
        "C214 172 252 160 276 176 C296 150 340 152 352 180 "
        "C386 168 416 190 416 222 C444 238 448 280 432 304 C444 328 434 350 420 368 "
        "C420 340 412 322 398 308 C394 328 380 336 366 322 C358 340 338 340 330 318 "
        "C318 338 292 338 284 314 C272 336 248 334 242 314 C232 332 212 330 206 310 "
        "C192 326 184 344 182 366 Z"
    )
    lines = (
        "M276 184 C262 220 262 270 282 310 M352 190 C340 228 336 270 332 312 "
        "M206 212 C206 250 208 280 214 308 M408 226 C404 260 398 284 390 310 "
        "M310 176 C306 220 304 270 306 318 M240 184 C230 220 232 268 244 308 "
        "M380 188 C374 224 368 272 364 316"
    )
    return scalp(colour), p.mass(front, colour, inner=strands(lines, colour, 4))


_STYLES: dict[str, Callable[[Palette, str, str], Drawn]] = {
    "bald": _bald,
    "buzz": _buzz,
    "short": _short,
    "quiff": _quiff,
    "tousled": _mane,
    "bob": _fringe,
    "long": _long,
    "wavy": _wavy,
    "curls": curly.curls,
    "puffs": curly.afro,
    "locs": curly.locs,
    "braids": curly.braids,
    "bun": _bun,
    "ponytail": _tail,
    "mohawk": _mohawk,
    "beanie": headwear.beanie,
    "hat": headwear.hat,
    "hijab": headwear.hijab,
}

HAIRS = tuple(_STYLES)
