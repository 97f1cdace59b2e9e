"""Records in files: written, read, judged, and judged again by a stranger's reader."""

from __future__ import annotations

import datetime as dt
import io
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from PIL import Image

from socialapp.engines.errors import EngineError
from socialapp.provenance.credentials import (
    Identity,
    Keyring,
    Manifest,
    Parent,
    Relation,
    SourceType,
    Trust,
    certificates,
    read,
    reading,
    sign,
    signing,
    xmp,
)
from socialapp.provenance.tests.films import film, frames, picture

if TYPE_CHECKING:
    from collections.abc import Mapping

MP4, PNG, WEBP, JPEG = "video/mp4", "image/png", "image/webp", "image/jpeg"
AI = Manifest("k3.mp4", SourceType.AI, payload=b"\x00\x01\x02\x03\x04\x05")


@pytest.fixture
def ring(tmp_path: Path) -> Keyring:
    made = Keyring(tmp_path / "credentials", name="troupe.example")
    made.identity()
    return made


@pytest.fixture(autouse=True)
def quiet_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second reader keeps its answer about telemetry in a home; this one."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


def trust(ring: Keyring) -> Trust:
    return Trust(ring.anchors(), ring.signers())


def clip(seed: int = 1) -> bytes:
    return film(frames(12, seed=seed))


def second_opinion(data: bytes, mime: str, ring: Keyring) -> Mapping[str, Any]:
    """encypher-c2pa: an engine that shares no code with the library that signs."""
    import encypher_c2pa  # noqa: PLC0415  a native library

    report: Mapping[str, Any] = encypher_c2pa.verify(
        data,
        mime,
        trust_pem=ring.anchors(),
        no_default_trust=True,
        telemetry=False,
        online=False,
    )
    return report


@pytest.mark.parametrize(
    ("mime", "data"),
    [
        (MP4, clip()),
        (PNG, picture("PNG")),
        (WEBP, picture("WEBP")),
        (WEBP, picture("WEBP", alpha=True)),
        (JPEG, picture("JPEG")),
    ],
)
def test_a_signed_file_is_trusted_here_and_by_a_strangers_reader(
    mime: str, data: bytes, ring: Keyring
) -> None:
    signed = sign(data, mime, AI, ring.identity())
    found = read(signed, mime, trust(ring))
    assert (found.state, found.reasons, found.own) == ("trusted", (), True)
    (entry,) = found.entries
    assert entry.title == "k3.mp4"
    assert entry.signer == "Troupe at troupe.example"
    assert entry.actions == ("c2pa.created",)
    assert entry.source == "trainedAlgorithmicMedia"
    assert entry.payload == b"\x00\x01\x02\x03\x04\x05"
    assert second_opinion(signed, mime, ring)["validation_state"] == "Trusted"


def test_the_source_type_stands_in_xmp_too_and_the_picture_is_the_same(
    ring: Keyring,
) -> None:
    for kind, mime in (("PNG", PNG), ("WEBP", WEBP), ("JPEG", JPEG)):
        before = picture(kind)
        signed = sign(before, mime, AI, ring.identity())
        with Image.open(io.BytesIO(signed)) as after:
            assert b"digitalsourcetype/trainedAlgorithmicMedia" in after.info["xmp"]
            with Image.open(io.BytesIO(before)) as old:
                assert after.convert("RGB").tobytes() == old.convert("RGB").tobytes()


def test_a_file_that_was_signed_before_is_signed_anew(ring: Keyring) -> None:
    once = sign(clip(), MP4, AI, ring.identity())
    again = sign(once, MP4, Manifest("new.mp4", SourceType.AI), ring.rotate())
    found = read(again, MP4, trust(ring))
    assert found.state == "trusted"
    assert found.entries[0].title == "new.mp4"
    assert again.count(xmp.packet(SourceType.AI.url)) == 1


def test_a_signed_film_still_starts_before_it_is_loaded(ring: Keyring) -> None:
    before = film(frames(30))
    signed = sign(before, MP4, AI, ring.identity())
    assert signed.index(b"moov") < signed.index(b"mdat")
    assert xmp.packet(SourceType.AI.url) in signed
    assert xmp.MP4_XMP in signed
    with (
        av.open(io.BytesIO(before), "r") as old,
        av.open(io.BytesIO(signed), "r") as new,
    ):
        pairs = zip(old.decode(video=0), new.decode(video=0), strict=True)
        assert all((a.to_ndarray() == b.to_ndarray()).all() for a, b in pairs)


