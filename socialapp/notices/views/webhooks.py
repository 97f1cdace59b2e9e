"""``/settings/webhooks/``: programs that are told what I am told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from socialapp.accounts.requests import person
from socialapp.notices.kinds import EVENTS
from socialapp.webhooks import services
from socialapp.webhooks.models import Delivery

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

SHOWN = 10
"""Last deliveries of each webhook."""


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def webhooks(request: HttpRequest) -> HttpResponse:
    """The list; and a new one, whose secret is on this one answer and nowhere else."""
    if request.method != "POST":
        return _page(request)
    url = request.POST.get("url", "")
    events = [one for one in request.POST.getlist("events") if one in EVENTS]
    try:
        if not events:
            raise services.WebhookError("events", "Choose at least one event.")
        _, secret = services.create_webhook(
            person=person(request), url=url, events=events
        )
    except services.WebhookError as error:
        kept = {"errors": error.errors, "url": url, "chosen": events}
        return _page(request, status=400, **kept)
    return _page(request, secret=secret)


def _page(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    mine = list(person(request).webhooks.order_by("-created"))
    context = {
        "webhooks": [
            (one, one.deliveries.order_by("-created", "-pk")[:SHOWN]) for one in mine
        ],
        "events": EVENTS.items(),
        "chosen": ["clip.ready", "clip.failed"],
        **more,
    }
    return render(request, "notices/webhooks.html", context, status=status)


@login_required
@require_POST
def change(request: HttpRequest, key: str) -> HttpResponse:
    """Try it, turn it off or on, delete it."""
    webhook = get_object_or_404(person(request).webhooks, key=key)
    try:
        match request.POST.get("do"):
            case "try":
                services.try_webhook(webhook=webhook)
                messages.success(request, "Sent. Look below in a moment.")
            case "off":
                services.change_webhook(webhook=webhook, active=False)
                messages.success(request, "Off. Nothing is sent there.")
            case "on":
                services.change_webhook(webhook=webhook, active=True)
                messages.success(request, "On again.")
            case "delete":
                services.delete_webhook(webhook=webhook)
                messages.success(request, "Deleted.")
    except services.WebhookError as error:
        messages.error(request, str(error))
    return redirect("webhooks")


@login_required
@require_POST
def replay(request: HttpRequest, key: str) -> HttpResponse:
    mine = Delivery.objects.filter(webhook__person=person(request))
    try:
        services.send_again(delivery=get_object_or_404(mine, key=key))
        messages.success(request, "On its way again, with the same id.")
    except services.WebhookError as error:
        messages.error(request, str(error))
    return redirect("webhooks")
