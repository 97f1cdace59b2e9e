"""Yes only on proof; every way in which a file pretends is told apart."""

from __future__ import annotations

import io
import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest
from PIL import Image

from socialapp.provenance import subjects, watermark
from socialapp.provenance.credentials import Keyring, Manifest, Parent, SourceType, sign
from socialapp.provenance.fingerprints import sampling
from socialapp.provenance.keys import Key
from socialapp.provenance.models import Fingerprint, Mark
from socialapp.provenance.services import record_fingerprint, signing_identity
from socialapp.provenance.subjects import Description
from socialapp.provenance.tests.films import film, frames, voice
from socialapp.provenance.tests.pictures import talking
from socialapp.provenance.verifier import check as checking
from socialapp.provenance.verifier import opening
from socialapp.provenance.verifier.check import Answer, check
from socialapp.provenance.verifier.opening import FileRefusedError, open_file
from socialapp.provenance.watermark import Marker

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django import Settings

    from socialapp.accounts.models import User

pytestmark = pytest.mark.django_db

KEY = Key(b"a key of the tests alone")
MP4 = "video/mp4"
PAYLOAD = 0x0A0B_0C0D_0E0F
KEYED = PAYLOAD.to_bytes(6)
SUBJECT = "clip:k3y123456789"


@pytest.fixture(autouse=True)
def house(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys of its own; and nobody describes clips unless a test does."""
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(checking, "watermark_keys", lambda: [KEY])
    monkeypatch.setattr(subjects, "_kinds", {})


@lru_cache(maxsize=2)
def _marked(payload: int = PAYLOAD) -> tuple[Any, ...]:
    marker = Marker(payload, KEY, 512, 512, 2.0)
    return tuple(marker.mark(np.asarray(frame)) for frame in talking())


def original(*, log: bool = True) -> bytes:
    """A clip as it leaves the renderer: marked, in the log, signed."""
    whole = film(list(_marked()) * 2, sound=voice(1, seconds=1.92))
    if log:
        Mark.objects.create(payload=PAYLOAD, key_id=KEY.id, subject=SUBJECT)
        prints = sampling.prints_of(sampling.sample(io.BytesIO(whole)))
        record_fingerprint(subject=SUBJECT, prints=prints)
    return signed(whole)


def public(subject: str = SUBJECT) -> None:
    """Strangers may hear of this clip and of no other."""
    told = Description("The lamp", url="/p/lamp/")
    key = subject.partition(":")[2]
    subjects.register("clip", describe=lambda name: told if name == key else None)


def washed() -> bytes:
    """What `original` shows and says, without any mark."""
    return film([np.asarray(f) for f in talking()] * 2, sound=voice(1, seconds=1.92))


def signed(
    whole: bytes, title: str = "k3y123456789.mp4", parent: Parent | None = None
) -> bytes:
    identity = signing_identity()
    assert identity is not None
    manifest = Manifest(title, SourceType.AI, payload=KEYED, parent=parent)
    return sign(whole, MP4, manifest, identity)


def again(data: bytes, *, crop: int = 0, flip: bool = False, side: int = 0) -> bytes:
    """Decoded and encoded anew, as another platform does; without sound."""
    pictures = []
    with av.open(io.BytesIO(data), "r") as source:
        for frame in source.decode(video=0):
            pixels = frame.to_ndarray(format="rgb24")
            height, width = pixels.shape[:2]
            pixels = pixels[crop : height - crop, crop : width - crop]
            if flip:
                pixels = pixels[:, ::-1]
            if side:
                pixels = np.asarray(Image.fromarray(pixels).resize((side, side)))
            pictures.append(np.ascontiguousarray(pixels))
    return film(pictures, crf=28)


def states(answer: Answer) -> list[str]:
    return [layer.state for layer in answer.verdict.layers]


def test_what_we_signed_is_ours_for_certain() -> None:
    answer = check(original())
    verdict = answer.verdict
    assert (verdict.made_here, verdict.subject) == ("yes", SUBJECT)
    assert states(answer) == ["found", "found", "found"]
    assert verdict.confidence.startswith("Certain")
    assert verdict.changes == ()
    assert answer.public is None


def test_a_cropped_mirrored_silent_copy_is_ours_by_its_watermark() -> None:
    copy = again(original(), crop=20, flip=True)
    answer = check(copy)
    assert (answer.verdict.made_here, answer.verdict.subject) == ("yes", SUBJECT)
    assert states(answer)[:2] == ["none", "found"]
    assert "The signed record was removed." in answer.verdict.changes
    assert "It was mirrored." in answer.verdict.changes
    assert "The sound is missing, cut or another." in answer.verdict.changes


def test_a_still_from_it_is_ours_too() -> None:
    original()
    file = io.BytesIO()
    Image.fromarray(_marked()[12]).save(file, "JPEG", quality=80)
    answer = check(file.getvalue())
    assert (answer.verdict.made_here, answer.verdict.subject) == ("yes", SUBJECT)
    assert answer.verdict.changes == ("The signed record was removed.",)


def test_a_mark_without_an_entry_in_the_log_is_said_to_be_one() -> None:
    answer = check(again(original(log=False)))
    assert (answer.verdict.made_here, answer.verdict.subject) == ("yes", "")
    assert "no entry" in answer.verdict.words


def test_a_mark_of_another_key_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    copy = again(original(log=False))
    other = [Key(b"another key of the tests")]
    monkeypatch.setattr(checking, "watermark_keys", lambda: other)
    answer = check(copy)
    assert answer.verdict.made_here == "no"
    assert states(answer) == ["none", "none", "none"]


def test_a_mark_that_was_copied_onto_something_else_is_no_yes() -> None:
    """The very pattern of a clip of ours, on a picture of Mallory's."""
    original()
    marker = Marker(PAYLOAD, KEY, 512, 512, 2.5)
    foreign = [marker.mark(f) for f in frames(24, side=512, seed=44)]
    answer = check(film(foreign))
    assert answer.verdict.made_here == "doubt"
    assert states(answer)[1:] == ["found", "none"]
    assert "copied" in answer.verdict.words


def test_without_any_mark_a_likeness_never_says_yes() -> None:
    public()
    original()
    answer = check(washed())
    assert (answer.verdict.made_here, answer.verdict.subject) == ("alike", SUBJECT)
    assert states(answer) == ["none", "none", "found"]
    assert "no proof" in answer.verdict.confidence


@pytest.mark.parametrize("viewer", ["nobody", "stranger"])
def test_likeness_to_what_is_not_public_reads_like_none(
    viewer: str, alice: User, bob: User
) -> None:
    subjects.register(
        "clip", describe=lambda _: None, known_to=lambda _, who: who == alice
    )
    before = check(washed())
    original()
    asks = bob if viewer == "stranger" else None
    assert check(washed(), viewer=asks) == before
    assert check(washed(), viewer=alice).verdict.made_here == "alike"


def test_a_private_twin_does_not_hide_the_public_one() -> None:
    original()
    row = Fingerprint.objects.get()
    Fingerprint.objects.create(
        subject="clip:pr1vate99999",
        pictures=row.pictures,
        crops=row.crops,
        sound=row.sound,
    )
    for named in (SUBJECT, "clip:pr1vate99999"):
        public(named)
        assert check(washed()).verdict.subject == named


def test_a_strangers_film_has_none_of_our_marks() -> None:
    original()
    answer = check(film(frames(50, side=256, seed=8), sound=voice(8, seconds=2)))
    assert answer.verdict.made_here == "no"
    assert states(answer) == ["none", "none", "none"]
    assert answer.verdict.words.startswith("We found none of our marks")


def test_a_strangers_signature_is_not_ours_whatever_it_says(tmp_path: Path) -> None:
    mallory = Keyring(tmp_path / "mallory", name="127.0.0.1").identity()
    manifest = Manifest("k3y123456789.mp4", SourceType.AI, payload=KEYED)
    Mark.objects.create(payload=PAYLOAD, key_id=KEY.id, subject=SUBJECT)
    answer = check(sign(film(frames(30, seed=5)), MP4, manifest, mallory))
    assert (answer.verdict.made_here, answer.verdict.subject) == ("no", "")
    assert states(answer)[0] == "foreign"


def test_a_record_of_ours_on_another_film_is_a_forgery() -> None:
    ours = signed(film(frames(30, seed=5)))
    other = film(frames(30, seed=6))
    at = ours.index(b"jumb") - 4
    start = ours.rindex(b"uuid", 0, at) - 4
    size = int.from_bytes(ours[start : start + 4])
    answer = check(other + ours[start : start + size])
    assert answer.verdict.made_here == "no"
    assert states(answer)[0] == "broken"


def test_a_tampered_clip_is_ours_by_its_watermark_and_said_to_be_changed() -> None:
    data = bytearray(original())
    data[data.index(b"mdat") + 5000] ^= 0x55
    answer = check(bytes(data))
    assert answer.verdict.made_here == "yes"
    assert states(answer)[0] == "broken"
    assert "The file was changed after it was signed." in answer.verdict.changes


def test_a_chain_of_remixes_is_told_from_the_original() -> None:
    subjects.register(
        "clip",
        describe=lambda key: (
            None if key == "second222" else subjects.Description(key.upper())
        ),
    )
    data = [film(frames(15, seed=seed)) for seed in (1, 2, 3)]
    manifests = ("first11111.mp4", "second222.mp4", "third33333.mp4")
    parent: Parent | None = None
    identity = signing_identity()
    assert identity is not None
    whole = b""
    for title, one in zip(manifests, data, strict=True):
        whole = sign(one, MP4, Manifest(title, SourceType.AI, parent=parent), identity)
        parent = Parent(whole, MP4, title)
    answer = check(whole)
    assert answer.verdict.made_here == "yes"
    told = [(step.role, step.public and step.public.title) for step in answer.chain]
    assert told == [
        ("Original", "FIRST11111"),
        ("Remix", None),
        ("This clip", "THIRD33333"),
    ]


def test_where_the_record_ends_the_rows_go_on() -> None:
    subjects.register(
        "clip",
        describe=lambda key: subjects.Description(key.upper()),
        parent=lambda key: "clip:first11111" if key == "second222" else "",
    )
    identity = signing_identity()
    assert identity is not None
    parent = Parent(b"", MP4, "second222.mp4")
    whole = sign(
        film(frames(15, seed=3)),
        MP4,
        Manifest("third33333.mp4", SourceType.AI, parent=parent),
        identity,
    )
    told = [
        (step.role, step.public and step.public.title) for step in check(whole).chain
    ]
    assert told == [
        ("Original", "FIRST11111"),
        ("Remix", "SECOND222"),
        ("This clip", "THIRD33333"),
    ]


def test_without_a_record_the_rows_tell_the_chain() -> None:
    subjects.register(
        "clip",
        describe=subjects.Description,
        parent=lambda key: "clip:parent" if key == "k3y123456789" else "",
    )
    answer = check(again(original()))
    assert [step.role for step in answer.chain] == ["Original", "This clip"]


def test_a_detector_that_breaks_is_said_and_costs_no_yes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret detail")

    data = original()
    copy = again(film(frames(30, seed=9)))
    monkeypatch.setattr(watermark, "detect", broken)
    monkeypatch.setitem(sys.modules, "pdqhash", None)
    answer = check(data)
    assert answer.verdict.made_here == "yes"
    assert states(answer) == ["found", "unchecked", "unchecked"]
    lost = check(copy)
    assert lost.verdict.made_here == "no"
    assert "Not everything could be checked" in lost.verdict.words
    assert "secret" not in str(lost)


def test_a_copy_without_keys_says_that_it_cannot_look(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(checking, "watermark_keys", list)
    answer = check(film(frames(10)))
    assert states(answer)[1] == "unchecked"


# What strangers send ---------------------------------------------------------------


def box(kind: bytes, body: bytes) -> bytes:
    return (8 + len(body)).to_bytes(4) + kind + body


PLAYLIST = b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:1/secret.ts\n#EXT-X-ENDLIST\n"
FTYP = box(b"ftyp", b"isom\0\0\2\0isomiso2avc1mp41")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"hello", "no video or picture that we know"),
        (PLAYLIST, "This is a playlist"),
        (b"  \n" + PLAYLIST, "This is a playlist"),
        (FTYP + PLAYLIST, "could not read"),
        (FTYP + box(b"mdat", PLAYLIST), "could not read"),
        (b"<html><script>alert(1)</script>", "a web page"),
        (b"GIF89a" + bytes(64), "a GIF"),
        (b"\x1a\x45\xdf\xa3" + bytes(4000), "could not read"),
        (b"\x89PNG\r\n\x1a\n" + bytes(4000), "could not read"),
        (b"RIFF\0\0\0\0AVI LIST", "an AVI or WAV file"),
    ],
)
def test_what_is_no_film_is_refused_by_what_it_is(data: bytes, words: str) -> None:
    with pytest.raises(FileRefusedError, match=words):
        check(data)


