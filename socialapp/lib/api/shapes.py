"""Serializers of what lists are made of."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rest_framework import serializers

    Fields = dict[str, serializers.Field[Any, Any, Any, Any]]

    class _Base:
        def get_fields(self) -> Fields: ...
else:
    _Base = object


# Mixed into a serializer that only reads: its fields are worked out once a process. REST
# framework builds them anew for each answer, which takes a third of the time that a page
# of ten posts takes to write down. They must not depend on who asks. (No docstring: the
# schema would take it for that of every shape.)
class KeptFields(_Base):
    def get_fields(self) -> Fields:
        kind = type(self)
        if "_kept_fields" not in kind.__dict__:
            kind._kept_fields = super().get_fields()  # type: ignore[attr-defined]
        kept: Fields = kind.__dict__["_kept_fields"]
        return {name: _again(field) for name, field in kept.items()}


def _again(
    field: serializers.Field[Any, Any, Any, Any],
) -> serializers.Field[Any, Any, Any, Any]:
    """One that was never bound, to be bound to another serializer."""
    again = copy.copy(field)
    for name in ("child", "child_relation"):
        if hasattr(again, name):
            child = copy.copy(getattr(again, name))
            setattr(again, name, child)
            child.parent = again
    return again
