"""Characters who can speak at once, and the engines that make them."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from avatarfx import pipeline
from avatarfx.services import rendering
from avatarfx.tests.engines import GreyAnimator, PlainDirector, ToneVoice
from moderation.tests.seeing import telling_detectors
from socialapp.characters.models import Character, Portrait
from socialapp.lib import blobs
from socialapp.performance import Rig
from socialapp.performance.rig import Anchors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from moderation.tests.seeing import Eyes
    from socialapp.accounts.models import User

ANCHORS = Anchors((0.4, 0.45), (0.6, 0.45), (0.5, 0.62), (0.5, 0.72), 0.16)


def picture(width: int = 96, height: int = 96, *, mode: str = "RGB") -> bytes:
    file = io.BytesIO()
    Image.radial_gradient("L").resize((width, height)).convert(mode).save(file, "PNG")
    return file.getvalue()


def make_character(owner: User, name: str = "Hob") -> Character:
    ref = blobs.put(picture(), "png")
    rig = Rig(portrait=ref, width=96, height=96, style="photo", anchors=ANCHORS)
    portrait = Portrait.objects.create(
        owner=owner,
        source=Portrait.Source.MAKER,
        ref=ref,
        rig=rig.to_json(),
        rig_state=Portrait.RigState.FOUND,
    )
    return Character.objects.create(owner=owner, name=name, portrait=portrait)


@pytest.fixture
def hob(alice: User) -> Character:
    """Alice's character, ready to speak."""
    return make_character(alice)


@pytest.fixture(autouse=True)
def eyes() -> Iterator[Eyes]:
    """What the detectors see in frames: nothing, unless the test says otherwise."""
    with telling_detectors() as seen:
        yield seen


@dataclass
class Troupe:
    """The engines of a test; change them before the render."""

    voice: ToneVoice = field(default_factory=ToneVoice)
    spare: ToneVoice = field(default_factory=ToneVoice)
    silent: ToneVoice = field(default_factory=lambda: ToneVoice(silent=True))
    full: GreyAnimator = field(default_factory=GreyAnimator)
    simple: GreyAnimator = field(default_factory=lambda: GreyAnimator("simple"))
    still: GreyAnimator = field(
        default_factory=lambda: GreyAnimator("still", frozen=True)
    )

    def engines(self) -> pipeline.Engines:
        return pipeline.Engines(
            voices=(
                ("kokoro", self.voice),
                ("hibari", self.spare),
                ("silent", self.silent),
            ),
            director=PlainDirector(),
            animators=(
                ("warp", self.full),
                ("sway", self.simple),
                ("still", self.still),
            ),
            encoder={"preset": "ultrafast", "threads": 1},
        )


@pytest.fixture
def troupe(monkeypatch: pytest.MonkeyPatch) -> Troupe:
    """Instant engines in place of the real ones."""
    made = Troupe()
    monkeypatch.setattr(rendering, "engines", made.engines)
    # Large enough for a face, small enough to encode in no time.
    monkeypatch.setattr(
        pipeline, "SIZES", {"1:1": (128, 128), "9:16": (128, 224), "16:9": (224, 128)}
    )
    return made
