"""Posts, likes, views and tags over HTTP."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import (
    OpenApiParameter,
    extend_schema,
)
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny, IsAuthenticatedOrReadOnly
from rest_framework.response import Response

from avatarfx.services.audio import NOTICE
from feed import selectors, services, visits
from feed.api.post_shapes import (
    AudioRead,
    LikeRead,
    PostChange,
    PostPageRead,
    PostRead,
    PostWrite,
    ViewRead,
    ViewWrite,
)
from feed.models import Post, Tag
from moderation.abuse.services import AbuseError
from moderation.screening import problems
from moderation.screening.refusals import TextRefusedError
from socialapp.accounts.api import me
from socialapp.accounts.circle import people_for
from socialapp.accounts.requests import address_of
from socialapp.lib import blobs
from socialapp.lib.api.fields import valid
from socialapp.lib.api.pages import NamedPages
from socialapp.lib.api.problems import Problem, refusal

if TYPE_CHECKING:
    from rest_framework.request import Request


@refusal(services.PostError)
def _post_refused(error: services.PostError) -> Problem:
    cause = error.__cause__
    if isinstance(cause, TextRefusedError):
        return problems.text_refused(cause)
    if isinstance(cause, AbuseError):
        headers = {"Retry-After": str(cause.wait)} if cause.wait else {}
        return Problem(429, "too_much", str(error), headers=headers)
    return Problem(400, "post_refused", str(error))


@refusal(services.CursorError)
def _cursor_refused(error: services.CursorError) -> Problem:
    if error.gone:
        return Problem(410, "cursor_gone", str(error), field=error.field)
    return Problem(400, "cursor_refused", str(error), field=error.field)


@refusal(services.RestError)
def _rests(error: services.RestError) -> Problem:
    wait = math.ceil((error.until - timezone.now()).total_seconds())
    told = {"until": error.until.isoformat(), "minutes": error.minutes}
    headers = {"Retry-After": str(max(1, wait))}
    return Problem(429, "scroll_limit", str(error), headers=headers, extra=told)


_PAGE = [
    OpenApiParameter("after", str, description="As in `next`."),
    OpenApiParameter("limit", int, description="1 to 100; 20 when left out."),
]


class PostListing(viewsets.GenericViewSet[Post]):
    """Lists of posts page by their own cursor, shared with the pages."""

    serializer_class = PostRead
    queryset = Post.objects.none()
    pagination_class = None
    permission_classes: Any = (AllowAny,)

    def page(self, found: selectors.FeedPage) -> Response:
        following = None
        if found.after:
            query = self.request.query_params.dict() | {"after": found.after}
            path = f"{self.request.path}?{urlencode(query)}"
            following = self.request.build_absolute_uri(path)
        context = self.get_serializer_context()
        results = PostRead(found.posts, many=True, context=context).data
        told = {"next": following, "previous": None, "results": results}
        return Response(told | ({"list": found.list} if found.list else {}))

    @property
    def cursor(self) -> dict[str, Any]:
        limit = self.request.query_params.get("limit", "20")
        if not limit.isascii() or not limit.isdigit() or not 1 <= int(limit) <= 100:
            raise serializers.ValidationError(
                {"limit": ["Use a number from 1 to 100."]}
            )
        after = self.request.query_params.get("after") or None
        return {"after": after, "limit": int(limit), "strict": True}


@extend_schema(tags=["posts"])
class PostViewSet(PostListing):
    throttle_scope: str | None = None
    permission_classes = (IsAuthenticatedOrReadOnly,)
    lookup_field = "key"
    lookup_value_regex = "[a-z0-9]+"

    def _seen(self, key: str) -> Post:
        try:
            return selectors.post_for(viewer=self.request.user, key=key)
        except Post.DoesNotExist:
            raise Http404 from None

    @property
    def _viewer(self) -> str:
        """As in `View`; empty for a stranger whom no page has welcomed."""
        user = self.request.user
        if user.is_authenticated:
            return f"user:{user.pk}"
        return visits.viewer_of(self.request._request)

    def _mine(self, key: str) -> Post:
        """Strangers' posts that one may see are refused; others do not exist."""
        post = self._seen(key)
        if post.author_id != me(self.request).pk:
            raise Problem(403, "permission_denied", "This post is not yours to change.")
        return post

    def _read(self, key: str, status_code: int = status.HTTP_200_OK) -> Response:
        context = self.get_serializer_context()
        data = PostRead(self._seen(key), context=context).data
        return Response(data, status=status_code)

    @extend_schema(
        summary="Public posts, newest first",
        parameters=[*_PAGE, OpenApiParameter("tag", str, description="Without #.")],
        responses=PostPageRead,
    )
    def list(self, request: Request) -> Response:
        tag = request.query_params.get("tag", "")
        services.check_rest(request.user)
        return self.page(
            selectors.feed_page(viewer=request.user, tag=tag, **self.cursor)
        )

    @extend_schema(summary="One post", responses=PostRead)
    def retrieve(self, request: Request, key: str) -> Response:  # noqa: ARG002
        return self._read(key)

    @extend_schema(
        summary="Publish a ready clip", request=PostWrite, responses={201: PostRead}
    )
    def create(self, request: Request) -> Response:
        context = self.get_serializer_context()
        data = valid(PostWrite(data=request.data, context=context))
        post = services.publish_post(
            clip=data["clip"],
            author=me(request),
            caption=data.get("caption", ""),
            address=address_of(request),
            visibility=data.get("visibility", Post.Visibility.PUBLIC),
            remixing=data.get("remixing", ""),
        )
        return self._read(post.key, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Change a post's caption or who sees it",
        request=PostChange,
        responses=PostRead,
    )
    def partial_update(self, request: Request, key: str) -> Response:
        post = self._mine(key)
        data = valid(PostChange(data=request.data))
        on = data.pop("embeddable", None)
        if data:
            services.edit_post(post=post, **data)
        if on is not None:
            services.set_embeddable(post=post, on=on)
        return self._read(key)

    @extend_schema(summary="Take a post down", responses={204: None})
    def destroy(self, request: Request, key: str) -> Response:  # noqa: ARG002
        services.remove_post(post=self._mine(key))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="What is said in a post, as a file without a picture",
        description="Made when somebody first asks for it. It costs no ticket.",
        responses=AudioRead,
    )
    @action(detail=True, permission_classes=[AllowAny], throttle_scope="preview")
    def audio(self, request: Request, key: str) -> Response:  # noqa: ARG002
        url = blobs.url(services.audio_of(post=self._seen(key)))
        told = {"ai_generated": True, "notice": NOTICE, "url": url}
        return Response(AudioRead(told).data)

    @extend_schema(
        summary="Like a post; again changes nothing",
        request=None,
        responses=LikeRead,
        methods=["PUT"],
    )
    @extend_schema(summary="Take a like back", responses=LikeRead, methods=["DELETE"])
    @action(detail=True, methods=["put", "delete"])
    def like(self, request: Request, key: str) -> Response:
        liked = request.method == "PUT"
        change = services.like_post if liked else services.unlike_post
        likes = change(post=self._seen(key), user=me(request))
        return Response({"liked": liked, "likes": likes})

    @extend_schema(
        summary="Count a view, once a day and viewer",
        description="From two seconds on, or half of a clip that is shorter than four;"
        " later calls of the day lengthen it. Seconds count as far as the viewer had the"
        " time since their last view, and `completed` with 0.95 of the clip. Without an"
        " account, only a browser that opened a page is counted.",
        request=ViewWrite,
        responses=ViewRead,
    )
    @action(
        detail=True, methods=["post"], url_path="views", permission_classes=[AllowAny]
    )
    def views(self, request: Request, key: str) -> Response:
        post = self._seen(key)
        data = valid(ViewWrite(data=request.data))
        viewer = self._viewer
        counted = bool(viewer) and services.count_view(
            post=post, viewer=viewer, source="app", **data
        )
        return Response({"counted": counted})

    @extend_schema(
        summary="Tell that a post was passed on, once a day and viewer",
        description="Without an account, only a browser that opened a page is counted.",
        request=None,
        responses=ViewRead,
    )
    @action(detail=True, methods=["post"], permission_classes=[AllowAny])
    def share(self, request: Request, key: str) -> Response:  # noqa: ARG002
        counted = services.count_share(post=self._seen(key), viewer=self._viewer)
        return Response({"counted": counted})


@extend_schema(tags=["people"])
class PersonPostsViewSet(PostListing):
    @extend_schema(
        summary="A person's posts that I may see",
        parameters=_PAGE,
        responses=PostPageRead,
    )
    def list(self, request: Request, username: str) -> Response:
        author = get_object_or_404(people_for(request.user), username=username)
        return self.page(
            selectors.posts_of(viewer=request.user, author=author, **self.cursor)
        )


class TagRead(serializers.ModelSerializer[Tag]):
    class Meta:
        model = Tag
        fields = ("name",)


@extend_schema(tags=["posts"], summary="The tags in use, by name")
class TagViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Tag]):
    serializer_class = TagRead
    permission_classes = (AllowAny,)
    pagination_class = NamedPages

    def get_queryset(self) -> Any:
        shown = Post.objects.listed().fit_for(self.request.user)
        # Tag by tag in their order, until a page is full; the first post is enough.
        return Tag.objects.filter(Exists(shown.filter(tags=OuterRef("pk"))))
