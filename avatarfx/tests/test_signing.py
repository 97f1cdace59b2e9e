"""What leaves the renderer is signed, or does not leave."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from avatarfx import pipeline, services
from avatarfx.models import Clip, Render
from avatarfx.services import ingredients, leases
from socialapp.accounts import quotas
from socialapp.lib import blobs
from socialapp.provenance.credentials import Parent, read
from socialapp.provenance.models import Mark
from socialapp.provenance.selectors import fingerprint_of, trust

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

    from avatarfx.tests.conftest import Troupe
    from conftest import ClientOf
    from socialapp.accounts.models import User
    from socialapp.characters.models import Character

LINE = "Good evening to the lamp."


@pytest.fixture
def clip(alice: User, hob: Character) -> Clip:
    return services.request_clip(owner=alice, character=hob, script=LINE)


def rendered(clip: Clip) -> Clip:
    services.render_clip(clip.pk)
    clip.refresh_from_db()
    return clip


def restyle(hob: Character, style: str) -> None:
    assert hob.portrait is not None
    hob.portrait.rig = replace(hob.portrait.as_rig(), style=style).to_json()
    hob.portrait.save()


def test_the_film_and_its_poster_are_signed_by_this_copy(
    clip: Clip, troupe: Troupe
) -> None:
    done = rendered(clip)
    film = read(blobs.get(done.video), "video/mp4", trust())
    poster = read(blobs.get(done.poster), "image/webp", trust())
    assert film.own
    assert poster.own
    assert film.entries[0].title == f"{clip.key}.mp4"
    assert film.entries[0].actions == ("c2pa.created",)
    assert LINE.encode() not in blobs.get(done.video)
    assert done.size == len(blobs.get(done.video))
    entry = next(e for e in Render.objects.get().trace if e["name"] == "sign")
    assert entry["engine"] == film.entries[0].signer


@pytest.mark.parametrize(
    ("style", "source"),
    [
        ("photo", "compositeWithTrainedAlgorithmicMedia"),
        ("paint", "trainedAlgorithmicMedia"),
    ],
)
def test_a_moved_photograph_is_named_as_one(
    style: str, source: str, hob: Character, clip: Clip, troupe: Troupe
) -> None:
    restyle(hob, style)
    done = rendered(clip)
    film = read(blobs.get(done.video), "video/mp4", trust())
    assert film.entries[0].source == source


def test_a_drawing_without_a_voice_is_no_ai(
    hob: Character, clip: Clip, troupe: Troupe
) -> None:
    restyle(hob, "flat")
    troupe.voice.missing = troupe.spare.missing = "Not here."
    done = rendered(clip)
    assert done.rung == "captions"
    film = read(blobs.get(done.video), "video/mp4", trust())
    assert film.entries[0].source == "digitalCreation"


def test_without_the_library_no_clip_is_made_and_the_reason_is_told(
    alice: User, clip: Clip, troupe: Troupe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "c2pa", None)
    done = rendered(clip)
    assert (done.state, done.video, done.attempts) == ("failed", "", 1)
    assert "C2PA library is not installed" in done.error
    assert troupe.full.asked == 0
    assert quotas.left(alice).left == 5


def test_an_operator_may_ask_for_unsigned_clips(
    clip: Clip, troupe: Troupe, settings: Settings
) -> None:
    settings.C2PA = settings.C2PA | {"unsigned": True}
    done = rendered(clip)
    assert done.state == "ready"
    assert read(blobs.get(done.video), "video/mp4", trust()).state == "none"
    entry = next(e for e in Render.objects.get().trace if e["name"] == "sign")
    assert "C2PA_UNSIGNED" in entry["note"]


def test_a_certificate_that_cannot_be_read_stops_the_render_by_its_name(
    clip: Clip, troupe: Troupe, settings: Settings
) -> None:
    settings.C2PA = settings.C2PA | {"certificate": "/nowhere/chain.pem"}
    done = rendered(clip)
    assert done.state == "failed"
    assert "C2PA_CERTIFICATE: /nowhere/chain.pem cannot be read" in done.error


def test_a_remix_carries_the_record_of_what_it_was_made_from(
    alice: User,
    hob: Character,
    clip: Clip,
    troupe: Troupe,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = rendered(clip)
    papers_of = ingredients.papers_of
    parent = Parent(blobs.get(first.video), "video/mp4", f"{first.key}.mp4")

    def with_parent(one: Clip) -> pipeline.Papers:
        return replace(papers_of(one), parent=parent)

    monkeypatch.setattr(ingredients, "papers_of", with_parent)
    second = rendered(services.request_clip(owner=alice, character=hob, script=LINE))
    film = read(blobs.get(second.video), "video/mp4", trust())
    assert film.own
    titles = [entry.title for entry in film.entries]
    assert titles == [f"{second.key}.mp4", f"{first.key}.mp4"]
    assert film.entries[0].actions == ("c2pa.opened", "c2pa.edited")


def test_a_finished_clip_is_in_the_registry_by_sound_and_mark(
    clip: Clip, troupe: Troupe
) -> None:
    rendered(clip)
    row = fingerprint_of(f"clip:{clip.key}")
    assert row is not None
    assert len(bytes(row.sound)) > 0
    entry = next(e for e in Render.objects.get().trace if e["name"] == "sign")
    # Frames of one grey have nothing that could be told from others.
    assert entry["fingerprints"] == len(bytes(row.pictures)) // 32 == 0
    assert entry["sound_words"] == len(bytes(row.sound)) // 4


def test_its_owner_sees_what_the_clip_carries(
    clip: Clip, troupe: Troupe, client_of: ClientOf
) -> None:
    rendered(clip)
    page = client_of(clip.owner).get(clip.get_absolute_url()).content.decode()
    assert "What it carries" in page
    assert "Troupe at" in page
    mark = Mark.objects.get(subject=f"clip:{clip.key}")
    assert f"{mark.payload:012x}" in page


def test_the_trace_over_http_is_for_its_owner(
    clip: Clip, troupe: Troupe, client_of: ClientOf, bob: User
) -> None:
    rendered(clip)
    url = f"/api/v1/clips/{clip.key}/trace/"
    told = client_of(clip.owner).get(url).json()
    mark = Mark.objects.get(subject=f"clip:{clip.key}")
    assert told["carried"]["mark"] == f"{mark.payload:012x}"
    assert told["carried"]["signed_by"].startswith("Troupe at ")
    assert told["carried"]["sound_words"] > 0
    (attempt,) = told["attempts"]
    assert {"voice", "movement", "sign"} <= {one["name"] for one in attempt["trace"]}
    assert client_of(bob).get(url).status_code == 404


def test_a_result_that_comes_too_late_leaves_no_fingerprint(
    clip: Clip, troupe: Troupe, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*_: object, **__: object) -> bool:
        return False

    monkeypatch.setattr(leases, "finish", late)
    rendered(clip)
    assert fingerprint_of(f"clip:{clip.key}") is None
