"""One queue for every kind of thing, and the page on which a case is decided."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin import SimpleListFilter
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F
from django.forms import Script
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from moderation import rules, services, subjects, wordings
from moderation.admin import casework, forms
from moderation.models import Case
from moderation.roles import WORK
from moderation.selectors import desk
from socialapp.lib.admin import Record

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.urls import URLPattern

    from socialapp.accounts.models import User

SEVERITIES = {one.category: one.severity for one in rules.RULES}


def waiting(request: HttpRequest) -> int:  # noqa: ARG001 - as Unfold calls it
    """For the badge of the sidebar."""
    return Case.objects.open().count()


class QueueFilter(SimpleListFilter):
    title = "state"
    parameter_name = "show"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        return [
            ("mine", "Mine"),
            ("appeals", "Appeals"),
            ("due", "With a clock"),
            ("held", "Held"),
            ("done", "Done"),
            ("all", "All"),
        ]

    def choices(self, changelist: Any) -> Any:
        """The first choice is what waits, not everything."""
        every, *rest = super().choices(changelist)
        return [{**every, "display": "Waiting"}, *rest]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Case]) -> Any:
        cases = Case.objects.filter(pk__in=queryset.values("pk"))
        shown: dict[str | None, Callable[[], QuerySet[Case]]] = {
            "mine": lambda: cases.open().filter(claimed_by=request.user.pk),
            "appeals": lambda: cases.filter(state=Case.State.APPEALED),
            "due": lambda: cases.open().filter(due__isnull=False),
            "held": lambda: cases.open().filter(held=True),
            "done": lambda: cases.filter(
                state__in=[Case.State.DECIDED, Case.State.CLOSED]
            ),
            "all": lambda: cases,
        }
        chosen = shown.get(self.value(), cases.open)()
        return queryset.filter(pk__in=chosen.values("pk"))


class KindFilter(SimpleListFilter):
    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        return [(subject.kind, subject.title) for subject in subjects.kinds()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Case]) -> Any:  # noqa: ARG002
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Case)
class CaseAdmin(Record[Case]):
    list_display = (
        "still",
        "what",
        "kind_name",
        "why",
        "reported",
        "priority",
        "standing",
        "person",
        "taken",
        "clock",
        "opened",
    )
    list_display_links = ("what",)
    list_filter = (QueueFilter, KindFilter, "category", "lane", "opened")
    search_fields = (
        "key",
        "title",
        "subject_key",
        "author__username",
        "reports__note",
    )
    list_select_related = ("author", "claimed_by")
    actions_selection_counter = True

    class Media:
        css = {"all": ("css/desk.css",)}
        js = (Script("app/desk.js", type="module"),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Case]:
        found = super().get_queryset(request)
        return found.annotate(reports_count=Count("reports", distinct=True))

    def get_ordering(self, request: HttpRequest) -> Any:  # noqa: ARG002
        """As moderators should take them, not by a column."""
        return [F("due").asc(nulls_last=True), "-priority", "opened"]

    # Columns

    @admin.display(description="")
    def still(self, case: Case) -> SafeString:
        file = desk.poster_of(case)
        if file is None:
            return SafeString("–")
        return format_html(
            '<img src="{}" alt="" class="desk-still" loading="lazy">', file.url
        )

    @admin.display(description="Case")
    def what(self, case: Case) -> str:
        return case.title[:60] or case.subject_key

    @admin.display(description="Kind", ordering="kind")
    def kind_name(self, case: Case) -> str:
        return case.kind

    @admin.display(description="Reason", ordering="category")
    def why(self, case: Case) -> SafeString:
        return badge(case.category or "none", severity=SEVERITIES.get(case.category, 1))

    @admin.display(description="Reports", ordering="reports_count")
    def reported(self, case: Case) -> int:
        count: int = getattr(case, "reports_count", 0)
        return count

    @admin.display(description="State", ordering="state")
    def standing(self, case: Case) -> SafeString:
        words = [case.get_state_display(), "held" if case.held else ""]
        appealed = case.state == Case.State.APPEALED
        return badge(", ".join(filter(None, words)), severity=4 if appealed else 0)

    @admin.display(description="Author", ordering="author__username")
    def person(self, case: Case) -> str:
        return str(case.author or "–")

    @admin.display(description="Claimed by")
    def taken(self, case: Case) -> str:
        return str(case.claimed_by) if case.claimed_at(timezone.now()) else "–"

    @admin.display(description="Due", ordering="due")
    def clock(self, case: Case) -> SafeString:
        if case.due is None:
            return SafeString("–")
        left = case.due - timezone.now()
        hours = int(left.total_seconds() // 3600)
        return badge("overdue" if hours < 0 else f"{hours} h left", severity=5)

    # Many at a stroke

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        if not request.user.has_perm(WORK):
            return {}
        actions: dict[str, Any] = {
            "leave": (casework.leave, "leave", "Leave them"),
            "claim": (casework.claim, "claim", "Claim them"),
        }
        for one in wordings.WORDINGS:
            actions[one.id] = (partial(casework.by_wording, one), one.id, one.title)
        return actions

    def get_urls(self) -> list[URLPattern]:
        undo = path(
            "undo/<slug:batch>/",
            self.admin_site.admin_view(self.undo_view),
            name="moderation_undo",
        )
        following = path(
            "next/",
            self.admin_site.admin_view(self.next_view),
            name="moderation_next",
        )
        return [undo, following, *super().get_urls()]

    def undo_view(self, request: HttpRequest, batch: str) -> HttpResponse:
        """Take one stroke back."""
        if request.method != "POST" or not request.user.has_perm(WORK):
            raise PermissionDenied
        done = services.undo_batch(batch=batch, moderator=casework.me(request))
        count = len(done.decisions)
        messages.success(request, f"{count} undone. They wait in the queue again.")
        casework.tell_refused(request, done)
        return HttpResponseRedirect(reverse("admin:moderation_case_changelist"))

    def next_view(self, request: HttpRequest) -> HttpResponse:
        """The case to do next, or the empty queue."""
        first = desk.free_for(casework.me(request)).first()
        if first is None:
            messages.success(request, "The queue is empty.")
            return HttpResponseRedirect(reverse("admin:moderation_case_changelist"))
        return HttpResponseRedirect(casework.page_of(first.pk))

    # One case

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",  # noqa: ARG002 - Django's signature
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        case = get_object_or_404(
            Case.objects.select_related("author", "claimed_by"), pk=object_id
        )
        if request.method == "POST":
            return casework.handle(request, case)
        services.note_exposure(
            case=case, moderator=casework.me(request), revealed=False
        )
        context = {
            **self.admin_site.each_context(request),
            **(extra_context or {}),
            **page_context(case, casework.me(request)),
            "opts": self.opts,
            "title": case.title or case.subject_key,
            "media": self.media,
        }
        return render(request, "moderation/desk/case.html", context)


def badge(words: str, *, severity: int) -> SafeString:
    return format_html(
        '<span class="desk-badge" data-severity="{}">{}</span>', severity, words
    )


def page_context(case: Case, moderator: User) -> dict[str, Any]:
    usual = wordings.usual(case.category)
    before, after = desk.neighbours(case, moderator)
    decisions = case.decisions.select_related("moderator", "undone_by", "statement")
    return {
        "case": case,
        "desk": desk.desk_of(case),
        "severity": SEVERITIES.get(case.category, 1),
        "reports": case.reports.select_related("reporter").order_by("created"),
        "decisions": decisions.order_by("-created"),
        "notes": case.notes.select_related("moderator").order_by("created"),
        "claimed": case.claimed_at(timezone.now()),
        "mine": case.claimed_by_id == moderator.pk,
        "open": case.state in Case.UNDECIDED,
        "may_work": moderator.has_perm(WORK),
        "form": forms.DecisionForm(initial={"template": usual.id}),
        "appeal_form": forms.AppealForm(),
        "wordings": wordings.WORDINGS,
        "usual": usual,
        "previous": before and casework.page_of(before),
        "following": after and casework.page_of(after),
        "seen": desk.seen_today(moderator),
    }
