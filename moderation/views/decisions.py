"""``/decisions/``: what was decided about me, why, and my appeal against it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from moderation.errors import ModerationError
from moderation.models import Appeal, Statement
from moderation.selectors import mine, telling
from moderation.selectors.outcomes import outcome_of
from moderation.services import appeals
from socialapp.accounts.requests import person

if TYPE_CHECKING:
    from django.http import HttpRequest


def _statement_or_404(request: HttpRequest, puid: str) -> Statement:
    """For the person concerned: to all others it does not exist."""
    try:
        return mine.statement_for(person(request), puid)
    except Statement.DoesNotExist as error:
        raise Http404 from error


@login_required
@never_cache
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """Decisions about me, my appeals, and what came of my reports."""
    user = person(request)
    context = {
        "decisions": [
            (statement, telling.told(statement), mine.appeal_of(statement))
            for statement in mine.statements_of(user)
        ],
        "held": mine.held_of(user),
        "reports": [
            (report, outcome_of(report.case)) for report in mine.reports_of(user)
        ],
    }
    return render(request, "moderation/cases.html", context)


@login_required
@never_cache
@require_safe
def decision(request: HttpRequest, puid: str) -> HttpResponse:
    return _page(request, _statement_or_404(request, puid))


@login_required
@never_cache
@require_safe
def decision_json(request: HttpRequest, puid: str) -> HttpResponse:
    """The same as a machine reads it: the fields of the EC's database."""
    statement = _statement_or_404(request, puid)
    return JsonResponse(
        telling.as_submitted(statement), json_dumps_params={"indent": 2}
    )


@login_required
@never_cache
@require_POST
def appeal(request: HttpRequest, puid: str) -> HttpResponse:
    statement = _statement_or_404(request, puid)
    text = request.POST.get("text", "")
    try:
        appeals.appeal_decision(
            statement=statement, appellant=person(request), text=text
        )
    except ModerationError as error:
        return _page(request, statement, refused=str(error), written=text)
    messages.success(request, "Your appeal is in. Somebody else looks at it.")
    return redirect(statement)


@login_required
@never_cache
@require_POST
def answer(request: HttpRequest, puid: str) -> HttpResponse:
    statement, found = _appeal_or_404(request, puid)
    try:
        appeals.answer_appeal(
            appeal=found, appellant=person(request), text=request.POST.get("text", "")
        )
    except ModerationError as error:
        return _page(request, statement, refused=str(error))
    messages.success(request, "Sent.")
    return redirect(statement)


@login_required
@never_cache
@require_POST
def withdraw(request: HttpRequest, puid: str) -> HttpResponse:
    statement, found = _appeal_or_404(request, puid)
    try:
        appeals.withdraw_appeal(appeal=found, appellant=person(request))
    except ModerationError as error:
        return _page(request, statement, refused=str(error))
    messages.success(request, "Withdrawn. The decision stands.")
    return redirect(statement)


def _appeal_or_404(request: HttpRequest, puid: str) -> tuple[Statement, Appeal]:
    statement = _statement_or_404(request, puid)
    found = mine.appeal_of(statement)
    if found is None:
        raise Http404
    return statement, found


def _page(request: HttpRequest, statement: Statement, **more: Any) -> HttpResponse:
    found = mine.appeal_of(statement)
    case = statement.decision.case
    context = {
        "statement": statement,
        "told": telling.told(statement),
        "rule_id": statement.decision.rule,
        "label": statement.decision.label,
        "undone": statement.decision.undone,
        "snapshot": case.snapshot,
        "appeal": found,
        "steps": telling.steps(found) if found else [],
        "may_appeal": mine.may_appeal(statement, now=timezone.now()),
        **more,
    }
    status = 400 if more.get("refused") else 200
    return render(request, "moderation/decision.html", context, status=status)
