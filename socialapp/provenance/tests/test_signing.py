"""Which certificate signs: this copy's own, or the operator's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from socialapp.engines.errors import EngineError
from socialapp.provenance.credentials import Keyring, Manifest, SourceType, read, sign
from socialapp.provenance.selectors import trust
from socialapp.provenance.services import rotate_certificate, signing_identity
from socialapp.provenance.tests.films import picture

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db

MANIFEST = Manifest("a.png", SourceType.DRAWN)
VAULT: dict[str, ec.EllipticCurvePrivateKey] = {}


def vault(data: bytes) -> bytes:
    """Named by C2PA_SIGNER below."""
    r, s = decode_dss_signature(VAULT["key"].sign(data, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32) + s.to_bytes(32)


@pytest.fixture(autouse=True)
def own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


@pytest.fixture
def operator(settings: Settings, tmp_path: Path) -> Keyring:
    """A certificate from elsewhere, in files."""
    ring = Keyring(tmp_path / "operator", name="studio.example")
    ring.identity()
    chain = tmp_path / "chain.pem"
    chain.write_text(ring.identity().chain)
    settings.C2PA = settings.C2PA | {
        "certificate": str(chain),
        "key": str(ring.folder / "leaf.key"),
    }
    return ring


def signed() -> bytes:
    identity = signing_identity()
    assert identity is not None
    return sign(picture(), "image/png", MANIFEST, identity)


def test_the_first_signature_makes_the_certificate(tmp_path: Path) -> None:
    assert trust().anchors == ""
    found = read(signed(), "image/png", trust())
    assert found.own
    assert found.entries[0].signer == "Troupe at 127.0.0.1"
    assert (tmp_path / "credentials" / "leaf.key").stat().st_mode & 0o077 == 0


def test_the_operators_certificate_signs_and_our_older_files_stay_ours(
    settings: Settings, request: pytest.FixtureRequest
) -> None:
    before = signed()
    request.getfixturevalue("operator")
    after = signed()
    for data in (before, after):
        assert read(data, "image/png", trust()).own
    signer = read(after, "image/png", trust()).entries[0].signer
    assert signer == "Troupe at studio.example"


def test_a_vault_signs_by_its_dotted_path(
    operator: Keyring, settings: Settings
) -> None:
    key = serialization.load_pem_private_key(operator.identity().key, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    VAULT["key"] = key
    settings.C2PA = settings.C2PA | {"key": "", "signer": f"{__name__}.vault"}
    assert read(signed(), "image/png", trust()).own


def test_half_of_an_operators_setting_is_refused(
    operator: Keyring, settings: Settings
) -> None:
    settings.C2PA = settings.C2PA | {"key": ""}
    with pytest.raises(EngineError, match="C2PA_KEY or C2PA_SIGNER"):
        signing_identity()
    settings.C2PA = settings.C2PA | {"signer": "nowhere.at.all"}
    with pytest.raises(ImproperlyConfigured, match="C2PA_SIGNER"):
        signing_identity()
    with pytest.raises(EngineError, match="operator's"):
        rotate_certificate()


def test_a_rotation_takes_nothing_from_older_files() -> None:
    before = signed()
    old = signing_identity()
    new = rotate_certificate()
    assert old is not None
    assert old.serial != new.serial
    for data in (before, signed()):
        assert read(data, "image/png", trust()).own


def test_another_machine_of_this_copy_knows_what_this_one_signed(
    settings: Settings, tmp_path: Path
) -> None:
    data = signed()
    settings.DATA_DIR = tmp_path / "another machine"
    assert read(data, "image/png", trust()).own
    assert read(signed(), "image/png", trust()).own
    assert trust().count == 2


def test_a_stolen_certificate_is_withdrawn_everywhere(
    settings: Settings, tmp_path: Path
) -> None:
    stolen = signing_identity()
    assert stolen is not None
    before = signed()
    call_command("credentials", "--withdraw", stolen.serial.upper())
    with pytest.raises(EngineError, match="withdrawn"):
        signing_identity()
    call_command("credentials", "--rotate")
    assert not read(before, "image/png", trust()).own
    assert read(signed(), "image/png", trust()).own
    settings.DATA_DIR = tmp_path / "another machine"
    assert not read(before, "image/png", trust()).own
    with pytest.raises(CommandError, match="ever signed here"):
        call_command("credentials", "--withdraw", "abc")


def test_the_command_shows_and_rotates(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("credentials")
    shown = capsys.readouterr().out
    assert "Troupe at 127.0.0.1" in shown
    identity = signing_identity()
    assert identity is not None
    assert identity.serial in shown
    call_command("credentials", "--rotate")
    assert identity.serial not in capsys.readouterr().out
    call_command("credentials", "--anchors")
    assert capsys.readouterr().out.strip() == trust().anchors.strip()
