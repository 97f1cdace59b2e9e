"""My webhooks: programs that are told what I am told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response

from socialapp.accounts.api import me
from socialapp.lib.api.fields import valid
from socialapp.lib.api.problems import Problem, refusal
from socialapp.notices.kinds import EVENTS
from socialapp.webhooks import services
from socialapp.webhooks.models import Delivery, Webhook

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request


@refusal(services.WebhookError)
def _refused(error: services.WebhookError) -> Problem:
    conflict = not error.errors.keys() & {"url", "events"}
    if conflict:
        return Problem(409, "not_now", str(error))
    return Problem(400, "invalid", str(error), errors=error.errors)


class WebhookRead(serializers.ModelSerializer[Webhook]):
    events = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Webhook
        fields = ("key", "url", "events", "active", "created", "failures")


class NewWebhookRead(WebhookRead):
    secret = serializers.SerializerMethodField(
        help_text="Shown once: what deliveries are signed with."
    )

    class Meta:
        model = Webhook
        fields = (*WebhookRead.Meta.fields, "secret")

    def get_secret(self, webhook: Webhook) -> str:  # noqa: ARG002
        secret: str = self.context["secret"]
        return secret


class EventsField(serializers.ListField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            child=serializers.ChoiceField(choices=list(EVENTS.items())),
            max_length=len(EVENTS),
            **kwargs,
        )


class WebhookWrite(serializers.Serializer[Any]):
    url = serializers.CharField(max_length=500, help_text="https, on port 443.")
    events = EventsField(help_text="What it is told of.")


class WebhookChange(serializers.Serializer[Any]):
    events = EventsField(required=False)
    active = serializers.BooleanField(required=False)


class DeliveryRead(serializers.ModelSerializer[Delivery]):
    class Meta:
        model = Delivery
        fields = (
            "key",
            "event",
            "delivery_state",
            "created",
            "attempted",
            "tries",
            "status",
            "note",
        )

    delivery_state = serializers.ChoiceField(
        source="state", choices=Delivery.State.choices, read_only=True
    )


@extend_schema(tags=["webhooks"])
@extend_schema_view(
    list=extend_schema(summary="My webhooks"),
    retrieve=extend_schema(summary="One of my webhooks"),
)
class WebhookViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Webhook]
):
    serializer_class = WebhookRead
    queryset = Webhook.objects.none()
    lookup_field = "key"

    def get_queryset(self) -> QuerySet[Webhook]:
        return Webhook.objects.filter(person=me(self.request))

    @extend_schema(
        summary="Make a webhook",
        request=WebhookWrite,
        responses={201: NewWebhookRead},
    )
    def create(self, request: Request) -> Response:
        data = valid(WebhookWrite(data=request.data))
        webhook, secret = services.create_webhook(person=me(request), **data)
        return Response(
            NewWebhookRead(webhook, context={"secret": secret}).data,
            status=status.HTTP_201_CREATED,
            headers={"Cache-Control": "no-store"},
        )

    @extend_schema(
        summary="Other events, off, or on again",
        request=WebhookChange,
        responses=WebhookRead,
    )
    def partial_update(self, request: Request, key: str) -> Response:  # noqa: ARG002
        data = valid(WebhookChange(data=request.data))
        webhook = services.change_webhook(webhook=self.get_object(), **data)
        return Response(WebhookRead(webhook).data)

    @extend_schema(summary="Delete a webhook", responses={204: None})
    def destroy(self, request: Request, key: str) -> Response:  # noqa: ARG002
        services.delete_webhook(webhook=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="Send it something to try it",
        request=None,
        responses={202: DeliveryRead},
    )
    @action(detail=True, methods=["post"], url_path="try")
    def attempt(self, request: Request, key: str) -> Response:  # noqa: ARG002
        row = services.try_webhook(webhook=self.get_object())
        return Response(DeliveryRead(row).data, status=status.HTTP_202_ACCEPTED)


@extend_schema(tags=["webhooks"])
class DeliveryViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Delivery]):
    """What was sent to one webhook in the last 30 days."""

    serializer_class = DeliveryRead
    queryset = Delivery.objects.none()
    lookup_field = "key"
    lookup_url_kwarg = "delivery"

    def get_queryset(self) -> QuerySet[Delivery]:
        return Delivery.objects.filter(
            webhook__key=self.kwargs["key"], webhook__person=me(self.request)
        )

    @extend_schema(summary="What was sent to a webhook, the newest first")
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(
        summary="Send one again, with the same id",
        request=None,
        responses={202: DeliveryRead},
    )
    def replay(self, request: Request, key: str, delivery: str) -> Response:  # noqa: ARG002
        row = services.send_again(delivery=self.get_object())
        return Response(DeliveryRead(row).data, status=status.HTTP_202_ACCEPTED)