@pytest.mark.parametrize(("mime", "kind"), [(MP4, ""), (PNG, "PNG"), (WEBP, "WEBP")])
def test_one_changed_byte_breaks_the_record(
    mime: str, kind: str, ring: Keyring
) -> None:
    signed = bytearray(
        sign(picture(kind) if kind else clip(), mime, AI, ring.identity())
    )
    # Of the picture itself: what a painter would change.
    marker = {"": b"mdat", "PNG": b"IDAT", "WEBP": b"VP8 "}[kind]
    signed[bytes(signed).index(marker) + 40] ^= 0x55
    found = read(bytes(signed), mime, trust(ring))
    assert found.state == "invalid"
    assert any(reason.endswith("Hash.mismatch") for reason in found.reasons)
    report = second_opinion(bytes(signed), mime, ring)
    assert report["validation_state"] == "Invalid"


def test_a_record_moved_to_another_film_is_a_forgery(ring: Keyring) -> None:
    """The whole record of ours, in front of somebody else's picture."""
    signed = sign(clip(1), MP4, AI, ring.identity())
    other = clip(2)
    record = next(box for box in boxes(signed) if b"jumb" in box)
    start = boxes(other)[0]
    forged = start + record + other[len(start) :]
    found = read(forged, MP4, trust(ring))
    assert found.state == "invalid"
    assert "assertion.bmffHash.mismatch" in found.reasons


def boxes(data: bytes) -> list[bytes]:
    found, at = list[bytes](), 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4])
        found.append(data[at : at + size])
        at += size
    return found


def test_a_statement_that_was_rewritten_is_a_forgery(ring: Keyring) -> None:
    signed = sign(picture(), PNG, AI, ring.identity())
    forged = signed.replace(b"notAllowed", b"allowedYes")
    assert forged != signed
    found = read(forged, PNG, trust(ring))
    assert found.state == "invalid"
    assert second_opinion(forged, PNG, ring)["validation_state"] == "Invalid"


def test_a_strangers_signature_is_whole_but_not_ours(
    ring: Keyring, tmp_path: Path
) -> None:
    """The stranger gave its authority our name."""
    mallory = Keyring(tmp_path / "mallory", name="troupe.example")
    signed = sign(clip(), MP4, AI, mallory.identity())
    found = read(signed, MP4, trust(ring))
    assert (found.state, found.own) == ("valid", False)
    assert found.reasons == ("signingCredential.untrusted",)
    assert second_opinion(signed, MP4, ring)["validation_state"] == "Valid"


def test_somebody_elses_certificate_of_the_same_authority_is_not_ours(
    ring: Keyring,
) -> None:
    """An operator's certificate comes from an authority that serves strangers too."""
    mine = ring.identity()
    leaf, root = mine.ends()
    theirs = ring.rotate()
    ours = Trust(anchors=root, signers=leaf)
    assert read(sign(clip(), MP4, AI, mine), MP4, ours).state == "trusted"
    assert read(sign(clip(), MP4, AI, theirs), MP4, ours).state == "valid"


def test_a_chain_without_its_issuer_is_refused(ring: Keyring) -> None:
    leaf = ring.identity().chain.split("-----END")[0] + "-----END CERTIFICATE-----\n"
    for chain in (leaf, "not a certificate", ""):
        with pytest.raises(EngineError, match="whole chain"):
            Identity(chain).ends()


def test_a_remux_takes_the_record_away(ring: Keyring) -> None:
    signed = sign(clip(), MP4, AI, ring.identity())
    copy = io.BytesIO()
    with (
        av.open(io.BytesIO(signed), "r") as source,
        av.open(copy, "w", format="mp4") as target,
    ):
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    assert read(copy.getvalue(), MP4, trust(ring)).state == "none"


