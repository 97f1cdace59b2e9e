"""`manage.py purge`: erases whoever asked to leave and whose two weeks are over."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from socialapp.accounts import leaving


class Command(BaseCommand):
    help = "Erase accounts whose time is over; `reconcile` does it too."

    def handle(self, *args: Any, **options: Any) -> None:
        done = leaving.purge_due()
        self.stdout.write(f"Erased: {done['erased']}.")
