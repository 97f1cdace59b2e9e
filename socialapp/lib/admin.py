"""What every admin page is made of: Unfold's classes, pictures, players, tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from socialapp.lib import blobs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.contrib.admin import ModelAdmin as _ModelAdmin
    from django.contrib.admin import TabularInline as _TabularInline
    from django.contrib.auth.admin import UserAdmin as _Users
    from django.http import HttpRequest
else:
    # Django's classes know no type arguments at run time; the stubs do.
    from django.contrib.auth.admin import UserAdmin
    from unfold.admin import ModelAdmin, TabularInline

    class _Subscripted:
        def __class_getitem__(cls, _kind):
            return cls

    class _ModelAdmin(_Subscripted, ModelAdmin):
        pass

    class _TabularInline(_Subscripted, TabularInline):
        pass

    class _Users(_Subscripted, UserAdmin):
        pass


ModelT = TypeVar("ModelT", bound=Model)
ParentT = TypeVar("ParentT", bound=Model)


Users = _Users


class Admin(_ModelAdmin[ModelT]):
    list_per_page = 50
    ordering = ("-pk",)
    show_full_result_count = False
    """Counting a whole table for each filtered page costs more than it tells."""


class Record(Admin[ModelT]):
    """For rows that services write: looked at and acted upon, never typed into.

    Actions ask for the permission ``operate``: whoever may change the model.
    """

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_operate_permission(self, request: HttpRequest) -> bool:
        meta = self.model._meta
        return request.user.has_perm(f"{meta.app_label}.change_{meta.model_name}")


class RecordInline(_TabularInline[ModelT, ParentT]):
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        return False


def picture(ref: str, label: str, *, side: int = 40) -> SafeString:
    """A stored picture, `side` pixels high; a dash when there is none."""
    if not ref:
        return SafeString("–")
    return format_html(
        # The theme's own rule makes the attribute "height" mean nothing.
        '<img src="{}" alt="{}" style="height:{}px" loading="lazy" class="max-w-none">',
        blobs.url(ref),
        label,
        side,
    )


def video(ref: str, poster: str, captions: str) -> SafeString:
    """A player for a stored clip; a dash when there is none."""
    if not ref:
        return SafeString("–")
    return format_html(
        '<video src="{}" poster="{}" controls preload="none" style="height:420px">'
        '<track kind="captions" srclang="en" src="{}" default></video>',
        blobs.url(ref),
        blobs.url(poster) if poster else "",
        blobs.url(captions) if captions else "",
    )


def audio(ref: str) -> SafeString:
    if not ref:
        return SafeString("–")
    return format_html(
        '<audio src="{}" controls preload="none"></audio>', blobs.url(ref)
    )


def link(thing: Model | None) -> SafeString:
    """To the thing's own page in the admin."""
    if thing is None:
        return SafeString("–")
    meta = thing._meta
    url = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[thing.pk])
    return format_html('<a href="{}" class="text-link">{}</a>', url, thing)


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> SafeString:
    """A plain table; a dash when it has no rows."""
    cell = "px-3 py-1 text-left align-top"
    lines = [
        format_html_join("", '<td class="' + cell + '">{}</td>', ((v,) for v in row))
        for row in rows
    ]
    if not lines:
        return SafeString("–")
    return format_html(
        "<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>",
        format_html_join("", '<th class="' + cell + '">{}</th>', ((h,) for h in head)),
        format_html_join("", "<tr>{}</tr>", ((line,) for line in lines)),
    )
