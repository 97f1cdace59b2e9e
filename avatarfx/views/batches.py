"""``/batches/``: one text for many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from avatarfx import rows, selectors
from avatarfx.batches.tables import MOST_ROWS
from avatarfx.errors import IdempotencyConflictError
from avatarfx.forms import MOTIONS
from avatarfx.models import Backdrop, Batch, BatchRow
from avatarfx.services import batches as services
from avatarfx.views.studio import CAMERA_WORDS, SHAPE_NAMES
from socialapp.accounts.requests import person
from socialapp.acting import CAMERAS
from socialapp.characters import selectors as characters
from socialapp.characters.models import Character
from socialapp.lib.api.streams import in_pieces
from socialapp.lib.ids import new_key
from socialapp.performance.timeline import SHAPES

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

SHOWN = 50
"""Of the rows that cannot be made; the table that can be downloaded has all."""


class BatchForm(forms.Form):
    """Only the shape of the request; the service judges the rest."""

    title = forms.CharField(required=False, max_length=80)
    template = forms.CharField(max_length=2000)
    table = forms.FileField(error_messages={"required": "Choose a table first."})
    shape = forms.ChoiceField(choices=[(s, s) for s in SHAPES], required=False)
    background = forms.CharField(required=False, max_length=80)
    bed = forms.CharField(required=False, max_length=40)
    motion = forms.ChoiceField(choices=[(m, m) for m in MOTIONS], required=False)
    camera = forms.ChoiceField(choices=[(c, c) for c in CAMERAS], required=False)
    key = forms.CharField(required=False, max_length=80)
    """Made once by the page: pressing the button twice makes one batch."""

    def look(self) -> dict[str, str]:
        """Arguments of ``request_clip`` for all rows."""
        names = ("shape", "background", "bed", "motion", "camera")
        return {n: self.cleaned_data[n] for n in names if self.cleaned_data[n]}


def _mine(request: HttpRequest, key: str) -> Batch:
    mine = Batch.objects.filter(owner=person(request))
    return get_object_or_404(mine.select_related("character", "owner"), key=key)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def batches(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request)
    form = BatchForm(request.POST, request.FILES)
    if not form.is_valid():
        said = " ".join(str(m) for errors in form.errors.values() for m in errors)
        return _page(request, error=said)
    user = person(request)
    usable = Character.objects.usable_by(user).full()
    character = get_object_or_404(usable, key=request.POST.get("character", ""))
    data = form.cleaned_data
    try:
        batch = services.create_batch(
            owner=user,
            character=character,
            text=data["template"],
            table=services.table_from(data["table"], size=data["table"].size),
            look=form.look(),
            title=data["title"],
            idempotency_key=data["key"],
        )
    except services.BatchError as error:
        return _page(request, error=str(error))
    except IdempotencyConflictError as error:
        return _page(request, error=error.message)
    return redirect(batch)


def _page(request: HttpRequest, *, error: str = "") -> HttpResponse:
    user = person(request)
    mine = Batch.objects.filter(owner=user).select_related("character")
    context: dict[str, Any] = {
        "batches": [
            (one, rows.counts_of(one)) for one in mine.order_by("-created")[:SHOWN]
        ],
        "cast": [c for c in characters.usable_characters(user) if c.portrait],
        "shapes": SHAPE_NAMES.items(),
        "backgrounds": selectors.backgrounds(),
        "mine": Backdrop.objects.of(user).showable(),
        "beds": selectors.beds(),
        "motions": [(word, word.capitalize()) for word in MOTIONS],
        "cameras": CAMERA_WORDS,
        "most_rows": MOST_ROWS,
        "fields": request.POST.dict(),
        "once": new_key(),
        "error": error,
    }
    status = 400 if error else 200
    return render(request, "avatarfx/batches.html", context, status=status)


@login_required
@never_cache
@require_safe
def batch(request: HttpRequest, key: str) -> HttpResponse:
    found = _mine(request, key)
    tally = rows.counts_of(found)
    lost = found.rows.filter(state=BatchRow.State.BAD)
    if found.state not in {Batch.State.CHECKED, Batch.State.CHECKING}:
        lost = found.rows.exclude(state__in=["waiting", "asked"])
    sample = found.rows.exclude(script="").order_by("number").first()
    context = {
        "batch": found,
        "tally": tally,
        "problems": lost.order_by("number")[:SHOWN],
        "sample": sample,
        "cost": rows.cost_of(tally.waiting, found.owner),
        "live": found.state in {Batch.State.CHECKING, Batch.State.RUNNING},
        "newest": found.rows.filter(clip__state="ready")
        .select_related("clip")
        .order_by("-clip__finished")[:6],
    }
    return render(request, "avatarfx/batch.html", context)


@login_required
@require_POST
def change(request: HttpRequest, key: str) -> HttpResponse:
    """Start, stop, ask again, delete: what the button says."""
    found = _mine(request, key)
    wish = request.POST.get("do", "")
    try:
        if wish == "start":
            without = request.POST.get("without_bad") == "1"
            services.start_batch(batch=found, without_bad=without)
        elif wish == "cancel":
            services.cancel_batch(batch=found)
        elif wish == "retry":
            services.retry_batch(batch=found)
        elif wish == "remove":
            services.remove_batch(batch=found)
            messages.success(request, f"“{found.name}” is deleted. Its clips stay.")
            return redirect("batches")
    except services.BatchError as error:
        messages.error(request, str(error))
    return redirect(found)


@login_required
@require_safe
def links(request: HttpRequest, key: str) -> StreamingHttpResponse:
    found = _mine(request, key)
    site = request.build_absolute_uri("/")[:-1]
    pieces = rows.table_of(found, site=site)
    return in_pieces(pieces, "text/csv", f"batch-{found.key}.csv")


@login_required
@require_safe
def films(request: HttpRequest, key: str) -> StreamingHttpResponse:
    found = _mine(request, key)
    name = f"batch-{found.key}.zip"
    return in_pieces(rows.films_of(found), "application/zip", name)
