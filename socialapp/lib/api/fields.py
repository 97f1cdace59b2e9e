"""Pieces that every app's serializers share."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from socialapp.lib import blobs


@extend_schema_field({"type": ["string", "null"], "format": "uri-reference"})
class BlobUrl(serializers.CharField):
    """A stored blob's ref, shown as where its file is; null when there is none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value: str) -> str | None:  # type: ignore[override]
        return blobs.url(value) if value else None


class PageUrl(serializers.CharField):
    """Path of its page. As ``source="get_absolute_url"``, without looking up at each
    object whether that can be called."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, source="*", **kwargs)

    def to_representation(self, value: Any) -> str:
        path: str = value.get_absolute_url()
        return path


def valid(serializer: serializers.BaseSerializer[Any]) -> dict[str, Any]:
    """What was sent, once it has the right shape; ValidationError otherwise."""
    serializer.is_valid(raise_exception=True)
    data: dict[str, Any] = serializer.validated_data
    return data
