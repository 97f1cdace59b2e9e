"""Hair in curls, locs and plaits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from socialapp.characters.maker.paint import (
    both,
    dark,
    ellipse,
    fill,
    light,
    mirrored,
    stroke,
)
from socialapp.characters.maker.strands import puffs, ring, rope, scalp, strands

if TYPE_CHECKING:
    from socialapp.characters.maker.paint import Palette

    Drawn = tuple[str, str]
    """Behind the head, in front of it."""

_CAP = (
    "M178 384 C158 276 214 208 300 206 C386 208 442 276 422 384 "
    "C418 350 408 318 388 292 "
)
"""Round the skull from ear to ear; each style closes it with its own hairline."""


def curls(p: Palette, colour: str, cloth: str) -> Drawn:
    """A cloud of curls."""
    del cloth
    back_spots = [
        (x, y, 44.0) for x, y in ring(13, -142, 142, (300, 330), (150, 158))
    ] + [(x, y, 40.0) for x, y in ring(9, -120, 120, (300, 330), (108, 120))]
    front_spots = (
        [(x, y, 33.0) for x, y in ring(11, -88, 88, (300, 330), (132, 136))]
        + [(x, y, 28.0) for x, y in ring(9, -74, 74, (300, 330), (116, 96))]
        + [(x, y, 22.0) for x, y in ring(8, -62, 62, (300, 336), (112, 70))]
    )
    cap = f"{_CAP}C360 300 330 292 300 292 C270 292 240 300 212 292 C192 318 182 350 178 384 Z"
    return (
        puffs(p, back_spots, dark(colour, 0.22), 1),
        fill(cap, dark(colour, 0.3)) + puffs(p, front_spots, colour, 2),
    )


def afro(p: Palette, colour: str, cloth: str) -> Drawn:
    """Two high puffs."""
    del cloth
    left = (176.0, 208.0)
    spots = [(x, y, 27.0) for x, y in ring(12, 0, 330, left, (54, 54))]
    spots += [(x, y, 26.0) for x, y in ring(7, 20, 330, left, (26, 26))]
    spots += [(left[0], left[1], 26.0)]
    mirror = [(600 - x, y, r) for x, y, r in spots]
    cap = (
        "M182 376 C168 290 216 216 300 214 C384 216 432 290 418 376 "
        "C410 330 388 288 346 272 C320 300 310 276 300 258 "
        "C290 276 280 300 254 272 C212 288 190 330 182 376 Z"
    )
    lines = both(
        "M298 222 C262 226 222 246 202 292 M290 244 C258 250 226 270 206 306 "
        "M254 270 C236 282 216 300 202 330"
    )
    ties = both("M196 268 C206 250 222 240 238 236")
    return puffs(p, spots + mirror, colour, 3) + scalp(colour), p.mass(
        cap, dark(colour, 0.12), inner=strands(lines, colour)
    ) + stroke(ties, light(colour, 0.6), 7, 0.55)


def locs(p: Palette, colour: str, cloth: str) -> Drawn:
    """Shoulder-length locs with rings in the colour of the clothes."""
    del p
    out_back, out_front = [], []
    cap = f"{_CAP}C362 284 330 278 300 278 C270 278 238 284 212 292 C192 318 182 350 178 384 Z"
    for i, x in enumerate((170, 196, 222, 378, 404, 430)):
        d = f"M{300 + (x - 300) * 0.7:.0f} 300 C{x} 380 {x - (8 if x < 300 else -8)} 480 {x + (i % 2) * 6 - 3} 590"
        out_back.append(rope(d, dark(colour, 0.28), 27))
    for x, drop in ((158, 548), (180, 572), (420, 572), (442, 548)):
        side = -1 if x < 300 else 1
        d = f"M{300 + side * 62} 236 C{300 + side * 116} 262 {x + side * 6} 350 {x - side * 2} {drop}"
        out_front.append(rope(d, colour, 25))
        out_front.append(
            stroke(f"M{x - 10} {drop - 42} L{x + 10} {drop - 40}", light(cloth, 0.2), 9)
        )
    top = "".join(
        rope(d, colour, 20)
        for d in (
            "M300 212 C262 226 226 260 204 318", "M300 212 C338 226 374 260 396 318",
            "M292 210 C250 212 206 246 188 316", "M308 210 C350 212 394 246 412 316",
            "M300 212 C280 236 262 258 250 286", "M300 212 C320 236 338 258 350 286",
        )
    )  # fmt: skip
    return "".join(out_back), fill(cap, dark(colour, 0.35)) + top + "".join(out_front)


def braids(p: Palette, colour: str, cloth: str) -> Drawn:
    """Two plaits over the shoulders, tied in the colour of the clothes."""
    back = (
        "M162 384 C146 262 204 188 300 188 C396 188 454 262 438 384 "
        "C436 430 424 456 410 470 L190 470 C176 456 164 430 162 384 Z"
    )
    cap = (
        "M300 204 C222 198 168 258 172 346 C172 386 178 412 186 430 "
        "C184 384 190 350 208 326 C248 316 284 290 300 248 "
        "C316 290 352 316 392 326 C410 350 416 384 414 430 "
        "C422 412 428 386 428 346 C432 258 378 198 300 204 Z"
    )
    lines = both(
        "M298 212 C246 226 202 268 190 332 M297 228 C264 262 222 296 202 326 "
        "M180 350 C178 380 180 404 184 420"
    )
    plait = []
    for i in range(7):
        x, y, r = 176 - i * 4.5, 436 + i * 36, 27 - i * 1.6
        knot = (
            f"M{x - r:.1f} {y - 12:.1f} C{x - r * 1.15:.1f} {y + 10:.1f} {x - r * 0.4:.1f} {y + 26:.1f} {x:.1f} {y + 30:.1f} "
            f"C{x + r * 0.4:.1f} {y + 26:.1f} {x + r * 1.15:.1f} {y + 10:.1f} {x + r:.1f} {y - 12:.1f} "
            f"C{x + r * 0.5:.1f} {y - 2:.1f} {x + r * 0.2:.1f} {y:.1f} {x:.1f} {y + 8:.1f} "
            f"C{x - r * 0.2:.1f} {y:.1f} {x - r * 0.5:.1f} {y - 2:.1f} {x - r:.1f} {y - 12:.1f} Z"
        )
        core = ellipse(x, y + 2, r * 0.7, 17, dark(colour, 0.35))
        plait.append(core + p.mass(knot, colour, reach=0.4))
        other = mirrored(knot)
        plait.append(
            ellipse(600 - x, y + 2, r * 0.7, 17, dark(colour, 0.4))
            + p.mass(other, dark(colour, 0.08), reach=0.4)
        )
    end = "M136 690 C134 678 146 672 154 678 C160 702 156 730 142 748 C132 732 132 708 136 690 Z"
    tie = "M132 686 C140 678 156 678 162 686 L160 698 C150 692 142 692 134 698 Z"
    plait.append(
        p.mass(end, colour, reach=0.4)
        + p.mass(mirrored(end), colour, reach=0.4)
        + fill(both(tie), p.form(cloth))
    )
    return p.mass(back, dark(colour, 0.3), rim=0.1), p.mass(
        cap, colour, inner=strands(lines, colour)
    ) + "".join(plait)
