"""``/report/``: say what is wrong with something, with an account or without."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from moderation import subjects
from moderation.errors import ModerationError, NotThereError, TooManyReportsError
from moderation.forms import ReportForm
from moderation.models import Report
from moderation.network import source_of
from moderation.rules import RULES
from moderation.selectors.outcomes import outcome_of
from moderation.services.reports import report_subject

if TYPE_CHECKING:
    from django.http import HttpRequest

SENT = "reports"
"""Session: keys of what a visitor without an account reported, to show the receipts."""

KEPT = 20

URGENT = [rule.category for rule in RULES if rule.severity == 5]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """With ``?sheet=1`` a fragment for the sheet; else a page that needs no script."""
    try:
        thing = subjects.find_visible(kind, key, request.user)
    except NotThereError as error:
        raise Http404 from error
    subject = subjects.get(kind)
    context: dict[str, Any] = {
        "kind": kind,
        "key": key,
        "name": subject.describe(thing),
        "back": subject.url(thing),
        "sheet": "sheet" in request.GET,
    }
    if request.method != "POST":
        return _form(request, context, ReportForm())
    form = ReportForm(request.POST)
    if not form.is_valid():
        return _form(request, context, form, status=400)
    try:
        made = _send(request, kind, key, form)
    except TooManyReportsError as error:
        return _form(request, context | {"refused": str(error)}, form, status=429)
    except ModerationError as error:
        return _form(request, context | {"refused": str(error)}, form, status=400)
    if not context["sheet"]:
        return redirect("reported", key=made.key)
    return render(request, "moderation/_reported_sheet.html", _receipt(made))


def _send(request: HttpRequest, kind: str, key: str, form: ReportForm) -> Report:
    known = request.user.is_authenticated
    email = "" if known else form.cleaned_data["email"]
    made = report_subject(
        kind=kind,
        key=key,
        reporter=request.user,
        category=form.cleaned_data["category"],
        note=form.cleaned_data["note"],
        contact={"email": email} if email else None,
        source="" if known else source_of(request),
    )
    if not known:
        request.session[SENT] = [made.key, *request.session.get(SENT, [])][:KEPT]
    return made


def _form(
    request: HttpRequest, context: dict[str, Any], form: ReportForm, status: int = 200
) -> HttpResponse:
    name = "_report_sheet" if context["sheet"] else "report"
    context["form"] = form
    return render(request, f"moderation/{name}.html", context, status=status)


@never_cache
@require_safe
def reported(request: HttpRequest, key: str) -> HttpResponse:
    """The receipt, for whoever reported and nobody else."""
    made = get_object_or_404(Report.objects.select_related("case"), key=key)
    known = request.user.is_authenticated
    mine = made.reporter_id == request.user.pk if known else False
    if not mine and key not in request.session.get(SENT, []):
        raise Http404
    return render(request, "moderation/reported.html", _receipt(made))


def _receipt(made: Report) -> dict[str, Any]:
    return {
        "report": made,
        "state": outcome_of(made.case),
        "urgent": URGENT,
        "told": bool(made.reporter_id or made.contact.get("email")),
    }
