"""`manage.py credentials [--rotate | --rotate-root | --withdraw SERIAL | --anchors]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from socialapp.engines.errors import EngineError
from socialapp.provenance import selectors, services
from socialapp.provenance.models import Signer

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    help = "Show the certificate that signs clips, or replace it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        asked = parser.add_mutually_exclusive_group()
        asked.add_argument(
            "--rotate", action="store_true", help="a new key; older files stay trusted"
        )
        asked.add_argument(
            "--rotate-root", action="store_true", help="a new root and a new key"
        )
        asked.add_argument(
            "--withdraw",
            metavar="SERIAL",
            help="its key was stolen: what it signed is not ours any more",
        )
        asked.add_argument(
            "--anchors",
            action="store_true",
            help="print the roots as PEM, for other people's readers",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if serial := options["withdraw"]:
            self._withdraw(serial)
            return
        try:
            if options["rotate"] or options["rotate_root"]:
                services.rotate_certificate(root=options["rotate_root"])
            identity = services.signing_identity()
        except EngineError as error:
            raise CommandError(str(error)) from None
        if options["anchors"]:
            self.stdout.write(selectors.trust().anchors)
            return
        if identity is None:
            self.stdout.write("C2PA_UNSIGNED is set: clips are not signed.")
            return
        leaf = identity.leaf
        stamp = identity.timestamp_url or "none"
        self.stdout.write(
            f"signer       {identity.issuer}\n"
            f"serial       {identity.serial}\n"
            f"valid until  {leaf.not_valid_after_utc:%Y-%m-%d}\n"
            f"issued by    {leaf.issuer.rfc4514_string()}\n"
            f"time stamps  {stamp}\n"
            f"keys         {selectors.keyring().folder}\n"
            f"trusted      {selectors.trust().count}"
        )

    def _withdraw(self, serial: str) -> None:
        try:
            row = services.withdraw_signer(serial=serial)
        except Signer.DoesNotExist:
            raise CommandError(f"No certificate {serial} ever signed here.") from None
        self.stdout.write(
            f"{row.name} ({row.serial}) is withdrawn. If it is the one that signs now,"
            " nothing is made until you run manage.py credentials --rotate."
        )
