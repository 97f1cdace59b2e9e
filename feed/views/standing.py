"""What open pages ask every few seconds: whether what they show may still be shown."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from feed import selectors
from feed.selectors.standing import KEY

if TYPE_CHECKING:
    from django.http import HttpRequest


@require_safe
def standing(request: HttpRequest) -> HttpResponse:
    """``?keys=a,b,c``, twelve at most. 304 while the answer is the one that the page
    has, which costs one query by an index."""
    asked = [
        key for key in request.GET.get("keys", "").split(",") if KEY.fullmatch(key)
    ]
    told = selectors.standing_of(viewer=request.user, keys=asked)
    body = json.dumps({"gone": told.gone, "hidden": told.hidden})
    tag = f'"{hashlib.sha256(body.encode()).hexdigest()[:16]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if tag in request.headers.get("If-None-Match", ""):
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(body, content_type="application/json", headers=headers)