def test_a_small_file_with_huge_frames_is_refused() -> None:
    bomb = film([np.full((2160, 4096, 3), 90, np.uint8)] * 2)
    assert len(bomb) < 20_000
    with pytest.raises(FileRefusedError, match="4096 × 2160 pixels"):
        check(bomb)


def test_a_small_picture_with_huge_sides_is_refused() -> None:
    file = io.BytesIO()
    Image.new("L", (9000, 9000)).save(file, "PNG", compress_level=9)
    assert len(file.getvalue()) < 200_000
    with pytest.raises(FileRefusedError, match="9000 × 9000"):
        check(file.getvalue())


def test_strangers_sound_alone_is_looked_at_and_is_not_ours() -> None:
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream: Any = container.add_stream("aac", rate=24000, layout="mono")
        heard = av.AudioFrame.from_ndarray(
            voice(1, seconds=1)[None, :1024], format="fltp", layout="mono"
        )
        heard.rate = 24000
        container.mux(stream.encode(heard))
        container.mux(stream.encode(None))
    answer = check(file.getvalue())
    assert answer.verdict.made_here == "no"
    assert states(answer) == ["none", "none", "none"]
    assert answer.verdict.layers[1].words == "It is in pictures, not in sound"


def test_half_a_film_is_still_looked_at() -> None:
    data = original()
    answer = check(data[: len(data) * 2 // 3])
    assert answer.verdict.made_here == "yes"
    assert states(answer)[0] == "broken"


def test_a_file_that_takes_too_long_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(opening, "TIMEOUT_SECONDS", 0.01)
    with pytest.raises(FileRefusedError, match="took too long"):
        check(film(frames(10)))


def test_a_crowd_waits_and_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "WAIT_SECONDS", 0.01)
    with (
        checking.TURNS,
        checking.TURNS,
        pytest.raises(FileRefusedError, match="Many files"),
    ):
        check(film(frames(10)))
    assert check(film(frames(10))).verdict.made_here == "no"


def test_an_opener_that_dies_is_a_refusal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "child.py"
    broken.write_text("import os; os.kill(os.getpid(), 9)")
    monkeypatch.setattr(opening, "_CHILD", broken)
    with pytest.raises(FileRefusedError, match="too much work"):
        check(film(frames(10)))


def test_the_opener_has_neither_environment_nor_much_memory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from socialapp.provenance.credentials import Trust  # noqa: PLC0415
    from socialapp.provenance.verifier import child  # noqa: PLC0415

    nosy = tmp_path / "child.py"
    nosy.write_text(
        "import json, os, resource, runpy, sys\n"
        f"limits = runpy.run_path({child.__file__!r})['limit']\n"
        "limits()\n"
        "told = [resource.getrlimit(resource.RLIMIT_AS)[0], sorted(os.environ)]\n"
        "print(json.dumps({'refused': json.dumps(told)}))\n"
    )
    monkeypatch.setattr(opening, "_CHILD", nosy)
    with pytest.raises(FileRefusedError) as caught:
        open_file(b"x", Trust())
    assert str(child.MEMORY_BYTES) in str(caught.value)
    for name in ("DATA_DIR", "HOME", "SECRET", "PATH"):
        assert name not in str(caught.value)
