"""Playing together over HTTP; what happens meanwhile is told on the socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import status, viewsets
from rest_framework.response import Response

from scenes.api.play_shapes import (
    CompanyRead,
    CompanyVoteWrite,
    CompanyWrite,
    company_read,
)
from scenes.models import Company, Play
from scenes.selectors import company as selectors
from scenes.selectors import plays
from scenes.services import company as services
from socialapp.accounts.api import me
from socialapp.lib.api.fields import valid

if TYPE_CHECKING:
    from rest_framework.request import Request


@extend_schema(tags=["scenes"])
class PlayCompanyViewSet(viewsets.GenericViewSet[Company]):
    serializer_class = CompanyRead
    queryset = Company.objects.none()
    pagination_class = None

    @extend_schema(
        summary="Play it together: open the play to a company, or get the one there is",
        request=CompanyWrite,
        responses={201: CompanyRead},
    )
    def create(self, request: Request, key: str) -> Response:
        try:
            play = plays.play_for(person=me(request), key=key)
        except Play.DoesNotExist:
            raise Http404 from None
        data = valid(CompanyWrite(data=request.data))
        made = services.open_company(play=play, **data)
        return _told(request, made.key, status.HTTP_201_CREATED)


@extend_schema(tags=["scenes"])
class CompanyViewSet(viewsets.GenericViewSet[Company]):
    serializer_class = CompanyRead
    queryset = Company.objects.none()
    pagination_class = None

    @extend_schema(summary="A company in which I sit", responses=CompanyRead)
    def retrieve(self, request: Request, key: str) -> Response:
        services.count_due(key=key)
        return _told(request, key)

    @extend_schema(summary="End it, as its host", responses={204: None})
    def destroy(self, request: Request, key: str) -> Response:
        company = _seated(request, key)
        services.end_as_host(company=company, host=me(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(summary="Come along", request=None, responses=CompanyRead)
    def join(self, request: Request, key: str) -> Response:
        try:
            company = selectors.company_to_join(me(request), key)
        except Company.DoesNotExist:
            raise Http404 from None
        services.join(company=company, person=me(request))
        return _told(request, key)

    @extend_schema(
        summary="Leave; when the host does, it is over", responses={204: None}
    )
    def leave(self, request: Request, key: str) -> Response:
        services.leave(company=_seated(request, key), person=me(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(summary="Send somebody away, as its host", responses={204: None})
    def send_away(self, request: Request, key: str, username: str) -> Response:
        company = _seated(request, key)
        services.send_away(company=company, host=me(request), handle=username)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="Vote for an open choice; another vote takes its place",
        request=CompanyVoteWrite,
        responses=CompanyRead,
    )
    def vote(self, request: Request, key: str) -> Response:
        data = valid(CompanyVoteWrite(data=request.data))
        services.vote(company=_seated(request, key), person=me(request), **data)
        return _told(request, key)

    @extend_schema(
        summary="Count the votes now, as its host", request=None, responses=CompanyRead
    )
    def count(self, request: Request, key: str) -> Response:
        services.count_now(company=_seated(request, key), host=me(request))
        return _told(request, key)


def _seated(request: Request, key: str) -> Company:
    try:
        return selectors.company_of(me(request), key)
    except Company.DoesNotExist:
        raise Http404 from None


def _told(request: Request, key: str, code: int = status.HTTP_200_OK) -> Response:
    read = company_read(_seated(request, key), me(request))
    return Response(read, status=code)
