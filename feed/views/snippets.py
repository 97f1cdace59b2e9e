"""From a line of a chat to the feed: a look at what becomes public, then the order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from feed import approving, snippets
from feed.forms import PublishForm, SnippetForm
from feed.models import Post
from feed.services import PostError
from socialapp.accounts.requests import address_of, person
from socialapp.chat.views.common import for_adults, my_message

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@for_adults
@require_safe
def show(request: HttpRequest, key: str) -> HttpResponse:
    """``?lines=`` 1 to 6 from this one on; ``me=0`` leaves one's own out."""
    first = my_message(request, key)
    form = SnippetForm(request.GET or None)
    chosen = form.chosen()
    draft, refusal = None, ""
    try:
        draft = snippets.draft_of(first=first, person=person(request), **chosen)
    except PostError as error:
        refusal = str(error)
    context = {
        "message": first,
        "draft": draft,
        "refusal": refusal,
        "numbers": range(1, snippets.MOST_LINES + 1),
        "visibilities": Post.Visibility.choices,
        **chosen,
    }
    return render(request, "feed/snippet.html", context)


@for_adults
@require_POST
def publish(request: HttpRequest, key: str) -> HttpResponse:
    first = my_message(request, key)
    chosen = SnippetForm(request.POST).chosen()
    form = PublishForm(request.POST)
    query = {"lines": chosen["lines"], "me": int(chosen["with_me"])}
    back = f"{reverse('snippet', args=[first.key])}?{urlencode(query)}"
    if not form.is_valid():
        messages.error(request, " ".join(form.complaints()))
        return redirect(back)
    try:
        made = snippets.publish_snippet(
            first=first,
            author=person(request),
            seen=request.POST.get("seen", ""),
            address=address_of(request),
            **chosen,
            **form.cleaned_data,
        )
    except PostError as error:
        messages.error(request, str(error))
        return redirect(back)
    if waiting := approving.waiting_of(made):
        messages.warning(request, f"Published without its caption. {waiting.why}")
    else:
        messages.success(request, "Published. It is in the feed now.")
    return redirect(made)
