"""What is done with cases backstage: one on its page, or many in the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.http import HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.html import format_html

from moderation import services, wordings
from moderation.admin import forms
from moderation.errors import ModerationError, NotAllowedError
from moderation.models import Case, Decision, Measure
from moderation.selectors import desk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.db.models import QuerySet
    from django.forms import Form
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

    from moderation.services import Batch
    from socialapp.accounts.models import User


def page_of(pk: int) -> str:
    return reverse("admin:moderation_case_change", args=[pk])


def me(request: HttpRequest) -> User:
    """Staff are signed in: the admin saw to that."""
    user: Any = request.user
    found: User = user
    return found


def handle(request: HttpRequest, case: Case) -> HttpResponse:
    """Do what was pressed, then show the next case or this one again."""
    act = ACTS.get(request.POST.get("do", ""))
    if act is None:
        messages.error(request, "This page does not know what to do with that.")
        return HttpResponseRedirect(page_of(case.pk))
    moderator = me(request)
    _, following = desk.neighbours(case, moderator)
    try:
        said, onward = act(request, case, moderator)
    except NotAllowedError as error:
        messages.error(request, str(error))
        return HttpResponse(
            render(
                request,
                "moderation/desk/refused.html",
                {**admin.site.each_context(request), "case": case, "why": str(error)},
            ).content,
            status=403,
        )
    except ModerationError as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(page_of(case.pk))
    if said:
        messages.success(request, said)
    if not onward:
        return HttpResponseRedirect(page_of(case.pk))
    if following is None:
        return HttpResponseRedirect(reverse("admin:moderation_next"))
    return HttpResponseRedirect(page_of(following))


Outcome = tuple[str, bool]
"""What to say, and whether to go on to the next case."""


def _do_claim(_request: HttpRequest, case: Case, moderator: User) -> Outcome:
    claimed = services.claim_case(case=case, moderator=moderator)
    return f"Yours until {claimed.claimed_until:%H:%M} UTC.", False


def _do_release(_request: HttpRequest, case: Case, moderator: User) -> Outcome:
    services.release_case(case=case, moderator=moderator)
    return "Back in the queue.", False


def _do_leave(request: HttpRequest, case: Case, moderator: User) -> Outcome:
    made = services.decide_case(case=case, moderator=moderator, measure=Measure.NONE)
    return _with_undo(request, made, "Left as it was."), True


def _do_decide(request: HttpRequest, case: Case, moderator: User) -> Outcome:
    form = forms.DecisionForm(request.POST)
    _need(form)
    decision: Any = form.decision()
    if copies := request.POST.getlist("with"):
        batch = services.decide_together(
            case=case, copies=copies, moderator=moderator, **decision
        )
        tell_refused(request, batch)
        return _with_undo_all(request, batch), True
    made = services.decide_case(case=case, moderator=moderator, **decision)
    done = f"{Measure(made.measure).label}: “{case.title}”."
    return _with_undo(request, made, done), True


def _do_undo(request: HttpRequest, case: Case, moderator: User) -> Outcome:
    found = get_object_or_404(case.decisions, key=request.POST.get("decision", ""))
    services.undo_decision(decision=found, moderator=moderator)
    return "Undone. The case waits in the queue again.", False


def _do_note(request: HttpRequest, case: Case, moderator: User) -> Outcome:
    services.add_note(case=case, moderator=moderator, text=request.POST.get("text", ""))
    return "", False


def _do_reveal(_request: HttpRequest, case: Case, moderator: User) -> Outcome:
    services.note_exposure(case=case, moderator=moderator, revealed=True)
    return "", False


def _do_ask(request: HttpRequest, case: Case, moderator: User) -> Outcome:
    services.ask_appellant(
        appeal=_appeal_of(case),
        moderator=moderator,
        text=request.POST.get("text", ""),
    )
    return "Asked. The appellant has a week to answer.", True


def _do_appeal(request: HttpRequest, case: Case, moderator: User) -> Outcome:
    form = forms.AppealForm(request.POST)
    _need(form)
    services.decide_appeal(
        appeal=_appeal_of(case), moderator=moderator, **form.cleaned_data
    )
    return "The appeal is decided.", True


ACTS: dict[str, Callable[[HttpRequest, Case, User], Outcome]] = {
    "claim": _do_claim,
    "release": _do_release,
    "leave": _do_leave,
    "decide": _do_decide,
    "undo": _do_undo,
    "note": _do_note,
    "reveal": _do_reveal,
    "ask": _do_ask,
    "appeal": _do_appeal,
}


def _appeal_of(case: Case) -> Any:
    waiting = desk.desk_of(case).appeal
    if waiting is None:
        raise ModerationError("No appeal waits here.")
    return waiting


def _need(form: Form) -> None:
    if not form.is_valid():
        complaints = [str(one) for many in form.errors.values() for one in many]
        raise ModerationError(" ".join(complaints))


def _with_undo(request: HttpRequest, decision: Decision, said: str) -> SafeString:
    """The message with a button that takes the decision back."""
    return format_html(
        '<form method="post" action="{}" class="desk-undo">{} '
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">'
        '<input type="hidden" name="do" value="undo">'
        '<input type="hidden" name="decision" value="{}">'
        '<button class="desk-link" data-undo>Undo</button></form>',
        page_of(decision.case_id),
        said,
        get_token(request),
        decision.key,
    )


# Actions of the list ----------------------------------------------------------


def leave(_admin: object, request: HttpRequest, cases: QuerySet[Case]) -> None:
    _decide_all(request, cases, measure=Measure.NONE)


def claim(_admin: object, request: HttpRequest, cases: QuerySet[Case]) -> None:
    claimed = 0
    for case in _plain(cases):
        try:
            services.claim_case(case=case, moderator=me(request))
            claimed += 1
        except ModerationError as error:
            messages.warning(request, f"{case.title}: {error}")
    messages.success(request, f"{claimed} claimed.")


def by_wording(
    wording: wordings.Wording,
    _admin: object,
    request: HttpRequest,
    cases: QuerySet[Case],
) -> None:
    _decide_all(
        request,
        cases,
        measure=wording.measure,
        rule=wording.rule,
        reason=wording.text,
        template=wording.id,
    )


def _decide_all(request: HttpRequest, cases: QuerySet[Case], **decision: Any) -> None:
    batch = services.decide_batch(
        cases=_plain(cases), moderator=me(request), **decision
    )
    tell_refused(request, batch)
    if batch.decisions:
        messages.success(request, _with_undo_all(request, batch))


def _with_undo_all(request: HttpRequest, batch: Batch) -> SafeString:
    """How many were decided, with a button that takes all of it back."""
    return format_html(
        '<form method="post" action="{}" class="desk-undo">{} decided. '
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">'
        '<button class="desk-link" data-undo>Undo all</button></form>',
        reverse("admin:moderation_undo", args=[batch.key]),
        len(batch.decisions),
        get_token(request),
    )


def _plain(cases: QuerySet[Case]) -> Iterable[Case]:
    return Case.objects.filter(pk__in=list(cases.values_list("pk", flat=True)))


def tell_refused(request: HttpRequest, batch: Batch) -> None:
    for case, why in batch.refused:
        messages.warning(request, f"{case.title}: {why}")
