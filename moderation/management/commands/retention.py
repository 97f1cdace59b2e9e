"""``manage.py retention``: erase what has been kept long enough."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand

from moderation.services.housekeeping import keep_house


class Command(BaseCommand):
    help = "Erase what has been kept long enough; run it once a day."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(json.dumps(keep_house()))
