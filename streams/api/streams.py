"""Streams over HTTP: for hosts, and for programs that cannot hold a socket open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny, IsAuthenticatedOrReadOnly
from rest_framework.response import Response

from socialapp.accounts.api import me
from socialapp.accounts.requests import address_of
from socialapp.lib.api.fields import valid
from socialapp.lib.api.problems import Problem
from streams import selectors, services
from streams.api import refusals  # noqa: F401  registers them
from streams.api.shapes import (
    AudienceMessageRead,
    AudienceMessageWrite,
    CutRead,
    EventsRead,
    ReactionsRead,
    ReactionWrite,
    StreamDetailRead,
    StreamEdit,
    StreamRead,
    StreamWrite,
    TicketRead,
    TopicRead,
    TopicsWrite,
    TopicWrite,
    VoteWrite,
    WishRead,
    WishWrite,
)
from streams.models import Stream
from streams.protocol import to_json
from streams.services.tickets import LIVES

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request

MOST_EVENTS = 100


@extend_schema(tags=["streams"])
class StreamViewSet(viewsets.GenericViewSet[Stream]):
    serializer_class = StreamRead
    queryset = Stream.objects.none()
    permission_classes: Any = (IsAuthenticatedOrReadOnly,)
    lookup_field = "key"
    lookup_value_regex = "[a-z0-9]+"

    def get_queryset(self) -> QuerySet[Stream]:
        return selectors.shown_to(self.request.user)

    def _seen(self, key: str) -> Stream:
        try:
            return selectors.stream_for(viewer=self.request.user, key=key)
        except Stream.DoesNotExist:
            raise Http404 from None

    def _mine(self, key: str) -> Stream:
        """Strangers' streams that one may see are refused; others do not exist."""
        stream = self._seen(key)
        if stream.host_id != me(self.request).pk:
            raise Problem(403, "permission_denied", "This stream is not yours to run.")
        return stream

    def _read(self, key: str, status_code: int = status.HTTP_200_OK) -> Response:
        stream = self._seen(key)
        data = StreamDetailRead(stream, context=self._context([stream])).data
        return Response(data, status=status_code)

    def _context(self, streams: list[Stream]) -> dict[str, Any]:
        on_air = [stream.pk for stream in streams if stream.on_air]
        return {
            **self.get_serializer_context(),
            "watching": selectors.viewers_of(on_air),
        }

    # Watching -------------------------------------------------------------------

    @extend_schema(
        summary="Streams, the newest first: public ones and mine",
        parameters=[OpenApiParameter("state", enum=Stream.State.values)],
        responses=StreamRead(many=True),
    )
    def list(self, request: Request) -> Response:
        found = self.get_queryset()
        if state := request.query_params.get("state"):
            found = found.filter(state=state)
        page = self.paginate_queryset(found) or []
        data = StreamRead(page, many=True, context=self._context(list(page))).data
        return self.get_paginated_response(data)

    @extend_schema(summary="One stream, as it is now", responses=StreamDetailRead)
    def retrieve(self, request: Request, key: str) -> Response:  # noqa: ARG002
        return self._read(key)

    @extend_schema(
        summary="What happened since an event; all of it is the replay",
        description=(
            "The socket brings the same events as they happen. A program that cannot"
            " hold one open asks again with the last `after`."
        ),
        parameters=[
            OpenApiParameter(
                "after",
                int,
                description="Number of the last event you have; 0 at first.",
            ),
            OpenApiParameter("limit", int, description=f"1 to {MOST_EVENTS}."),
        ],
        responses=EventsRead,
    )
    @action(detail=True, pagination_class=None)
    def events(self, request: Request, key: str) -> Response:
        stream = self._seen(key)
        after = _number(request, "after", 0, 2**31 - 1, 0)
        limit = _number(request, "limit", 1, MOST_EVENTS, MOST_EVENTS)
        head = selectors.heads([stream.pk])[stream.pk]
        if after > head.seq:
            raise serializers.ValidationError(
                {"after": [f"The log ends at {head.seq}. Ask with that."]}
            )
        events = selectors.events_since(stream.pk, after, most=limit)
        return Response(
            {
                "events": [to_json(event) for event in events],
                "after": events[-1].seq if events else after,
                "state": stream.state,
                "clock": round(head.clock, 6),
            }
        )

    @extend_schema(
        summary="A ticket that opens one socket, once",
        request=None,
        responses={201: TicketRead},
    )
    @action(detail=True, methods=["post"])
    def ticket(self, request: Request, key: str) -> Response:
        stream = self._seen(key)
        ticket = services.issue_ticket(stream=stream, person=me(request))
        told = {
            "ticket": ticket,
            "seconds": int(LIVES.total_seconds()),
            "path": f"/ws/streams/{stream.key}/?ticket={ticket}",
        }
        return Response(TicketRead(told).data, status=status.HTTP_201_CREATED)

    # Hosting --------------------------------------------------------------------

    @extend_schema(
        summary="Plan a stream", request=StreamWrite, responses={201: StreamDetailRead}
    )
    def create(self, request: Request) -> Response:
        context = self.get_serializer_context()
        data = valid(StreamWrite(data=request.data, context=context))
        stream = services.create_stream(host=me(request), **data)
        return self._read(stream.key, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Change a stream",
        description="On air, only its title, chat, slow mode and who may watch.",
        request=StreamEdit,
        responses=StreamDetailRead,
    )
    def partial_update(self, request: Request, key: str) -> Response:
        stream = self._mine(key)
        services.change_stream(stream=stream, **valid(StreamEdit(data=request.data)))
        return self._read(key)

    @extend_schema(summary="Take a stream down", responses={204: None})
    def destroy(self, request: Request, key: str) -> Response:  # noqa: ARG002
        services.remove_stream(stream=self._mine(key))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(summary="Go on air", request=None, responses=StreamDetailRead)
    @action(detail=True, methods=["post"])
    def start(self, request: Request, key: str) -> Response:  # noqa: ARG002
        services.start_stream(stream=self._mine(key))
        return self._read(key)

    @extend_schema(
        summary="Pause: nothing new is said", request=None, responses=StreamDetailRead
    )
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, key: str) -> Response:  # noqa: ARG002
        services.pause_stream(stream=self._mine(key))
        return self._read(key)

    @extend_schema(
        summary="Go on after a pause", request=None, responses=StreamDetailRead
    )
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, key: str) -> Response:  # noqa: ARG002
        services.resume_stream(stream=self._mine(key))
        return self._read(key)

    @extend_schema(
        summary="End it, or cancel what has not begun",
        request=None,
        responses=StreamDetailRead,
    )
    @action(detail=True, methods=["post"])
    def end(self, request: Request, key: str) -> Response:  # noqa: ARG002
        services.end_stream(stream=self._mine(key))
        return self._read(key)

    @extend_schema(
        summary="Cut in: what is being said stops at once",
        request=None,
        responses=CutRead,
    )
    @action(detail=True, methods=["post"])
    def interrupt(self, request: Request, key: str) -> Response:  # noqa: ARG002
        cuts = services.cut_line(stream=self._mine(key))
        return Response({"lines": [cut.line for cut in cuts]})

    @extend_schema(
        summary="Wish for what is said or done next",
        description="It is screened, taken up by the next line, and answered.",
        request=WishWrite,
        responses={201: WishRead},
    )
    @action(detail=True, methods=["post"])
    def wish(self, request: Request, key: str) -> Response:
        stream = self._mine(key)
        data = valid(WishWrite(data=request.data))
        wish = services.ask_for(
            stream=stream, text=data["text"], speaker=data.get("speaker", "")
        )
        return Response(WishRead(wish).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="Offer topics in place of those not chosen yet",
        request=TopicsWrite,
        responses=TopicRead(many=True),
    )
    @action(detail=True, methods=["put"], pagination_class=None)
    def topics(self, request: Request, key: str) -> Response:
        stream = self._mine(key)
        data = valid(TopicsWrite(data=request.data))
        services.set_topics(stream=stream, topics=data["topics"])
        return Response(TopicRead(selectors.tallies(stream.pk), many=True).data)

    @extend_schema(
        summary="Turn to a topic", request=TopicWrite, responses=StreamDetailRead
    )
    @action(detail=True, methods=["post"])
    def topic(self, request: Request, key: str) -> Response:
        stream = self._mine(key)
        data = valid(TopicWrite(data=request.data))
        if services.choose_topic(stream=stream, topic=data.get("topic")) is None:
            raise Problem(409, "no_topic", "No topic is offered. Offer some first.")
        return self._read(key)

    # The audience -----------------------------------------------------------------

    @extend_schema(
        summary="The audience's latest messages, oldest first",
        description="Empty for people under 18: the chat is for adults.",
        responses=AudienceMessageRead(many=True),
        methods=["GET"],
    )
    @extend_schema(
        summary="Write to the audience",
        request=AudienceMessageWrite,
        responses={201: AudienceMessageRead},
        methods=["POST"],
    )
    @action(detail=True, methods=["get", "post"], pagination_class=None)
    def messages(self, request: Request, key: str) -> Response:
        stream = self._seen(key)
        if request.method == "POST":
            data = valid(AudienceMessageWrite(data=request.data))
            message = services.say(
                stream=stream,
                person=me(request),
                text=data["text"],
                address=address_of(request),
            )
            told = AudienceMessageRead(selectors.message_event(message)).data
            return Response(told, status=status.HTTP_201_CREATED)
        young = request.user.is_authenticated and request.user.is_minor
        found = [] if young else selectors.latest_messages(stream.pk, request.user)
        events = [selectors.message_event(message) for message in found]
        return Response(AudienceMessageRead(events, many=True).data)

    @extend_schema(
        summary="Vote for a topic; again changes the vote",
        request=VoteWrite,
        responses=TopicRead(many=True),
    )
    @action(detail=True, methods=["put"], pagination_class=None)
    def vote(self, request: Request, key: str) -> Response:
        stream = self._seen(key)
        topic = valid(VoteWrite(data=request.data))["topic"]
        services.vote(stream=stream, person=me(request), topic=topic)
        return Response(TopicRead(selectors.tallies(stream.pk), many=True).data)

    @extend_schema(
        summary="React without words", request=ReactionWrite, responses=ReactionsRead
    )
    @action(detail=True, methods=["post"], permission_classes=[AllowAny])
    def reactions(self, request: Request, key: str) -> Response:
        stream = self._seen(key)
        given = {valid(ReactionWrite(data=request.data))["reaction"]: 1}
        if not stream.on_air:
            raise Problem(409, "not_live", "Nobody is on stage now.")
        counts = services.count_reactions(stream_id=stream.pk, given=given)
        return Response({"counts": counts})


def _number(request: Request, name: str, least: int, most: int, usual: int) -> int:
    text = request.query_params.get(name, str(usual))
    plain = text.isascii() and text.isdigit() and len(text) <= 12
    if not plain or not least <= int(text) <= most:
        raise serializers.ValidationError(
            {name: [f"Use a number from {least} to {most}."]}
        )
    return int(text)
