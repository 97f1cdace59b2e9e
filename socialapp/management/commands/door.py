"""`manage.py door`: a fresh one-time sign-in link for the admin."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from socialapp.lib import door


class Command(BaseCommand):
    help = "Print a sign-in link for the admin: good once, for an hour."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(door.first_admin_link())