def test_a_chain_of_three_remixes_is_told_in_order(ring: Keyring) -> None:
    identity = ring.identity()
    first = sign(clip(1), MP4, Manifest("one.mp4", SourceType.AI), identity)
    second = sign(
        clip(2),
        MP4,
        Manifest("two.mp4", SourceType.PHOTO, parent=Parent(first, MP4, "one.mp4")),
        identity,
    )
    third = sign(
        clip(3),
        MP4,
        Manifest("three.mp4", SourceType.AI, parent=Parent(second, MP4, "two.mp4")),
        identity,
    )
    found = read(third, MP4, trust(ring))
    assert found.state == "trusted"
    assert [e.title for e in found.entries] == ["three.mp4", "two.mp4", "one.mp4"]
    assert found.entries[0].actions == ("c2pa.opened", "c2pa.edited")
    assert found.entries[1].source == "compositeWithTrainedAlgorithmicMedia"
    report = second_opinion(third, MP4, ring)
    assert report["validation_state"] == "Trusted"
    assert json.dumps(report).count("parentOf") >= 2


@pytest.mark.parametrize(
    ("relation", "actions"),
    [
        (Relation.COMPONENT, ("c2pa.created", "c2pa.placed")),
        (Relation.INPUT, ("c2pa.created",)),
    ],
)
def test_what_is_part_of_a_file_or_was_answered_by_it_is_told_as_that(
    ring: Keyring, relation: Relation, actions: tuple[str, ...]
) -> None:
    identity = ring.identity()
    first = sign(clip(1), MP4, Manifest("one.mp4", SourceType.AI), identity)
    parent = Parent(first, MP4, "one.mp4", relation)
    second = sign(clip(2), MP4, replace(AI, parent=parent), identity)
    found = read(second, MP4, trust(ring))
    assert found.entries[0].actions == actions
    assert found.entries[1].relation == relation
    assert found.entries[1].broken == ()
    assert second_opinion(second, MP4, ring)["validation_state"] == "Trusted"


def test_what_was_wrong_with_a_parent_stays_on_record(ring: Keyring) -> None:
    identity = ring.identity()
    first = bytearray(sign(clip(1), MP4, Manifest("one.mp4", SourceType.AI), identity))
    first[first.index(b"mdat") + 200] ^= 0x55
    parent = Parent(bytes(first), MP4, "one.mp4")
    found = read(
        sign(clip(2), MP4, replace(AI, parent=parent), identity), MP4, trust(ring)
    )
    assert found.own
    assert found.entries[1].broken == ("assertion.bmffHash.mismatch",)


def test_a_parent_whose_file_is_gone_is_named(ring: Keyring) -> None:
    identity = ring.identity()
    signed = sign(
        clip(), MP4, replace(AI, parent=Parent(b"", MP4, "lost.mp4")), identity
    )
    found = read(signed, MP4, trust(ring))
    assert found.state == "trusted"
    assert [(one.title, one.missing) for one in found.entries][1:] == [
        ("lost.mp4", True)
    ]
    report = json.dumps(second_opinion(signed, MP4, ring))
    assert "The file of the original is gone" in report


def test_a_long_chain_leaves_its_oldest_records_behind(
    ring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing, "MOST_RECORDS", 20_000)
    identity = ring.identity()
    whole, sizes = b"", list[int]()
    for number in range(5):
        parent = Parent(whole, MP4, f"{number - 1}.mp4") if whole else None
        whole = sign(
            clip(),
            MP4,
            Manifest(f"{number}.mp4", SourceType.AI, parent=parent),
            identity,
        )
        sizes.append(len(whole) - len(clip()))
        assert read(whole, MP4, trust(ring)).state == "trusted"
    # The last but one holds four records, which is as much as goes along here.
    found = read(whole, MP4, trust(ring)).entries
    assert [(one.title, one.missing) for one in found] == [
        ("4.mp4", False),
        ("3.mp4", True),
    ]
    assert max(sizes) < 20_000 + 8_000
    assert b"too many to go along" in whole


def test_an_old_file_stays_trusted_after_two_rotations(ring: Keyring) -> None:
    old_key = ring.identity()
    old = sign(clip(), MP4, AI, old_key)
    ring.rotate()
    ring.rotate(root=True)
    new_key = ring.identity()
    assert new_key.serial != old_key.serial
    new = sign(clip(), MP4, AI, new_key)
    for signed in (old, new):
        assert read(signed, MP4, trust(ring)).state == "trusted"
        assert second_opinion(signed, MP4, ring)["validation_state"] == "Trusted"
    assert old_key.key not in {p.read_bytes() for p in ring.folder.iterdir()}


