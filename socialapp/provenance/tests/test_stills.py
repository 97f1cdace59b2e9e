"""Single pictures: changed copies are known again, drawings of one style kept apart."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from socialapp.characters import maker
from socialapp.content import library
from socialapp.provenance.fingerprints import Prints, stills
from socialapp.provenance.selectors import match_stills
from socialapp.provenance.services import record_fingerprint
from socialapp.provenance.tests import drawings

TWINS = (44, 54, 11, 34, 56, 36, 42, 2, 25)
"""Seeds of the avatar maker: of 60, those whose drawings are nearest to each other."""


@pytest.fixture(scope="module")
def hob() -> Prints:
    return stills.prints_of(drawings.cast("hob"))


@pytest.mark.parametrize("change", drawings.CHANGES)
def test_a_changed_copy_is_known_again(change: str, hob: Prints) -> None:
    copy = drawings.CHANGES[change](drawings.cast("hob"))
    near = stills.nearest(stills.views_of(copy), hob)
    assert near is not None
    assert near.mirrored == (change in {"mirrored", "all of it"})


def test_the_whole_is_known_by_a_part_of_it(hob: Prints) -> None:
    part = stills.prints_of(drawings.cropped(drawings.cast("hob")))
    assert stills.nearest(stills.views_of(drawings.cast("hob")), part)


@pytest.mark.parametrize("seed", range(6))
def test_a_tenth_may_be_cut_off_anywhere(seed: int, hob: Prints) -> None:
    at = np.random.default_rng(seed).uniform(size=2)
    copy = drawings.cropped(drawings.cast("hob"), 0.1, (at[0], at[1]))
    assert stills.nearest(stills.views_of(copy), hob)


def test_no_two_of_the_cast_and_no_nearest_drawings_match() -> None:
    pictures = [drawings.cast(name) for name in library.cast_ids()]
    pictures += [drawings.drawn(maker.to_svg(maker.random_recipe(n))) for n in TWINS]
    asked = [stills.views_of(picture) for picture in pictures]
    known = [stills.prints_of(picture) for picture in pictures]
    for one, other in permutations(range(len(pictures)), 2):
        assert stills.nearest(asked[one], known[other]) is None, (one, other)


def test_without_colours_brightness_must_agree_more_closely(hob: Prints) -> None:
    bare = Prints(pictures=hob.pictures, crops=hob.crops)
    picture = drawings.cast("hob")
    assert stills.nearest(stills.views_of(drawings.saved(picture)), bare)
    near = stills.nearest(stills.views_of(drawings.cropped(picture)), bare)
    assert near is None or near.distance <= stills.SAME


def test_a_flat_picture_is_like_nothing(hob: Prints) -> None:
    flat = np.full((300, 300, 3), 120, np.uint8)
    assert stills.prints_of(flat) == stills.NOTHING
    assert stills.nearest(stills.views_of(flat), hob) is None
    assert stills.nearest(stills.views_of(flat), stills.NOTHING) is None


@pytest.mark.django_db
@pytest.mark.database
def test_the_registry_finds_the_one_portrait_and_no_clip() -> None:
    for name in ("hob", "imani", "kiko"):
        prints = stills.prints_of(drawings.cast(name))
        record_fingerprint(subject=f"portrait:{name}", prints=prints)
    record_fingerprint(
        subject="clip:hob", prints=stills.prints_of(drawings.cast("hob"))
    )
    copy = drawings.all_of_it(drawings.cast("hob"))
    found = match_stills(stills.views_of(copy))
    assert [match.subject for match in found] == ["portrait:hob"]
    assert found[0].nearness.mirrored
    assert match_stills(stills.views_of(drawings.cast("perpetua"))) == []
