"""With the real detectors, on the one photograph at hand."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from PIL import Image, ImageOps

from moderation.detectors.tests.conftest import encoded
from moderation.models import Figure, FigureFace, KnownBad
from moderation.pictures import gate, services
from moderation.pictures.errors import PictureRefusedError
from socialapp.engines.handler import detectors

if TYPE_CHECKING:
    from pathlib import Path

    from socialapp.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def photographs(photo: bytes, tmp_path: Path) -> list[Path]:
    """Three files of one face."""
    if reason := detectors["faces"].available():
        pytest.skip(reason)
    whole = Image.open(io.BytesIO(photo))
    views = [
        whole.crop((90, 10, 360, 280)),
        ImageOps.mirror(whole).crop((120, 10, 420, 310)),
        whole.crop((60, 0, 380, 320)).point(lambda value: value * 0.7),
    ]
    files = []
    for number, view in enumerate(views):
        files.append(tmp_path / f"{number}.png")
        files[-1].write_bytes(encoded(view))
    return files


def said(*args: Any, **options: Any) -> str:
    out = io.StringIO()
    call_command(*args, stdout=out, **options)
    return out.getvalue()


def test_a_figure_is_enrolled_listed_and_removed(photographs: list[Path]) -> None:
    assert "3 descriptors" in said("enroll_figure", "Eileen Collins", *photographs)
    assert "Eileen Collins: 3" in said("enroll_figure", show=True)
    assert {len(bytes(face.descriptor)) for face in FigureFace.objects.all()} == {512}
    said("enroll_figure", remove="Eileen Collins")
    assert not FigureFace.objects.exists()
    with pytest.raises(CommandError, match="No figure"):
        said("enroll_figure", remove="Eileen Collins")


def test_too_few_photographs_are_refused(photographs: list[Path]) -> None:
    with pytest.raises(CommandError, match="too few"):
        said("enroll_figure", "Eileen Collins", *photographs[:2])
    with pytest.raises(CommandError, match="too few"):
        said("enroll_figure", "Eileen Collins", *[photographs[0]] * 3)
    assert not Figure.objects.exists()


def test_a_photograph_without_a_face_or_with_two_is_refused(
    photographs: list[Path], photo: bytes, tmp_path: Path
) -> None:
    empty, double = tmp_path / "empty.png", tmp_path / "double.png"
    empty.write_bytes(encoded(Image.new("RGB", (300, 300), "teal")))
    face = Image.open(io.BytesIO(photo)).crop((90, 10, 360, 280))
    pair = Image.new("RGB", (540, 270))
    pair.paste(face, (0, 0))
    pair.paste(face, (270, 0))
    double.write_bytes(encoded(pair))
    with pytest.raises(CommandError, match="4 shows no face"):
        said("enroll_figure", "Eileen Collins", *photographs, empty)
    with pytest.raises(CommandError, match="4 shows 2 faces"):
        said("enroll_figure", "Eileen Collins", *photographs, double)
    assert not Figure.objects.exists()


def test_a_look_alike_is_refused_even_when_the_gate_is_open(
    photographs: list[Path], photo: bytes, alice: User, settings: Any
) -> None:
    settings.REAL_PERSON_GATE = "off"
    assert services.screen_portrait(picture=photo, person=alice).state == "approved"
    said("enroll_figure", "Eileen Collins", *photographs)
    with pytest.raises(PictureRefusedError) as refused:
        services.screen_portrait(picture=photo, person=alice)
    assert refused.value.rule == "2.1"


def test_a_photograph_is_refused_and_a_drawing_passes_with_the_real_eyes(
    photo: bytes, alice: User, drawing: bytes
) -> None:
    if reason := detectors["nsfw"].available() or detectors["faces"].available():
        pytest.skip(reason)
    with pytest.raises(PictureRefusedError) as refused:
        services.screen_portrait(picture=photo, person=alice)
    assert refused.value.rule == "2.1"
    seen = services.screen_portrait(picture=drawing, person=alice)
    assert seen.state == "approved", seen


def test_a_known_picture_is_refused_cut_and_mirrored(
    photo: bytes, alice: User, tmp_path: Path
) -> None:
    if reason := detectors["pdq_list"].available() or detectors["faces"].available():
        pytest.skip(reason)
    file = tmp_path / "bad.jpg"
    file.write_bytes(photo)
    assert len(said("known_bad", "add", file).split()[-1]) == 64
    cut = ImageOps.mirror(Image.open(io.BytesIO(photo)).crop((0, 0, 460, 460)))
    verdict = gate.screen(
        encoded(cut, "JPEG"), circumstances=gate.Circumstances(person=alice)
    )
    assert verdict.rule == "5.5"


def test_an_even_picture_cannot_be_listed(tmp_path: Path) -> None:
    if reason := detectors["pdq_list"].available():
        pytest.skip(reason)
    file = tmp_path / "even.png"
    file.write_bytes(encoded(Image.new("RGB", (300, 300), "teal")))
    with pytest.raises(CommandError, match="too even"):
        said("known_bad", "add", file)


LISTS = [
    "pdq,reason\n{a},one\n{b},two\n",
    "{a}\n{b}\n",
    '[{{"indicator": "{a}", "type": "HASH_PDQ", "description": "one"}},'
    ' {{"indicator": "0", "type": "HASH_MD5"}},'
    ' {{"indicator": "{b}", "type": "HASH_PDQ"}}]',
    '{{"data": ["{a}", "{b}"]}}',
]


@pytest.mark.parametrize("form", LISTS)
def test_lists_are_imported_once(form: str, tmp_path: Path) -> None:
    file = tmp_path / "list"
    file.write_text(form.format(a="f0" * 32, b="0f" * 32))
    told = said("known_bad", source=file, list_name="partner")
    assert "2 new" in told
    assert "0 new" in said("known_bad", source=file, list_name="partner")
    assert KnownBad.objects.filter(list_name="partner").count() == 2


@pytest.mark.parametrize("text", ["", "pdq\nnot a hash\n", "[{", "[7]", "<html>"])
def test_a_list_that_is_none_is_refused_whole(text: str, tmp_path: Path) -> None:
    file = tmp_path / "list"
    file.write_text(text)
    with pytest.raises(CommandError):
        said("known_bad", source=file)
    assert not KnownBad.objects.exists()
