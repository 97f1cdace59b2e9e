"""Serializers whose fields are worked out once."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from socialapp.lib.api.shapes import KeptFields


class LineRead(KeptFields, serializers.Serializer[Any]):
    said = serializers.SerializerMethodField()

    def get_said(self, line: str) -> str:
        return f"{line} to {self.context['whom']}"


class PageRead(KeptFields, serializers.Serializer[Any]):
    first = LineRead()
    lines = LineRead(many=True)
    tags = serializers.ListField(child=serializers.CharField())


def page(whom: str) -> PageRead:
    content = {"first": "hello", "lines": ["a", "b"], "tags": ["x"]}
    return PageRead(content, context={"whom": whom})


def test_each_answer_is_of_its_own_viewer() -> None:
    ours, theirs = page("alice"), page("bob")
    assert theirs.data == {
        "first": {"said": "hello to bob"},
        "lines": [{"said": "a to bob"}, {"said": "b to bob"}],
        "tags": ["x"],
    }
    assert ours.data["lines"] == [{"said": "a to alice"}, {"said": "b to alice"}]


def test_fields_are_worked_out_once_and_shared_by_nobody() -> None:
    one, other = page("alice"), page("bob")
    assert one.fields["tags"] is not other.fields["tags"]
    mine: Any = one.fields["lines"]
    theirs: Any = other.fields["lines"]
    assert mine.child is not theirs.child
    assert mine.child.parent is mine
    kept = PageRead.__dict__["_kept_fields"]
    page("carol").fields["tags"].help_text = "changed"
    assert PageRead.__dict__["_kept_fields"] is kept
    assert page("dora").fields["tags"].help_text is None


def test_a_shape_made_of_another_has_its_own_fields() -> None:
    class WiderRead(PageRead):
        more = serializers.CharField()

    page("alice").data  # noqa: B018  keeps those of the narrow one
    assert "more" in WiderRead().fields
    assert "more" not in PageRead().fields
