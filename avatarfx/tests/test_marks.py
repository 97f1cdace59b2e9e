"""Every frame that leaves carries its number and its label."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, cast

import av
import cv2
import numpy as np
import pytest

from avatarfx import pipeline, services
from avatarfx.models import Clip, Render
from avatarfx.pipeline import Papers
from avatarfx.stages import marks
from avatarfx.stages.label import Label
from socialapp.lib import blobs
from socialapp.provenance.models import Mark
from socialapp.provenance.selectors import find_mark, watermark_keys
from socialapp.provenance.watermark import Key, detect

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pytest_django.fixtures import Settings

    from avatarfx.tests.conftest import Troupe
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

    Picture = NDArray[np.uint8]

LINE = "Good evening to the lamp."


@pytest.fixture
def clip(
    alice: User, hob: Character, troupe: Troupe, monkeypatch: pytest.MonkeyPatch
) -> Clip:
    sizes = {"1:1": (512, 512), "9:16": (512, 912), "16:9": (912, 512)}
    monkeypatch.setattr(pipeline, "SIZES", sizes)
    return services.request_clip(owner=alice, character=hob, script=LINE, shape="1:1")


def rendered(clip: Clip) -> Clip:
    services.render_clip(clip.pk)
    clip.refresh_from_db()
    assert clip.state == Clip.State.READY, clip.error
    return clip


def film_of(clip: Clip) -> list[Picture]:
    with av.open(io.BytesIO(blobs.get(clip.video)), "r") as film:
        return [
            np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
            for frame in film.decode(video=0)
        ]


def poster_of(clip: Clip) -> Picture:
    data = np.frombuffer(blobs.get(clip.poster), np.uint8)
    return np.ascontiguousarray(
        cast("Picture", cv2.imdecode(data, cv2.IMREAD_COLOR))[..., ::-1]
    )


def test_film_and_poster_carry_the_clips_number(clip: Clip) -> None:
    done = rendered(clip)
    frames = film_of(done)
    for seen in (frames, [frames[0]], [frames[-1]], [poster_of(done)]):
        found = detect(seen, watermark_keys())
        assert found is not None
        mark = find_mark(found.payload)
        assert mark is not None
        assert mark.subject == f"clip:{clip.key}"
        assert mark.owner == clip.owner


def test_the_row_and_the_trace_say_how_strong_it_is(clip: Clip) -> None:
    rendered(clip)
    mark = Mark.objects.get()
    assert mark.psnr is not None
    assert mark.psnr > 40
    assert mark.details["rung"] == "full"
    assert LINE not in str(mark.details)
    entry = next(e for e in Render.objects.get().trace if e["name"] == "mark")
    assert (entry["strength"], entry["psnr"]) == (mark.strength, mark.psnr)
    assert entry["seconds"] > 0
    assert entry["engine"] == marks.METHOD


def test_the_still_rung_is_marked_too(clip: Clip, troupe: Troupe) -> None:
    troupe.full.missing = troupe.simple.missing = "Gone."
    done = rendered(clip)
    assert done.rung == "still"
    assert detect(film_of(done)[:1], watermark_keys()) is not None


def test_an_older_key_finds_what_it_marked(clip: Clip, settings: Settings) -> None:
    old = settings.WATERMARK_KEYS
    done = rendered(clip)
    settings.WATERMARK_KEYS = ["a new key, since yesterday", *old]
    found = detect(film_of(done), watermark_keys())
    assert found is not None
    assert found.key_id == Key(old[0].encode()).id
    settings.WATERMARK_KEYS = ["a new key, since yesterday"]
    assert detect(film_of(done), watermark_keys()) is None


def test_the_label_is_in_every_frame_and_on_the_poster(clip: Clip) -> None:
    done = rendered(clip)
    area = Label(512, 512).area
    for frame in (*film_of(done), poster_of(done)):
        inside = frame[area].astype(int)
        assert inside.max() > 235, "white letters"
        assert np.median(inside) < 60, "on a dark ground"


@pytest.mark.parametrize("size", [(512, 912), (912, 512), (512, 512), (128, 128)])
def test_the_label_stays_in_the_safe_area_and_off_the_face(
    size: tuple[int, int],
) -> None:
    width, height = size
    frame = np.full((height, width, 3), 200, np.uint8)
    Label(width, height).burn(frame)
    rows, columns = np.nonzero((frame != 200).any(axis=2))
    assert len(rows)
    assert rows.min() >= 0.05 * min(size) - 1
    assert columns.max() < width - 0.05 * min(size) + 1
    assert rows.max() < 0.17 * height, "above the eyes"
    assert columns.min() > 0.7 * width, "beside the face"
    if height > width:
        # A phone of 9:19.5 that is filled by 9:16 cuts this much off each side.
        cut = (1 - (9 / 19.5) / (9 / 16)) / 2
        assert columns.max() < width * (1 - cut)


def test_white_letters_can_be_read_on_white() -> None:
    frame = np.full((512, 512, 3), 255, np.uint8)
    label = Label(512, 512)
    label.burn(frame)
    ground = np.median(frame[label.area]) / 255
    luminance = ((ground + 0.055) / 1.055) ** 2.4
    assert 1.05 / (luminance + 0.05) > 4.5


def test_without_papers_frames_are_labelled_only() -> None:
    frames = [np.full((512, 512, 3), 90, np.uint8) for _ in range(30)]
    inker = marks.Inker(Papers(), 512, 512)
    shown = [pair[1] for pair in inker.marked(frames)]
    assert len(shown) == 30
    assert inker.hidden is None
    assert all((frame == 90).all() for frame in frames), "the drawn ones are kept"
    assert (shown[-1][100:] == 90).all()
    assert inker.entry()["note"] == "No mark."


def test_a_film_shorter_than_the_look_ahead_is_marked() -> None:
    papers = Papers(payload=(77).to_bytes(6, "big"), key=Key(b"k" * 20))
    inker = marks.Inker(papers, 512, 512)
    frames = [np.full((512, 512, 3), 90, np.uint8)]
    shown = [pair[1] for pair in inker.marked(frames)]
    found = detect(shown, [Key(b"k" * 20)])
    assert found is not None
    assert found.payload == 77
    assert list(marks.Inker(papers, 512, 512).marked([])) == []