def test_keys_are_readable_by_this_user_alone(ring: Keyring) -> None:
    ring.rotate(root=True)
    assert ring.folder.stat().st_mode & 0o077 == 0
    for name in ("root.key", "leaf.key"):
        assert (ring.folder / name).stat().st_mode & 0o077 == 0


def test_two_processes_that_start_at_once_make_one_root(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path;"
        "from socialapp.provenance.credentials import Keyring;"
        "print(Keyring(Path(sys.argv[1]), name='t').identity().serial)"
    )
    root = Path(certificates.__file__).parents[3]
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / "c")],
            cwd=root,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    serials = {process.communicate()[0] for process in started}
    assert len(serials) == 1
    anchors = Keyring(tmp_path / "c", name="t").anchors()
    assert anchors.count("BEGIN") == 1


def test_a_key_in_a_vault_signs_by_callback(ring: Keyring) -> None:
    """What a KMS does: bytes in, r and s out; the key never comes here."""
    kept = serialization.load_pem_private_key(ring.identity().key, None)
    assert isinstance(kept, ec.EllipticCurvePrivateKey)

    def vault(data: bytes) -> bytes:
        r, s = decode_dss_signature(kept.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32) + s.to_bytes(32)

    identity = Identity(ring.identity().chain, signature=vault)
    signed = sign(clip(), MP4, AI, identity)
    assert read(signed, MP4, trust(ring)).state == "trusted"


def test_a_vault_that_fails_lets_nothing_out_unsigned(ring: Keyring) -> None:
    def vault(_: bytes) -> bytes:
        raise ConnectionError("no route to the vault")

    identity = Identity(ring.identity().chain, signature=vault)
    with pytest.raises(EngineError, match="could not be signed"):
        sign(clip(), MP4, AI, identity)


def test_a_time_stamp_authority_that_does_not_answer_stops_the_signature(
    ring: Keyring,
) -> None:
    identity = ring.identity(timestamp_url="http://127.0.0.1:9/")
    with pytest.raises(EngineError, match="could not be signed"):
        sign(clip(), MP4, AI, identity)


def test_a_key_that_does_not_belong_to_its_certificate_is_refused(
    ring: Keyring, tmp_path: Path
) -> None:
    other = Keyring(tmp_path / "other", name="o").identity()
    with pytest.raises(EngineError, match="could not be signed"):
        sign(clip(), MP4, AI, Identity(ring.identity().chain, other.key))


def test_an_expired_certificate_does_not_sign(
    ring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certificates, "CLOCK_SLACK", dt.timedelta(days=400))
    monkeypatch.setattr(certificates, "LEAF_DAYS", 30)
    ring.rotate()
    with pytest.raises(EngineError, match="could not be signed"):
        sign(clip(), MP4, AI, ring.identity())


def test_without_the_library_nothing_is_signed_and_the_way_out_is_named(
    ring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "c2pa", None)
    with pytest.raises(EngineError, match="C2PA_UNSIGNED=1") as caught:
        sign(clip(), MP4, AI, ring.identity())
    assert caught.value.permanent


def test_a_file_of_another_kind_is_refused_by_name(ring: Keyring) -> None:
    with pytest.raises(EngineError, match="video/webm"):
        sign(b"", "video/webm", AI, ring.identity())
    with pytest.raises(EngineError, match="broken"):
        sign(b"RIFF0000WEBPxxxx", WEBP, AI, ring.identity())


@pytest.mark.parametrize("data", [b"", b"\x00" * 64, picture(), clip()])
def test_files_without_a_record_have_none(data: bytes, ring: Keyring) -> None:
    for mime in (MP4, PNG):
        assert read(data, mime, trust(ring)).state == "none"


def test_a_chain_that_names_itself_ends() -> None:
    loop = {"relationship": "parentOf", "active_manifest": "a"}
    report = {"active_manifest": "a", "manifests": {"a": {"ingredients": [loop]}}}
    assert len(reading._chain(report)) == 1
