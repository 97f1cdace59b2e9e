"""``/takedown/``: intimate pictures, without an account, withheld the moment it is sent."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from moderation import receipts
from moderation.errors import ModerationError, TooManyReportsError
from moderation.forms import TakedownForm
from moderation.models import Case
from moderation.network import source_of
from moderation.selectors.outcomes import outcome_of
from moderation.services.takedown import request_takedown, withdraw_request
from socialapp.accounts.models import User

if TYPE_CHECKING:
    from django.http import HttpRequest


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def takedown(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        form = TakedownForm(initial={"where": request.GET.get("where", "")})
        return render(request, "moderation/takedown.html", {"form": form})
    form = TakedownForm(request.POST)
    if not form.is_valid():
        return render(request, "moderation/takedown.html", {"form": form}, status=400)
    user = request.user
    try:
        cases = request_takedown(
            **form.cleaned_data,
            source="" if user.is_authenticated else source_of(request),
            reporter=user if isinstance(user, User) else None,
        )
    except ModerationError as error:
        status = 429 if isinstance(error, TooManyReportsError) else 400
        form.add_error(None, str(error))
        return render(
            request, "moderation/takedown.html", {"form": form}, status=status
        )
    return redirect("takedown-receipt", token=receipts.token_of(cases))


@never_cache
@require_safe
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """Where it stands. The address is the key, so nothing on it names anybody."""
    cases = receipts.cases_of(token)
    if not cases:
        raise Http404
    context = {
        "cases": [(case, outcome_of(case), _hours_left(case)) for case in cases],
        "token": token,
        "waits": any(case.state in Case.UNDECIDED for case in cases),
    }
    response = render(request, "moderation/takedown_receipt.html", context)
    # The secret must not travel on to other sites.
    response["Referrer-Policy"] = "no-referrer"
    return response


@never_cache
@require_POST
def withdraw(request: HttpRequest, token: str) -> HttpResponse:  # noqa: ARG001  as urls call it
    """Whoever has the receipt may take the request back."""
    cases = receipts.cases_of(token)
    if not cases:
        raise Http404
    withdraw_request(cases=cases)
    return redirect("takedown-receipt", token=token)


def _hours_left(case: Case) -> int:
    """Whole ones until the clock runs out; below 0: we are late."""
    if case.due is None:
        return 0
    return math.floor((case.due - timezone.now()).total_seconds() / 3600)
