"""Music under speech: shipped as made, round without a click, never over the words."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from avatarfx import bed, beds, opus, services, sound
from avatarfx.beds import make
from avatarfx.errors import NotNowError
from avatarfx.models import Clip
from avatarfx.recipe import Recipe, Role
from avatarfx.stages.shoot import soundtrack
from socialapp.lib import blobs
from socialapp.performance import Bed, Level, Part, Performance, cut, join
from socialapp.performance.beds import gain_at

if TYPE_CHECKING:
    from avatarfx.tests.conftest import Troupe
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

RATE = 24_000


@lru_cache(maxsize=8)
def made_once(name: str) -> make.Samples:
    return make.synthesise(name)


def words(*stretches: tuple[float, float], seconds: float = 8.0) -> sound.Samples:
    """Noise where somebody speaks, in the band of a voice."""
    rng = np.random.default_rng(1)
    out = np.zeros(round(seconds * RATE), np.float32)
    for at, until in stretches:
        first, last = round(at * RATE), round(until * RATE)
        out[first:last] = rng.standard_normal(last - first) * 0.05
    return out


def spoken(samples: sound.Samples) -> Performance:
    return Performance(len(samples) / RATE, (Part("a"),))


def laid(samples: sound.Samples, name: str = "lamplight") -> Performance:
    return bed.laid(spoken(samples), name, sounds=[(samples, RATE)])


def decibels(samples: sound.Samples) -> float:
    return float(10 * np.log10(np.square(samples, dtype=np.float64).mean() + 1e-20))


# What is shipped --------------------------------------------------------------------


def test_each_has_a_title_a_mood_and_a_file_and_no_file_is_beside_them() -> None:
    assert set(beds.TITLES) == set(beds.MOODS)
    files = {path.name for path in beds.FOLDER.iterdir()}
    assert files == {f"{name}.webm" for name in beds.names()}
    with pytest.raises(KeyError):
        beds.file_of("../../settings")


@pytest.mark.parametrize("name", beds.names())
def test_the_script_makes_what_is_shipped(name: str) -> None:
    heard, rate = sound.read(beds.file_of(name).read_bytes())
    made = made_once(name)
    assert rate == opus.RATE
    assert len(heard) == len(made) + round(beds.OVERLAP * rate)
    loud = [
        np.square(one[: len(made) // 9600 * 9600].reshape(-1, 9600)).mean(axis=1)
        for one in (heard.astype(np.float64), made)
    ]
    assert np.corrcoef(*loud)[0, 1] > 0.97
    assert sound.loudness(heard, rate) == pytest.approx(beds.LOUDNESS, abs=0.6)


@pytest.mark.parametrize("name", beds.names())
def test_it_goes_round_without_a_click(name: str) -> None:
    """What the codec gets wrong at the seam is what it gets wrong elsewhere."""
    turn = made_once(name)
    before = opus.RATE // 2
    alone = Bed(name, (Level(0.0, 1.0),), start=len(turn) / opus.RATE - 0.5)
    heard = bed.heard(alone, len(turn), opus.RATE)
    assert heard is not None
    made = np.roll(turn, before)[: len(heard)]
    scale = float(heard @ made / (made @ made))
    wrong = np.abs(np.diff(heard - scale * made))
    seam = wrong[before - 480 : before + 480].max()
    elsewhere = np.concatenate([wrong[: before - 480], wrong[before + 480 :]])
    assert seam <= 1.1 * elsewhere.max()


# Making way -------------------------------------------------------------------------


def test_it_steps_back_before_a_word_and_returns_after_it() -> None:
    samples = words((3.0, 4.0))
    keys = laid(samples).bed
    assert keys is not None
    open_, under = gain_at(keys.levels, 1.5), gain_at(keys.levels, 3.5)
    assert 20 * np.log10(open_ / under) == pytest.approx(bed.DUCK_DB, abs=0.01)
    assert gain_at(keys.levels, 2.86) == pytest.approx(under, rel=0.02)
    assert gain_at(keys.levels, 4.3) == pytest.approx(under, rel=0.02)
    assert gain_at(keys.levels, 5.1) == pytest.approx(open_, rel=0.02)
    assert gain_at(keys.levels, 0.0) == gain_at(keys.levels, 8.0) == 0.0


def test_it_stays_back_in_the_gaps_of_a_sentence() -> None:
    samples = words((2.0, 2.5), (3.2, 4.0))
    keys = laid(samples).bed
    assert keys is not None
    assert gain_at(keys.levels, 2.85) == gain_at(keys.levels, 3.5)


@pytest.mark.parametrize(
    ("name", "level"),
    [*((name, 1.0) for name in beds.names()), ("matinee", 0.2), ("matinee", 4.0)],
)
def test_it_is_twenty_decibels_under_words_however_loud_they_came(
    name: str, level: float
) -> None:
    samples = words((1.0, 7.0)) * np.float32(level)
    made = laid(samples, name)
    under = bed.heard(made.bed, len(samples), RATE)
    assert under is not None
    inside = slice(2 * RATE, 6 * RATE)
    assert decibels(samples[inside]) - decibels(under[inside]) > 15
    music = sound.loudness(under[inside], RATE)
    assert sound.loudness(samples[inside], RATE) - music == pytest.approx(20, abs=4)


@pytest.mark.parametrize("name", beds.names())
def test_words_are_as_loud_with_it_as_without(name: str) -> None:
    samples = words((0.5, 3.5), (4.2, 7.5), (8.3, 11.6), seconds=12.0)
    under = bed.heard(laid(samples, name).bed, len(samples), RATE)
    plain = sound.normalise(samples, RATE)
    mixed = sound.normalise(samples, RATE, under=under)
    said = slice(round(0.7 * RATE), round(3.3 * RATE))
    assert decibels(mixed[said]) == pytest.approx(decibels(plain[said]), abs=0.2)
    assert sound.loudness(mixed, RATE) == pytest.approx(sound.LOUDNESS, abs=0.3)
    assert np.abs(mixed).max() <= sound.PEAK + 1e-6


def test_music_in_long_pauses_does_not_make_the_words_quieter() -> None:
    samples = words((1.0, 3.0), seconds=12.0)
    under = bed.heard(laid(samples).bed, len(samples), RATE)
    plain = sound.normalise(samples, RATE)
    mixed = sound.normalise(samples, RATE, under=under)
    said = slice(round(1.2 * RATE), round(2.8 * RATE))
    pause = slice(5 * RATE, 11 * RATE)
    assert decibels(mixed[said]) == pytest.approx(decibels(plain[said]), abs=0.2)
    gap = sound.loudness(mixed[said], RATE) - sound.loudness(mixed[pause], RATE)
    assert gap == pytest.approx(10, abs=2.5)


def test_nothing_plays_without_a_name_a_voice_or_a_file() -> None:
    samples = words((1.0, 2.0))
    assert laid(samples, "").bed is None
    assert laid(np.zeros_like(samples)).bed is None
    assert bed.laid(spoken(samples), "lamplight").bed is None
    gone = Bed("tambourine", (Level(0.0, 1.0),))
    assert bed.heard(gone, 100, RATE) is None


def test_speech_from_edge_to_edge_leaves_it_back_all_the_way() -> None:
    samples = words((0.0, 4.0), seconds=4.0)
    keys = laid(samples).bed
    assert keys is not None
    most = max(level.gain for level in keys.levels)
    assert most <= gain_at(keys.levels, 2.0) * 1.001


@pytest.mark.parametrize("at", [0.2, 1.37, 2.86, 3.5, 5.0])
def test_a_slice_goes_on_where_the_whole_was(at: float) -> None:
    whole = laid(words((3.0, 4.0)))
    first, second = cut(whole, 0, at), cut(whole, at, whole.seconds)
    again = join(first, second)
    assert again.bed is not None
    assert whole.bed is not None
    for t in np.linspace(0, 8, 33):
        expected = gain_at(whole.bed.levels, float(t))
        assert gain_at(again.bed.levels, float(t)) == pytest.approx(expected, abs=1e-5)
    count = round((whole.seconds - at) * RATE)
    tail = bed.heard(whole.bed, round(8 * RATE), RATE)
    part = bed.heard(second.bed, count, RATE)
    assert tail is not None
    assert part is not None
    np.testing.assert_allclose(part, tail[-count:], atol=2e-3)


def test_it_is_stored_and_what_has_none_reads_as_ever() -> None:
    whole = laid(words((3.0, 4.0)))
    assert Performance.from_json(whole.to_json()) == whole
    assert "bed" not in spoken(words((3.0, 4.0))).to_json()
    recipe = Recipe("Hello.", (Role("a", "hob", "face"),), bed="matinee")
    assert Recipe.from_json(recipe.to_json()) == recipe
    plain = Recipe("Hello.", (Role("a", "hob", "face"),)).to_json()
    assert "bed" not in plain
    assert Recipe.from_json(plain).bed == ""


# In a clip --------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_clip_is_made_with_it_and_heard_so(
    alice: User, hob: Character, troupe: Troupe
) -> None:
    clip = services.request_clip(
        owner=alice, character=hob, script="Good evening to the lamp.", bed="matinee"
    )
    services.render_clip(clip.pk)
    clip.refresh_from_db()
    assert clip.state == Clip.State.READY
    performance = clip.as_performance()
    assert performance is not None
    assert performance.bed is not None
    assert performance.bed.name == clip.as_recipe().bed == "matinee"
    with_it = soundtrack(performance)
    without = soundtrack(Performance(performance.seconds, performance.parts))
    assert with_it is not None
    assert without is not None
    assert not np.array_equal(with_it.samples, without.samples)
    heard, _ = sound.read(blobs.get(clip.video))
    assert len(heard)


@pytest.mark.django_db
def test_music_that_is_not_there_is_refused(alice: User, hob: Character) -> None:
    with pytest.raises(NotNowError, match="music"):
        services.request_clip(
            owner=alice, character=hob, script="Good evening.", bed="tambourine"
        )
