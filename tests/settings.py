"""The product's settings on a throwaway folder: no Redis, jobs run in the test itself.

Set before ``socialapp.settings`` reads the environment, so that a developer's own
``DATA_DIR``, ``REDIS_URL`` or ``S3_*`` never reaches a test. ``DATABASE_URL`` alone
passes through: it is how the suite runs on Postgres.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

OUTSIDE = (
    "S3_",
    "REDIS_",
    "EMAIL_",
    "WEIGHTS_DIR",
    "PRODUCTION",
    "DEBUG",
    "SITE_URL",
    "WATERMARK_KEYS",
    "LLM_",
    "MODELS_DIR",
    "DIALOGUE_LADDER",
)
for _name in [name for name in os.environ if name.startswith(OUTSIDE)]:
    del os.environ[_name]

_folder = tempfile.mkdtemp(prefix="troupe-test-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["DATA_DIR"] = _folder
os.environ["JOBS_BACKEND"] = "socialapp.jobs.backends.inline"

from socialapp.settings import *  # noqa: E402, F403

BUS = {"BACKEND": "socialapp.lib.bus.memory"}
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
# Argon2 takes 50 ms a password by design; no test is about that.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Hashed names need collectstatic; the e2e tests run with it.
STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
MIN_FREE_DISK_BYTES = 1
# A test changes rows and looks at once.
FEED_SHARED_SECONDS = 0.0
# The heads doubt what they were trained to doubt; the tests are about what follows.
SCREENING["DOUBT_WAITS"] = ["all"]  # noqa: F405
STATIC_ROOT.mkdir()  # noqa: F405  WhiteNoise warns when it is missing
