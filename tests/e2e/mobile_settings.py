"""The product's settings for the journey of the phone app: a push service on this machine
counts as one, and one window of the API is short enough to be waited for."""

from __future__ import annotations

import os

from socialapp.settings import *  # noqa: F403

PUSHER["OPTIONS"] |= {"private": True, "ca_file": os.environ["PUSH_CA_FILE"]}  # noqa: F405
API_RATES["preview"] = "4/10s"  # noqa: F405
