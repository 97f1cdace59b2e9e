"""Where a stranger's report comes from, as far as it has to be known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.adapter import get_adapter
from django.utils.crypto import salted_hmac

from socialapp.lib.api.throttles import network_of

if TYPE_CHECKING:
    from django.http import HttpRequest


def source_of(request: HttpRequest) -> str:
    """A digest of the visitor's network: the same for the same one, no address in it."""
    address = str(get_adapter().get_client_ip(request))
    network = network_of(address)
    return salted_hmac("moderation.network", network, algorithm="sha256").hexdigest()
