"""An S3 of a test's own: SeaweedFS, from its wheel."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator

WEED = shutil.which("weed", path=str(Path(sys.executable).parent))
KEY, SECRET, BUCKET = "troupe", "troupe-secret", "troupe"


def environment(url: str) -> dict[str, str]:
    """What the product is told of it."""
    return {
        "S3_BUCKET": BUCKET,
        "S3_ENDPOINT": url,
        "S3_ACCESS_KEY": KEY,
        "S3_SECRET_KEY": SECRET,
        "S3_REGION": "us-east-1",
    }


def bucket(url: str) -> dict[str, Any]:
    """The same as an entry of STORAGES, for this process itself."""
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": BUCKET,
            "endpoint_url": url,
            "region_name": "us-east-1",
            "access_key": KEY,
            "secret_key": SECRET,
            "file_overwrite": False,
            "client_config": Config(
                connect_timeout=2,
                read_timeout=7,
                retries={"total_max_attempts": 2},
                signature_version="s3v4",
            ),
        },
    }


def free_port() -> int:
    """Below 50000: SeaweedFS takes each port plus 10000 for itself."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        if port < 50000:
            return port


@contextmanager
def seaweed(folder: Path) -> Iterator[str]:
    """Its address, once the bucket can be written to."""
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
            # Neither is of use here, and their ports are the same for every server.
            *("-s3.port.iceberg=0", "-s3.port.lance=0"),
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
