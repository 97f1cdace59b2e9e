"""Static files, media, and how large what comes in may be."""

from __future__ import annotations

from typing import Any

from socialapp import env
from socialapp.settings.place import DATA_DIR

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
S3_BUCKET = env.text("S3_BUCKET")
MEDIA_ORIGINS = env.words("MEDIA_ORIGINS", env.text("S3_ENDPOINT"))
"""Other origins that /media/ redirects to; the browser must be told of them."""

STORAGES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "socialapp.lib.staticfiles.ModuleStorage"},
}
if S3_BUCKET:
    from botocore.config import Config as _BotoConfig

    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": env.text("S3_ENDPOINT") or None,
            "region_name": env.text("S3_REGION") or None,
            "access_key": env.text("S3_ACCESS_KEY") or None,
            "secret_key": env.text("S3_SECRET_KEY") or None,
            "querystring_auth": True,
            "querystring_expire": 300,
            "file_overwrite": False,
            # botocore's own limits make one dead object store cost minutes.
            "client_config": _BotoConfig(
                connect_timeout=2,
                read_timeout=7,
                retries={"total_max_attempts": 2},
                signature_version="s3v4",
            ),
        },
    }
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
MAX_PICTURE_BYTES = env.number("MAX_PICTURE_BYTES", 12 * 1024 * 1024)
MAX_PICTURE_PIXELS = env.number("MAX_PICTURE_PIXELS", 25_000_000)
MAX_SOUND_BYTES = env.number("MAX_SOUND_BYTES", 5 * 1024 * 1024)
MAX_RECORDING_BYTES = env.number("MAX_RECORDING_BYTES", 12 * 1024 * 1024)
