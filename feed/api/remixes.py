"""Remixes over HTTP: what is allowed, asked for, made of what, and taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.permissions import AllowAny, IsAuthenticatedOrReadOnly
from rest_framework.response import Response

from avatarfx.api.clips import IDEMPOTENCY_KEY, idempotency_key
from avatarfx.api.refusals import quota_headers_of
from feed import selectors
from feed.api.post_shapes import PostRead
from feed.api.remix_shapes import (
    AllowedRead,
    OutcomeRead,
    OutcomeWrite,
    RemixDecisionWrite,
    RemixMadeRead,
    RemixPageRead,
    RemixPassRead,
    RemixRequestRead,
    RemixRequestWrite,
    RemixWrite,
    TreeRead,
)
from feed.models import Post, RemixPass, RemixRequest
from feed.remixes import allowances, making, requests, revoking
from feed.remixes.errors import RemixError
from feed.remixes.tree import chain_of, children_of
from feed.remixes.wishes import wish_of
from socialapp.accounts.api import me
from socialapp.accounts.models import User
from socialapp.accounts.requests import address_of
from socialapp.lib.api.fields import valid
from socialapp.lib.api.pages import Pages
from socialapp.lib.api.problems import Problem, refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import QuerySet
    from rest_framework.request import Request

    from feed.remixes.tree import Branch
    from feed.remixes.wishes import Wish

FORBIDDEN = {
    "apart", "ended", "gone", "left", "minor", "not-a-clip", "not-public", "not-yours",
    "off", "character-private", "too-young", "waits", "withheld",
}  # fmt: skip
"""What the rules or an owner close to this person; the rest can be put right."""


@refusal(RemixError)
def _remix_refused(error: RemixError) -> Problem:
    code = f"remix_{error.code.replace('-', '_')}"
    if error.code in FORBIDDEN and not error.field:
        return Problem(403, code, error.message)
    if error.field:
        return Problem(400, code, error.message, field=error.field)
    return Problem(409, code, error.message)


class _OfPost(viewsets.GenericViewSet[Post]):
    queryset = Post.objects.none()
    serializer_class: Any = PostRead
    pagination_class = None

    def seen(self, key: str) -> Post:
        try:
            return selectors.post_for(viewer=self.request.user, key=key)
        except Post.DoesNotExist:
            raise Http404 from None


def _wish(request: Request, post: Post, data: dict[str, Any]) -> Wish:
    fields = ("kind", "character", "script", "title", "caption", "seat")
    given = {name: data[name] for name in fields if name in data}
    return wish_of(person=me(request), post=post, **given)


@extend_schema(tags=["remixes"])
class RemixViewSet(_OfPost):
    permission_classes = (IsAuthenticatedOrReadOnly,)

    @property
    def throttle_scope(self) -> str | None:
        return "render" if self.request.method == "POST" else None

    @extend_schema(summary="What I may make of a post", responses=AllowedRead)
    def retrieve(self, request: Request, key: str) -> Response:
        post = self.seen(key)
        kinds = [
            {
                "kind": kind.value,
                "state": one.state.value,
                "why": one.why,
                "asks": [person.username for person in one.asks],
            }
            for kind, one in allowances(request.user, post).items()
        ]
        told = {"post": post.key, "kinds": kinds, "tickets": 1}
        return Response(AllowedRead(told).data)

    @extend_schema(
        summary="Make a remix, or ask for it",
        description=(
            "202 with `clip` when it is open to you, or was approved word for word; 202"
            " with `request` when somebody has to be asked first: they see exactly these"
            " words. Send the same again once it is approved."
        ),
        parameters=[IDEMPOTENCY_KEY],
        request=RemixWrite,
        responses={202: RemixMadeRead},
    )
    def create(self, request: Request, key: str) -> Response:
        post = self.seen(key)
        context = self.get_serializer_context()
        data = valid(RemixWrite(data=request.data, context=context))
        made = making.remix(
            person=me(request),
            post=post,
            wish=_wish(request, post, data),
            publish=data["publish"],
            idempotency_key=idempotency_key(request),
            address=address_of(request),
        )
        asked = isinstance(made, RemixRequest)
        body = {
            "clip": None if asked else made.key,
            "request": made.key if asked else None,
            "url": made.get_absolute_url(),
        }
        return Response(
            RemixMadeRead(body).data,
            status=status.HTTP_202_ACCEPTED,
            headers=quota_headers_of(me(request)),
        )

    @extend_schema(
        summary="Keep, unlink or hide what was made of my post",
        description="Reversible. Whoever made what is hidden is told.",
        request=OutcomeWrite,
        responses=OutcomeRead,
    )
    def outcome(self, request: Request, key: str) -> Response:
        data = valid(OutcomeWrite(data=request.data))
        person, choice = me(request), data["outcome"]
        rows = revoking.of_mine(person).filter(parent__key=key)
        if "post" in data:
            row = get_object_or_404(rows, child__key=data["post"])
            revoking.decide(remix=row, person=person, choice=choice)
            return Response({"changed": 1})
        if not rows.exists():
            self.seen(key)
        done = revoking.decide_all(person=person, choice=choice, of=key)
        return Response({"changed": done})


@extend_schema(tags=["remixes"])
class TreeViewSet(_OfPost):
    permission_classes = (AllowAny,)

    @extend_schema(summary="The chain above a post", responses=TreeRead)
    def retrieve(self, request: Request, key: str) -> Response:
        post = self.seen(key)
        context = self.get_serializer_context()
        above = [_told(one, context) for one in chain_of(request.user, post)]
        return Response(
            {"post": post.key, "remixes": post.stat.remixes, "above": above}
        )

    @extend_schema(
        summary="What was made of a post, most liked first",
        parameters=[
            OpenApiParameter("after", str, description="As in `next`."),
            OpenApiParameter("limit", int, description="1 to 100; 20 when left out."),
        ],
        responses=RemixPageRead,
    )
    def remixes(self, request: Request, key: str) -> Response:
        post = self.seen(key)
        limit = request.query_params.get("limit", "20")
        if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit) <= 100:
            raise serializers.ValidationError(
                {"limit": ["Use a number from 1 to 100."]}
            )
        after = request.query_params.get("after", "")
        found, following = children_of(
            request.user, post, after=after, limit=int(limit), strict=True
        )
        context = self.get_serializer_context()
        results = PostRead(
            [one.post for one in found if one.post], many=True, context=context
        )
        link = None
        if following:
            path = f"{request.path}?after={following}&limit={limit}"
            link = request.build_absolute_uri(path)
        return Response({"next": link, "previous": None, "results": results.data})


def _told(branch: Branch, context: Mapping[str, Any]) -> dict[str, Any]:
    credit = branch.credit or {}
    return {
        "state": branch.state,
        "kind": branch.kind,
        "title": credit.get("title"),
        "handle": credit.get("handle"),
        "characters": [one["name"] for one in credit.get("characters", [])],
        "post": PostRead(branch.post, context=context).data if branch.post else None,
    }


@extend_schema(tags=["remixes"])
@extend_schema_view(retrieve=extend_schema(summary="One request"))
class RemixRequestViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet[RemixRequest],
):
    serializer_class = RemixRequestRead
    queryset = RemixRequest.objects.none()
    pagination_class = Pages
    lookup_field = "key"
    lookup_value_regex = "[a-z0-9]+"

    def get_queryset(self) -> QuerySet[RemixRequest]:
        user = me(self.request)
        mine = requests.requests_of(user)
        if self.action == "list" and self.request.query_params.get("of") == "mine":
            return mine
        waiting = requests.waiting_for(user).prefetch_related("answers__person")
        if self.action in {"list", "update"}:
            return waiting
        if self.action == "retrieve":
            key = self.kwargs["key"]
            return mine if mine.filter(key=key).exists() else waiting
        return mine

    def _read(self, found: RemixRequest, code: int = status.HTTP_200_OK) -> Response:
        context = self.get_serializer_context()
        return Response(RemixRequestRead(found, context=context).data, status=code)

    @extend_schema(
        summary="Requests that wait for me, or those that I made",
        parameters=[OpenApiParameter("of", enum=["asked", "mine"])],
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(
        summary="Ask to remix a post",
        request=RemixRequestWrite,
        responses={201: RemixRequestRead},
    )
    def create(self, request: Request) -> Response:
        context = self.get_serializer_context()
        data = valid(RemixRequestWrite(data=request.data, context=context))
        try:
            post = selectors.post_for(viewer=request.user, key=data["post"])
        except Post.DoesNotExist:
            raise Http404 from None
        made = requests.ask(
            person=me(request),
            post=post,
            wish=_wish(request, post, data),
            address=address_of(request),
        )
        return self._read(made, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Answer a request",
        description="The last yes approves it, the first no refuses it.",
        request=RemixDecisionWrite,
        responses=RemixRequestRead,
    )
    def update(self, request: Request, key: str) -> Response:  # noqa: ARG002
        found = self.get_object()
        data = valid(RemixDecisionWrite(data=request.data))
        done = requests.answer(request=found, person=me(request), **data)
        return self._read(done)

    @extend_schema(summary="Take a request back", responses={204: None})
    def destroy(self, request: Request, key: str) -> Response:  # noqa: ARG002
        requests.withdraw(request=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["remixes"])
class RemixPassViewSet(viewsets.GenericViewSet[RemixPass]):
    serializer_class = RemixPassRead
    queryset = RemixPass.objects.none()
    pagination_class = None

    @extend_schema(summary="Who need not ask me", responses=RemixPassRead(many=True))
    def list(self, request: Request) -> Response:
        rows = me(request).remix_passes.select_related("person")
        found = rows.order_by("person__username")
        return Response(RemixPassRead(found, many=True).data)

    def _person(self, username: str) -> User:
        known = User.objects.filter(is_active=True, leaves__isnull=True)
        return get_object_or_404(known, username=username)

    @extend_schema(
        summary="This person need not ask me any more",
        request=None,
        responses={204: None},
    )
    def update(self, request: Request, username: str) -> Response:
        requests.allow_always(owner=me(request), person=self._person(username))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(summary="They ask again", responses={204: None})
    def destroy(self, request: Request, username: str) -> Response:
        requests.ask_again(owner=me(request), person=self._person(username))
        return Response(status=status.HTTP_204_NO_CONTENT)
