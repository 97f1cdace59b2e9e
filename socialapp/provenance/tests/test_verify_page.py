"""The verifier as a stranger meets it: a page and an address of the API."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from socialapp.lib import blobs
from socialapp.provenance import subjects
from socialapp.provenance.credentials import Manifest, SourceType, sign
from socialapp.provenance.services import signing_identity
from socialapp.provenance.subjects import Description
from socialapp.provenance.tests.films import film, frames
from socialapp.provenance.verifier.measured import false_alarms

if TYPE_CHECKING:
    from pathlib import Path

    from django.http import HttpResponse
    from pytest_django import Settings

pytestmark = pytest.mark.django_db

API = "/api/v1/verify/"
KEY = "k3y123456789"


@pytest.fixture(autouse=True)
def house(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DATA_DIR = tmp_path
    settings.SITE_URL = "https://troupe.example"
    monkeypatch.setattr(subjects, "_kinds", {})
    cache.clear()


def ours() -> bytes:
    identity = signing_identity()
    assert identity is not None
    manifest = Manifest(f"{KEY}.mp4", SourceType.AI)
    return sign(film(frames(20)), "video/mp4", manifest, identity)


def shown(data: bytes) -> None:
    """The clip is public from here on."""
    public = Description(
        "The lamp", "@alice with Hob", f"/p/{KEY}/", file=blobs.put(data, "mp4")
    )
    subjects.register(
        "clip",
        describe=lambda key: public if key == KEY else None,
        find=lambda path: KEY if path == f"/p/{KEY}/" else "",
    )


def upload(data: bytes, name: str = "found.mp4") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, "video/mp4")


def post(client: Client, **fields: Any) -> HttpResponse:
    answer: Any = client.post("/verify/", fields)
    return answer  # type: ignore[no-any-return]


def test_anybody_may_ask_without_account_token_or_javascript() -> None:
    client = Client(enforce_csrf_checks=True)
    page = client.get("/verify/").content.decode()
    assert "Made here?" in page
    assert 'enctype="multipart/form-data"' in page
    data = ours()
    shown(data)
    answer = post(client, file=upload(data)).content.decode()
    assert "Yes, made here" in answer
    assert "The lamp" in answer
    assert "found.mp4" in answer
    assert "Signed record (C2PA)" in answer


def test_a_clip_that_is_not_public_is_not_described() -> None:
    answer = post(Client(), file=upload(ours())).content.decode()
    assert "Yes, made here" in answer
    assert "not public" in answer
    assert KEY not in answer


def test_no_means_no_more_than_it_says() -> None:
    answer = post(Client(), file=upload(film(frames(20)))).content.decode()
    assert "None of our marks" in answer
    assert "this check cannot tell" in answer


def test_the_page_and_the_api_say_how_often_they_are_wrong() -> None:
    told = false_alarms()
    page = Client().get("/verify/").content.decode()
    assert f"{told.false_alarms} false alarms in {told.searches} searches" in page
    assert told.conditions in page
    data = ours()
    answer = Client().post(API, {"file": upload(data)}).json()["false_alarms"]
    assert answer == {
        "searches": told.searches,
        "false_alarms": told.false_alarms,
        "upper": told.upper,
        "chance": told.chance,
        "conditions": told.conditions,
        "source": told.source,
    }


@pytest.mark.parametrize(
    ("seen", "of", "upper"),
    [(0, 112, 1 - 0.05 ** (1 / 112)), (0, 500, 0.005974), (1, 100, 0.046556)],
)
def test_the_bound_is_the_one_of_clopper_and_pearson(
    seen: int, of: int, upper: float
) -> None:
    told = replace(false_alarms(), false_alarms=seen, searches=of)
    assert told.upper == pytest.approx(upper, rel=1e-3)


def test_the_figures_are_those_of_the_document() -> None:
    told = false_alarms()
    text = (settings.BASE_DIR / "docs/trust/watermark.md").read_text(encoding="utf-8")
    assert f"| {told.false_alarms} in {told.searches} searches of unmarked" in text


def test_a_public_clip_is_looked_at_by_its_address() -> None:
    shown(ours())
    client = Client()
    for address in (f"/p/{KEY}/", f"https://troupe.example/p/{KEY}/"):
        answer = post(client, url=address)
        assert answer.status_code == 200
        assert "Yes, made here" in answer.content.decode()


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example/p/k3y123456789/",
        "file:///etc/passwd",
        "//elsewhere.example/a.mp4",
        "http://127.0.0.1:6379/p/k3y123456789/",
        "ftp://troupe.example/p/k3y123456789/",
        "https://troupe.example@elsewhere.example/p/k3y123456789/",
    ],
)
def test_nothing_is_fetched_from_other_places(address: str) -> None:
    shown(ours())
    answer = post(Client(), url=address)
    assert answer.status_code == 400
    assert "fetch nothing from other places" in answer.content.decode()


def test_an_address_that_leads_nowhere_public_says_so() -> None:
    shown(ours())
    for address in ("/p/private/", "nonsense", "https://troupe.example/", "http://["):
        answer = post(Client(), url=address)
        assert answer.status_code == 400, address
    words = post(Client(), url="/p/private/").content.decode()
    assert "no public clip of ours" in words
    assert "Choose a file" in post(Client()).content.decode()


def test_a_file_that_is_none_is_refused_on_the_page() -> None:
    answer = post(Client(), file=upload(b"#EXTM3U\nhttp://127.0.0.1/"))
    assert answer.status_code == 400
    assert "This is a playlist" in answer.content.decode()


def test_a_name_cannot_write_into_the_page() -> None:
    answer = post(Client(), file=upload(ours(), "<script>alert(1)<script>.mp4"))
    assert b"<script>alert" not in answer.content


def test_too_large_a_file_is_refused_before_it_is_read(settings: Settings) -> None:
    settings.MAX_VERIFY_BYTES = 1000
    large = upload(bytes(80_000))
    answer = post(Client(), file=large)
    assert answer.status_code == 413
    assert "too large" in answer.content.decode()
    refused = Client().post(API, {"file": upload(bytes(80_000))})
    assert refused.status_code == 413


def test_a_file_is_measured_whatever_length_was_announced(
    settings: Settings,
) -> None:
    settings.MAX_VERIFY_BYTES = 1000
    assert Client().post("/verify/", {"file": upload(bytes(1001))}).status_code == 413
    refused = Client().post(API, {"file": upload(bytes(1001))})
    assert refused.status_code == 413


def test_the_page_and_the_api_share_one_count(settings: Settings) -> None:
    settings.API_RATES = settings.API_RATES | {"verify": "2/10m"}
    client = Client(REMOTE_ADDR="203.0.113.9")
    assert post(client).status_code == 400
    assert client.post(API, {}, "application/json").status_code == 400
    answer = post(client)
    assert answer.status_code == 429
    assert "Wait ten minutes" in answer.content.decode()
    assert client.post(API, {}, "application/json").status_code == 429


def test_the_api_answers_in_the_same_words() -> None:
    data = ours()
    shown(data)
    told = Client().post(API, {"file": upload(data)}).json()
    assert told["made_here"] == "yes"
    assert told["clip"] == {
        "title": "The lamp",
        "by": "@alice with Hob",
        "url": f"/p/{KEY}/",
        "poster": None,
        "made": None,
    }
    assert [layer["name"] for layer in told["layers"]] == [
        "record",
        "watermark",
        "fingerprint",
    ]
    assert told["chain"] == []
    by_url = Client().post(API, json.dumps({"url": f"/p/{KEY}/"}), "application/json")
    assert by_url.json()["made_here"] == "yes"


def test_the_api_refuses_with_a_problem() -> None:
    client = Client()
    told = client.post(API, {"file": upload(b"hello")}).json()
    assert told["type"] == "urn:troupe:file-refused"
    told = client.post(API, {}, "application/json").json()
    assert told["errors"][0]["field"] == "file"
    told = client.post(API, {"url": "https://x.example"}, "application/json").json()
    assert "fetch nothing" in told["detail"]


def test_the_file_is_not_kept(tmp_path: Path) -> None:
    post(Client(), file=io.BytesIO(ours()))
    kept = [p for p in tmp_path.rglob("*") if p.suffix in {".mp4", ".part"}]
    assert kept == []
