"""``/rules/``: what goes and what does not, from the table that decisions use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.http import require_safe

from moderation import policy
from moderation.rules import VERSION

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    context = {
        "chapters": policy.chapters(),
        "version": VERSION,
        "keeping": policy.keeping(),
    }
    return render(request, "moderation/rules.html", context)
