"""Receipts of attempts: true ones are kept, lies are refused with a reason."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone

from avatarfx import receipts, services
from avatarfx.models import Clip, Render, WorkerKey
from avatarfx.receipts import Signing, Statement, canonical
from avatarfx.services import receipts as writing
from avatarfx.services import rendering, workers
from socialapp.accounts import quotas
from socialapp.engines import weights
from socialapp.jobs import horse
from socialapp.lib import blobs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from avatarfx.pipeline import Rendered
    from avatarfx.tests.conftest import Troupe
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def clip(alice: User, hob: Character) -> Clip:
    return services.request_clip(owner=alice, character=hob, script="Good evening.")


def rendered(clip: Clip) -> Render:
    services.render_clip(clip.pk)
    clip.refresh_from_db()
    return clip.renders.get()


def told(
    monkeypatch: pytest.MonkeyPatch, lie: Callable[[Statement], Statement]
) -> None:
    """From now on workers sign what `lie` makes of the truth."""
    honest = Signing.sign
    monkeypatch.setattr(Signing, "sign", lambda key, said: honest(key, lie(said)))


def refused(clip: Clip) -> str:
    """Why the receipt was not taken; nothing came of the attempt."""
    attempt = rendered(clip)
    assert clip.state == "queued"
    assert clip.video == ""
    assert (attempt.outcome, attempt.receipt) == ("failed", None)
    assert attempt.error == rendering.UNBELIEVED
    assert attempt.trace[-1]["name"] == "receipt"
    return str(attempt.trace[-1]["note"])


def test_a_receipt_says_what_was_done_and_anybody_can_check_it(
    clip: Clip, troupe: Troupe
) -> None:
    attempt = rendered(clip)
    assert clip.state == "ready"
    assert attempt.receipt is not None
    said = receipts.check_signature(attempt.receipt)
    assert (said["clip"], said["fence"], said["worker"]) == (clip.key, 1, horse.name())
    assert said["seed"] == clip.as_recipe().seed
    assert said["rung"] == "full"
    voice = said["engines"]["voice"]
    assert voice["backend"] == "avatarfx.voices.kokoro.KokoroVoice"
    assert (voice["name"], voice["version"]) == ("kokoro", "kokoro-82m int8 1")
    assert said["engines"]["animator"]["name"] == "warp"
    assert said["outputs"] == {
        "video": clip.video,
        "poster": clip.poster,
        "captions": clip.captions,
    }
    assert said["size"] == clip.size
    assert [name for name, _ in said["stages"]] == [e["name"] for e in attempt.trace]
    assert {"numpy", "av"} <= said["versions"].keys()
    assert WorkerKey.objects.get(public=said["key"]).host == horse.host()


def test_a_receipt_names_the_weights_that_were_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    (tmp_path / "tiny.onnx").write_bytes(b"test")
    monkeypatch.setattr(weights, "_read", {})
    weights.find("nobody", "tiny.onnx", sha, str(tmp_path))
    assert weights.in_use() == {"tiny.onnx": sha}


@pytest.mark.parametrize(
    ("lie", "reason"),
    [
        (lambda s: replace(s, clip="another"), "speaks of clip another"),
        (lambda s: replace(s, fence=7), "speaks of attempt 7"),
        (
            lambda s: replace(s, stages=(("voice", 4000.0),)),
            "stage voice took 4000.0 s of a lease of",
        ),
        (lambda s: replace(s, stages=(("voice", -1.0),)), "stage voice took -1.0 s"),
        (
            lambda s: replace(s, outputs=dict(s.outputs) | {"video": "sha256:0.mp4"}),
            "video is not the one that was handed in",
        ),
        (lambda s: replace(s, size=3), "video has 3 bytes"),
    ],
)
def test_a_worker_that_lies_is_refused_and_the_log_says_why(
    *,
    lie: Callable[[Statement], Statement],
    reason: str,
    clip: Clip,
    troupe: Troupe,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    told(monkeypatch, lie)
    assert reason in refused(clip)
    assert reason in caplog.text


def test_stages_that_follow_each_other_fit_into_the_lease_together() -> None:
    both = (("voice", 6.0), ("movement", 6.0))
    receipts.check_seconds(both, wall=12.0)
    receipts.check_seconds((*both, ("screen", 6.0)), wall=12.0)
    with pytest.raises(receipts.ReceiptError, match=r"took 12\.0 s of a lease of 8\.0"):
        receipts.check_seconds(both, wall=8.0)


def test_another_signature_is_no_signature(
    clip: Clip, troupe: Troupe, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = Signing.sign

    def changed(key: Signing, said: Statement) -> dict[str, Any]:
        receipt = honest(key, said)
        receipt["statement"]["seed"] += 1
        return receipt

    monkeypatch.setattr(Signing, "sign", changed)
    assert "signature is not that of the key" in refused(clip)


def test_a_stranger_s_key_is_nobody_s(
    clip: Clip, troupe: Troupe, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = Signing(Ed25519PrivateKey.generate())
    monkeypatch.setattr(workers, "key", lambda: stranger)
    assert "belongs to no worker" in refused(clip)


def test_what_a_withdrawn_key_signs_is_not_taken(
    clip: Clip, troupe: Troupe, monkeypatch: pytest.MonkeyPatch
) -> None:
    def withdraw(_: int) -> None:
        WorkerKey.objects.update(withdrawn=timezone.now())

    troupe.full.at_frame = withdraw
    workers.key()
    assert "was withdrawn" in refused(clip)


def test_a_film_that_is_not_what_was_stored_is_not_published(
    clip: Clip, troupe: Troupe, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = writing.check

    def after_an_accident(clip: Clip, lease: Any, film: Rendered, receipt: Any) -> None:
        path = settings.MEDIA_ROOT / blobs.name_of(film.video)
        path.write_bytes(path.read_bytes()[:-1] + b"?")
        honest(clip, lease, film, receipt)

    monkeypatch.setattr(writing, "check", after_an_accident)
    assert "video is not what was stored: its sha256 is" in refused(clip)


def test_a_film_that_is_gone_is_not_published(
    clip: Clip, troupe: Troupe, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = writing.check

    def after_an_accident(clip: Clip, lease: Any, film: Rendered, receipt: Any) -> None:
        default_storage.delete(blobs.name_of(film.poster))
        honest(clip, lease, film, receipt)

    monkeypatch.setattr(writing, "check", after_an_accident)
    assert "poster is not in the storage" in refused(clip)


def test_three_lies_are_a_failure_and_the_ticket_returns(
    clip: Clip, alice: User, troupe: Troupe, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(monkeypatch, lambda said: replace(said, fence=99))
    for _ in range(3):
        services.render_clip(clip.pk)
    clip.refresh_from_db()
    assert clip.state == "failed"
    assert "cannot be true" in clip.error
    assert quotas.left(alice).left == 5


@pytest.mark.parametrize("hours", [-3, 3])
def test_a_clock_that_is_wrong_by_hours_makes_nobody_a_liar(
    hours: int, clip: Clip, troupe: Troupe, monkeypatch: pytest.MonkeyPatch
) -> None:
    skewed = timezone.now() + dt.timedelta(hours=hours)
    monkeypatch.setattr(timezone, "now", lambda: skewed)
    assert rendered(clip).receipt is not None
    assert clip.state == "ready"


def test_a_machine_has_one_key_for_its_owner_s_eyes(tmp_path: Path) -> None:
    file = tmp_path / "credentials" / "worker.key"
    key = Signing.in_file(file)
    assert Signing.in_file(file).public == key.public
    assert file.stat().st_mode & 0o077 == 0
    assert [one.name for one in file.parent.iterdir()] == ["worker.key"]


def test_what_is_signed_does_not_depend_on_the_order_of_its_parts() -> None:
    assert canonical({"b": 1, "a": "é"}) == canonical({"a": "é", "b": 1})
    assert canonical({"a": "é"}) == '{"a":"é"}'.encode()
