"""MuseTalk in a worker's hands: clips that are drawn by it, and clips that it gives up."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from avatarfx import services
from avatarfx.animators.neural import checkpoints
from avatarfx.animators.neural.musetalk import MuseTalk
from avatarfx.animators.stage import StageAnimator
from avatarfx.models import Render
from avatarfx.services import rendering
from avatarfx.tests.test_spoken_meanwhile import FIRST, REST

if TYPE_CHECKING:
    from pathlib import Path

    from avatarfx.models import Clip
    from avatarfx.tests.conftest import Troupe
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

pytestmark = pytest.mark.neural


def sway() -> StageAnimator:
    """Draws any picture, without a rig's grids."""
    return StageAnimator("full", ("avatarfx.animators.sway.SwayMaker",))


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    from avatarfx.animators.neural.samples import musetalk as sample  # noqa: PLC0415

    sample.tiny(tmp_path, 3)
    return tmp_path


@pytest.fixture
def rung(weights: Path, troupe: Troupe, monkeypatch: pytest.MonkeyPatch) -> Any:
    """MuseTalk above the instant engines."""
    animator = MuseTalk(str(weights), under=f"{__name__}.sway", device="cpu")
    engines = troupe.engines()
    ladder = (("musetalk", animator), *engines.animators)
    monkeypatch.setattr(
        rendering, "engines", lambda: replace(engines, animators=ladder)
    )
    return animator


def rendered(owner: User, character: Character) -> tuple[Clip, list[dict[str, Any]]]:
    clip = services.request_clip(
        owner=owner, character=character, script="One two three.", shape="1:1"
    )
    services.render_clip(clip.pk)
    clip.refresh_from_db()
    trace = Render.objects.get().trace
    return clip, [entry for entry in trace if entry["name"] == "movement"]


def test_a_clip_is_drawn_by_the_voice_it_is_heard_with(
    alice: User, hob: Character, rung: MuseTalk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    refine = MuseTalk.refine_each

    def counted(self: MuseTalk, model: Any, batch: Any, kept: Any) -> Any:
        pairs = zip(batch, kept, strict=True)
        asked.extend(crop.number for crop, heard in pairs if heard.share(crop))
        return refine(self, model, batch, kept)

    monkeypatch.setattr(MuseTalk, "refine_each", counted)
    clip, (movement,) = rendered(alice, hob)
    assert (clip.state, clip.rung) == ("ready", "full")
    assert movement["engine"] == "musetalk"
    count = round((clip.seconds or 0) * 25)
    assert len(set(asked)) > count / 2
    assert max(asked) < count


def test_after_the_opening_it_goes_on_where_the_film_is(
    alice: User, hob: Character, rung: MuseTalk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of the opening is refined again when the rest is spoken."""
    asked: dict[int, list[int]] = {}
    held: list[Any] = []
    refine = MuseTalk.refine_each

    def counted(self: MuseTalk, model: Any, batch: Any, kept: Any) -> Any:
        for crop, heard in zip(batch, kept, strict=True):
            held.append(heard)  # so that no other takes its number
            asked.setdefault(id(heard), []).append(crop.number)
        return refine(self, model, batch, kept)

    monkeypatch.setattr(MuseTalk, "refine_each", counted)
    clip = services.request_clip(
        owner=alice, character=hob, script=f"{FIRST} {REST}", shape="1:1"
    )
    services.render_clip(clip.pk)
    clip.refresh_from_db()
    assert (clip.state, clip.rung) == ("ready", "full")
    (movement,) = [
        entry for entry in Render.objects.get().trace if entry["name"] == "movement"
    ]
    assert movement["engine"] == "musetalk"
    seam = round(movement["spoken_until"] * 25)
    opening, rest = asked.values()
    assert opening[0] == 0
    assert max(opening) < seam + rung.batch
    assert rest == list(range(seam, round((clip.seconds or 0) * 25)))


def test_a_model_that_draws_no_picture_gives_way_and_the_trace_says_why(
    alice: User, hob: Character, rung: MuseTalk, weights: Path, troupe: Troupe
) -> None:
    import torch  # noqa: PLC0415

    path = weights / "musetalkV15" / "unet.pth"
    spoilt = {n: t * float("nan") for n, t in checkpoints.tensors(path).items()}
    torch.save(spoilt, path)
    clip, (failed, instead) = rendered(alice, hob)
    assert (clip.state, clip.rung) == ("ready", "full")
    assert failed["engine"] == "musetalk"
    assert "no numbers" in failed["note"]
    assert instead["engine"] == "warp"
    assert troupe.full.asked == 1


def test_weights_that_are_half_copied_are_passed_over_before_anything_is_drawn(
    alice: User, hob: Character, rung: MuseTalk, weights: Path
) -> None:
    path = weights / "musetalkV15" / "unet.pth"
    path.write_bytes(path.read_bytes()[:9000])
    clip, (movement,) = rendered(alice, hob)
    assert clip.state == "ready"
    assert movement["engine"] == "warp"
